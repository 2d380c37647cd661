"""Every argument: a large cache with its reason. One that serves a gateway is in the scenarios of GatewayCache."""

import network
from verdazure import (
    CacheEviction,
    CacheSize,
    Environment,
    Landing,
    Lock,
    PrincipalType,
    ResultCache,
)

SERVICE = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
OPERATORS = "3d1f6a52-8c0b-4b9e-bb6e-0f7d1c2a9e44"

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
endpoints = hub.subnet("endpoints", "10.20.1.0/24")
zone = hub.zone("privatelink.redis.azure.net")

results = ResultCache(
    "results",
    {
        "landing": landing.ref,
        "size": CacheSize.BALANCED_B10,
        "justification": {
            "reason": "8 GB of features were asked for daily: report of 2026-11-16.",
            "expires": "2099-12-31",
        },
        "ttl_seconds": 604800,
        "eviction": CacheEviction.LONGEST_UNUSED,
        "replicated": True,
        "users": {"api": SERVICE, "batch": OPERATORS},
        "private_endpoints": {"hub": {"subnet_id": endpoints, "private_dns_zone_ids": [zone]}},
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {"principal_id": OPERATORS, "principal_type": PrincipalType.GROUP, "role": "Reader"}
        },
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)
