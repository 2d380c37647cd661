"""Every argument: files and a table, sampled for development, at a given hour, with warm and wide compute."""

from verdazure import (
    BatchIngestion,
    DataClass,
    Environment,
    FileFormat,
    Landing,
    Lock,
    PrincipalType,
    TieredStorage,
)

PRICES = """{
  "columns": {
    "id": {"type": "integer"},
    "price": {"type": "number", "most_nulls": 0.05, "least": 0, "most": 1000},
    "label": {"type": "text", "allowed": ["cat", "dog"]}
  },
  "keep": {"price": {"least": 1}},
  "duplicates": "drop",
  "key": ["id"],
  "least_rows": 1000,
  "sample": {"share": 0.01, "by": ["id"], "seed": 7}
}"""
ORDERS = (
    '{"columns": {"order_id": {"type": "text", "pattern": "^[A-Z]{2}"}}, "sample": {"share": 0.1, "by": ["order_id"]}}'
)

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.RAW: {}, DataClass.DATASET: {}}})
BatchIngestion(
    "intake",
    {
        "landing": landing.ref,
        "destination": {"account_id": data.account_ids["lake"], "container": "dataset"},
        "sources": {
            "prices": {
                "specification": PRICES,
                "files": {
                    "account_id": data.account_ids["lake"],
                    "container": "raw",
                    "prefix": "prices",
                    "format": FileFormat.PARQUET,
                },
            },
            "orders": {
                "specification": ORDERS,
                "table": {
                    "server": "sql-shop.database.windows.net",
                    "database": "shop",
                    "table": "sales.orders",
                    "watermark": "changed_at",
                },
            },
        },
        "first_day": "2026-12-01",
        "every_hours": 168,
        "start_hour": 2,
        "sampled": True,
        "cores": 16,
        "idle_minutes": 10,
        "tags": {"cost-center": "4711"},
        "lock": Lock.CAN_NOT_DELETE,
        "role_assignments": {
            "operators": {
                "principal_id": "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11",
                "principal_type": PrincipalType.GROUP,
                "role": "Data Factory Contributor",
            }
        },
        "diagnostic_settings": {"metrics": False},
    },
)
