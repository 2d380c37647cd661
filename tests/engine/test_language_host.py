"""The Python language host under the real engine."""

import json


def test_a_program_exports_an_output(project, pulumi):
    folder = project("import pulumi\npulumi.export('answer', 42)\n")
    pulumi("up", "--yes", cwd=folder)
    assert json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout) == {"answer": 42}
