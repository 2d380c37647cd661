"""Production: sized by what devices send, reached from the hub alone, watched, locked, changed by a pipeline alone."""

import network
from verdazure import EdgeFleet, Environment, Landing, Lock, PrincipalType

PIPELINE = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
OPERATORS = "3d1f6a52-8c0b-4b9e-bb6e-0f7d1c2a9e44"

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 300, "contact_emails": ["vision@example.com"]},
    },
)
hub = network.Hub(landing.ref)
subnet = hub.subnet("endpoints", "10.20.1.0/24")
EdgeFleet(
    "fleet",
    {
        "landing": landing.ref,
        "telemetry": {"devices": 500, "messages_per_day": 1440, "bytes_per_message": 2000},
        "routes": {"faults": {"condition": "level = 'alert'"}},
        "contact_emails": ["vision@example.com"],
        "private_endpoints": {"hub": {"subnet_id": subnet}},
        "provisioning_endpoints": {"hub": {"subnet_id": subnet}},
        "dns_virtual_network_ids": {"hub": hub.id},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "pipeline": {
                "principal_id": PIPELINE,
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "IoT Hub Data Contributor",
            },
            "operators": {
                "principal_id": OPERATORS,
                "principal_type": PrincipalType.GROUP,
                "role": "IoT Hub Data Reader",
            },
        },
        "provisioning_role_assignments": {
            "pipeline": {
                "principal_id": PIPELINE,
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "Device Provisioning Service Data Contributor",
            }
        },
    },
)
