"""Production: prompts must be very close, as an answer to another question is worse than a second one."""

import behind
from verdazure import Environment, GatewayCache, Landing

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 1500, "contact_emails": ["vision@example.com"]},
    },
)
GatewayCache("chat", {**behind.Behind(landing).args, "score_threshold": 0.02, "ttl_seconds": 3600})
