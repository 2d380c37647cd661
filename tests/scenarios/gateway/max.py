"""Every argument: close prompts only, for ten minutes, apart for each tenant of a subscription too."""

import behind
from verdazure import Environment, GatewayCache, Landing

landing = Landing("ml", {"team": "vision", "environment": Environment.TEST, "residency": "eu"})
GatewayCache(
    "chat",
    {
        **behind.Behind(landing).args,
        "score_threshold": 0.03,
        "ttl_seconds": 600,
        "most_messages": 4,
        "vary_by": ['@(context.Request.Headers.GetValueOrDefault("X-Tenant",""))'],
    },
)
