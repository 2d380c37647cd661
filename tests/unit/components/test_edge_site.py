"""EdgeSite: what it registers, what it refuses, when it warns."""

import json

import pytest
from verdazure import ArgumentError, EdgeSite, Lock, facts

from tests.unit.conftest import SITE, SUBSCRIPTION

CLUSTER = f"{SUBSCRIPTION}/resourceGroups/rg-plant/providers/Microsoft.Kubernetes/connectedClusters/plant"
ACCOUNT = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stdata"
HUB = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.EventHub/namespaces/evhns-results"
GRID = f"{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.EventGrid/namespaces/evgns-alarms"
ISSUER = "https://issuer.example.com/plant/"
LINE = {
    "landing": SITE,
    "cluster_id": CLUSTER,
    "token_issuer": ISSUER,
    "storage_account_id": ACCOUNT,
}
HUBS = {"results": {"kind": "EventHubs", "resource_id": HUB}}
FLOW = {
    "topics": ["plant/+/vibration"],
    "upstream": "results",
    "destination": "vibration",
    "drops": [{"inputs": ["quality"], "expression": '$1 != "good"'}],
}
WINDOW = {
    **FLOW,
    "window_seconds": 60,
    "aggregates": {"highest": {"inputs": ["rms"], "expression": "max($1)"}},
}
PLACE = {
    "instanceName": "iotops-line-abc123",
    "resourceGroupName": "rg-ml",
    "extendedLocation": {
        "name": f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/extendedlocation:CustomLocation/line",
        "type": "CustomLocation",
    },
}
TAGS = {"managed-by": "verdazure", "workload": "ml", "owner": "vision", "environment": "dev"}
SIGNED_IN = {
    "method": "UserAssignedManagedIdentity",
    "userAssignedManagedIdentitySettings": {"clientId": "client", "tenantId": "tenant"},
}


def made_id(kind: str, name: str) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/{kind}/{name}"


def site(deploy, **args):
    return deploy(lambda: EdgeSite("line", {**LINE, **args}) and {})


# The cluster


def test_the_extensions_go_together_and_are_pinned(deploy):
    made = site(deploy).of("kubernetesconfiguration:Extension")
    on_cluster = {
        "clusterRp": "Microsoft.Kubernetes",
        "clusterResourceName": "connectedClusters",
        "clusterName": "plant",
        "resourceGroupName": "rg-plant",
        "autoUpgradeMinorVersion": False,
        "releaseTrain": "stable",
        "identity": {"type": "SystemAssigned"},
    }
    release = facts.iot_operations.get("2608")
    assert made["line-certificates"] == {
        **on_cluster,
        "extensionName": "cert-manager",
        "extensionType": "microsoft.certmanagement",
        "version": release.cert_manager,
        "scope": {"cluster": {"releaseNamespace": "cert-manager"}},
        "configurationSettings": {
            "AgentOperationTimeoutInMinutes": "20",
            "global.telemetry.enabled": "true",
            "trust-manager.secretTargets.enabled": "false",
            "trust-manager.secretTargets.authorizedSecretsAll": "false",
        },
    }
    assert made["line-secrets"] == {
        **on_cluster,
        "extensionName": "azure-secret-store",
        "extensionType": "microsoft.azure.secretstore",
        "version": release.secret_store,
        "configurationSettings": {
            "rotationPollIntervalInSeconds": "120",
            "validatingAdmissionPolicies.applyPolicies": "false",
        },
    }
    assert made["line-operations"] == {
        **on_cluster,
        "extensionName": "azure-iot-operations",
        "extensionType": "microsoft.iotoperations",
        "version": release.iot_operations,
        "scope": {"cluster": {"releaseNamespace": "azure-iot-operations"}},
        "configurationSettings": {
            "AgentOperationTimeoutInMinutes": "120",
            "connectors.values.mqttBroker.address": "mqtts://aio-broker.azure-iot-operations:18883",
            "connectors.values.mqttBroker.serviceAccountTokenAudience": "aio-internal",
            "dataFlows.values.tinyKube.mqttBroker.hostName": "aio-broker.azure-iot-operations",
            "dataFlows.values.tinyKube.mqttBroker.port": "18883",
            "dataFlows.values.tinyKube.mqttBroker.authentication.serviceAccountTokenAudience": "aio-internal",
            "dataFlows.values.wasmGraphController.mqttBroker.caCertConfigMapRef": (
                "azure-iot-operations-aio-ca-trust-bundle"
            ),
            "dataFlows.values.wasmGraphController.mqttBroker.caCertFileName": "ca.crt",
            "observability.metrics.enabled": "false",
            "observability.metrics.openTelemetryCollectorAddress": "",
            "schemaRegistry.values.mqttBroker.host": "mqtts://aio-broker.azure-iot-operations:18883",
            "schemaRegistry.values.mqttBroker.serviceAccountTokenAudience": "aio-internal",
            "trustSource": "SelfSigned",
        },
    }


def test_the_newest_release_is_the_default():
    assert max(facts.iot_operations()) == "2608"


def test_a_release_is_chosen_by_name(deploy):
    made = site(deploy, release="2607").of("kubernetesconfiguration:Extension")
    found = {name: each["version"] for name, each in made.items()}
    assert found == {"line-certificates": "0.14.0", "line-secrets": "1.5.1", "line-operations": "1.4.41"}


def test_what_azure_upgrades_has_no_version(deploy):
    made = site(deploy, auto_upgrade=True).of("kubernetesconfiguration:Extension")
    assert [("version" in each, each["autoUpgradeMinorVersion"]) for each in made.values()] == [(False, True)] * 3


def test_a_cert_manager_that_is_there_is_left_alone(deploy):
    made = site(deploy, installs_cert_manager=False)
    assert set(made.of("kubernetesconfiguration:Extension")) == {"line-secrets", "line-operations"}
    extensions = made.of("extendedlocation:CustomLocation")["line"]["clusterExtensionIds"]
    kind = "kubernetesconfiguration:Extension"
    assert extensions == [made_id(kind, "line-secrets"), made_id(kind, "line-operations")]


def test_a_token_of_the_cluster_stands_for_the_identity(deploy):
    made = site(deploy)
    assert made.of("managedidentity:UserAssignedIdentity")["line"]["resourceName"] == "id-line-abc123"
    assert made.of("managedidentity:FederatedIdentityCredential") == {
        "line-dataflow": {
            "resourceName": "line",
            "federatedIdentityCredentialResourceName": "aio-dataflow",
            "resourceGroupName": "rg-ml",
            "issuer": ISSUER,
            "subject": "system:serviceaccount:azure-iot-operations:aio-dataflow",
            "audiences": ["api://AzureADTokenExchange"],
        }
    }


def test_schemas_are_reached_by_identity_alone(deploy):
    made = site(deploy)
    assert made.of("storage:BlobContainer") == {
        "line-schemas": {
            "containerName": "sr-line-abc123",
            "accountName": "stdata",
            "resourceGroupName": "rg-data",
            "publicAccess": "None",
        }
    }
    assert made.of("deviceregistry:SchemaRegistry") == {
        "line": {
            "schemaRegistryName": "sr-line-abc123",
            "namespace": "sr-line-abc123",
            "resourceGroupName": "rg-ml",
            "location": "swedencentral",
            "identity": {"type": "SystemAssigned"},
            "storageAccountContainerUrl": "https://stdata.blob.core.windows.net/sr-line-abc123",
            "tags": TAGS,
        }
    }
    granted = {
        name: (each["scope"], each["principalId"], each["roleDefinitionId"].rpartition("/")[2], each["principalType"])
        for name, each in made.of("authorization:RoleAssignment").items()
    }
    assert granted == {
        "line-schemas-store": (
            made_id("storage:BlobContainer", "sr-line-abc123"),
            "principal of line",
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            "ServicePrincipal",
        ),
        "line-schemas-site": (
            made_id("deviceregistry:SchemaRegistry", "sr-line-abc123"),
            "principal of line-operations",
            "b24988ac-6180-42a0-ab88-20f7382dd24c",
            "ServicePrincipal",
        ),
    }


def test_the_instance_lies_in_the_custom_location_of_the_cluster(deploy):
    made = site(deploy)
    kind = "kubernetesconfiguration:Extension"
    assert made.of("extendedlocation:CustomLocation") == {
        "line": {
            "resourceName": "cl-line-abc123",
            "displayName": "cl-line-abc123",
            "resourceGroupName": "rg-ml",
            "location": "swedencentral",
            "hostResourceId": CLUSTER,
            "hostType": "Kubernetes",
            "namespace": "azure-iot-operations",
            "clusterExtensionIds": [made_id(kind, "line-secrets"), made_id(kind, "line-operations")],
            "identity": {"type": "SystemAssigned"},
            "tags": TAGS,
        }
    }
    assert made.of("iotoperations:Instance") == {
        "line": {
            **PLACE,
            "location": "swedencentral",
            "identity": {
                "type": "UserAssigned",
                "userAssignedIdentities": [made_id("managedidentity:UserAssignedIdentity", "line")],
            },
            "properties": {
                "schemaRegistryRef": {"resourceId": made_id("deviceregistry:SchemaRegistry", "sr-line-abc123")}
            },
            "tags": TAGS,
        }
    }


# The broker


def test_the_broker_is_small_and_its_buffer_bounded(deploy):
    assert site(deploy).of("iotoperations:Broker") == {
        "line": {
            **PLACE,
            "brokerName": "default",
            "properties": {
                "memoryProfile": "Low",
                "cardinality": {
                    "frontend": {"replicas": 1, "workers": 1},
                    "backendChain": {"partitions": 1, "workers": 1, "redundancyFactor": 2},
                },
                "diskBackedMessageBuffer": {"maxSize": "1G"},
                "generateResourceLimits": {"cpu": "Disabled"},
                "diagnostics": {"logs": {"level": "warn"}, "traces": {"mode": "Disabled"}},
            },
        }
    }


def test_a_larger_broker_is_asked_for(deploy):
    asked = {
        "memory": "High",
        "frontends": 2,
        "frontend_workers": 3,
        "partitions": 4,
        "partition_workers": 5,
        "copies": 3,
        "buffer_gb": 20,
        "buffer_storage_class": "fast",
        "log_level": "info",
    }
    made = site(deploy, broker=asked)
    assert made.of("iotoperations:Broker")["line"]["properties"] == {
        "memoryProfile": "High",
        "cardinality": {
            "frontend": {"replicas": 2, "workers": 3},
            "backendChain": {"partitions": 4, "workers": 5, "redundancyFactor": 3},
        },
        "diskBackedMessageBuffer": {
            "maxSize": "20G",
            "ephemeralVolumeClaimSpec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast"},
        },
        "generateResourceLimits": {"cpu": "Disabled"},
        "diagnostics": {"logs": {"level": "info"}, "traces": {"mode": "Disabled"}},
    }
    assert made.of("iotoperations:DataflowProfile")["line"]["properties"]["diagnostics"] == {"logs": {"level": "info"}}


def test_without_listeners_there_is_the_one_of_the_installation(deploy):
    made = site(deploy)
    assert made.of("iotoperations:BrokerAuthentication") == {
        "line-internal": {
            **PLACE,
            "brokerName": "default",
            "authenticationName": "default",
            "properties": {
                "authenticationMethods": [
                    {
                        "method": "ServiceAccountToken",
                        "serviceAccountTokenSettings": {"audiences": ["aio-internal"]},
                    }
                ]
            },
        }
    }
    assert made.of("iotoperations:BrokerAuthorization") == {}
    assert made.of("iotoperations:BrokerListener") == {
        "line-internal": {
            **PLACE,
            "brokerName": "default",
            "listenerName": "default",
            "properties": {
                "serviceName": "aio-broker",
                "serviceType": "ClusterIp",
                "ports": [
                    {
                        "port": 18883,
                        "protocol": "Mqtt",
                        "authenticationRef": "default",
                        "tls": {
                            "mode": "Automatic",
                            "certManagerCertificateSpec": {
                                "issuerRef": {
                                    "name": "azure-iot-operations-aio-certificate-issuer",
                                    "kind": "ClusterIssuer",
                                    "group": "cert-manager.io",
                                }
                            },
                        },
                    }
                ],
            },
        }
    }


def test_machines_show_certificates_and_may_do_what_is_said(deploy):
    machines = {
        "port": 8883,
        "reach": "NodePort",
        "node_port": 31883,
        "dns_names": ["broker.example.com"],
        "ip_addresses": ["192.0.2.10"],
        "client_ca": "machines",
        "audience": "pods",
        "clients": {
            "press": {"subject": "CN = press", "publishes": ["press/#"]},
            "panel": {"subject": "CN = panel", "publishes": ["panel"], "subscribes": ["+/state"]},
        },
    }
    made = site(deploy, listeners={"machines": machines})
    child = "line-listener-machines"
    assert made.of("iotoperations:BrokerAuthentication")[child]["properties"]["authenticationMethods"] == [
        {
            "method": "X509",
            "x509Settings": {
                "trustedClientCaCert": "machines",
                "authorizationAttributes": {
                    "press": {"subject": "CN = press", "attributes": {"client": "press"}},
                    "panel": {"subject": "CN = panel", "attributes": {"client": "panel"}},
                },
            },
        },
        {"method": "ServiceAccountToken", "serviceAccountTokenSettings": {"audiences": ["pods"]}},
    ]
    assert made.of("iotoperations:BrokerAuthorization") == {
        child: {
            **PLACE,
            "brokerName": "default",
            "authorizationName": "machines",
            "properties": {
                "authorizationPolicies": {
                    "cache": "Enabled",
                    "rules": [
                        {
                            "principals": {"attributes": [{"client": "press"}]},
                            "brokerResources": [
                                {"method": "Connect"},
                                {"method": "Publish", "topics": ["press/#"]},
                            ],
                        },
                        {
                            "principals": {"attributes": [{"client": "panel"}]},
                            "brokerResources": [
                                {"method": "Connect"},
                                {"method": "Publish", "topics": ["panel"]},
                                {"method": "Subscribe", "topics": ["+/state"]},
                            ],
                        },
                    ],
                }
            },
        }
    }
    assert made.of("iotoperations:BrokerListener")[child]["properties"] == {
        "serviceName": "aio-broker-machines",
        "serviceType": "NodePort",
        "ports": [
            {
                "port": 8883,
                "nodePort": 31883,
                "protocol": "Mqtt",
                "authenticationRef": "machines",
                "authorizationRef": "machines",
                "tls": {
                    "mode": "Automatic",
                    "certManagerCertificateSpec": {
                        "issuerRef": {
                            "name": "azure-iot-operations-aio-certificate-issuer",
                            "kind": "ClusterIssuer",
                            "group": "cert-manager.io",
                        },
                        "san": {"dns": ["broker.example.com"], "ip": ["192.0.2.10"]},
                    },
                },
            }
        ],
    }


def test_a_certificate_of_your_own_is_named_and_not_shown(deploy):
    made = site(deploy, listeners={"offices": {"port": 8884, "reach": "LoadBalancer", "tls_secret": "offices"}})
    properties = made.of("iotoperations:BrokerListener")["line-listener-offices"]["properties"]
    assert properties["ports"] == [
        {
            "port": 8884,
            "protocol": "Mqtt",
            "authenticationRef": "offices",
            "tls": {"mode": "Manual", "manual": {"secretRef": "offices"}},
        }
    ]
    methods = made.of("iotoperations:BrokerAuthentication")["line-listener-offices"]["properties"]
    assert methods["authenticationMethods"] == [
        {"method": "ServiceAccountToken", "serviceAccountTokenSettings": {"audiences": ["aio-internal"]}}
    ]


def test_an_authority_of_your_own_signs_everything(deploy):
    trust = {"issuer": "plant", "issuer_kind": "Issuer", "config_map": "roots", "config_map_key": "root.crt"}
    made = site(deploy, trust=trust)
    settings = made.of("kubernetesconfiguration:Extension")["line-operations"]["configurationSettings"]
    assert {key: value for key, value in settings.items() if key.startswith("trust") or "caCert" in key} == {
        "trustSource": "CustomerManaged",
        "trustBundleSettings.issuer.name": "plant",
        "trustBundleSettings.issuer.kind": "Issuer",
        "trustBundleSettings.configMap.name": "roots",
        "trustBundleSettings.configMap.key": "root.crt",
        "dataFlows.values.wasmGraphController.mqttBroker.caCertConfigMapRef": "roots",
        "dataFlows.values.wasmGraphController.mqttBroker.caCertFileName": "root.crt",
    }
    (port,) = made.of("iotoperations:BrokerListener")["line-internal"]["properties"]["ports"]
    assert port["tls"]["certManagerCertificateSpec"]["issuerRef"] == {
        "name": "plant",
        "kind": "Issuer",
        "group": "cert-manager.io",
    }
    local = made.of("iotoperations:DataflowEndpoint")["line-broker"]["properties"]["mqttSettings"]
    assert local["tls"] == {"mode": "Enabled", "trustedCaCertificateConfigMapRef": "roots"}


# What leaves the site


def test_the_source_of_all_flows_is_the_sites_own_broker(deploy):
    assert site(deploy).of("iotoperations:DataflowEndpoint") == {
        "line-broker": {
            **PLACE,
            "dataflowEndpointName": "default",
            "properties": {
                "endpointType": "Mqtt",
                "mqttSettings": {
                    "host": "aio-broker.azure-iot-operations:18883",
                    "authentication": {
                        "method": "ServiceAccountToken",
                        "serviceAccountTokenSettings": {"audience": "aio-internal"},
                    },
                    "tls": {
                        "mode": "Enabled",
                        "trustedCaCertificateConfigMapRef": "azure-iot-operations-aio-ca-trust-bundle",
                    },
                },
            },
        }
    }


def test_destinations_are_signed_in_to_by_an_identity_with_one_role_each(deploy):
    upstreams = {
        **HUBS,
        "alarms": {"kind": "EventGrid", "resource_id": GRID, "host": "alarms.ts.eventgrid.azure.net"},
        "archive": {"kind": "DataLake", "resource_id": ACCOUNT, "batch_seconds": 5},
    }
    made = site(deploy, upstreams=upstreams)
    endpoints = made.of("iotoperations:DataflowEndpoint")
    assert endpoints["line-upstream-results"] == {
        **PLACE,
        "dataflowEndpointName": "results",
        "properties": {
            "endpointType": "Kafka",
            "kafkaSettings": {
                "host": "evhns-results.servicebus.windows.net:9093",
                "authentication": SIGNED_IN,
                "tls": {"mode": "Enabled"},
                "batching": {"mode": "Enabled", "latencyMs": 60000},
            },
        },
    }
    assert endpoints["line-upstream-alarms"]["properties"] == {
        "endpointType": "Mqtt",
        "mqttSettings": {
            "host": "alarms.ts.eventgrid.azure.net:8883",
            "authentication": SIGNED_IN,
            "tls": {"mode": "Enabled"},
        },
    }
    assert endpoints["line-upstream-archive"]["properties"] == {
        "endpointType": "DataLakeStorage",
        "dataLakeStorageSettings": {
            "host": "https://stdata.blob.core.windows.net",
            "authentication": SIGNED_IN,
            "batching": {"latencySeconds": 5},
        },
    }
    granted = {
        name: (each["scope"], each["principalId"], each["roleDefinitionId"].rpartition("/")[2])
        for name, each in made.of("authorization:RoleAssignment").items()
        if "upstream" in name
    }
    assert granted == {
        "line-upstream-results": (HUB, "principal of line", "2b629674-e913-4c01-ae53-ef4638d8f975"),
        "line-upstream-alarms": (GRID, "principal of line", "a12b0b94-b317-4dcd-84a8-502ce99884c6"),
        "line-upstream-archive": (ACCOUNT, "principal of line", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"),
    }


def test_a_flow_that_filters_is_a_data_flow(deploy):
    made = site(deploy, upstreams=HUBS, dataflows={"vibration": FLOW})
    assert made.of("iotoperations:Dataflow") == {
        "line-flow-vibration": {
            **PLACE,
            "dataflowProfileName": "default",
            "dataflowName": "vibration",
            "properties": {
                "mode": "Enabled",
                "operations": [
                    {
                        "operationType": "Source",
                        "sourceSettings": {
                            "endpointRef": "default",
                            "dataSources": ["plant/+/vibration"],
                            "serializationFormat": "Json",
                        },
                    },
                    {
                        "operationType": "BuiltInTransformation",
                        "builtInTransformationSettings": {
                            "serializationFormat": "Json",
                            "filter": [{"type": "Filter", "inputs": ["quality"], "expression": '$1 != "good"'}],
                            "map": [{"type": "PassThrough", "inputs": ["*"], "output": "*"}],
                        },
                    },
                    {
                        "operationType": "Destination",
                        "destinationSettings": {"endpointRef": "results", "dataDestination": "vibration"},
                    },
                ],
            },
        }
    }
    assert made.of("iotoperations:DataflowGraph") == {}
    assert made.of("iotoperations:RegistryEndpoint") == {}
    assert made.warnings == []


def test_to_a_lake_goes_what_the_schema_says(deploy):
    flow = {
        **FLOW,
        "upstream": "archive",
        "map": {"machine": {"inputs": ["id"]}, "celsius": {"inputs": ["heat"], "expression": "fToC($1)"}},
        "schema_ref": "aio-sr://sr-line/states:1",
    }
    upstreams = {"archive": {"kind": "DataLake", "resource_id": ACCOUNT}}
    made = site(deploy, upstreams=upstreams, dataflows={"states": flow})
    operations = made.of("iotoperations:Dataflow")["line-flow-states"]["properties"]["operations"]
    assert operations[1]["builtInTransformationSettings"] == {
        "serializationFormat": "Parquet",
        "schemaRef": "aio-sr://sr-line/states:1",
        "filter": [{"type": "Filter", "inputs": ["quality"], "expression": '$1 != "good"'}],
        "map": [
            {"type": "Rename", "inputs": ["id"], "output": "machine"},
            {"type": "Compute", "inputs": ["heat"], "output": "celsius", "expression": "fToC($1)"},
        ],
    }


def test_a_flow_that_aggregates_is_a_graph(deploy):
    flow = {**WINDOW, "map": {"rms": {"inputs": ["x", "y"], "expression": "sqrt($1 * $1 + $2 * $2)"}}}
    made = site(deploy, upstreams=HUBS, dataflows={"vibration": flow})
    assert made.of("iotoperations:Dataflow") == {}
    assert made.of("iotoperations:RegistryEndpoint") == {
        "line-transforms": {
            **PLACE,
            "registryEndpointName": "default",
            "properties": {
                "host": "mcr.microsoft.com",
                "authentication": {"method": "Anonymous", "anonymousSettings": {}},
            },
        }
    }
    graph = made.of("iotoperations:DataflowGraph")["line-flow-vibration"]
    assert {key: graph[key] for key in ("dataflowProfileName", "dataflowGraphName", *PLACE)} == {
        **PLACE,
        "dataflowProfileName": "default",
        "dataflowGraphName": "vibration",
    }
    first, *steps, last = graph["properties"]["nodes"]
    assert first == {
        "nodeType": "Source",
        "name": "messages",
        "sourceSettings": {"endpointRef": "default", "dataSources": ["plant/+/vibration"]},
    }
    assert last == {
        "nodeType": "Destination",
        "name": "upstream",
        "destinationSettings": {"endpointRef": "results", "dataDestination": "vibration"},
    }
    found = [
        (
            step["name"],
            step["graphSettings"]["artifact"],
            step["graphSettings"]["registryEndpointRef"],
            {each["key"]: json.loads(each["value"]) for each in step["graphSettings"]["configuration"]},
        )
        for step in steps
    ]
    assert found == [
        (
            "drop",
            "azureiotoperations/graph-dataflow-filter:1.0.0",
            "default",
            {"rules": {"filter": [{"inputs": ["quality"], "expression": '$1 != "good"'}]}},
        ),
        (
            "map",
            "azureiotoperations/graph-dataflow-map:1.0.0",
            "default",
            {
                "rules": {
                    "map": [{"inputs": ["x", "y"], "output": "rms", "expression": "sqrt($1 * $1 + $2 * $2)"}],
                }
            },
        ),
        (
            "aggregate",
            "azureiotoperations/graph-dataflow-window:1.0.0",
            "default",
            {
                "delay": {"type": "duration", "delaySeconds": 60},
                "rules": {"accumulate": [{"inputs": ["rms"], "output": "highest", "expression": "max($1)"}]},
            },
        ),
    ]
    assert graph["properties"]["mode"] == "Enabled"
    assert graph["properties"]["nodeConnections"] == [
        {"from": {"name": "messages"}, "to": {"name": "drop"}},
        {"from": {"name": "drop"}, "to": {"name": "map"}},
        {"from": {"name": "map"}, "to": {"name": "aggregate"}},
        {"from": {"name": "aggregate"}, "to": {"name": "upstream"}},
    ]


def test_a_flow_that_sends_everything_says_why(deploy):
    flow = {
        **{key: FLOW[key] for key in ("topics", "upstream", "destination")},
        "justification": {"reason": "The fire brigade wants each alarm.", "expires": "2099-12-31"},
    }
    made = site(deploy, upstreams=HUBS, dataflows={"alarms": flow})
    assert made.warnings == [
        "Data flow 'alarms' sends every message of its topics to Azure, until 2099-12-31: "
        "The fire brigade wants each alarm."
    ]


def test_more_pods_move_the_data(deploy):
    made = site(deploy, upstreams=HUBS, dataflows={"vibration": FLOW}, dataflow_instances=3)
    assert made.of("iotoperations:DataflowProfile") == {
        "line": {
            **PLACE,
            "dataflowProfileName": "default",
            "properties": {"instanceCount": 3, "diagnostics": {"logs": {"level": "warn"}}},
        }
    }


# Models, and what all components have


def test_models_answer_at_the_site_and_nothing_is_trained(deploy):
    inference = {
        "workspace_name": "mlw-ml-abc123",
        "instance_types": {"small": {"cpu": "2", "memory": "4Gi"}},
        "tls_secret": "models",
        "host_name": "models.example.com",
        "namespace": "vision",
    }
    made = site(deploy, inference=inference)
    extension = made.of("kubernetesconfiguration:Extension")["line-ml-extension"]
    assert extension["configurationSettings"] == {
        "enableTraining": "False",
        "enableInference": "True",
        "allowInsecureConnections": "False",
        "inferenceRouterHA": "False",
        "inferenceRouterServiceType": "ClusterIP",
        "sslCname": "models.example.com",
        "sslSecret": "models",
    }
    amounts = {"cpu": "2", "memory": "4Gi"}
    assert made.of("machinelearningservices:Compute")["line-ml"]["properties"] == {
        "computeType": "Kubernetes",
        "resourceId": CLUSTER,
        "disableLocalAuth": True,
        "properties": {
            "namespace": "vision",
            "defaultInstanceType": "small",
            "instanceTypes": {"small": {"resources": {"requests": amounts, "limits": amounts}}},
        },
    }


def test_outputs_say_where_everything_is_and_hold_no_secret(deploy):
    def program():
        made = EdgeSite("line", {**LINE, "listeners": {"machines": {"port": 8883}}})
        return {name: getattr(made, name) for name in EdgeSite.__annotations__}

    assert deploy(program).outputs == {
        "resource_id": made_id("iotoperations:Instance", "iotops-line-abc123"),
        "resource_name": "iotops-line-abc123",
        "principal_id": "principal of line",
        "custom_location_id": made_id("extendedlocation:CustomLocation", "line"),
        "schema_registry_id": made_id("deviceregistry:SchemaRegistry", "sr-line-abc123"),
        "broker_address": "mqtts://aio-broker.azure-iot-operations:18883",
        "listener_addresses": {"machines": "mqtts://aio-broker-machines.azure-iot-operations:8883"},
    }


def test_the_instance_is_locked_tagged_and_shared(deploy):
    made = site(
        deploy,
        tags={"cost-center": "4711"},
        lock=Lock.CAN_NOT_DELETE,
        role_assignments={"ops": {"principal_id": "group", "principal_type": "Group", "role": "Reader"}},
    )
    instance = made_id("iotoperations:Instance", "iotops-line-abc123")
    lock = made.of("authorization:ManagementLockByScope")["line-lock"]
    assert (lock["scope"], lock["level"]) == (instance, "CanNotDelete")
    assert made.of("authorization:RoleAssignment")["line-role-ops"] == {
        "scope": instance,
        "principalId": "group",
        "principalType": "Group",
        "roleDefinitionId": (
            f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
        ),
    }
    for kind in (
        "deviceregistry:SchemaRegistry",
        "extendedlocation:CustomLocation",
        "iotoperations:Instance",
        "managedidentity:UserAssignedIdentity",
    ):
        assert made.of(kind)["line"]["tags"] == {**TAGS, "cost-center": "4711"}


# Refusals


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            {"cluster_id": CLUSTER.replace("connectedClusters", "clusters")},
            "Allowed: the ARM id of a Microsoft.Kubernetes/connectedClusters. Fix: connect it: az connectedk8s connect",
        ),
        ({"release": "2501"}, "release is '2501'. Allowed: 2607, 2608. Fix: take one of these"),
        ({"broker": {"copies": 6}}, "broker.copies is 6. Allowed: less than or equal to 5"),
        ({"broker": {"frontends": 17}}, "broker.frontends is 17. Allowed: less than or equal to 16"),
        ({"broker": {"buffer_gb": 0}}, "broker.buffer_gb is 0. Allowed: greater than or equal to 1"),
        ({"broker": {"memory": "Huge"}}, "broker.memory is 'Huge'. Allowed: 'Tiny', 'Low', 'Medium' or 'High'"),
        ({"trust": {"issuer": "plant", "config_map": "Roots"}}, "trust.config_map is 'Roots'"),
        ({"dataflow_instances": 21}, "dataflow_instances is 21. Allowed: less than or equal to 20"),
        ({"listeners": {"default": {"port": 1}}}, "listeners is 'default'. Allowed: names of 3 to 63 small letters"),
        ({"upstreams": {"Results": HUBS["results"]}}, "upstreams is 'Results'. Allowed: names of 3 to 63"),
        ({"dataflows": {"a": FLOW}}, "dataflows is 'a'. Allowed: names of 3 to 63"),
    ],
)
def test_what_no_site_can_be_is_refused(args, said):
    with pytest.raises(ArgumentError) as refused:
        EdgeSite("line", {**LINE, **args})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("listener", "said"),
    [
        ({"port": 0}, "listeners.machines.port is 0. Allowed: greater than or equal to 1"),
        ({"port": 65536}, "listeners.machines.port is 65536. Allowed: less than or equal to 65535"),
        ({"port": 1, "node_port": 2}, "node_port is 2. Allowed: nothing without reach NodePort."),
        (
            {"port": 1, "tls_secret": "own", "dns_names": ["a"]},
            "tls_secret is 'own'. Allowed: nothing beside dns_names and ip_addresses",
        ),
        (
            {"port": 1, "clients": {"press": {"subject": "CN = press", "publishes": ["a"]}}},
            "clients is of type dict. Allowed: nothing without client_ca: clients are told apart by their certificates",
        ),
        (
            {"port": 1, "client_ca": "ca", "clients": {"press": {"subject": "CN = press"}}},
            "clients.press.publishes is missing. Allowed: topics here or in subscribes.",
        ),
        (
            {"port": 1, "client_ca": "ca", "clients": {"press": {"subject": "CN = press", "publishes": ["a/#/b"]}}},
            "publishes.0 is 'a/#/b'. Allowed: a topic with # as its last level alone.",
        ),
        (
            {"port": 1, "client_ca": "ca", "clients": {"press": {"subject": "CN = press", "publishes": ["a#"]}}},
            "publishes.0 is 'a#'. Allowed: a topic with # as its last level alone.",
        ),
        (
            {"port": 1, "client_ca": "ca", "clients": {"press": {"subject": "CN = press", "publishes": ["a+/b"]}}},
            "publishes.0 is 'a+/b'. Allowed: a topic with + as a whole level.",
        ),
    ],
)
def test_a_listener_that_would_let_anybody_in_or_nobody_is_refused(listener, said):
    with pytest.raises(ArgumentError) as refused:
        EdgeSite("line", {**LINE, "listeners": {"machines": listener}})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("upstream", "said"),
    [
        ({"kind": "EventGrid", "resource_id": GRID}, "host is missing. Allowed: the MQTT host name with EventGrid."),
        ({**HUBS["results"], "host": "a"}, "host is 'a'. Allowed: nothing but with EventGrid."),
        (
            {"kind": "EventGrid", "resource_id": GRID, "host": "a", "batch_seconds": 1},
            "batch_seconds is 1. Allowed: nothing with EventGrid.",
        ),
        ({**HUBS["results"], "batch_seconds": 61}, "batch_seconds is 61. Allowed: less than or equal to 60"),
    ],
)
def test_a_destination_that_is_not_whole_is_refused(upstream, said):
    with pytest.raises(ArgumentError) as refused:
        EdgeSite("line", {**LINE, "upstreams": {"results": upstream}})
    assert said in str(refused.value)


BARE = {key: FLOW[key] for key in ("topics", "upstream", "destination")}
WHY = {"reason": "Each one counts.", "expires": "2099-12-31"}


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (
            BARE,
            "dataflows.flow.drops is missing. Allowed: something that makes fewer messages leave the site. "
            "Fix: add drops or aggregates, or a justification with reason and expires.",
        ),
        (
            {**BARE, "map": {"a": {"inputs": ["b"]}}},
            "dataflows.flow.drops is missing. Allowed: something that makes fewer messages leave the site.",
        ),
        ({**FLOW, "justification": WHY}, "justification is of type Justification. Allowed: nothing where drops"),
        ({**BARE, "justification": {**WHY, "expires": "2020-01-01"}}, "Allowed: a day that is not past."),
        ({**FLOW, "topics": []}, "topics is empty. Allowed: at least 1 item"),
        ({**FLOW, "topics": ["a/#/b"]}, "topics.0 is 'a/#/b'. Allowed: a topic with # as its last level alone."),
        (
            {**FLOW, "window_seconds": 60},
            "window_seconds is 60. Allowed: a number of seconds together with aggregates, or neither.",
        ),
        (
            {**BARE, "aggregates": WINDOW["aggregates"]},
            "window_seconds is missing. Allowed: a number of seconds together with aggregates, or neither.",
        ),
        (
            {**WINDOW, "aggregates": {"all": {"inputs": ["a"]}}},
            "aggregates.all.expression is missing. Allowed: an expression with one of average, count,",
        ),
        (
            {**WINDOW, "aggregates": {"all": {"inputs": ["a", "b"], "expression": "average($1 + $2)"}}},
            "aggregates.all.expression is 'average($1 + $2)'. Allowed: an expression with one of",
        ),
        (
            {**FLOW, "drops": [{"inputs": ["a"], "expression": "$2 > 1"}]},
            "expression is '$2 > 1'. Allowed: $1, one for each of inputs. Fix: add an input for $2.",
        ),
        (
            {**FLOW, "map": {"sum": {"inputs": ["a", "b"]}}},
            "map.sum.expression is missing. Allowed: an expression where there are several inputs.",
        ),
        (
            {**FLOW, "map": {"sum": {"inputs": ["a"], "expression": "$1 + $3"}}},
            "expression is '$1 + $3'. Allowed: $1, one for each of inputs. Fix: add an input for $3.",
        ),
        ({**FLOW, "upstream": "nowhere"}, "dataflows.flow.upstream is 'nowhere'. Allowed: results, lake."),
        ({**FLOW, "schema_ref": "aio-sr://sr/a:1"}, "dataflows.flow.schema_ref is 'aio-sr://sr/a:1'. Allowed: nothing"),
        (
            {**FLOW, "upstream": "lake"},
            "dataflows.flow.schema_ref is missing. Allowed: a registered schema to DataLake.",
        ),
        ({**FLOW, "upstream": "lake", "schema_ref": "a"}, "dataflows.flow.schema_ref is 'a'"),
        (
            {**WINDOW, "upstream": "lake", "schema_ref": "aio-sr://sr/a:1"},
            "Allowed: nothing to DataLake: Azure aggregates to EventHubs and EventGrid alone.",
        ),
    ],
)
def test_a_flow_that_sends_too_much_or_nothing_is_refused(flow, said):
    upstreams = {**HUBS, "lake": {"kind": "DataLake", "resource_id": ACCOUNT}}
    with pytest.raises(ArgumentError) as refused:
        EdgeSite("line", {**LINE, "upstreams": upstreams, "dataflows": {"flow": flow}})
    assert said in str(refused.value)


def test_a_flow_without_any_destination_is_refused():
    with pytest.raises(ArgumentError, match="the name of one of upstreams, of which there are none"):
        EdgeSite("line", {**LINE, "dataflows": {"flow": FLOW}})


def test_a_window_is_not_shared_among_pods():
    args = {**LINE, "upstreams": HUBS, "dataflows": {"flow": WINDOW}, "dataflow_instances": 2}
    with pytest.raises(ArgumentError, match=r"dataflow_instances is 2\. Allowed: 1 with aggregates: each instance"):
        EdgeSite("line", args)


def test_names_that_azure_would_not_take_are_refused():
    inference = {
        "workspace_name": "mlw",
        "instance_types": {"small": {"cpu": "2", "memory": "4Gi"}},
        "tls_secret": "models",
        "host_name": "models.example.com",
    }
    with pytest.raises(ArgumentError, match=r"name is '1line'\. Allowed: a name that starts with a letter"):
        EdgeSite("1line", LINE)
    with pytest.raises(ArgumentError, match="or the iot operations's name would be too long"):
        EdgeSite("l" * 50, LINE)
    with pytest.raises(ArgumentError, match="up to 13 letters, digits and dashes with inference"):
        EdgeSite("line-of-the-press", {**LINE, "inference": inference})
