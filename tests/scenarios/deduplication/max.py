"""Every argument: duplicates go, at a given hour, from within a virtual network, by an image of a private registry."""

from network import Hub
from pulumi_azure_native import containerregistry
from verdazure import DataClass, DeduplicationJob, Environment, Landing, Lock, PrincipalType, TieredStorage

IMAGE = "crimages.azurecr.io/verdazure@sha256:" + "0" * 64

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
hub = Hub(landing.ref)
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {DataClass.DATASET: {}},
        "private_endpoints": {"hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24")}},
        "dns_virtual_network_ids": {"hub": hub.id},
    },
)
registry = containerregistry.Registry(
    "images",
    resource_group_name=landing.resource_name,
    location=landing.location,
    registry_name="crimages",
    sku={"name": "Premium"},
    admin_user_enabled=False,
    anonymous_pull_enabled=False,
    public_network_access="Disabled",
    policies={"retention_policy": {"days": 7, "status": "enabled"}},
    tags=landing.ref["tags"],
)
DeduplicationJob(
    "tidy",
    {
        "landing": landing.ref,
        "account_id": data.account_ids["lake"],
        "redundancy": "ZRS",
        "image": IMAGE,
        "registry_id": registry.id,
        "removes": True,
        "schedule": "30 2 * * 6",
        "subnet_id": hub.subnet("jobs", "10.20.2.0/27", "Microsoft.App/environments"),
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "Reader",
            }
        },
        "diagnostic_settings": {"metrics": False},
    },
)
