"""A training schedule is what azure-ai-ml would send for the same job files, field by field."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.prove.conftest import ROOT

LOADED = ROOT / "tests" / "prove" / "training" / "loaded.py"
STEPS = ("leaves_prepare", "leaves_tune", "leaves_train")
# What may differ, and why. A path's last word; any value on either side.
ACCEPTED = {
    "_source": "a note of azure-ai-ml to itself: what kind of file or object it read the part from",
    "client_component_hash": "what azure-ai-ml finds an equal component by; ours is found by its version",
    "version": "a hash of what the component does, where the job file has a number that somebody counts up",
    "isArchived": "false, which is what Azure takes it for when it is not there",
    "isEnabled": "written down, where azure-ai-ml has an act of its own for it",
    "tags": "of a component's version: azure-ai-ml sends an empty mapping",
    "properties": "of a schedule or its job: azure-ai-ml sends an empty mapping",
    "frequency": "ARM's own spelling, Week, where azure-ai-ml sends the job file's, week",
    "weekDays": "ARM's own spelling, Saturday, where azure-ai-ml sends the job file's, saturday",
}


@pytest.fixture(scope="module")
def both(exported, checks) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours and theirs, by component name; the schedule is `schedule`."""
    resources = json.loads(exported("training/max").read_text())["resources"]
    ours, versions, workspace = {}, [], ""
    for resource in resources:
        kind, (_, *names) = resource["type"].rpartition("workspaces/")[2], resource["name"].split("/")
        if kind == "components/versions":
            ours[names[0]] = resource["properties"]
            versions.append("=".join(names))
            workspace = resource["dependsOn"][0].rpartition("/components/")[0]
        elif kind == "schedules":
            ours["schedule"] = resource["properties"]
    command = [str(checks / "python"), str(LOADED), workspace, *versions]
    sent = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    return ours, {**sent["components"], "schedule": sent["schedule"]}


@pytest.mark.parametrize("part", [*STEPS, "schedule"])
def test_each_part_is_what_azure_ai_ml_would_send(part, both):
    ours, theirs = both
    unexpected = [each for each in differences(ours[part], theirs[part]) if each[0] not in ACCEPTED]
    assert unexpected == []


def test_every_accepted_difference_is_one(both):
    ours, theirs = both
    found = {each[0] for part in ours for each in differences(ours[part], theirs[part])}
    assert ACCEPTED.keys() - found == set(), "no longer different: take it out"


def differences(ours: Any, theirs: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The innermost keys whose values differ; a mapping with nothing in it is as good as none."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), name)
    elif ours != theirs:
        inner = theirs if isinstance(theirs, dict) and theirs and ours is None else {key: theirs}
        for name, value in inner.items():
            yield name, ours, value
