"""EdgeFleet: what it registers, and what it refuses."""

import pytest
from verdazure import (
    AllocationPolicy,
    ArgumentError,
    BlobEncoding,
    EdgeFleet,
    HubTier,
    Lock,
    MessageSource,
    PrincipalType,
)

from tests.unit.conftest import SITE, SUBSCRIPTION

RG = f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers"
HUB, SERVICE = f"{RG}/iothub:IotHubResource/fleet", f"{RG}/resources:Resource/fleet-provisioning"
IDENTITY = f"{RG}/managedidentity:UserAssignedIdentity/fleet-provisioning"
ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stdata"
OBJECT_ID = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
LABELS = {"managed-by": "verdazure", **SITE["tags"]}
PLACE = {"resourceGroupName": "rg-ml", "location": "swedencentral"}
RAW = {"account_id": ACCOUNT, "container": "raw"}
CLOSED = {key: value for key, value in SITE.items() if key != "log_workspace_id"}


def made(deploy, site=SITE, **args):
    def program():
        fleet = EdgeFleet("fleet", {"landing": site, **args})
        return {name: getattr(fleet, name) for name in EdgeFleet.__annotations__}

    return deploy(program)


def refused(deploy, site=SITE, name="fleet", **args):
    with pytest.raises(ArgumentError) as error:
        deploy(lambda: EdgeFleet(name, {"landing": site, **args}) and None)
    return str(error.value)


def of_hub(found):
    return found.of("iothub:IotHubResource")["fleet"]


def test_the_default_hub_is_small_closed_and_keeps_nothing(deploy):
    found = made(deploy)
    assert of_hub(found) == {
        "resourceName": "iot-fleet-abc123",
        **PLACE,
        "sku": {"name": "S1", "capacity": 1},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "minTlsVersion": "1.2",
            "disableLocalAuth": True,
            "disableDeviceSAS": True,
            "disableModuleSAS": False,
            "publicNetworkAccess": "Disabled",
            "eventHubEndpoints": {"events": {"retentionTimeInDays": 1, "partitionCount": 2}},
            "cloudToDevice": {
                "defaultTtlAsIso8601": "PT60M",
                "maxDeliveryCount": 10,
                "feedback": {"ttlAsIso8601": "PT60M", "lockDurationAsIso8601": "PT1M", "maxDeliveryCount": 10},
            },
            "routing": {
                "endpoints": {"storageContainers": []},
                "routes": [],
                "fallbackRoute": {
                    "name": "$fallback",
                    "source": "DeviceMessages",
                    "condition": "true",
                    "endpointNames": ["events"],
                    "isEnabled": False,
                },
            },
        },
        "tags": LABELS,
    }
    assert found.warnings == []


def test_the_provisioning_service_is_linked_by_an_identity_that_has_its_role_first(deploy):
    found = made(deploy)
    assert found.of("managedidentity:UserAssignedIdentity") == {
        "fleet-provisioning": {"resourceName": "id-fleet-provisioning-abc123", **PLACE, "tags": LABELS}
    }
    assert found.of("authorization:RoleAssignment") == {
        "fleet-provisioning-role": {
            "scope": HUB,
            "principalId": "principal of fleet-provisioning",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
            "4fc6c259-987e-4a07-842e-c321cc9d413f",
        }
    }
    assert found.of("resources:Resource") == {
        "fleet-provisioning": {
            "resourceName": "provs-fleet-abc123",
            "apiVersion": "2026-08-31",
            "resourceProviderNamespace": "Microsoft.Devices",
            "parentResourcePath": "",
            "resourceType": "provisioningServices",
            **PLACE,
            "sku": {"name": "S1", "capacity": 1},
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]},
            "properties": {
                "disableLocalAuth": True,
                "allocationPolicy": "Hashed",
                "iotHubs": [
                    {
                        "hostName": "fleet.azure-devices.net",
                        "location": "swedencentral",
                        "authenticationType": "UserAssigned",
                        "selectedUserAssignedIdentityResourceId": IDENTITY,
                        "applyAllocationPolicy": True,
                        "allocationWeight": 1,
                    }
                ],
                "publicNetworkAccess": "Disabled",
            },
            "tags": LABELS,
        }
    }


def test_deployments_and_enrolments_find_their_hosts_and_no_key(deploy):
    assert made(deploy).outputs == {
        "resource_id": HUB,
        "resource_name": "fleet",
        "principal_id": "principal of fleet",
        "hub_hostname": "fleet.azure-devices.net",
        "provisioning_id": SERVICE,
        "provisioning_hostname": "fleet-provisioning.azure-devices-provisioning.net",
        "id_scope": "0ne00ABCDEF",
        "metrics_rule_id": None,
        "metrics_environment": {},
    }


@pytest.mark.parametrize(
    ("args", "sku"),
    [
        ({"telemetry": {"devices": 500, "messages_per_day": 17280, "bytes_per_message": 300}}, ("S2", 2)),
        (
            {"telemetry": {"devices": 500, "messages_per_day": 17280, "bytes_per_message": 300, "batched": True}},
            ("S1", 3),
        ),
        ({"telemetry": {"devices": 10, "messages_per_day": 1440, "bytes_per_message": 4097}}, ("S1", 1)),
        ({"size": {"tier": HubTier.S2}}, ("S2", 1)),
        ({"size": {"tier": HubTier.S1, "units": 4.0}}, ("S1", 4)),
    ],
)
def test_the_size_follows_from_what_devices_send_or_is_chosen(deploy, args, sku):
    found = made(deploy, **args)
    assert (of_hub(found)["sku"]["name"], of_hub(found)["sku"]["capacity"]) == sku
    assert found.warnings == []


def test_routes_lead_to_the_events_or_to_a_container_that_the_hub_may_write(deploy):
    found = made(
        deploy,
        containers={
            "alerts": RAW,
            "later": {
                **RAW,
                "encoding": BlobEncoding.JSON,
                "file_name_format": "{mm}{HH}{DD}{MM}{YYYY}{partition}{iothub}",
                "batch_seconds": 60,
                "batch_megabytes": 10,
            },
        },
        routes={
            "alerts": {"condition": "$body.score > 0.8", "container": "alerts"},
            "states": {"condition": "true", "source": MessageSource.CONNECTION_STATES},
        },
        keep_unrouted=True,
    )
    routing = of_hub(found)["properties"]["routing"]
    assert routing["endpoints"]["storageContainers"] == [
        {
            "name": "alerts",
            "authenticationType": "identityBased",
            "endpointUri": "https://stdata.blob.core.windows.net/",
            "containerName": "raw",
            "resourceGroup": "rg-data",
            "subscriptionId": SUBSCRIPTION.rpartition("/")[2],
            "encoding": "AvroDeflate",
            "fileNameFormat": "{iothub}/{partition}/{YYYY}/{MM}/{DD}/{HH}/{mm}",
            "batchFrequencyInSeconds": 720,
            "maxChunkSizeInBytes": 314572800,
        }
    ]
    assert routing["routes"] == [
        {
            "name": "alerts",
            "source": "DeviceMessages",
            "condition": "$body.score > 0.8",
            "endpointNames": ["alerts"],
            "isEnabled": True,
        },
        {
            "name": "states",
            "source": "DeviceConnectionStateEvents",
            "condition": "true",
            "endpointNames": ["events"],
            "isEnabled": True,
        },
    ]
    assert routing["fallbackRoute"]["isEnabled"] is True
    roles = found.of("authorization:RoleAssignment")
    assert {roles[f"fleet-writes-{key}"]["principalId"] for key in ("alerts", "later")} == {"principal of fleet"}
    assert roles["fleet-writes-later"]["scope"] == f"{ACCOUNT}/blobServices/default/containers/raw"
    assert roles["fleet-writes-later"]["roleDefinitionId"].endswith("ba92f5b4-2d11-453d-a403-e96b0029c9fe")
    assert found.warnings == []


def test_a_container_that_a_route_names_is_written_as_it_was_asked_for(deploy):
    asked = {**RAW, "encoding": BlobEncoding.AVRO, "batch_seconds": 60, "batch_megabytes": 10}
    found = made(deploy, containers={"kept": asked}, routes={"kept": {"condition": "a = 1", "container": "kept"}})
    (endpoint,) = of_hub(found)["properties"]["routing"]["endpoints"]["storageContainers"]
    assert (endpoint["encoding"], endpoint["batchFrequencyInSeconds"], endpoint["maxChunkSizeInBytes"]) == (
        "Avro",
        60,
        10485760,
    )


def test_plants_come_over_the_internet_and_nobody_else_does(deploy):
    found = made(deploy, addresses={"malmo": "203.0.113.0/24"})
    properties = of_hub(found)["properties"]
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["networkRuleSets"] == {
        "defaultAction": "Deny",
        "applyToBuiltInEventHubEndpoint": True,
        "ipRules": [{"filterName": "malmo", "action": "Allow", "ipMask": "203.0.113.0/24"}],
    }
    service = found.of("resources:Resource")["fleet-provisioning"]["properties"]
    assert service["publicNetworkAccess"] == "Enabled"
    assert service["ipFilterRules"] == [
        {"filterName": "malmo", "action": "Accept", "ipMask": "203.0.113.0/24", "target": "all"},
        {"filterName": "all-others", "action": "Reject", "ipMask": "0.0.0.0/0", "target": "all"},
    ]


def test_devices_with_a_tpm_may_sign_and_the_service_spreads_devices_as_asked(deploy):
    found = made(deploy, tpm=True, allocation_policy=AllocationPolicy.GEO_LATENCY)
    properties = of_hub(found)["properties"]
    assert (properties["disableDeviceSAS"], properties["disableLocalAuth"]) == (False, True)
    assert found.of("resources:Resource")["fleet-provisioning"]["properties"]["allocationPolicy"] == "GeoLatency"


def test_the_ways_in_are_private_endpoints_with_their_zones(deploy):
    way = {"hub": {"subnet_id": "subnet", "private_dns_zone_ids": ["theirs"]}}
    found = made(deploy, private_endpoints=way, provisioning_endpoints=way, dns_virtual_network_ids={"hub": "network"})
    endpoints = found.of("network:PrivateEndpoint")
    connections = {key: each["privateLinkServiceConnections"][0] for key, each in endpoints.items()}
    assert connections == {
        "fleet-endpoint-hub": {"name": "iotHub", "privateLinkServiceId": HUB, "groupIds": ["iotHub"]},
        "fleet-provisioning-endpoint-hub": {
            "name": "iotDps",
            "privateLinkServiceId": SERVICE,
            "groupIds": ["iotDps"],
        },
    }
    assert {key: each["privateZoneName"] for key, each in found.of("privatedns:PrivateZone").items()} == {
        "fleet-hub-dns": "privatelink.azure-devices.net",
        "fleet-events-dns": "privatelink.servicebus.windows.net",
        "fleet-provisioning-dns": "privatelink.azure-devices-provisioning.net",
    }
    zones = {
        key: [each["privateDnsZoneId"].rpartition("/")[2] for each in group["privateDnsZoneConfigs"]]
        for key, group in found.of("network:PrivateDnsZoneGroup").items()
    }
    assert zones == {
        "fleet-endpoint-hub-dns": ["theirs", "fleet-hub-dns", "fleet-events-dns"],
        "fleet-provisioning-endpoint-hub-dns": ["theirs", "fleet-provisioning-dns"],
    }


def test_device_update_knows_the_hub_by_its_id_and_its_principal_may_reach_it(deploy):
    found = made(deploy, device_update={"principal_id": OBJECT_ID, "private_endpoints": {"hub": {"subnet_id": "s"}}})
    assert found.of("deviceupdate:Account") == {
        "fleet-updates": {
            "accountName": "adu-fleet-abc123",
            **PLACE,
            "identity": {"type": "SystemAssigned"},
            "publicNetworkAccess": "Disabled",
            "sku": "Standard",
            "tags": LABELS,
        }
    }
    assert found.of("deviceupdate:Instance") == {
        "fleet-updates": {
            "accountName": "fleet-updates",
            "instanceName": "fleet",
            **PLACE,
            "iotHubs": [{"resourceId": HUB}],
            "enableDiagnostics": False,
            "tags": LABELS,
        }
    }
    role = found.of("authorization:RoleAssignment")["fleet-updates-role"]
    assert (role["scope"], role["principalId"]) == (HUB, OBJECT_ID)
    assert role["roleDefinitionId"].endswith("4fc6c259-987e-4a07-842e-c321cc9d413f")
    (connection,) = found.of("network:PrivateEndpoint")["fleet-updates-endpoint-hub"]["privateLinkServiceConnections"]
    assert connection["groupIds"] == ["DeviceUpdate"]


def test_somebody_is_told_when_devices_are_away_modules_fail_and_messages_back_up(deploy):
    found = made(deploy, contact_emails=["vision@example.com"], offline_minutes=10, queued_messages=50)
    rules = found.of("monitor:ScheduledQueryRule")
    asked = {key: rule["criteria"]["allOf"][0]["query"] for key, rule in rules.items()}
    assert asked == {
        "fleet-offline": f"AzureDiagnostics | where ResourceId =~ '{HUB}' and Category == 'Connections'"
        " | where OperationName in ('deviceConnect', 'deviceDisconnect')"
        " | extend Device = tostring(parse_json(properties_s).deviceId)"
        " | summarize arg_max(TimeGenerated, OperationName) by Device"
        " | where OperationName == 'deviceDisconnect' and TimeGenerated < ago(10m)",
        "fleet-failing": f"IoTEdgeMetrics_CL | where Origin == 'iot.azm.ms' and ResourceId =~ '{HUB}'"
        " | extend Dimensions = parse_json(Tags) | extend Device = tostring(Dimensions.edge_device)"
        " | where Name in ('edgeAgent_total_time_running_correctly_seconds',"
        " 'edgeAgent_total_time_expected_running_seconds')"
        " | extend Module = tostring(Dimensions.module_name), Start = tostring(Dimensions.instance_number)"
        " | summarize Seconds = max(Value) - min(Value) by Name, Device, Module, Start"
        " | summarize Running = sumif(Seconds, Name == 'edgeAgent_total_time_running_correctly_seconds'),"
        " Expected = sumif(Seconds, Name == 'edgeAgent_total_time_expected_running_seconds') by Device, Module"
        " | where Running < Expected * 0.9",
        "fleet-queued": f"IoTEdgeMetrics_CL | where Origin == 'iot.azm.ms' and ResourceId =~ '{HUB}'"
        " | extend Dimensions = parse_json(Tags) | extend Device = tostring(Dimensions.edge_device)"
        " | where Name == 'edgehub_queue_length'"
        " | summarize Queued = sum(Value) by TimeGenerated, Device"
        " | where Queued >= 50 | distinct Device",
    }
    assert {key: rule.get("overrideQueryTimeRange") for key, rule in rules.items()} == {
        "fleet-offline": "P2D",
        "fleet-failing": None,
        "fleet-queued": None,
    }
    assert all(rule["skipQueryValidation"] and rule["windowSize"] == "PT1H" for rule in rules.values())
    group = f"{RG}/monitor:ActionGroup/fleet"
    assert {tuple(rule["actions"]["actionGroups"]) for rule in rules.values()} == {(group,)}


def test_collectors_send_to_a_table_of_their_own_by_identity(deploy):
    found = made(deploy, contact_emails=["vision@example.com"])
    table = found.of("operationalinsights:Table")["fleet-metrics"]
    assert (table["tableName"], table["workspaceName"], table["retentionInDays"]) == ("IoTEdgeMetrics_CL", "log", 30)
    rule = found.of("monitor:DataCollectionRule")["fleet-metrics"]
    assert rule["dataFlows"] == [
        {
            "streams": ["Custom-IoTEdgeMetrics"],
            "destinations": ["logs"],
            "outputStream": "Custom-IoTEdgeMetrics_CL",
            "transformKql": "source",
        }
    ]
    declared = rule["streamDeclarations"]["Custom-IoTEdgeMetrics"]["columns"]
    assert declared == table["schema"]["columns"]
    assert {each["name"]: each["type"] for each in declared}["Value"] == "real"
    assert found.outputs["metrics_rule_id"] == f"{RG}/monitor:DataCollectionRule/fleet-metrics"
    assert (
        found.outputs["metrics_environment"].items()
        >= {
            "UploadTarget": "AzureMonitor",
            "DataCollectionEndpoint": "https://made.ingest.monitor.azure.com",
            "DataCollectionStreamName": "Custom-IoTEdgeMetrics",
            "ResourceId": HUB,
        }.items()
    )


def test_hub_and_service_are_logged_locked_and_shared_like_every_component(deploy):
    who = {"principal_id": OBJECT_ID, "principal_type": PrincipalType.GROUP, "role": "IoT Hub Data Reader"}
    enrols = {**who, "role": "Device Provisioning Service Data Contributor"}
    found = made(
        deploy,
        lock=Lock.CAN_NOT_DELETE,
        role_assignments={"readers": who},
        provisioning_role_assignments={"pipeline": enrols},
        tags={"cost-center": "4711"},
    )
    logged = {key: each["resourceUri"] for key, each in found.of("monitor:DiagnosticSetting").items()}
    assert logged == {"fleet-diagnostics": HUB, "fleet-provisioning-diagnostics": SERVICE}
    locked = {key: each["scope"] for key, each in found.of("authorization:ManagementLockByScope").items()}
    assert locked == {"fleet-lock": HUB, "fleet-provisioning-lock": SERVICE}
    roles = found.of("authorization:RoleAssignment")
    assert roles["fleet-role-readers"]["scope"] == HUB
    assert roles["fleet-role-readers"]["roleDefinitionId"].endswith("b447c946-2db7-41ec-983d-d8bf3b1c77e3")
    assert roles["fleet-provisioning-role-pipeline"]["scope"] == SERVICE
    enrolling = roles["fleet-provisioning-role-pipeline"]["roleDefinitionId"]
    assert enrolling.endswith("dfce44e4-17b7-4bd1-a6d1-04996ec95633")
    assert of_hub(found)["tags"] == {**LABELS, "cost-center": "4711"}


@pytest.mark.parametrize(
    ("args", "said", "rule"),
    [
        ({"size": {"tier": HubTier.S3}}, "The hub has 1 units of S3; the limit is 4 of S2.", "ED05"),
        ({"size": {"tier": HubTier.S1, "units": 5}}, "The hub has 5 units of S1; the limit is 4 of S2.", "ED05"),
        ({"command_minutes": 61}, "Messages wait 61 minutes for a device that is away; the limit is 60.", "ED07"),
        ({"retention_days": 4}, "Events are kept 96 hours; the limit is 72.", "DA01"),
        (
            {"containers": {"all": RAW}, "routes": {"all": {"condition": " TRUE ", "container": "all"}}},
            "The route all stores whatever devices say.",
            "ED06",
        ),
    ],
)
def test_what_is_weakened_names_its_rule(deploy, args, said, rule):
    assert made(deploy, **args).warnings == [
        f"{said} This weakens a sustainable default; rule {rule} guards it.",
    ]


MANY = {"devices": 100_000, "messages_per_day": 17280, "bytes_per_message": 300}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            {"size": {"tier": HubTier.S1}, "telemetry": {**MANY, "devices": 1}},
            "size is 'given beside telemetry'. Allowed: size or telemetry",
        ),
        ({"telemetry": MANY}, "1,728,000,000 messages a day are more than 4 units of S2 take"),
        ({"size": {"tier": "F1"}}, "size.tier is 'F1'. Allowed: 'S1', 'S2' or 'S3'"),
        ({"routes": {"all": {"condition": ""}}}, "routes.all.condition is ''"),
        ({"routes": {"all": {"condition": "level = "}}}, "'level = ' cannot be read at its end"),
        ({"routes": {"all": {"condition": "$body[0] = 'a'"}}}, "$body.0 cannot be asked for"),
        ({"routes": {"all": {"condition": "$twin.level = 1"}}}, "$twin.level cannot be asked for"),
        ({"routes": {"events": {"condition": "true"}}}, "routes is 'events'. Allowed: 1 to 64 letters"),
        ({"routes": {"a b": {"condition": "true"}}}, "routes is 'a b'. Allowed: 1 to 64 letters"),
        ({"routes": {"a": {"condition": "true", "container": "raw"}}}, "Allowed: none, as containers is empty"),
        ({"containers": {"$default": RAW}}, "containers is '$default'"),
        ({"containers": {"a": {**RAW, "batch_seconds": 59}}}, "containers.a.batch_seconds is 59"),
        ({"containers": {"a": {**RAW, "batch_megabytes": 501}}}, "containers.a.batch_megabytes is 501"),
        ({"containers": {"a": {**RAW, "file_name_format": "{iothub}"}}}, "Fix: add {partition}, {YYYY}, {MM}"),
        ({"containers": {str(number): RAW for number in range(11)}}, "containers is of type dict. Allowed:"),
        ({"retention_days": 8}, "retention_days is 8"),
        ({"partitions": 1}, "partitions is 1"),
        ({"command_minutes": 2881}, "command_minutes is 2881"),
        ({"addresses": {"malmo": "203.0.113.7/24"}}, "addresses.malmo is '203.0.113.7/24'. Allowed: an IPv4 range"),
        ({"offline_minutes": 10}, "offline_minutes is 10. Allowed: nothing without contact_emails"),
        ({"queued_messages": 10}, "queued_messages is 10. Allowed: nothing without contact_emails"),
        ({"running_percent": 10}, "running_percent is 10. Allowed: nothing without contact_emails"),
        ({"contact_emails": ["a@example.com"], "offline_minutes": 4}, "offline_minutes is 4"),
        ({"contact_emails": ["a@example.com"], "site": CLOSED}, "landing is missing. Allowed: a landing with a log"),
        ({"dns_virtual_network_ids": {"hub": "network"}}, "nothing without private endpoints"),
        ({"name": "f" * 40}, "name is 'ffffffffffffffffffffffffffffffffffffffff'. Allowed: at most 39 characters"),
        (
            {"name": "fourteen-chars", "device_update": {"principal_id": OBJECT_ID}},
            "Allowed: at most 13 characters, or the device update's name would be too long",
        ),
        ({"tmp": True}, "unknown key 'tmp'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_registered(deploy, args, said):
    assert said in refused(deploy, **args)
