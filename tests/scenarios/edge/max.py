"""Every argument, but for `size`, which is instead of `telemetry`."""

import network
from verdazure import (
    AllocationPolicy,
    BlobEncoding,
    DataClass,
    EdgeFleet,
    Environment,
    Landing,
    Lock,
    MessageSource,
    PrincipalType,
    TieredStorage,
)

DEPLOYER = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
DEVICE_UPDATE = "3d1f6a52-8c0b-4b9e-bb6e-0f7d1c2a9e44"

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
subnet = hub.subnet("endpoints", "10.20.1.0/24")
storage = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.RAW: {}}})

EdgeFleet(
    "fleet",
    {
        "landing": landing.ref,
        "telemetry": {"devices": 500, "messages_per_day": 17280, "bytes_per_message": 300, "batched": True},
        "containers": {
            "alerts": {
                "account_id": storage.account_ids["lake"],
                "container": "raw",
                "encoding": BlobEncoding.JSON,
                "file_name_format": "{iothub}/{YYYY}/{MM}/{DD}/{HH}/{mm}/{partition}",
                "batch_seconds": 300,
                "batch_megabytes": 100,
            }
        },
        "routes": {
            "alerts": {"condition": "$body.score > 0.8 AND level = 'alert'", "container": "alerts"},
            "comings": {"condition": "true", "source": MessageSource.CONNECTION_STATES},
        },
        "keep_unrouted": True,
        "retention_days": 2,
        "partitions": 4,
        "command_minutes": 30,
        "tpm": True,
        "addresses": {"malmo": "203.0.113.0/24", "lund": "198.51.100.16/28"},
        "allocation_policy": AllocationPolicy.STATIC,
        "device_update": {"principal_id": DEVICE_UPDATE, "private_endpoints": {"hub": {"subnet_id": subnet}}},
        "contact_emails": ["vision@example.com"],
        "offline_minutes": 60,
        "queued_messages": 5000,
        "running_percent": 95,
        "private_endpoints": {"hub": {"subnet_id": subnet}},
        "provisioning_endpoints": {"hub": {"subnet_id": subnet}},
        "dns_virtual_network_ids": {"hub": hub.id},
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "deployer": {
                "principal_id": DEPLOYER,
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "IoT Hub Data Contributor",
            }
        },
        "provisioning_role_assignments": {
            "deployer": {
                "principal_id": DEPLOYER,
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "Device Provisioning Service Data Contributor",
            }
        },
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)
