"""`verdazure data licence`: one line a person reads, JSON a program reads, exit codes."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.datasets.licences import ALLOWED


def run(*arguments: str):
    return CliRunner().invoke(app, ["data", "licence", *arguments])


@pytest.mark.parametrize(
    ("arguments", "code", "output"),
    [
        (["CC0-1.0"], 0, "allowed: CC0-1.0 is on the list of allowed licences\n"),
        (
            ["mit and cc-by-4.0"],
            0,
            "allowed: MIT, CC-BY-4.0 are on the list of allowed licences\n"
            "duty: MIT: keep its copyright notice\n"
            "duty: CC-BY-4.0: name who made it\n",
        ),
        (
            ["CC-BY-NC-4.0"],
            1,
            f"refused: CC-BY-NC-4.0 is not on the list of allowed licences\nlist: {', '.join(ALLOWED)}\n",
        ),
        (["CC-BY-NC-4.0", "--allow", "CC-BY-NC-4.0"], 0, "allowed: CC-BY-NC-4.0 is on the list of allowed licences\n"),
        (
            ["MIT", "--allow", "CC0-1.0", "--allow", "PDDL-1.0"],
            1,
            "refused: MIT is not on the list of allowed licences\nlist: CC0-1.0, PDDL-1.0\n",
        ),
    ],
)
def test_it_says_whether_and_why(arguments, code, output):
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (code, output)


def test_what_is_no_expression_is_a_wrong_use():
    done = run("CC-BY")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: 'CC-BY' is no SPDX id; did you mean CC-BY-")


def test_a_program_reads_json():
    done = run("GPL-3.0-only OR MIT", "--json")
    assert json.loads(done.stdout) == {
        "expression": "GPL-3.0-only OR MIT",
        "allowed": True,
        "terms": ["MIT"],
        "reason": "MIT is on the list of allowed licences",
        "duties": ["MIT: keep its copyright notice"],
    }
