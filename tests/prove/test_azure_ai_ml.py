"""What is deployed is what Microsoft's azure-ai-ml would send for the same job files, field by field."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.prove.conftest import ROOT

LOADED = ROOT / "tests" / "prove" / "azure_ai_ml" / "loaded.py"
# Where each part comes from: a program, the end of the resource's type, and of its name.
PARTS = {
    "prepare": ("training/max", "/components/versions", "leaves_prepare/"),
    "tune": ("training/max", "/components/versions", "leaves_tune/"),
    "train": ("training/max", "/components/versions", "leaves_train/"),
    "schedule": ("training/max", "/schedules", "/leaves"),
    "environment": ("training/defaults", "/environments/versions", "/leaves_train/"),
    "cluster": ("quickstart", "/computes", "/gpu"),
    "instance": ("dev/defaults", "/computes", "/ada-"),
    "kubernetes": ("attach/max", "/computes", "/plant"),
    "model": ("models/max", "/models/versions", "/leaves/"),
    "monitor": ("operations/max", "/schedules", "/watch-churn"),
    "online_endpoint": ("serving/max", "/onlineEndpoints", "/oep-chat-"),
    "online_deployment": ("serving/max", "/onlineEndpoints/deployments", "oep-chat-*/blue/"),
    "batch_endpoint": ("serving/max", "/batchEndpoints", "/bep-chat-nightly-"),
    "batch_deployment": ("serving/max", "/batchEndpoints/deployments", "bep-chat-nightly-*/green/"),
}
WORKSPACE = re.compile(r'/subscriptions/[^"]+?/Microsoft.MachineLearningServices/workspaces/[^/"]+')
# What may differ, and why: the last word of a path.
ACCEPTED = {
    "_source": "a note of azure-ai-ml to itself: what kind of file or object it read the part from",
    "version": "a hash of what the component does, where the job file has a number that somebody counts up",
    "isArchived": "false, which is what Azure takes it for when it is not there",
    "isAnonymous": "false, which is what Azure takes it for when it is not there",
    "isEnabled": "written down, where azure-ai-ml has an act of its own for it",
    "tags": "the landing's, and of a component's version or its job azure-ai-ml sends an empty mapping",
    "properties": "a model's papers; azure-ai-ml sends the hash that it finds an equal component by, or nothing",
    "computeLocation": "what azure-ai-ml leaves to the service, whose default it is",
    "isolatedNetwork": "what azure-ai-ml leaves to the service, whose default it is",
    "startTime": "azure-ai-ml's loader wants one; without, a timer holds from when it is made",
    "triggerType": "azure-ai-ml says within the cron expression once more that it is one",
    "applicationSharingPolicy": "Personal: nobody else opens what a person runs; azure-ai-ml sends Shared",
    "enableRootAccess": "azure-native has no such property; azure-ai-ml sends true, the service's default",
    "releaseQuotaOnStop": "azure-native has no such property; azure-ai-ml sends false, the service's default",
    "enableOSPatching": "azure-native has no such property; azure-ai-ml sends false, the service's default",
    "disableLocalAuth": "jobs sign in by identity alone; azure-ai-ml leaves it out for Kubernetes",
    "instanceTypes": "azure-ai-ml's files have no such part: they are made in the cluster",
    "defaultInstanceType": "azure-ai-ml's files have no such part",
    "inputDataType": "Rolling; azure-ai-ml speaks a preview of 2023, which called it Trailing",
    "mode": "a part of that preview only",
    "modelType": "a part of that preview only",
    "alertNotificationSetting": "that preview's name for alertNotificationSettings",
    "alertNotificationSettings": "the name in today's API, where failed runs are not told apart",
    "computeIdentityType": "the workspace's identity reads the data; azure-ai-ml knows who asked and nobody else",
    "identity": "the workspace's identity reads the data; azure-ai-ml knows who asked and nobody else",
}


@pytest.fixture(scope="module")
def both(exported, checks) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ours and theirs, by part."""
    found = {name: _resource(exported, *where) for name, where in PARTS.items()}
    workspace = found["train"]["dependsOn"][0].rpartition("/components/")[0]
    versions = ["=".join(found[step]["name"].split("/")[1:]) for step in ("prepare", "tune", "train")]
    command = [str(checks / "python"), str(LOADED), workspace, *versions]
    sent = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
    placed = {name: WORKSPACE.sub(workspace, json.dumps(each["properties"])) for name, each in found.items()}
    return {name: json.loads(text) for name, text in placed.items()}, sent


def _resource(exported, program: str, kind: str, name: str) -> dict[str, Any]:
    resources = json.loads(exported(program).read_text())["resources"]
    pattern = re.compile(re.escape(name).replace(r"\*", "[^/]*"))
    (one,) = (each for each in resources if each["type"].endswith(kind) and pattern.search(each["name"] + "/"))
    return one


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_what_azure_ai_ml_would_send(part, both):
    ours, theirs = both
    unexpected = [each for each in differences(ours[part], theirs[part]) if each[0] not in ACCEPTED]
    assert unexpected == []


def test_every_accepted_difference_is_one(both):
    ours, theirs = both
    found = {each[0] for part in ours for each in differences(ours[part], theirs[part])}
    assert ACCEPTED.keys() - found == set(), "no longer different: take it out"


def differences(ours: Any, theirs: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The innermost keys whose values differ; a mapping that one side lacks differs as one."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours and theirs:
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), name)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for one, other in zip(ours, theirs, strict=True):
            yield from differences(one, other, key)
    elif not _same(ours, theirs):
        yield key, ours, theirs


def _same(ours: Any, theirs: Any) -> bool:
    """Nothing and an empty mapping are one; ARM reads words in any case, `azureml:` before a name or not."""
    if not ours and not theirs and not isinstance(ours, bool | int) and not isinstance(theirs, bool | int):
        return True
    if isinstance(ours, str) and isinstance(theirs, str):
        return _plain(ours) == _plain(theirs)
    return bool(ours == theirs)


def _plain(text: str) -> str:
    if re.fullmatch(r"P(?=.)(\d+D)?(T(\d+H)?(\d+M)?([\d.]+S)?)?", text):
        return f"{TypeAdapter(timedelta).validate_python(text).total_seconds()} s"
    return re.sub(r"[_\s]", "", text.removeprefix("azureml:")).lower()
