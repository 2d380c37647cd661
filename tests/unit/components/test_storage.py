"""TieredStorage: what it registers, what it refuses, when it warns."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from verdazure import ArgumentError, DataClass, TieredStorage
from verdazure.storage import PLANS, Layout, Plan, lifecycle_rules

from tests.unit.conftest import SITE


def storage(deploy, *classes, own=None, **args):
    asked = {**{key: {} for key in classes}, **(own or {})}
    return deploy(lambda: TieredStorage("data", {"landing": SITE, "classes": asked, **args}) and {})


@pytest.fixture(scope="module")
def every_class(deploy):
    """What a storage with all data classes registers."""
    return storage(deploy, *DataClass)


def rules(done, layout):
    return done.of("storage:ManagementPolicy")[f"data-{layout}"]["policy"]["rules"]


def test_classes_share_accounts_by_what_they_need(every_class):
    accounts = every_class.of("storage:StorageAccount")
    found = {name: (made["sku"]["name"], made["isHnsEnabled"]) for name, made in accounts.items()}
    assert found == {
        "data-lake": ("Standard_LRS", True),
        "data-flat": ("Standard_LRS", False),
        "data-durable": ("Standard_ZRS", False),
    }
    assert accounts["data-flat"]["accountName"] == "stdataflatabc123"
    assert accounts["data-lake"]["tags"]["data-class"] == "raw dataset"


def test_models_go_to_the_paired_region_where_there_are_no_zones(deploy):
    site = {**SITE, "location": "canadaeast"}
    accounts = storage(deploy, DataClass.MODEL, landing=site).of("storage:StorageAccount")
    assert accounts["data-durable"]["sku"] == {"name": "Standard_GRS"}


def test_an_account_is_private_and_takes_no_keys(deploy):
    made = storage(deploy, DataClass.SCRATCH).of("storage:StorageAccount")["data-flat"]
    assert made["allowSharedKeyAccess"] is False
    assert made["allowBlobPublicAccess"] is False
    assert made["allowCrossTenantReplication"] is False
    assert made["publicNetworkAccess"] == "Disabled"
    assert made["networkRuleSet"] == {"bypass": "AzureServices", "defaultAction": "Deny"}
    assert made["minimumTlsVersion"] == "TLS1_2"
    assert made["enableHttpsTrafficOnly"] is True
    assert made["location"] == "swedencentral"


def test_each_class_gets_a_closed_container(deploy):
    containers = storage(deploy, DataClass.RUN_ARTIFACT, DataClass.MODEL).of("storage:BlobContainer")
    assert {made["containerName"]: made["publicAccess"] for made in containers.values()} == {
        "run-artifact": "None",
        "model": "None",
    }


def test_the_policy_is_named_default_and_follows_the_class(deploy):
    done = storage(deploy, DataClass.RAW, DataClass.DATASET)
    assert done.of("storage:ManagementPolicy")["data-lake"]["managementPolicyName"] == "default"
    raw, dataset = (rule["definition"]["actions"]["baseBlob"] for rule in rules(done, "lake"))
    assert raw == {
        "tierToCool": {"daysAfterModificationGreaterThan": 14},
        "tierToCold": {"daysAfterModificationGreaterThan": 60},
        "tierToArchive": {"daysAfterModificationGreaterThan": 180},
    }
    assert dataset == {
        "tierToCool": {"daysAfterLastAccessTimeGreaterThan": 30},
        "tierToCold": {"daysAfterLastAccessTimeGreaterThan": 90},
        "enableAutoTierToHotFromCool": True,
        "delete": {"daysAfterLastAccessTimeGreaterThan": 730},
    }
    assert rules(done, "lake")[0]["definition"]["filters"] == {"blobTypes": ["blockBlob"], "prefixMatch": ["raw/"]}


def test_logs_in_append_blobs_are_deleted_but_not_moved(deploy):
    tier, delete = rules(storage(deploy, DataClass.LOG), "flat")
    assert tier["definition"]["filters"]["blobTypes"] == ["blockBlob"]
    assert tier["definition"]["actions"] == {"baseBlob": {"tierToCool": {"daysAfterModificationGreaterThan": 30}}}
    assert delete["definition"]["filters"]["blobTypes"] == ["blockBlob", "appendBlob"]
    assert delete["definition"]["actions"] == {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 90}}}


def test_versions_exist_only_where_they_expire(every_class):
    services = every_class.of("storage:BlobServiceProperties")
    assert {name: made["isVersioningEnabled"] for name, made in services.items()} == {
        "data-lake": False,
        "data-flat": False,
        "data-durable": True,
    }
    actions = rules(every_class, "durable")[0]["definition"]["actions"]
    assert actions["version"] == actions["snapshot"] == {"delete": {"daysAfterCreationGreaterThan": 90}}


def test_last_access_is_tracked_only_where_a_rule_needs_it(every_class):
    services = every_class.of("storage:BlobServiceProperties")
    tracked = {name: made.get("lastAccessTimeTrackingPolicy", {}).get("enable") for name, made in services.items()}
    assert tracked == {"data-lake": True, "data-flat": None, "data-durable": True}
    assert services["data-flat"]["deleteRetentionPolicy"] == {"enabled": True, "days": 7}
    assert services["data-durable"]["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 30}


def test_own_days_replace_only_what_they_name(deploy):
    done = storage(deploy, own={"run_artifact": {"delete_after_days": 180.0}})
    assert rules(done, "flat")[0]["definition"]["actions"]["baseBlob"] == {
        "tierToCool": {"daysAfterModificationGreaterThan": 30},
        "tierToCold": {"daysAfterModificationGreaterThan": 90},
        "delete": {"daysAfterModificationGreaterThan": 180},
    }


def test_containers_are_named_in_the_outputs(deploy):
    def program():
        return {"found": TieredStorage("data", {"landing": SITE, "classes": {"model": {}, "scratch": {}}}).containers}

    assert deploy(program).outputs["found"] == {
        "model": "stdatadurableabc123/model",
        "scratch": "stdataflatabc123/scratch",
    }


def test_cooling_later_warns_and_names_the_rule(deploy):
    done = storage(deploy, own={"run_artifact": {"cool_after_days": 60, "cold_after_days": 120}})
    assert done.warnings == [
        "run_artifact data moves after 60 days; the limit is 30. "
        "This weakens a sustainable default; rule ST02 guards it.",
        "run_artifact data moves after 120 days; the limit is 90. "
        "This weakens a sustainable default; rule ST02 guards it.",
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"classes": {}}, "classes is empty. Allowed: at least one data class. Fix: name what the data is for."),
        (
            {"classes": {"models": {}}},
            "classes.models is 'models'. Allowed: 'raw', 'dataset', 'checkpoint', 'run_artifact', 'model', 'log' or "
            "'scratch'. Fix: did you mean 'model'?",
        ),
        (
            {"classes": {"raw": {"cool_after_days": 60}}},
            "classes.raw.cold_after_days is 60. Allowed: more than cool_after_days (60). Fix: raise it, or lower "
            "cool_after_days.",
        ),
        (
            {"classes": {"model": {"archive_after_days": 180}}},
            "classes.model.archive_after_days is 180. Allowed: no archive tier, as Azure has none in zone-redundant "
            "accounts. Fix: use cold_after_days.",
        ),
        (
            {"classes": {"scratch": {"delete_after_days": None}}},
            "classes.scratch is None. Allowed: at least one step. Fix: give it days for a colder tier or for deletion.",
        ),
        (
            {"classes": {"raw": {"delete_after": 5}}},
            "unknown key 'classes.raw.delete_after'. Allowed: archive_after_days, cold_after_days, cool_after_days, "
            "delete_after_days. Fix: did you mean 'delete_after_days'?",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, args, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            TieredStorage("data", {"landing": SITE, "classes": {"raw": {}}, **args})
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals[0].startswith(f"TieredStorage 'data': {message}")


def test_a_name_that_leaves_no_room_for_the_account_s_is_refused(deploy):
    def program():
        with pytest.raises(ArgumentError) as refused:
            TieredStorage("computer-vision", {"landing": SITE, "classes": {"raw": {}}})
        assert str(refused.value) == (
            "TieredStorage 'computer-vision': name is 'computer-vision'. Allowed: at most 12 characters, or the "
            "storage account's name would be too long. Fix: shorten it by 2."
        )

    assert deploy(program).inputs == {}


days = st.none() | st.integers(1, 3650)


@given(st.sampled_from(list(DataClass)), days, days, days, days, st.booleans(), st.booleans())
def test_every_rule_acts_and_append_blobs_are_never_moved(kind, cool, cold, archive, delete, by_access, appended):
    plan = Plan(kind, Layout.FLAT, cool, cold, archive, delete, by_last_access=by_access, appended=appended)
    assume(plan.steps)
    for rule in lifecycle_rules(plan, ["x/"]):
        filters, actions = rule["definition"]["filters"], rule["definition"]["actions"]
        moves = [action for action in actions["base_blob"] if action.startswith("tier")]
        assert actions["base_blob"]
        assert not (moves and "appendBlob" in filters["blob_types"])


def test_the_library_s_own_plans_keep_to_the_order_of_the_tiers():
    for plan in PLANS.values():
        steps = [day for _, day in plan.steps]
        assert steps == sorted(set(steps)), plan
        assert steps, plan
