"""Production: raw data kept and cooling to archive, models in three zones, scientists who read."""

from verdazure import DataClass, Environment, Landing, Lock, PrincipalType, TieredStorage

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {
            DataClass.RAW: {},
            DataClass.DATASET: {},
            DataClass.CHECKPOINT: {},
            DataClass.MODEL: {},
            DataClass.LOG: {"delete_after_days": 60},
        },
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "scientists": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "Storage Blob Data Reader",
            }
        },
    },
)
