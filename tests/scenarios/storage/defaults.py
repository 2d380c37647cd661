"""A lake for datasets and a durable account for models."""

from verdazure import DataClass, Environment, Landing, TieredStorage

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
data = TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}, DataClass.MODEL: {}}})
