"""`verdazure sandbox quota`: what a person and a machine see of it."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app


@pytest.fixture
def quota(tmp_path, monkeypatch):
    monkeypatch.setenv("VERDAZURE_SANDBOX_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["sandbox", "quota", *arguments])


def test_a_quota_is_set_shown_and_cleared(quota):
    assert quota("list").stdout == "No quota is set: nothing is limited.\n"
    shown = quota(
        "set", "8", "--region", "Sweden Central", "--sizes", "Standard_NC*", "--low-priority", "--json"
    ).stdout
    assert json.loads(shown) == [
        {"region": "swedencentral", "sizes": "Standard_NC*", "priority": "low_priority", "vcpus": 8}
    ]
    quota("set", "16", "--region", "swedencentral", "--sizes", "Standard_NC*", "--low-priority")
    table = quota("list").stdout
    assert [word in table for word in ("swedencentral", "Standard_NC*", "low priority", "16")] == [True] * 4
    assert quota("clear", "--json").stdout == "[]\n"
    assert json.loads(quota("list", "--json").stdout) == []


def test_a_region_that_is_none(quota):
    refused = quota("set", "8", "--region", "swedencentrall")
    assert refused.exit_code == 2
    assert "did you mean swedencentral?" in refused.stderr
