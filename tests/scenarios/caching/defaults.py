"""The smallest cache, for one service that signs in with its identity."""

from verdazure import Environment, Landing, ResultCache

SERVICE = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
ResultCache("answers", {"landing": landing.ref, "users": {"api": SERVICE}})
