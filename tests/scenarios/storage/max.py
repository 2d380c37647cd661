"""Every data class and every argument."""

import network
from verdazure import Environment, InventorySchedule, Landing, Lock, PrincipalType, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
hub = network.Hub(landing.ref)
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {
            "raw": {"cool_after_days": 7, "cold_after_days": 30, "archive_after_days": 90, "delete_after_days": 1825},
            "dataset": {"delete_after_days": 365, "immutable_days": 30},
            "checkpoint": {},
            "run_artifact": {},
            "model": {"legal_hold": ["case4711"]},
            "log": {"cool_after_days": 14, "delete_after_days": 200, "compliance": ["eu-ai-act-logs"]},
            "scratch": {},
        },
        "portions": {
            "images": {"data_class": "raw", "prefix": "images/", "cool_after_days": 3},
            "drafts": {"data_class": "run_artifact", "index_tags": {"state": "draft"}, "delete_after_days": 7},
        },
        "inventory": InventorySchedule.DAILY,
        "change_feed_days": 14,
        "private_endpoints": {
            "hub": {
                "subnet_id": hub.subnet("endpoints", "10.20.1.0/24"),
                "blob_dns_zone_id": hub.zone("privatelink.blob.core.windows.net"),
                "dfs_dns_zone_id": hub.zone("privatelink.dfs.core.windows.net"),
            }
        },
        "allowed_ip_ranges": ["203.0.113.0/24"],
        "protect_data": False,
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "scientists": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "Storage Blob Data Contributor",
            }
        },
    },
)
