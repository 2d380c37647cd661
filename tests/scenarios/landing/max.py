"""Every argument of a landing that creates what it needs."""

from verdazure import Environment, Landing

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.TEST,
        "workload": "defect-detection",
        "residency": "eea",
        "region": "norwayeast",
        "log_retention_days": 90,
        "log_daily_quota_gb": 2.5,
        "monthly_budget": {"amount": 1200.0, "contact_emails": ["vision@example.com", "finance@example.com"]},
        "tags": {"cost-center": "4711"},
    },
)
