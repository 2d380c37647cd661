"""A private workspace with everything it stands on."""

from verdazure import Environment, Landing, MlWorkspace

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
workspace = MlWorkspace("ml", {"landing": landing.ref})
