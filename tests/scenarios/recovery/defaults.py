"""What deletes itself into the bin already suffices: no vault is made."""

from verdazure import DataClass, Environment, Landing, Recovery, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "region": "swedencentral"})
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.RAW: {}, DataClass.MODEL: {}}})
Recovery(
    "rescue",
    {
        "landing": landing.ref,
        "region": "swedencentral",
        "protected": {
            "raw": {
                "account_id": data.account_ids["lake"],
                "containers": ["raw"],
                "data_class": DataClass.RAW,
                "recovery_point_hours": 24,
                "recovery_time_hours": 24,
            },
            "models": {
                "account_id": data.account_ids["durable"],
                "containers": ["model"],
                "data_class": DataClass.MODEL,
                "recovery_point_hours": 1,
                "recovery_time_hours": 4,
            },
        },
    },
)
