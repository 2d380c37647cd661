"""A data platform: two sources, a gate that no bad batch passes, a lake that ages well, and what brings data back."""

from pathlib import Path

import pulumi
from network import Network
from verdazure import (
    BatchIngestion,
    DataClass,
    DeduplicationJob,
    Environment,
    Landing,
    Loss,
    Recovery,
    TieredStorage,
)

SPECIFICATIONS = Path(__file__).parent / "specifications"

config = pulumi.Config()
environment, region = config.require("environment"), config.require("region")

landing = Landing(
    "platform", {"team": config.require("team"), "environment": environment, "residency": "eu", "region": region}
)
hub = Network(landing.ref)

data = TieredStorage(
    "data",
    {
        "landing": landing.ref,
        "classes": {DataClass.RAW: {}, DataClass.DATASET: {}, DataClass.MODEL: {}},
        "portions": {
            "staging": {"data_class": DataClass.DATASET, "prefix": "_staging/", "delete_after_days": 3},
            "quarantine": {"data_class": DataClass.DATASET, "prefix": "_quarantine/", "delete_after_days": 30},
        },
        "private_endpoints": {"hub": {"subnet_id": hub.endpoints_id}},
        "dns_virtual_network_ids": {"hub": hub.id},
        "protect_data": environment == Environment.PROD,
    },
)
lake, durable = data.account_ids["lake"], data.account_ids["durable"]

intake = BatchIngestion(
    "intake",
    {
        "landing": landing.ref,
        "destination": {"account_id": lake, "container": "dataset"},
        "sources": {
            "clicks": {
                "specification": (SPECIFICATIONS / "clicks.json").read_text(),
                "files": {"account_id": lake, "container": "raw", "prefix": "clicks"},
            },
            "orders": {
                "specification": (SPECIFICATIONS / "orders.json").read_text(),
                "table": {
                    "server": config.require("shopServer"),
                    "database": "shop",
                    "table": "sales.orders",
                    "watermark": "changed_at",
                },
            },
        },
        "first_day": config.require("firstDay"),
        "sampled": environment == Environment.DEV,
    },
)

tidy = DeduplicationJob(
    "tidy",
    {
        "landing": landing.ref,
        "account_id": lake,
        "image": config.require("image"),
        "subnet_id": hub.jobs_id,
    },
)

A_DAY = {"recovery_point_hours": 24, "recovery_time_hours": 24}
rescue = Recovery(
    "rescue",
    {
        "landing": landing.ref,
        "region": region,
        "residency": "eu",
        "protected": {
            "raw": {**A_DAY, "account_id": lake, "containers": ["raw"], "data_class": DataClass.RAW},
            "datasets": {
                **A_DAY,
                "account_id": lake,
                "containers": ["dataset"],
                "data_class": DataClass.DATASET,
                "survives": Loss.REGION,
                "recreatable_in_hours": 12,
            },
            "models": {
                **A_DAY,
                "account_id": durable,
                "containers": ["model"],
                "data_class": DataClass.MODEL,
                "survives": Loss.ZONE,
                "isolated": True,
                "retention_days": 30,
            },
        },
        "alert_emails": [config.require("contact")],
    },
)

pulumi.export("region", landing.location)
pulumi.export("containers", data.containers)
pulumi.export("ageing", data.explanation)
pulumi.export("factory", intake.resource_id)
pulumi.export("pipelines", intake.pipelines)
pulumi.export("startHour", intake.start_hour)
pulumi.export("databaseGrants", intake.database_grants)
pulumi.export("deduplication", tidy.schedule)
pulumi.export("recovery", rescue.choices)
pulumi.export("recoveryExplained", rescue.explanation)
pulumi.export("runbook", rescue.runbook)
