"""Production: models outlive their account in a vault, raw data a deletion; somebody is told when a backup fails."""

from verdazure import DataClass, Environment, Landing, Lock, Loss, Recovery, TieredStorage

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "region": "swedencentral",
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.RAW: {}, DataClass.MODEL: {}}})
A_DAY = {"recovery_point_hours": 24, "recovery_time_hours": 24}
Recovery(
    "rescue",
    {
        "landing": landing.ref,
        "region": "swedencentral",
        "residency": "eu",
        "protected": {
            "raw": {
                **A_DAY,
                "account_id": data.account_ids["lake"],
                "containers": ["raw"],
                "data_class": DataClass.RAW,
            },
            "models": {
                **A_DAY,
                "account_id": data.account_ids["durable"],
                "containers": ["model"],
                "data_class": DataClass.MODEL,
                "survives": Loss.ZONE,
                "isolated": True,
                "retention_days": 30,
            },
        },
        "alert_emails": ["vision@example.com"],
        "lock": Lock.CAN_NOT_DELETE,
    },
)
