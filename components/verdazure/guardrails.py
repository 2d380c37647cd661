"""The limits that a component defaults to and a rule checks: each is written here, once.

A component reads its default from a limit and warns, naming the rule, when a team weakens it; the policy pack reads
the same limit as the default of the rule's parameter. Nothing here is a fact about the world (those stand in `facts`):
these are decisions, and each rule's page gives the reasons.
"""

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Limit(NamedTuple, Generic[T]):
    """A threshold with its unit and the id of the rule that holds resources to it."""

    value: T
    unit: str
    rule: str


# Carbon and region. Grid intensity: annual average, flow-traced, lifecycle emissions.
REGION_INTENSITY_MAX = Limit(300.0, "gCO2e/kWh", "CR01")
GPU_REGION_INTENSITY_MAX = Limit(200.0, "gCO2e/kWh", "CR02")
REQUIRED_TAGS = Limit(("workload", "owner", "environment"), "tag names", "CR09")

# Compute
CLUSTER_MIN_NODES = Limit(0, "nodes", "CM01")
CLUSTER_IDLE_MINUTES_MAX = Limit(10, "minutes", "CM02")
DEV_INSTANCE_IDLE_MINUTES_MAX = Limit(60, "minutes", "CM03")
CLUSTER_PRIORITY = Limit("LowPriority", "vmPriority", "CM05")
CLUSTER_NODES_MAX = Limit(16, "nodes", "CM06")
INTEGRATION_RUNTIME_CORES_MAX = Limit(16, "cores", "CM18")
INTEGRATION_RUNTIME_IDLE_MINUTES_MAX = Limit(10, "minutes", "CM18")

# Models and inference
ONLINE_INSTANCES_MAX = Limit(10, "instances", "MI06")
REQUESTS_AT_ONCE_MIN = Limit(2, "requests", "MI08")
HOSTED_MODEL_CAPACITY_MAX = Limit(500, "thousands of tokens a minute", "MI03")

# Edge
IOT_HUB_UNITS_MAX = Limit(4, "units", "ED05")
CLOUD_TO_DEVICE_MINUTES_MAX = Limit(60, "minutes", "ED07")
EVENT_HOURS_MAX = Limit(72, "hours", "DA01")

# Storage
COOL_AFTER_DAYS_MAX = Limit(30, "days", "ST02")
COLD_AFTER_DAYS_MAX = Limit(90, "days", "ST02")
ARCHIVE_AFTER_DAYS_MAX = Limit(180, "days", "ST02")
SOFT_DELETE_DAYS_MIN = Limit(7, "days", "ST06")
SOFT_DELETE_DAYS_MAX = Limit(30, "days", "ST06")
CHANGE_FEED_DAYS_MAX = Limit(30, "days", "ST07")
REGISTRY_RETENTION_DAYS_MAX = Limit(30, "days", "ST10")

# Monitoring
LOG_RETENTION_DAYS_MIN = Limit(30, "days", "MO02")
LOG_RETENTION_DAYS_MAX = Limit(90, "days", "MO02")
TABLE_ARCHIVE_DAYS_MAX = Limit(730, "days", "MO04")
ALERT_MINUTES_MIN = Limit(5, "minutes", "MO09")
TELEMETRY_SAMPLING_PERCENT_MAX = Limit(50.0, "percent", "MO05")

# Backup
BACKUP_RETENTION_DAYS_MIN = Limit(7, "days", "BK01")
BACKUP_RETENTION_DAYS_MAX = Limit(365, "days", "BK01")
