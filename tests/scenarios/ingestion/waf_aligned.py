"""Production: a table and files, staging and quarantine that go by themselves, alerts by the log workspace."""

from verdazure import BatchIngestion, DataClass, Environment, Landing, Lock, TieredStorage

ORDERS = """{
  "columns": {
    "order_id": {"type": "integer"},
    "amount": {"type": "number", "least": 0},
    "placed_at": {"type": "timestamp"}
  },
  "duplicates": "drop",
  "key": ["order_id"]
}"""
CLICKS = '{"columns": {"session": {"type": "text"}, "at": {"type": "timestamp"}}, "least_rows": 100}'

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
        "classes": {DataClass.RAW: {}, DataClass.DATASET: {}},
        "portions": {
            "staging": {"data_class": DataClass.DATASET, "prefix": "_staging/", "delete_after_days": 3},
            "quarantine": {"data_class": DataClass.DATASET, "prefix": "_quarantine/", "delete_after_days": 30},
        },
    },
)
lake = data.account_ids["lake"]
BatchIngestion(
    "intake",
    {
        "landing": landing.ref,
        "destination": {"account_id": lake, "container": "dataset"},
        "sources": {
            "clicks": {"specification": CLICKS, "files": {"account_id": lake, "container": "raw", "prefix": "clicks"}},
            "orders": {
                "specification": ORDERS,
                "table": {
                    "server": "sql-shop.database.windows.net",
                    "database": "shop",
                    "table": "orders",
                    "watermark": "changed_at",
                },
            },
        },
        "first_day": "2026-12-01",
        "lock": Lock.CAN_NOT_DELETE,
    },
)
