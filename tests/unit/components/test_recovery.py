"""Recovery: what it registers for what was chosen, what it tells, what it refuses."""

import pytest
from verdazure import ArgumentError, DataClass, Loss, Recovery
from verdazure.carbon.typical_hours import cleanest_hour

from tests.unit.conftest import SITE, SUBSCRIPTION

ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stdurable"
COPIES = f"{SUBSCRIPTION}/resourceGroups/rg-copies/providers/Microsoft.Storage/storageAccounts/stcopies"
MODELS = {
    "account_id": ACCOUNT,
    "containers": ["model", "model-2"],
    "data_class": DataClass.MODEL,
    "recovery_point_hours": 24,
    "recovery_time_hours": 24,
}


def made(deploy, data=None, **args):
    def program():
        protected = {"models": {**MODELS, **(data or {})}}
        recovery = Recovery("rescue", {"landing": SITE, "region": "swedencentral", "protected": protected, **args})
        return {
            "choices": recovery.choices,
            "explanation": recovery.explanation,
            "runbook": recovery.runbook,
            "vault": recovery.vault_id,
        }

    return deploy(program)


def test_what_the_account_does_anyway_needs_nothing(deploy):
    found = made(deploy)
    assert [kind for kind, _ in found.inputs if kind.startswith("azure") or ":" in kind] == ["verdazure:index:Recovery"]
    assert (found.outputs["choices"], found.outputs["vault"]) == ({"models": "soft delete and versions"}, None)
    assert found.warnings == []


def test_a_copy_of_its_own_lies_in_a_vault_that_nobody_empties_by_mistake(deploy):
    found = made(deploy, {"isolated": True, "retention_days": 30})
    vault = found.of("dataprotection:BackupVault")["rescue"]
    assert vault["vaultName"] == "bvault-rescue-abc123"
    assert vault["properties"] == {
        "storageSettings": [{"datastoreType": "VaultStore", "type": "LocallyRedundant"}],
        "securitySettings": {
            "immutabilitySettings": {"state": "Unlocked"},
            "softDeleteSettings": {"state": "On", "retentionDurationInDays": 14},
        },
        "featureSettings": {"crossSubscriptionRestoreSettings": {"state": "Disabled"}},
        "monitoringSettings": {"azureMonitorAlertSettings": {"alertsForAllJobFailures": "Enabled"}},
    }
    retention, daily = found.of("dataprotection:BackupPolicy")["rescue-models-policy"]["properties"]["policyRules"]
    assert retention["lifecycles"][0]["deleteAfter"]["duration"] == "P30D"
    hour = cleanest_hour("swedencentral")
    assert daily["trigger"]["schedule"]["repeatingTimeIntervals"] == [f"R/2026-01-01T{hour:02}:00:00+00:00/P1D"]
    instance = found.of("dataprotection:BackupInstance")["rescue-models"]["properties"]
    (parameters,) = instance["policyInfo"]["policyParameters"]["backupDatasourceParametersList"]
    assert parameters == {"containersList": ["model", "model-2"], "objectType": "BlobBackupDatasourceParameters"}
    assert instance["dataSourceInfo"]["resourceID"] == ACCOUNT
    grant = found.of("authorization:RoleAssignment")["rescue-models-backup"]
    assert (grant["scope"], grant["principalId"]) == (ACCOUNT, "principal of rescue")
    assert grant["roleDefinitionId"].endswith("e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1")
    assert found.outputs["choices"] == {"models": "vaulted backup"}


def test_a_copy_of_its_own_survives_a_zone_where_the_data_has_to(deploy):
    stores = {
        key: made(deploy, {"isolated": True, **data}, region=region).of("dataprotection:BackupVault")["rescue"][
            "properties"
        ]["storageSettings"][0]["type"]
        for key, data, region in (
            ("deletion", {}, "swedencentral"),
            ("zone", {"survives": Loss.ZONE}, "swedencentral"),
            ("no zones there", {"survives": Loss.REGION}, "westus"),
        )
    }
    assert stores == {"deletion": "LocallyRedundant", "zone": "ZoneRedundant", "no zones there": "LocallyRedundant"}


def test_months_are_kept_in_the_account_itself(deploy):
    found = made(deploy, {"retention_days": 90})
    (warning,) = found.warnings
    assert warning.startswith("models: operational backup sets soft delete, the change feed and point-in-time restore")
    (retention,) = found.of("dataprotection:BackupPolicy")["rescue-models-policy"]["properties"]["policyRules"]
    assert retention["lifecycles"][0]["sourceDataStore"]["dataStoreType"] == "OperationalStore"
    assert (
        "policyParameters" not in found.of("dataprotection:BackupInstance")["rescue-models"]["properties"]["policyInfo"]
    )


def test_prefixes_are_replicated_where_an_account_was_named(deploy):
    elsewhere = {"destination_account_id": COPIES, "destination_region": "norwayeast", "prefixes": ["released/"]}
    found = made(deploy, {**elsewhere, "survives": Loss.REGION, "replicated_share": 0.1})
    policies = found.of("storage:ObjectReplicationPolicy")
    there, here = policies["rescue-models-destination"], policies["rescue-models-source"]
    assert (there["accountName"], there["resourceGroupName"]) == ("stcopies", "rg-copies")
    assert (here["accountName"], here["resourceGroupName"]) == ("stdurable", "rg-data")
    assert there["rules"][0] == {
        "sourceContainer": "model",
        "destinationContainer": "model",
        "filters": {"minCreationTime": "1601-01-01T00:00:00Z", "prefixMatch": ["released/"]},
    }
    assert there["sourceAccount"] == here["sourceAccount"] == ACCOUNT
    all_of_it = made(deploy, {**elsewhere, "prefixes": [], "survives": Loss.REGION, "replicated_share": 0.1})
    (rule, _) = all_of_it.of("storage:ObjectReplicationPolicy")["rescue-models-source"]["rules"]
    assert rule["filters"] == {"minCreationTime": "1601-01-01T00:00:00Z"}
    assert found.outputs["choices"] == {"models": "soft delete and versions + object replication"}


def test_somebody_is_told_when_a_backup_fails(deploy):
    found = made(deploy, {"isolated": True}, alert_emails=["a@example.com"])
    group = found.of("monitor:ActionGroup")["rescue"]
    assert [each["emailAddress"] for each in group["emailReceivers"]] == ["a@example.com"]
    rule = found.of("alertsmanagement:AlertProcessingRuleByName")["rescue"]["properties"]
    assert [each["actionType"] for each in rule["actions"]] == ["AddActionGroups"]
    assert rule["scopes"][0].endswith("rescue")


def test_what_the_account_must_be_is_told(deploy):
    (warning,) = made(deploy, {"survives": Loss.REGION, "redundancy": "ZRS"}).warnings
    assert warning == (
        "models: geo redundancy is what suffices, and the account is ZRS. Give its TieredStorage "
        "redundancy={'durable': 'GZRS'}, and this component redundancy."
    )
    assert made(deploy, {"survives": Loss.REGION, "redundancy": "GZRS"}).warnings == []
    assert made(deploy, {"survives": Loss.ZONE, "redundancy": "RAGZRS"}).warnings == []
    (elsewhere,) = made(deploy, region="norwayeast").warnings
    assert elsewhere == "region is norwayeast, and the landing is in swedencentral: what was weighed is not so."


def test_the_explanation_has_every_alternative_and_the_runbook_the_names(deploy):
    found = made(deploy, {"isolated": True})
    told = found.outputs["explanation"]["models"]
    assert told.startswith(
        "vaulted backup is taken; re-creation: it cannot be made again; 0 GB, 0 kWh, 0 gCO2e a GB-month; "
    )
    assert told.count(" kWh, ") == 7
    steps = found.outputs["runbook"]["models"]
    assert [step.partition(": ")[0] for step in steps[:-1]] == [f"vaulted backup, step {at}" for at in (1, 2, 3, 4)]
    assert steps[1] == (
        "vaulted backup, step 2: az dataprotection recovery-point list --resource-group rg-ml --vault-name rescue "
        "--backup-instance-name rescue-models"
    )
    assert "--target-resource-id A --recovery-point-id R" in steps[2], "a vaulted copy never goes to its own account"
    assert steps[-1].startswith("Try this out before it is needed")
    undelete = made(deploy).outputs["runbook"]["models"]
    wanted = "az storage blob undelete --container-name model --name B --account-name stdurable --auth-mode login"
    assert undelete[1] == f"soft delete and versions, step 2: {wanted}"
    assert '--source-uri "https://stdurable.blob.core.windows.net/model/B?versionid=V"' in undelete[2]
    assert [step.partition(": ")[0] for step in undelete[:-1]] == [
        f"soft delete and versions, step {at}" for at in range(1, 7)
    ]


def test_only_the_protected_containers_of_an_account_are_rolled_back(deploy):
    steps = made(deploy, {"retention_days": 90}).outputs["runbook"]["models"]
    assert steps[1].startswith(
        "operational backup, step 2: az dataprotection backup-instance restore initialize-for-item-recovery "
    )
    assert "/backupInstances/rescue-models --container-list model model-2 --point-in-time T > restore.json" in steps[1]


def test_a_failover_is_told_what_stands_in_its_way(deploy):
    steps = made(deploy, {"survives": Loss.REGION}).outputs["runbook"]["models"]
    (before, failover) = (at for at, step in enumerate(steps) if "failover" in step)
    assert before < failover
    assert "delete it first" in steps[before]


@pytest.mark.parametrize(
    ("data", "args", "message"),
    [
        ({"retention_days": 366}, {}, "protected.models.retention_days is 366. Allowed: less than or equal to 365"),
        ({"prefixes": list("abcdef")}, {}, "protected.models.prefixes"),
        ({"redundancy": "RAID"}, {}, "protected.models.redundancy is 'RAID'. Allowed: LRS, ZRS, GRS"),
        ({"destination_region": "norwayeast"}, {}, "given together with destination_account_id. Fix: give both"),
        (
            {"data_class": DataClass.RAW, "isolated": True},
            {},
            "protected.models is missing. Allowed: a need that something meets. Fix: ask for less, or hold the data "
            "otherwise (re-creation: it cannot be made again; soft delete and versions: what it keeps goes with the",
        ),
        ({}, {"region": "atlantis"}, "region is 'atlantis'"),
        ({}, {"protected": {}}, "protected is empty. Allowed: at least 1 item"),
    ],
)
def test_what_is_refused(deploy, data, args, message):
    with pytest.raises(ArgumentError) as refused:
        made(deploy, data, **args)
    assert message in str(refused.value)
