"""TieredStorage: what it registers, what it refuses, when it warns."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from verdazure import ArgumentError, DataClass, TieredStorage
from verdazure.deduplication.inventory import OPTIONAL, REQUIRED
from verdazure.storage.lifecycle import lifecycle_rules
from verdazure.storage.plans import PLANS, Layout, Plan

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
        "inventory": "None",
    }


def test_the_policy_is_named_default_and_follows_the_class(deploy):
    done = storage(deploy, DataClass.RAW, DataClass.DATASET)
    assert done.of("storage:ManagementPolicy")["data-lake"]["managementPolicyName"] == "default"
    raw, dataset, _ = (rule["definition"]["actions"]["baseBlob"] for rule in rules(done, "lake"))
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
    tier, delete = rules(storage(deploy, DataClass.LOG, inventory="Off"), "flat")
    assert tier["definition"]["filters"]["blobTypes"] == ["blockBlob"]
    expiry = {"delete": {"daysAfterCreationGreaterThan": 90}}
    assert tier["definition"]["actions"] == {
        "baseBlob": {"tierToCool": {"daysAfterModificationGreaterThan": 30}},
        "version": expiry,
        "snapshot": expiry,
    }
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
            "accounts. Fix: use cold_after_days, and set this to None.",
        ),
        (
            {"classes": {"raw": {}}, "redundancy": {"lake": "GZRS"}},
            "classes.raw.archive_after_days is 180. Allowed: no archive tier, as Azure has none in zone-redundant "
            "accounts. Fix: use cold_after_days, and set this to None.",
        ),
        (
            {"classes": {"raw": {}}, "redundancy": {"lakes": "ZRS"}},
            "redundancy is 'lakes'. Allowed: lake, flat, durable. Fix: name the account that it is for.",
        ),
        (
            {"classes": {"raw": {}}, "redundancy": {"lake": "RAID"}},
            "redundancy.lake is 'RAID'. Allowed: LRS, ZRS, GRS, RAGRS, GZRS, RAGZRS. Fix: name it as Azure does.",
        ),
        (
            {"classes": {"scratch": {"delete_after_days": None}}},
            "classes.scratch is missing. Allowed: at least one step. "
            "Fix: give it days for a colder tier or for deletion.",
        ),
        (
            {"classes": {"raw": {"delete_after": 5}}},
            "unknown key 'classes.raw.delete_after'. Allowed: archive_after_days, cold_after_days, compliance, "
            "cool_after_days, delete_after_days, immutable_days, legal_hold. Fix: did you mean 'delete_after_days'?",
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


# What a team may add


def test_portions_go_sooner_in_the_account_of_their_class(deploy):
    portions = {
        "images": {"data_class": "raw", "prefix": "images/", "cool_after_days": 3},
        "drafts": {"data_class": "run_artifact", "index_tags": {"state": "draft"}, "delete_after_days": 7},
    }
    done = storage(deploy, DataClass.RAW, DataClass.RUN_ARTIFACT, portions=portions)
    images, drafts = rules(done, "lake")[1], rules(done, "flat")[1]
    assert images["name"] == "raw-images"
    assert images["definition"]["filters"] == {"blobTypes": ["blockBlob"], "prefixMatch": ["raw/images/"]}
    assert images["definition"]["actions"] == {"baseBlob": {"tierToCool": {"daysAfterModificationGreaterThan": 3}}}
    assert drafts["definition"]["filters"]["blobIndexMatch"] == [{"name": "state", "op": "==", "value": "draft"}]
    assert drafts["definition"]["actions"] == {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 7}}}


def test_compliance_wins_over_fewer_days_and_says_so(deploy):
    own = {"log": {"compliance": ["eu-ai-act-logs"], "immutable_days": 30}}
    done = storage(deploy, own=own)
    assert done.warnings == [
        "log data is deleted after 184 days, not 90: eu-ai-act-logs has it kept.",
        "log data is immutable for 184 days, not 30: eu-ai-act-logs has it kept.",
    ]
    (policy,) = done.of("storage:BlobContainerImmutabilityPolicy").values()
    assert policy["immutabilityPeriodSinceCreationInDays"] == 184
    assert policy["allowProtectedAppendWrites"] is True
    assert policy["containerName"] == "log"


def test_a_legal_hold_lies_on_its_container(deploy):
    (hold,) = storage(deploy, own={"raw": {"legal_hold": ["case4711"]}}).of("storage:BlobContainerLegalHold").values()
    assert (hold["containerName"], hold["tags"]) == ("raw", ["case4711"])


def test_a_list_of_all_blobs_is_written_weekly_and_does_not_stay(deploy):
    done = storage(deploy, DataClass.SCRATCH)
    (policy,) = done.of("storage:BlobInventoryPolicy").values()
    (rule,) = policy["policy"]["rules"]
    assert policy["blobInventoryPolicyName"] == "default"
    assert rule["destination"] == "inventory"
    assert rule["definition"]["schedule"] == "Weekly"
    assert rule["definition"]["format"] == "Parquet"
    assert {*REQUIRED} <= {*rule["definition"]["schemaFields"]} <= {*REQUIRED, *OPTIONAL}
    assert rules(done, "flat")[-1]["definition"] == {
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["inventory/"]},
        "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 30}}},
    }
    off = storage(deploy, DataClass.SCRATCH, inventory="Off")
    assert off.of("storage:BlobInventoryPolicy") == {}
    assert [rule["name"] for rule in rules(off, "flat")] == ["scratch"]


def test_a_change_feed_is_bounded_and_not_in_a_lake(deploy):
    services = storage(deploy, DataClass.RAW, DataClass.LOG, change_feed_days=14).of("storage:BlobServiceProperties")
    assert services["data-flat"]["changeFeed"] == {"enabled": True, "retentionInDays": 14}
    assert "changeFeed" not in services["data-lake"]


def test_a_key_of_ones_own_encrypts_by_an_identity(deploy):
    identity = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-keys"
    key = {"key_vault_uri": "https://kv.vault.azure.net", "key_name": "storage", "identity_id": identity}
    made = storage(deploy, DataClass.LOG, customer_managed_key=key).of("storage:StorageAccount")["data-flat"]
    assert made["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [identity]}
    assert made["encryption"] == {
        "keySource": "Microsoft.Keyvault",
        "keyVaultProperties": {"keyVaultUri": "https://kv.vault.azure.net", "keyName": "storage"},
        "encryptionIdentity": {"encryptionUserAssignedIdentity": identity},
    }


def test_redundancy_is_by_layout(deploy):
    def made(classes, **redundancy):
        program = TieredStorage("data", {"landing": SITE, "classes": classes, "redundancy": redundancy})
        return {"sentences": program.explanation}

    zoned = deploy(
        lambda: made({"raw": {"archive_after_days": None}, "model": {}, "log": {}}, lake="ZRS", durable="GRS")
    )
    assert {name: account["sku"]["name"] for name, account in zoned.of("storage:StorageAccount").items()} == {
        "data-lake": "Standard_ZRS",
        "data-flat": "Standard_LRS",
        "data-durable": "Standard_GRS",
    }
    plain = deploy(lambda: made({"model": {}}))
    assert zoned.outputs["sentences"]["model"] != plain.outputs["sentences"]["model"], "twice the copies"
    cold = deploy(lambda: made({"model": {"archive_after_days": 200}}, durable="GRS"))
    assert "archive for ever" in cold.outputs["sentences"]["model"].lower()


def test_a_lake_is_reached_as_blobs_and_as_a_file_system(deploy):
    asked = {"team": {"subnet_id": "/subnet", "blob_dns_zone_id": "/blob-zone", "dfs_dns_zone_id": "/dfs-zone"}}
    done = storage(deploy, DataClass.RAW, DataClass.LOG, private_endpoints=asked)
    groups = {
        name: endpoint["privateLinkServiceConnections"][0]["groupIds"]
        for name, endpoint in done.of("network:PrivateEndpoint").items()
    }
    assert groups == {
        "data-lake-blob-endpoint-team": ["blob"],
        "data-lake-dfs-endpoint-team": ["dfs"],
        "data-flat-blob-endpoint-team": ["blob"],
    }
    zones = {
        name: group["privateDnsZoneConfigs"][0]["privateDnsZoneId"]
        for name, group in done.of("network:PrivateDnsZoneGroup").items()
    }
    assert zones["data-lake-dfs-endpoint-team-dns"] == "/dfs-zone"
    assert zones["data-flat-blob-endpoint-team-dns"] == "/blob-zone"


def test_zones_are_made_once_and_asked_by_the_networks_that_are_named(deploy):
    asked = {"team": {"subnet_id": "/subnet"}, "own": {"subnet_id": "/other", "blob_dns_zone_id": "/blob-zone"}}
    networks = {"hub": "/hub", "spoke": "/spoke"}
    done = storage(deploy, DataClass.RAW, DataClass.LOG, private_endpoints=asked, dns_virtual_network_ids=networks)
    assert {name: zone["privateZoneName"] for name, zone in done.of("privatedns:PrivateZone").items()} == {
        "data-blob-dns": "privatelink.blob.core.windows.net",
        "data-dfs-dns": "privatelink.dfs.core.windows.net",
    }
    links = done.of("privatedns:VirtualNetworkLink")
    assert set(links) == {f"data-{group}-dns-{key}" for group in ("blob", "dfs") for key in networks}
    assert links["data-blob-dns-hub"]["virtualNetwork"] == {"id": "/hub"}
    assert links["data-blob-dns-hub"]["registrationEnabled"] is False
    zones = {
        name: group["privateDnsZoneConfigs"][0]["privateDnsZoneId"].rsplit("/", 1)[-1]
        for name, group in done.of("network:PrivateDnsZoneGroup").items()
    }
    assert zones == {
        "data-lake-blob-endpoint-team-dns": "data-blob-dns",
        "data-lake-dfs-endpoint-team-dns": "data-dfs-dns",
        "data-flat-blob-endpoint-team-dns": "data-blob-dns",
        "data-lake-blob-endpoint-own-dns": "blob-zone",
        "data-lake-dfs-endpoint-own-dns": "data-dfs-dns",
        "data-flat-blob-endpoint-own-dns": "blob-zone",
    }


def test_zones_without_endpoints_are_refused(deploy):
    with pytest.raises(ArgumentError, match=r"dns_virtual_network_ids is of type dict\. Allowed: nothing without"):
        storage(deploy, DataClass.LOG, dns_virtual_network_ids={"hub": "/hub"})


def test_who_may_come_in_is_named(deploy):
    done = storage(deploy, DataClass.LOG, allowed_subnet_ids=["/subnet"], allowed_ip_ranges=["203.0.113.0/24"])
    made = done.of("storage:StorageAccount")["data-flat"]
    assert made["publicNetworkAccess"] == "Enabled"
    assert made["networkRuleSet"] == {
        "bypass": "AzureServices",
        "defaultAction": "Deny",
        "ipRules": [{"iPAddressOrRange": "203.0.113.0/24", "action": "Allow"}],
        "virtualNetworkRules": [{"virtualNetworkResourceId": "/subnet", "action": "Allow"}],
    }


def test_what_becomes_of_data_is_explained(deploy):
    def program():
        return {"told": TieredStorage("data", {"landing": SITE, "classes": {"scratch": {}}}).explanation}

    assert deploy(program).outputs["told"] == {
        "scratch": "scratch: Hot 7 days, then gone; 1 GB takes 0.2 GB-months, 0.000717 kWh, 0.0168 gCO2e"
    }


IMAGES = {"data_class": "raw", "prefix": "images/"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"classes": {"log": {"compliance": ["eu-ai-act-log"]}}},
            "classes.log.compliance is 'eu-ai-act-log'. Allowed: of eu-ai-act-logs, eu-ai-act-documentation,",
        ),
        (
            {"classes": {"raw": {"compliance": ["illinois-bipa"], "delete_after_days": 2000}}},
            "classes.raw.compliance is 'illinois-bipa'. Allowed: bases that can be kept together with the days asked. "
            "Fix: it is deleted after 2000 days, and illinois-bipa wants it gone after 1095.",
        ),
        (
            {"classes": {"log": {"immutable_days": 100}}},
            "classes.log.immutable_days is 100. Allowed: at most delete_after_days (90). Fix: raise delete_after_days",
        ),
        ({"classes": {"raw": {"legal_hold": ["no spaces"]}}}, "classes.raw.legal_hold.0 is 'no spaces'. Allowed: "),
        ({"portions": {"p": {"data_class": "log", "prefix": "x"}}}, "portions.p.data_class is 'log'. Allowed: a class"),
        ({"portions": {"p": {"data_class": "raw"}}}, "portions.p is missing. Allowed: a prefix, index_tags, or both."),
        ({"portions": {"p": IMAGES}}, "portions.p is missing. Allowed: at least one step."),
        (
            {"portions": {"p": {**IMAGES, "index_tags": {"a": "b"}, "cool_after_days": 1}}},
            "portions.p.index_tags is missing. Allowed: none, as a lake has no blob index tags. Fix: use a prefix.",
        ),
        (
            {"portions": {"p": {**IMAGES, "cool_after_days": 20}}},
            "portions.p.cool_after_days is 20. Allowed: at most the class's own 14: where two rules meet, Azure takes "
            "the cheaper. Fix: lower it,",
        ),
        (
            {"portions": {"p": {**IMAGES, "cool_after_days": 5, "delete_after_days": 5}}},
            "portions.p.delete_after_days is 5. Allowed: more than cool_after_days (5).",
        ),
        (
            {
                "classes": {"raw": {"compliance": ["pci-dss-audit-logs"]}},
                "portions": {"p": {**IMAGES, "delete_after_days": 100}},
            },
            "portions.p.delete_after_days is 100. Allowed: at least 366, as its class is kept. Fix: raise it.",
        ),
        ({"change_feed_days": 7}, "change_feed_days is 7. Allowed: no change feed, as Azure has none in a lake."),
        ({"change_feed_days": 31}, "change_feed_days is 31. Allowed: less than or equal to 30."),
        ({"inventory": "Hourly"}, "inventory is 'Hourly'. Allowed: 'Daily', 'Weekly' or 'Off'."),
    ],
)
def test_a_bad_addition_is_refused(deploy, args, message):
    test_bad_input_is_refused_before_anything_is_registered(deploy, args, message)
