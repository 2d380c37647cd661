"""Every argument: made again, undeleted, backed up in place, replicated to another region."""

from verdazure import DataClass, Environment, Landing, Lock, Loss, PrincipalType, Recovery, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "region": "swedencentral"})
classes = {DataClass.RAW: {}, DataClass.DATASET: {}, DataClass.MODEL: {}}
data = TieredStorage(
    "data",
    {"landing": landing.ref, "classes": classes, "redundancy": {"lake": "GRS"}, "change_feed_days": 30},
)
elsewhere = Landing("copies", {"team": "vision", "environment": Environment.TEST, "region": "norwayeast"})
copies = TieredStorage("copies", {"landing": elsewhere.ref, "classes": {DataClass.MODEL: {}}, "change_feed_days": 30})
lake, durable = data.account_ids["lake"], data.account_ids["durable"]
A_DAY = {"recovery_point_hours": 24, "recovery_time_hours": 24}
Recovery(
    "rescue",
    {
        "landing": landing.ref,
        "region": "swedencentral",
        "residency": "eea",
        "protected": {
            "datasets": {
                **A_DAY,
                "account_id": lake,
                "containers": ["dataset"],
                "data_class": DataClass.DATASET,
                "survives": Loss.REGION,
                "recreatable_in_hours": 12,
            },
            "raw": {
                **A_DAY,
                "account_id": lake,
                "containers": ["raw"],
                "data_class": DataClass.RAW,
                "survives": Loss.DELETION,
                "written_once": True,
                "archives": True,
                "redundancy": "GRS",
                "changed_share": 0.05,
            },
            "months": {
                **A_DAY,
                "account_id": durable,
                "containers": ["model"],
                "data_class": DataClass.MODEL,
                "retention_days": 90,
                "isolated": False,
            },
            "released": {
                **A_DAY,
                "account_id": durable,
                "containers": ["model"],
                "data_class": DataClass.MODEL,
                "survives": Loss.REGION,
                "prefixes": ["released/"],
                "replicated_share": 0.1,
                "destination_account_id": copies.account_ids["durable"],
                "destination_region": "norwayeast",
            },
        },
        "alert_emails": ["vision@example.com"],
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "Reader",
            }
        },
    },
)
