"""Every argument of a workspace that creates what it stands on."""

import keys
import network
from verdazure import (
    DataClass,
    Environment,
    Landing,
    Lock,
    ManagedNetwork,
    MlWorkspace,
    PrincipalType,
    TieredStorage,
)

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
own = keys.Keys(landing.ref)
zones = [hub.zone(f"privatelink.{each}") for each in ("api.azureml.ms", "notebooks.azure.net")]
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}, DataClass.CHECKPOINT: {}}})
workspace = MlWorkspace(
    "ml",
    {
        "landing": landing.ref,
        "friendly_name": "Defect detection",
        "managed_network": ManagedNetwork.ALLOW_ONLY_APPROVED_OUTBOUND,
        "image_build_compute": "builder",
        "telemetry_sampling_percent": 25,
        "outbound_rules": {
            "lake": {"resource_id": data.account_ids["lake"], "subresource": "dfs", "spark": True},
            "monitor": {"service_tag": "AzureMonitor", "protocol": "TCP", "port_ranges": "443"},
            "packages": {"fqdn": "packages.example.com"},
        },
        "datastores": {
            "dataset": {"account_id": data.account_ids["lake"], "container": "dataset", "lake": True},
            "checkpoint": {"account_id": data.account_ids["flat"], "container": "checkpoint", "writable": True},
        },
        "connections": {
            "search": {"category": "CognitiveSearch", "target": "https://srch-ml.search.windows.net", "shared": False}
        },
        "feature_store": {
            "account_id": data.account_ids["lake"],
            "container": "dataset",
            "spark_runtime_version": "3.4",
        },
        "monthly_budget": {"amount": 2000, "contact_emails": ["vision@example.com"]},
        "customer_managed_key": {"key_vault_id": own.vault_id, "key_identifier": own.key_identifier},
        "tags": {"cost-center": "4711"},
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
        "diagnostic_settings": {"log_category_groups": ["audit"], "metrics": False},
    },
)
