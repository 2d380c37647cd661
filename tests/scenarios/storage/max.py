"""Every data class and every argument."""

from verdazure import Environment, Landing, Lock, PrincipalType, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {
            "raw": {"cool_after_days": 7, "cold_after_days": 30, "archive_after_days": 90, "delete_after_days": 1825},
            "dataset": {"delete_after_days": 365},
            "checkpoint": {},
            "run_artifact": {},
            "model": {},
            "log": {"cool_after_days": 14, "delete_after_days": 60},
            "scratch": {},
        },
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
