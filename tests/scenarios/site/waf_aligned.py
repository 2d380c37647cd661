"""Production: machines show certificates and write to topics of their own; a minute of vibration is one message."""

import plant
from verdazure import EdgeSite, Environment, Landing, ListenerReach, Lock, UpstreamKind

landing = Landing(
    "plant",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 2000, "contact_emails": ["vision@example.com"]},
    },
)
site = EdgeSite(
    "line",
    {
        "landing": landing.ref,
        "cluster_id": plant.cluster(landing).id,
        "token_issuer": plant.ISSUER,
        "storage_account_id": plant.lake(landing).account_ids["lake"],
        "broker": {"frontends": 2, "partitions": 2},
        "listeners": {
            "machines": {
                "port": 8883,
                "reach": ListenerReach.LOAD_BALANCER,
                "dns_names": ["broker.plant.example.com"],
                "client_ca": "machine-authorities",
                "clients": {"press": {"subject": "CN = press", "publishes": ["plant/press/#"]}},
            }
        },
        "upstreams": {"results": {"kind": UpstreamKind.EVENT_HUBS, "resource_id": plant.hub(landing).id}},
        "dataflows": {
            "vibration": {
                "topics": ["plant/+/vibration"],
                "upstream": "results",
                "destination": "vibration",
                "drops": [{"inputs": ["quality"], "expression": '$1 != "good"'}],
                "window_seconds": 60,
                "aggregates": {
                    "highest": {"inputs": ["rms"], "expression": "max($1)"},
                    "mean": {"inputs": ["rms"], "expression": "average($1)"},
                    "readings": {"inputs": ["rms"], "expression": "count($1)"},
                },
            }
        },
        "lock": Lock.CAN_NOT_DELETE,
    },
)
