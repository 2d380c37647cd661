"""Production: data stays in the EU, and somebody is told before money runs out."""

from verdazure import Environment, Landing

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "workload": "defect-detection",
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
