"""Production: a copy on a second node, reached from the hub alone, a lock, and results that live for an hour."""

import network
from verdazure import Environment, Landing, Lock, PrincipalType, ResultCache

SERVICE = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
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
ResultCache(
    "answers",
    {
        "landing": landing.ref,
        "ttl_seconds": 3600,
        "users": {"api": SERVICE},
        "private_endpoints": {"hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24")}},
        "dns_virtual_network_ids": {"hub": hub.id},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {"principal_id": OPERATORS, "principal_type": PrincipalType.GROUP, "role": "Reader"}
        },
    },
)
