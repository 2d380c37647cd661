"""An API whose answers to prompts that mean the same come from the cache, apart for each subscription."""

import behind
from verdazure import Environment, GatewayCache, Landing

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
GatewayCache("chat", behind.Behind(landing).args)
