"""`verdazure data deduplicate` and `restore` against a real Blob endpoint."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app, data

from tests.azurite.test_deduplication import candidates, names, put, run

__all__ = ["run"]  # the fixture


@pytest.fixture
def command(account, monkeypatch):
    """Runs a command that reaches the emulated account, which knows no identities, by its key."""
    monkeypatch.setattr(data, "blobs_of", lambda _: account)
    return lambda *arguments: CliRunner().invoke(app, ["data", *map(str, arguments)])


def test_duplicates_go_and_come_back(account, container, run, command, tmp_path):
    for name in ("a", "b", "c"):
        put(account, container, name, b"same" * 100)
    found = candidates(account, container, tmp_path)
    gone = command("deduplicate", found, "--account", "stdata", "--run", run, "--yes")
    assert gone.output == "removed    2 blobs, 800 B\n"
    assert names(account, container) == ["a"]
    again = command("deduplicate", found, "--account", "stdata", "--run", run, "--yes", "--json")
    assert json.loads(again.output) == {"removed": 0, "bytes": 0, "kept": {}}
    assert command("restore", "--account", "stdata", "--run", run).output == "restored   2 blobs, 800 B\n"
    assert names(account, container) == ["a", "b", "c"]
    assert "left       2: there already" in command("restore", "--account", "stdata", "--run", run).output


def test_a_refusal_is_one_clear_error(account, container, run, command, tmp_path, monkeypatch):
    put(account, container, "a", b"same")
    put(account, container, "b", b"same")
    found = candidates(account, container, tmp_path)
    wrong = type(account)(account.url, credential="d3Jvbmc=", api_version=account.api_version)
    monkeypatch.setattr(data, "blobs_of", lambda _: wrong)
    refused = command("deduplicate", found, "--account", "stdata", "--run", run, "--yes")
    assert refused.exit_code == 1
    assert refused.output.startswith("error: Azure refused: ")
    assert refused.output.count("\n") == 1
    assert names(account, container) == ["a", "b"]
