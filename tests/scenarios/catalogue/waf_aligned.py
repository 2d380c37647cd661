"""Production: models that stay in the European Union, reached from the hub network by an application's identity."""

import network
from verdazure import Environment, Landing, Lock, ModelDeployment, PrincipalType

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
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
        "deployments": {
            "chat": {"model": "gpt-5-nano", "need": {"task": "chat"}, "capacity": 50},
            "search": {"model": "text-embedding-3-small", "need": {"task": "embedding"}, "capacity": 50},
        },
        "private_endpoints": {
            "hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24"), "private_dns_zone_ids": zones}
        },
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "app": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.SERVICE_PRINCIPAL,
                "role": "Cognitive Services OpenAI User",
            }
        },
    },
)
