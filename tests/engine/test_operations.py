"""The operations stack: up under the policies, up again without a change, every role accounted for, down to nothing."""

import json
from pathlib import Path

from verdazure import roles
from verdazure.operations.permissions import ACTIONS, ROLES
from verdazure.steering import Steering

ROOT = Path(__file__).parents[2]


def test_it_comes_up_settles_and_goes(stack_to_copy, held, pulumi):
    operations = stack_to_copy("operations")
    first = pulumi("up", "--yes", "--policy-pack", str(ROOT / "policies"), cwd=operations)
    assert "✅ verdazure" in first.stdout
    assert not any(word in first.stdout for word in ("[mandatory]", "[advisory]", "can't run policy", "warning:"))

    told = json.loads(pulumi("stack", "output", "--json", cwd=operations).stdout)
    assert told["firstWeights"] == {"swedencentral": 99, "francecentral": 1}
    resources = held(operations)
    steered = _steered(resources)
    assert set(steered.deployments) == {"churn-blue", "churn-green"}
    assert (set(steered.rollouts), set(steered.routes), set(steered.retraining)) == ({"churn"}, {"churn-eu"}, {"churn"})
    assert resources["churn-training"]["properties"]["isEnabled"] is False, "drift starts it, not the calendar"
    _accounted_for(resources, told)

    again = pulumi("up", "--yes", "--expect-no-changes", "--policy-pack", str(ROOT / "policies"), cwd=operations)
    assert "unchanged" in again.stdout
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=operations)
    pulumi("destroy", "--yes", cwd=operations)
    assert held(operations) == {}


def _steered(resources) -> Steering:
    settings = {each["name"]: each.get("value", "") for each in resources["carbon"]["siteConfig"]["appSettings"]}
    return Steering.unpack(settings["VERDAZURE_STEERING"])


def _accounted_for(resources, told) -> None:
    """Each role that the controller has is one that the stack lists with the call that needs it."""
    assert (told["permissions"], told["roles"]) == (dict(ACTIONS), dict(ROLES))
    names = {guid: name for name, guid in roles.BUILT_IN.items()}
    given = {
        name: each["roleDefinitionId"].rpartition("/")[2]
        for name, each in resources.items()
        if name.startswith("carbon-") and "roleDefinitionId" in each and "principalId" in each
    }
    built_in = {name: names[guid] for name, guid in given.items() if guid in names}
    assert built_in == {
        "carbon-blobs": "Storage Blob Data Owner",
        "carbon-queue": "Storage Queue Data Contributor",
        "carbon-records": "Monitoring Metrics Publisher",
        "carbon-drift": "Log Analytics Reader",
    }
    assert set(built_in.values()) <= set(told["roles"])
    assert set(given) - set(built_in) == {"carbon-acts-group"}
    assert resources["carbon-acts"]["permissions"][0]["actions"] == sorted(told["permissions"])
