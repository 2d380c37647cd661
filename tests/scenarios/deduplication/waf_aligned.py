"""Production: duplicates of raw data are reported from within the network, and the job cannot be deleted by hand."""

from network import Hub
from verdazure import DataClass, DeduplicationJob, Environment, Landing, Lock, TieredStorage

IMAGE = "crimages.azurecr.io/verdazure@sha256:" + "0" * 64

landing = Landing(
    "ml",
    {
        "team": "vision",
        "environment": Environment.PROD,
        "residency": "eu",
        "monthly_budget": {"amount": 5000, "contact_emails": ["vision@example.com"]},
    },
)
hub = Hub(landing.ref)
data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {DataClass.RAW: {}, DataClass.DATASET: {}},
        "private_endpoints": {"hub": {"subnet_id": hub.subnet("endpoints", "10.20.1.0/24")}},
        "dns_virtual_network_ids": {"hub": hub.id},
    },
)
DeduplicationJob(
    "tidy",
    {
        "landing": landing.ref,
        "account_id": data.account_ids["lake"],
        "image": IMAGE,
        "subnet_id": hub.subnet("jobs", "10.20.2.0/27", "Microsoft.App/environments"),
        "lock": Lock.CAN_NOT_DELETE,
    },
)
