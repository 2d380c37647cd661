"""Every argument: an account with its own filter, a larger model with its reason, and an account that is adopted."""

import network
from pulumi_azure_native import cognitiveservices
from verdazure import (
    AccountKind,
    Environment,
    FilterLevel,
    Landing,
    Lock,
    ModelDeployment,
    PrincipalType,
    Sku,
    VersionUpgrade,
)

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
zones = [
    hub.zone(f"privatelink.{each}")
    for each in ("cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com")
]
models = ModelDeployment(
    "assistant",
    {
        "landing": landing.ref,
        "residency": "eu",
        "kind": AccountKind.FOUNDRY,
        "deployments": {
            "reader": {
                "model": "gpt-5-mini",
                "need": {"task": "chat", "modalities": ["image", "text"], "context_tokens": 200_000},
                "capacity": 100,
                "sku": Sku.DATA_ZONE_STANDARD,
                "version_upgrade": VersionUpgrade.ON_EXPIRY,
                "justification": {
                    "reason": "Reads 9 of 10 scanned forms, gpt-5-nano 6 of 10: evaluation of 2026-11-16.",
                    "expires": "2099-12-31",
                },
            },
            "search": {"model": "text-embedding-3-small", "need": {"task": "embedding"}, "capacity": 50},
        },
        "content_filter": {"violence": FilterLevel.LOW},
        "private_endpoints": {
            "hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24"), "private_dns_zone_ids": zones}
        },
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "app": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "Cognitive Services OpenAI User",
            }
        },
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)
shared = cognitiveservices.Account(
    "shared",
    account_name="aif-shared-4711",
    resource_group_name=landing.ref["resource_group_name"],
    location=landing.ref["location"],
    kind="AIServices",
    sku={"name": "S0"},
    identity={"type": "SystemAssigned"},
    properties={
        "custom_sub_domain_name": "aif-shared-4711",
        "disable_local_auth": True,
        "public_network_access": "Disabled",
    },
    tags=landing.ref["tags"],
)
adopting = ModelDeployment(
    "nightly",
    {
        "landing": landing.ref,
        "account_id": shared.id,
        "deployments": {
            "summaries": {
                "model": "gpt-5.4-mini",
                "need": {"task": "chat", "modalities": ["image"]},
                "capacity": 500,
                "offline": True,
                "rai_policy_name": "Microsoft.DefaultV2",
            }
        },
    },
)
