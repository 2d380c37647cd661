"""The training stack: up under the policies, up again without a change, and down to nothing."""

import json
from pathlib import Path

from verdazure.carbon.typical_hours import cleanest_hour
from verdazure.training.live import PROPERTY, LivePlan

ROOT = Path(__file__).parents[2]


def test_it_comes_up_settles_and_goes(stack_to_copy, held, pulumi):
    training = stack_to_copy("training")
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

    resources = held(training)
    live = resources["minilm-leaves"]["properties"]
    model = live["action"]["jobDefinition"]["inputs"]["finetune_model"]["uri"]
    assert (live["isEnabled"], live["properties"][PROPERTY]) == (False, told["livePlan"])
    assert model.endswith(f"/workspaces/{told['workspace']}/models/minilm/versions/1")

    again = pulumi("up", "--yes", "--expect-no-changes", "--policy-pack", str(ROOT / "policies"), cwd=training)
    assert "unchanged" in again.stdout
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=training)
    pulumi("destroy", "--yes", cwd=training)
    assert held(training) == {}
