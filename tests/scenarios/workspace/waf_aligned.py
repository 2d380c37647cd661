"""Production: a way in from the hub network, only approved ways out, and scientists who cannot change the workspace."""

import network
from verdazure import Environment, Landing, Lock, ManagedNetwork, MlWorkspace, PrincipalType

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
zones = [hub.zone(f"privatelink.{each}") for each in ("api.azureml.ms", "notebooks.azure.net")]
workspace = MlWorkspace(
    "ml",
    {
        "landing": landing.ref,
        "managed_network": ManagedNetwork.ALLOW_ONLY_APPROVED_OUTBOUND,
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "scientists": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "AzureML Data Scientist",
            }
        },
        "private_endpoints": {
            "hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24"), "private_dns_zone_ids": zones}
        },
    },
)
