"""The training stack: up under the policies, up again without a change, and down to nothing."""

import json
import shutil
from pathlib import Path

import pytest
from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.training.live import PROPERTY, LivePlan

ROOT = Path(__file__).parents[2]
STACK = ROOT / "stacks" / "training"


@pytest.fixture
def training(tmp_path, pulumi):
    """The project as it stands in the repository, in a folder of its own with its stack selected."""
    folder = tmp_path / "training"
    shutil.copytree(STACK, folder, ignore=shutil.ignore_patterns(".verdazure", "__pycache__"))
    described = (folder / "Pulumi.yaml").read_text()
    (folder / "Pulumi.yaml").write_text(described.replace("../../.venv", str(ROOT / ".venv")))
    pulumi("stack", "init", "dev", cwd=folder)
    return folder


def held(pulumi, folder):
    deployment = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"]
    return {
        each["urn"].rsplit("::", 1)[-1]: each["inputs"] for each in deployment.get("resources", []) if "inputs" in each
    }


def test_it_comes_up_settles_and_goes(training, pulumi):
    first = pulumi("up", "--yes", "--policy-pack", str(ROOT / "policies"), cwd=training)
    assert "✅ verdazure" in first.stdout
    assert not any(word in first.stdout for word in ("[mandatory]", "[advisory]", "can't run policy", "warning:"))

    told = json.loads(pulumi("stack", "output", "--json", cwd=training).stdout)
    assert told["preparesAt"] == cleanest_hour("swedencentral")
    plan = LivePlan.read(told["livePlan"])
    assert (plan.region, plan.timing.within_hours, plan.resumable) == ("swedencentral", 60, True)

    assert set(told["cache"]) == {
        "VERDAZURE_CACHE_HOST",
        "VERDAZURE_CACHE_PORT",
        "VERDAZURE_CACHE_TTL_SECONDS",
    }, "a service signs in by its identity: there is no key to hand over"

    resources = held(pulumi, training)
    live = resources["minilm-leaves"]["properties"]
    model = live["action"]["jobDefinition"]["inputs"]["finetune_model"]["uri"]
    assert (live["isEnabled"], live["properties"][PROPERTY]) == (False, told["livePlan"])
    assert model.endswith(f"/workspaces/{told['workspace']}/models/minilm/versions/1")

    again = pulumi("up", "--yes", "--expect-no-changes", "--policy-pack", str(ROOT / "policies"), cwd=training)
    assert "unchanged" in again.stdout
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=training)
    pulumi("destroy", "--yes", cwd=training)
    assert held(pulumi, training) == {}
