"""The least a team says: who it is. The landing chooses the cleanest open region and keeps it."""

from verdazure import Environment, Landing

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV})
