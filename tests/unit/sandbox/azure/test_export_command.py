"""`verdazure sandbox export --arm`: to the terminal, to a file, and its refusals."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.sandbox.azure.export import template


@pytest.fixture
def export(tmp_path, monkeypatch):
    monkeypatch.setenv("VERDAZURE_SANDBOX_DIR", str(tmp_path))
    return lambda *args: CliRunner().invoke(app, ["sandbox", "export", *args])


def test_it_prints_or_writes_the_same_template(engine, export, tmp_path):
    engine.group()
    printed = export("--arm")
    assert (printed.exit_code, json.loads(printed.stdout)) == (0, template(engine.store))
    written = export("--arm", "--output", str(tmp_path / "azure.json"))
    assert (written.exit_code, written.stdout) == (0, f"Wrote {tmp_path / 'azure.json'}.\n")
    assert (tmp_path / "azure.json").read_text() == printed.stdout


def test_it_refuses_what_it_cannot_write(export):
    nothing = export("--arm")
    assert nothing.exit_code == 1
    assert nothing.stderr == "error: the simulated Azure holds nothing yet: run `verdazure sandbox up` first\n"
    assert (export().exit_code, export().stderr) == (2, "error: say which form: --arm\n")
