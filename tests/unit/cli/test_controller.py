"""The commands around the controller: its archive, its permissions, and traffic where there is none."""

import json
import runpy
import zipfile

import pytest
from typer.testing import CliRunner
from verdazure.cli import app, endpoint

from tests.unit.resource_manager import Answers, manager

WORKSPACE = "/subscriptions/0/resourceGroups/ai/providers/Microsoft.MachineLearningServices/workspaces/ml"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/chat"


def run(*words):
    return CliRunner().invoke(app, list(words))


def test_the_archive_holds_what_functions_looks_for_and_is_the_same_twice(tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert run("controller", "package", str(first), "--requirement", "verdazure @ file:///x.whl").exit_code == 0
    run("controller", "package", str(second), "--requirement", "verdazure @ file:///x.whl")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == ["function_app.py", "host.json", "requirements.txt"]
        assert archive.read("requirements.txt") == b"verdazure @ file:///x.whl\n"
        assert json.loads(archive.read("host.json"))["version"] == "2.0"
        archive.extract("function_app.py", tmp_path)
    assert type(runpy.run_path(str(tmp_path / "function_app.py"))["app"]).__name__ == "FunctionApp"


def test_permissions_are_listed_with_the_call_that_needs_them():
    said = json.loads(run("controller", "permissions", "--json").output)
    assert said["actions"]["Microsoft.MachineLearningServices/workspaces/jobs/cancel/action"] == (
        "train: POST the pause of a leg"
    )


def test_traffic_changes_nothing_else_of_the_endpoint(monkeypatch):
    held = {"location": "swedencentral", "properties": {"authMode": "AADToken", "traffic": {}}}
    asked = []

    def answer(said, body):
        asked.append((said.partition(" ")[0], body))
        return 200, held

    monkeypatch.setattr(endpoint, "resource_manager", lambda: manager(Answers(answer)))
    done = run("endpoint", "traffic", ENDPOINT, "blue=90", "green=10", "--mirror", "green=5")
    assert (done.exit_code, done.output) == (0, "blue 90 %, green 10 %\n")
    assert asked[-1] == (
        "PUT",
        {
            "location": "swedencentral",
            "properties": {
                "authMode": "AADToken",
                "traffic": {"blue": 90, "green": 10},
                "mirrorTraffic": {"green": 5},
            },
        },
    )


@pytest.mark.parametrize(("shares", "said"), [(["blue=90"], "100 in sum"), (["blue"], "is no share; write blue=90")])
def test_shares_that_are_none_are_refused(shares, said):
    done = run("endpoint", "traffic", ENDPOINT, *shares)
    assert done.exit_code == 2
    assert said in done.output
