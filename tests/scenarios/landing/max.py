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
        "data_strategy": {
            "stored_gb": {"Hot": 500, "Cool": 4000},
            "redundancy": "ZRS",
            "training": {"vm_size": "Standard_NC24ads_A100_v4", "hours": 80, "nodes": 2, "dedicated": False},
            "moved_gb": 200,
            "moved_from": "westeurope",
            "egress_gb": 50,
            "weights": {"carbon": 2, "price": 1, "latency": 1},
            "latency_ms": {"norwayeast": 24, "swedencentral": 27, "westeurope": 9},
            "longest_latency_ms": 40,
            "candidates": ["norwayeast", "swedencentral", "westeurope"],
            "ask_prices": False,  # a deployment without a network: costs are unknown, and nothing waits
            "currency": "EUR",
        },
        "log_retention_days": 90,
        "log_daily_quota_gb": 2.5,
        "monthly_budget": {"amount": 1200.0, "contact_emails": ["vision@example.com", "finance@example.com"]},
        "tags": {"cost-center": "4711"},
    },
)
