"""Every argument: an authority of your own, a large broker, all kinds of destinations, and models at the site."""

import plant
from pulumi_azure_native import eventgrid
from verdazure import (
    BrokerMemory,
    EdgeSite,
    Environment,
    IssuerKind,
    Landing,
    ListenerReach,
    Lock,
    LogLevel,
    MlWorkspace,
    PrincipalType,
    UpstreamKind,
)

OPERATORS = "3d1f6a52-8c0b-4b9e-bb6e-0f7d1c2a9e44"

landing = Landing("plant", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
lake = plant.lake(landing).account_ids["lake"]
topics = eventgrid.Namespace(
    "alarms",
    resource_group_name=landing.ref["resource_group_name"],
    location=landing.ref["location"],
    topic_spaces_configuration={"state": "Enabled"},
    public_network_access="Disabled",
    tags=landing.ref["tags"],
)
site = EdgeSite(
    "line",
    {
        "landing": landing.ref,
        "cluster_id": plant.cluster(landing).id,
        "token_issuer": plant.ISSUER,
        "storage_account_id": lake,
        "release": "2608",
        "auto_upgrade": True,
        "installs_cert_manager": False,
        "trust": {
            "issuer": "plant-authority",
            "issuer_kind": IssuerKind.ISSUER,
            "config_map": "plant-authorities",
            "config_map_key": "root.crt",
        },
        "broker": {
            "memory": BrokerMemory.MEDIUM,
            "frontends": 2,
            "frontend_workers": 2,
            "partitions": 2,
            "partition_workers": 2,
            "copies": 3,
            "buffer_gb": 10,
            "buffer_storage_class": "local-path",
            "log_level": LogLevel.INFO,
        },
        "listeners": {
            "machines": {
                "port": 8883,
                "reach": ListenerReach.NODE_PORT,
                "node_port": 31883,
                "dns_names": ["broker.plant.example.com"],
                "ip_addresses": ["192.0.2.10"],
                "client_ca": "machine-authorities",
                "audience": "machines",
                "clients": {
                    "press": {"subject": "CN = press", "publishes": ["plant/press/#"]},
                    "panel": {"subject": "CN = panel", "subscribes": ["plant/+/state"]},
                },
            },
            "offices": {"port": 8884, "reach": ListenerReach.LOAD_BALANCER, "tls_secret": "offices-certificate"},
        },
        "upstreams": {
            "results": {
                "kind": UpstreamKind.EVENT_HUBS,
                "resource_id": plant.hub(landing).id,
                "batch_seconds": 30,
            },
            "alarms": {
                "kind": UpstreamKind.EVENT_GRID,
                "resource_id": topics.id,
                "host": "alarms.northeurope-1.ts.eventgrid.azure.net",
            },
            "archive": {"kind": UpstreamKind.DATA_LAKE, "resource_id": lake, "batch_seconds": 60},
        },
        "dataflows": {
            "vibration": {
                "topics": ["plant/+/vibration"],
                "upstream": "results",
                "destination": "vibration",
                "drops": [{"inputs": ["quality"], "expression": '$1 != "good"'}],
                "map": {"rms": {"inputs": ["x", "y"], "expression": "sqrt($1 * $1 + $2 * $2)"}},
                "window_seconds": 60,
                "aggregates": {"highest": {"inputs": ["rms"], "expression": "max($1)"}},
            },
            "alarms": {
                "topics": ["plant/+/alarm"],
                "upstream": "alarms",
                "destination": "plant/alarms",
                "justification": {"reason": "The fire brigade wants each alarm.", "expires": "2099-12-31"},
            },
            "states": {
                "topics": ["plant/+/state", "plant/gate/#"],
                "upstream": "archive",
                "destination": "states",
                "drops": [{"inputs": ["state"], "expression": '$1 == "running"'}],
                "map": {
                    "machine": {"inputs": ["id"]},
                    "celsius": {"inputs": ["temperature"], "expression": "fToC($1)"},
                },
                "schema_ref": "aio-sr://sr-line/states:1",
            },
        },
        "inference": {
            "workspace_name": workspace.resource_name,
            "instance_types": {"small": {"cpu": "2", "memory": "4Gi"}},
            "tls_secret": "models-certificate",
            "host_name": "models.plant.example.com",
            "namespace": "vision",
        },
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {"principal_id": OPERATORS, "principal_type": PrincipalType.GROUP, "role": "Reader"}
        },
    },
)
