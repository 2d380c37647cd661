"""Azure Monitor's metrics of a resource, minute by minute.

Source: Microsoft Learn, Azure Monitor REST API, Metrics - List (2024-02-01). The names of the metrics of online
deployments and of Front Door profiles are those of Microsoft's list of supported metrics; none was tried against Azure.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from verdazure.arm import Arm

API_VERSION = "2024-02-01"
REQUESTS = "RequestsPerMinute"
ENERGY = "GpuEnergyJoules"
LATENCY = "RequestLatency_P90"
CAPACITY = "DeploymentCapacity"
CODE = "envoy_response_code"
ORIGIN = "Origin"
ORIGIN_REQUESTS = "OriginRequestCount"
ORIGIN_HEALTH = "OriginHealthPercentage"
ORIGIN_LATENCY = "OriginLatency"


def mean(arm: Arm, resource_id: str, metric: str, start: datetime, end: datetime) -> float | None:
    """Of the minutes that have a value; None where there is none."""
    values = [point["average"] for point in _points(arm, resource_id, metric, "Average", start, end)]
    return sum(values) / len(values) if values else None


def total(arm: Arm, resource_id: str, metric: str, start: datetime, end: datetime) -> float | None:
    """Over all minutes; None where none has a value."""
    values = [point["total"] for point in _points(arm, resource_id, metric, "Total", start, end)]
    return sum(values) if values else None


def total_by(
    arm: Arm, resource_id: str, metric: str, dimension: str, start: datetime, end: datetime
) -> Mapping[str, float]:
    """Over all minutes, by the value of a dimension."""
    found: dict[str, float] = {}
    for series in _series(arm, resource_id, metric, "Total", start, end, f"{dimension} eq '*'"):
        value = _value_of(series, dimension)
        found[value] = found.get(value, 0.0) + sum(point.get("total") or 0.0 for point in series["data"])
    return found


def mean_by(
    arm: Arm, resource_id: str, metric: str, dimension: str, start: datetime, end: datetime
) -> Mapping[str, float]:
    """Of the minutes that have a value, by the value of a dimension; without those that have none."""
    found: dict[str, list[float]] = {}
    for series in _series(arm, resource_id, metric, "Average", start, end, f"{dimension} eq '*'"):
        values = [point["average"] for point in series["data"] if point.get("average") is not None]
        found.setdefault(_value_of(series, dimension), []).extend(values)
    return {value: sum(values) / len(values) for value, values in found.items() if values}


def _value_of(series: Mapping[str, Any], dimension: str) -> str:
    """Azure answers a dimension's name in lower case where it likes to."""
    values = series.get("metadatavalues", ())
    return next((each["value"] for each in values if each["name"]["value"].lower() == dimension.lower()), "")


def _points(
    arm: Arm, resource_id: str, metric: str, aggregation: str, start: datetime, end: datetime
) -> list[Mapping[str, Any]]:
    series = _series(arm, resource_id, metric, aggregation, start, end)
    key = aggregation.lower()
    return [point for each in series for point in each["data"] if point.get(key) is not None]


def _series(
    arm: Arm, resource_id: str, metric: str, aggregation: str, start: datetime, end: datetime, where: str | None = None
) -> list[Mapping[str, Any]]:
    query = {
        "metricnames": metric,
        "timespan": f"{_minute(start)}/{_minute(end)}",
        "interval": "PT1M",
        "aggregation": aggregation,
    }
    if where:
        query["$filter"] = where
    path = f"{resource_id}/providers/Microsoft.Insights/metrics"
    answered = arm.read(path, API_VERSION, **query)
    return [series for each in answered["value"] for series in each["timeseries"]]


def _minute(moment: datetime) -> str:
    whole = moment.astimezone(UTC) - timedelta(seconds=moment.second, microseconds=moment.microsecond)
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")
