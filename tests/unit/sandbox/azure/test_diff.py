"""What a change is called, and what it does to the resource."""

import pytest
from verdazure.sandbox.azure.diff import Change, changes

OLD = {"name": "a", "sku": {"name": "x", "tier": "y"}, "rules": [{"on": True}, {"on": False}], "tags": {"a": "1"}}


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (OLD, []),
        ({**OLD, "name": "b"}, [Change("name", "update", False)]),
        ({**OLD, "sku": {"name": "x", "tier": "z"}}, [Change("sku.tier", "update", False)]),
        ({**OLD, "tags": {"b": "1"}}, [Change("tags.a", "delete", False), Change("tags.b", "add", False)]),
        ({**OLD, "rules": [{"on": True}, {"on": True}]}, [Change("rules[1].on", "update", False)]),
        ({**OLD, "rules": [{"on": True}]}, [Change("rules[1]", "delete", False)]),
        ({**OLD, "rules": [*OLD["rules"], {}]}, [Change("rules[2]", "add", False)]),
        ({**OLD, "sku": "x"}, [Change("sku", "update", False)]),
    ],
)
def test_changes_are_told_leaf_by_leaf(new, found):
    assert changes(OLD, new, frozenset()) == found


@pytest.mark.parametrize(
    ("new", "replace_on", "found"),
    [
        ({**OLD, "name": "b"}, {"name"}, [Change("name", "update", True)]),
        ({**OLD, "sku": {"name": "z", "tier": "y"}}, {"sku"}, [Change("sku.name", "update", True)]),
        ({**OLD, "sku": {"name": "x"}}, {"sku"}, [Change("sku.tier", "delete", False)]),
        ({**OLD, "sku": {"name": "z", "tier": "y"}}, {"sku.name"}, [Change("sku.name", "update", True)]),
        ({**OLD, "rules": [{"on": False}, {"on": False}]}, {"rules[].on"}, [Change("rules[0].on", "update", True)]),
        ({k: v for k, v in OLD.items() if k != "name"}, {"name"}, [Change("name", "delete", True)]),
    ],
)
def test_what_replaces(new, replace_on, found):
    assert changes(OLD, new, frozenset(replace_on)) == found


def test_two_spellings_of_a_region_are_one():
    assert changes({"location": "West US 2"}, {"location": "westus2"}, {"location"}) == []
    assert changes({"location": "westus2"}, {"location": "westus3"}, {"location"}) == [
        Change("location", "update", True)
    ]


STORAGE = {"resourceGroupName": "rg", "accountName": "st", "location": "uksouth", "sku": {"name": "Standard_LRS"}}


@pytest.mark.parametrize(
    ("token", "property", "replaces"),
    [
        ("storage:StorageAccount", "accountName", True),
        ("storage:StorageAccount", "resourceGroupName", True),
        ("storage:StorageAccount", "location", True),
        ("storage:StorageAccount", "isHnsEnabled", True),
        ("storage:StorageAccount", "accessTier", False),
        ("resources:ResourceGroup", "location", True),
        ("authorization:RoleAssignment", "scope", True),
        ("authorization:RoleAssignment", "principalId", True),
        ("authorization:RoleAssignment", "description", False),
        ("monitor:DiagnosticSetting", "resourceUri", True),
        ("machinelearningservices:Compute", "workspaceName", True),
        ("machinelearningservices:Compute", "properties", False),
        ("machinelearningservices:Workspace", "workspaceName", True),
        ("machinelearningservices:Workspace", "friendlyName", False),
        ("consumption:Budget", "scope", True),
        ("consumption:Budget", "category", False),
        ("network:PrivateEndpoint", "subnet", True),
        ("iotoperations:Instance", "extendedLocation", True),
        ("iotoperations:Instance", "properties", False),
        ("iotoperations:BrokerListener", "extendedLocation", True),
    ],
)
def test_azure_forces_these_replacements(engine, token, property, replaces):
    answer = engine.diff(token, {property: "old"}, {property: "new"})
    assert list(answer.replaces) == ([property] if replaces else [])
    assert list(answer.diffs) == [property]
    assert answer.deleteBeforeReplace is replaces


def test_a_broker_is_made_once_but_for_its_logs(engine):
    old = {
        "memoryProfile": "Low",
        "cardinality": {"frontend": {"replicas": 1}},
        "diagnostics": {"logs": {"level": "warn"}},
    }
    new = {
        "memoryProfile": "High",
        "cardinality": {"frontend": {"replicas": 2}},
        "diagnostics": {"logs": {"level": "info"}},
    }
    answer = engine.diff("iotoperations:Broker", {"properties": old}, {"properties": new})
    replacing = sorted(path for path, change in answer.detailedDiff.items() if "REPLACE" in str(change))
    assert replacing == ["properties.cardinality.frontend.replicas", "properties.memoryProfile"]


def test_a_random_name_lets_the_new_resource_stand_beside_the_old(engine):
    old = {"accountName": "sa614742c2", "location": "uksouth", "__createBeforeDelete": True}
    answer = engine.diff("storage:StorageAccount", old, {**old, "location": "swedencentral"})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["location"], False)


def test_an_input_that_confirms_what_is_there_replaces_nothing(engine):
    answer = engine.diff("storage:StorageAccount", {}, {"location": "uksouth"}, state={"location": "uksouth"})
    assert list(answer.replaces) == []


def test_no_change_is_no_change(engine):
    answer = engine.diff("storage:StorageAccount", STORAGE, STORAGE)
    assert answer.changes == answer.DIFF_NONE
    assert answer.hasDetailedDiff
