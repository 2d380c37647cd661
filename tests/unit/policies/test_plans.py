"""Plans and states from files: three kinds, what is left out, and what cannot be read."""

import json
from typing import Any

import pytest
from verdazure_policies.plans import Location, PlanError, read
from verdazure_policies.view import State

STACK = "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
URN = "urn:pulumi:prod::shop::azure-native:storage:{}::{}"


def resource(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"urn": URN.format(kind, name), "type": f"azure-native:storage:{kind}", "custom": True, **more}


ACCOUNT = resource(
    "StorageAccount", "data", inputs={"location": "swedencentral", "key": SECRET}, outputs={"name": "stdata"},
    sourcePosition="project:///../lib/pulumi/x.py#9", stackTrace=[{}, {"sourcePosition": "project:///main/app.py#12,4"}],
)  # fmt: skip
POLICY = resource(
    "ManagementPolicy", "policy", inputs={"accountName": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"},
    dependencies=[ACCOUNT["urn"]], propertyDependencies={"accountName": [ACCOUNT["urn"]], "policy": None},
)  # fmt: skip


def state(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def preview(*steps: tuple[str, dict[str, Any]], same: int = 0) -> str:
    told = [{"op": op, "urn": each["urn"], "newState": each} for op, each in steps]
    return json.dumps({"steps": told, "changeSummary": {"same": same}})


def events(*steps: tuple[str, dict[str, Any]]) -> str:
    lines: list[dict[str, Any]] = [{"sequence": 0, "preludeEvent": {}}]
    for op, each in steps:
        metadata = {"op": op, "urn": each["urn"], "new": None if op == "delete" else each}
        lines.append({"sequence": len(lines), "resourcePreEvent": {"metadata": metadata}})
    return "\n".join(map(json.dumps, lines)) + "\n"


def test_a_state_holds_inputs_outputs_and_links() -> None:
    plan = read(state(ACCOUNT, POLICY, resource("StorageAccount", "old", delete=True)))
    account, policy = plan.resources
    assert (plan.kind, account.name, policy.name) == ("state", "data", "policy")
    assert account.resource["location"].content == "swedencentral"
    assert account.location == Location("main/app.py", 12)
    [held] = plan.stack.of("storage:StorageAccount")
    assert held["name"].content == "stdata"
    assert plan.stack.has_naming(held, "accountName", "storage:ManagementPolicy").holds is True


def test_what_is_secret_is_as_unknown_as_what_is_not_made_yet() -> None:
    account, policy = read(state(ACCOUNT, POLICY)).resources
    assert account.resource["key"].state is State.UNKNOWN
    assert policy.resource["accountName"].state is State.UNKNOWN


def test_a_preview_holds_what_will_be_there() -> None:
    plan = read(preview(("same", ACCOUNT), ("create", POLICY), ("delete", resource("StorageAccount", "gone")), same=1))
    assert [each.name for each in plan.resources] == ["data", "policy"]
    assert plan.resources[1].outputs == plan.resources[1].inputs


def test_a_preview_without_what_stays_is_refused() -> None:
    with pytest.raises(PlanError, match=r"leaves out 2 resources .* --json --show-sames"):
        read(preview(("create", POLICY), same=2))


def test_a_replacement_is_one_resource() -> None:
    replaced = {**ACCOUNT, "inputs": {"location": "norwayeast"}}
    plan = read(preview(("create-replacement", replaced), ("replace", replaced), ("delete-replaced", ACCOUNT)))
    assert [each.resource["location"].content for each in plan.resources] == ["norwayeast"]


def test_events_are_one_a_line() -> None:
    plan = read(events(("same", ACCOUNT), ("create", POLICY), ("delete", resource("StorageAccount", "gone"))))
    assert (plan.kind, [each.name for each in plan.resources]) == ("events", ["data", "policy"])
    single = read(json.dumps({"sequence": 0, "resourcePreEvent": {"metadata": {"op": "create", "new": ACCOUNT}}}))
    assert len(single.resources) == 1


@pytest.mark.parametrize("text", ["", "\n", "[]", '{"a": 1}', '{"a": 1}\n{"b": 1}', '"text"', "12"])
def test_what_is_none_of_them_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="is none of: pulumi stack export"):
        read(text)


@pytest.mark.parametrize(("text", "line"), [("{}\nno", 2), ("Previewing update (prod)", 1)])
def test_what_is_no_json_is_told_by_its_line(text: str, line: int) -> None:
    with pytest.raises(PlanError, match=f"line {line} is no JSON object"):
        read(text)


def test_a_resource_without_a_place_in_the_project_has_none() -> None:
    places = [{"sourcePosition": each} for each in ("project:///../x.py#1", "project:////abs.py#1", "lib.py#1", "")]
    [found] = read(state({**POLICY, "stackTrace": places})).resources
    assert found.location is None
