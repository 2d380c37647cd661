"""One source of files, read daily at the grid's cleanest hour."""

from verdazure import BatchIngestion, DataClass, Environment, Landing, TieredStorage

PRICES = """{
  "columns": {
    "id": {"type": "integer"},
    "price": {"type": "number", "most_nulls": 0.05, "least": 0},
    "label": {"type": "text", "allowed": ["cat", "dog"]}
  },
  "key": ["id"],
  "least_rows": 1000
}"""

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
                "files": {"account_id": data.account_ids["lake"], "container": "raw", "prefix": "prices"},
            }
        },
        "first_day": "2026-12-01",
    },
)
