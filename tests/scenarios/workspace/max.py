"""Every argument of a workspace that creates what it stands on."""

import network
from verdazure import Environment, Landing, Lock, ManagedNetwork, MlWorkspace, PrincipalType

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
workspace = MlWorkspace(
    "ml",
    {
        "landing": landing.ref,
        "friendly_name": "Defect detection",
        "managed_network": ManagedNetwork.ALLOW_ONLY_APPROVED_OUTBOUND,
        "image_build_compute": "builder",
        "telemetry_sampling_percent": 25,
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "scientists": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "AzureML Data Scientist",
            }
        },
        "private_endpoints": {"hub": {"subnet_id": hub.subnet_id, "private_dns_zone_ids": hub.zone_ids}},
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)
