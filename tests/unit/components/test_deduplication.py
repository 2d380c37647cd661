"""DeduplicationJob: what it registers, and what it refuses."""

import pytest
from verdazure import ArgumentError, DeduplicationJob
from verdazure.carbon.typical_hours import cleanest_hour

from tests.unit.conftest import SITE, SUBSCRIPTION

ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stlake"
REGISTRY = f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/Microsoft.ContainerRegistry/registries/crml"
IMAGE = "crml.azurecr.io/verdazure@sha256:" + "0" * 64
GOOD = {"landing": SITE, "account_id": ACCOUNT, "image": IMAGE}


def made(deploy, **args):
    def program():
        job = DeduplicationJob("tidy", {**GOOD, **args})
        return {"schedule": job.schedule, "reports": job.reports}

    return deploy(program)


def roles(found):
    return {
        name: (inputs["scope"].rsplit("/", 1)[-1], inputs["roleDefinitionId"].rsplit("/", 1)[-1][:8])
        for name, inputs in found.of("authorization:RoleAssignment").items()
    }


def test_a_job_reports_every_monday_and_may_only_read_the_data(deploy):
    found = made(deploy)
    job = found.of("app:Job")["tidy"]
    assert (job["jobName"], job["workloadProfileName"]) == ("caj-tidy-abc123", "Consumption")
    assert job["configuration"] == {
        "triggerType": "Schedule",
        "scheduleTriggerConfig": {
            "cronExpression": f"0 {cleanest_hour('swedencentral')} * * 1",
            "parallelism": 1,
            "replicaCompletionCount": 1,
        },
        "replicaTimeout": 14400,
        "replicaRetryLimit": 1,
    }
    (container,) = job["template"]["containers"]
    words = "verdazure data tidy --account stlake --region swedencentral --redundancy LRS --json"
    assert container["command"] == words.split()
    assert (container["image"], container["resources"]) == (IMAGE, {"cpu": 1, "memory": "2Gi"})
    assert roles(found) == {"tidy-data": ("stlake", "2a2b9908"), "tidy-report": ("verdazure-deduplication", "ba92f5b4")}
    assert found.outputs["reports"] == "stlake/verdazure-deduplication"


def test_its_environment_has_no_key_and_no_compute_that_stands(deploy):
    environment = made(deploy).of("app:ManagedEnvironment")["tidy"]
    assert environment["appLogsConfiguration"] == {"destination": "azure-monitor"}
    assert environment["workloadProfiles"] == [{"name": "Consumption", "workloadProfileType": "Consumption"}]
    assert (environment["publicNetworkAccess"], environment["zoneRedundant"]) == ("Disabled", False)


def test_removing_is_asked_for_and_brings_the_right_to_write(deploy):
    found = made(deploy, removes=True, redundancy="ZRS", registry_id=REGISTRY, schedule="0 1 1 * *", subnet_id="subnet")
    job = found.of("app:Job")["tidy"]
    assert job["template"]["containers"][0]["command"][-4:] == ["--redundancy", "ZRS", "--json", "--yes"]
    assert job["configuration"]["scheduleTriggerConfig"]["cronExpression"] == "0 1 1 * *"
    assert [each["server"] for each in job["configuration"]["registries"]] == ["crml.azurecr.io"]
    assert roles(found) == {
        "tidy-data": ("stlake", "ba92f5b4"),
        "tidy-report": ("verdazure-deduplication", "ba92f5b4"),
        "tidy-image": ("crml", "7f951dda"),
    }
    network = found.of("app:ManagedEnvironment")["tidy"]["vnetConfiguration"]
    assert network == {"infrastructureSubnetId": "subnet", "internal": True}


def test_reports_lie_beside_the_data(deploy):
    assert made(deploy).of("storage:BlobContainer")["tidy-reports"] == {
        "containerName": "verdazure-deduplication",
        "accountName": "stlake",
        "resourceGroupName": "rg-data",
        "publicAccess": "None",
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"image": "crml.azurecr.io/verdazure:latest"}, "Allowed: an image with its registry and digest"),
        ({"schedule": "weekly"}, "schedule is 'weekly'. Allowed: five fields: minute, hour, day, month, day of"),
        ({"redundancy": "RAID"}, "redundancy is 'RAID'. Allowed: LRS, ZRS, GRS, RAGRS, GZRS, RAGZRS"),
        ({"remove": True}, "unknown key 'remove'"),
    ],
)
def test_what_is_refused(deploy, args, message):
    with pytest.raises(ArgumentError) as refused:
        made(deploy, **args)
    assert message in str(refused.value)
