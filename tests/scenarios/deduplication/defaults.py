"""A report a week; nothing is removed."""

from verdazure import DataClass, DeduplicationJob, Environment, Landing, TieredStorage

IMAGE = "crimages.azurecr.io/verdazure@sha256:" + "0" * 64

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}}})
DeduplicationJob("tidy", {"landing": landing.ref, "account_id": data.account_ids["lake"], "image": IMAGE})
