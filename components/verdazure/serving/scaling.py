"""The autoscale setting of an online deployment. Pure.

Bounds come from what was deployed; rules follow utilisation. In quiet hours a profile of its own lowers the floor. The
controller adds a third, with an end, while power is dirty. Source: Microsoft Learn, Autoscale online endpoints; Azure
Monitor autoscale: a recurrence profile ends where the default profile of its name begins; read 2026-11-24.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from pulumi import Output
from pydantic import AfterValidator, Field, model_validator

from verdazure.args import Count, Number, Record, Text, refuse
from verdazure.steering import CapAbove

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BUSY, IDLE = 70, 30
"""Per cent of utilisation above which an instance is added, and below which one goes."""


class CapArgs(TypedDict):
    """Above so much carbon, at most so many instances, of what can wait. The controller applies it."""

    grams_per_kwh: float
    """gCO2e/kWh, from clean to dirty."""
    instances: int
    """At least the floor; of a cluster's nodes 0 or more."""


class QuietArgs(TypedDict):
    """Hours in which few call."""

    start: str
    """`20:00`, UTC."""
    end: str
    """`06:00`, UTC; before `start` it is the next day's."""
    instances: int
    """Least instances in these hours, at least 1: a managed deployment cannot go to none."""


def _clock(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        refuse("", text, "a time of day in UTC, from 00:00 to 23:59", "such as '20:00'")
    return text


Clock = Annotated[Text, AfterValidator(_clock)]


class Cap(Record):
    """Checked `CapArgs`."""

    grams_per_kwh: Annotated[Number, Field(gt=0)]
    instances: Annotated[Count, Field(ge=0)]


def above(caps: Sequence[Cap]) -> tuple[CapAbove, ...]:
    """As the controller reads them."""
    return tuple(CapAbove(**each.model_dump()) for each in caps)


class Quiet(Record):
    """Checked `QuietArgs`."""

    start: Clock
    end: Clock
    instances: Annotated[Count, Field(ge=1)]

    @model_validator(mode="after")
    def _check(self) -> "Quiet":
        if self.start == self.end:
            refuse("end", self.end, "another time than start", "or leave quiet out")
        return self


def profiles(floor: int, ceiling: int, has_gpu: bool, quiet: Quiet | None, target: Output[str]) -> list[dict[str, Any]]:
    """What holds by load, and in quiet hours."""
    load = {
        "name": "load",
        "capacity": _capacity(floor, ceiling, floor),
        "rules": rules(has_gpu, target),
    }
    if quiet is None:
        return [load]
    low = {
        "name": "quiet",
        "capacity": _capacity(min(quiet.instances, floor), ceiling, min(quiet.instances, floor)),
        "rules": rules(has_gpu, target),
        "recurrence": _at(quiet.start),
    }
    back = {**load, "name": json.dumps({"name": "load", "for": "quiet"}), "recurrence": _at(quiet.end)}
    return [load, low, back]


def rules(has_gpu: bool, target: Output[str]) -> list[dict[str, Any]]:
    """One instance more after five busy minutes, one less after half an hour of little to do."""
    metric = "GpuUtilizationPercentage" if has_gpu else "CpuUtilizationPercentage"
    return [
        _rule(metric, target, "GreaterThan", BUSY, "PT5M", "Increase", "PT5M"),
        _rule(metric, target, "LessThan", IDLE, "PT30M", "Decrease", "PT15M"),
    ]


def _rule(
    metric: str, target: Output[str], operator: str, threshold: int, window: str, direction: str, cooldown: str
) -> dict[str, Any]:
    return {
        "metric_trigger": {
            "metric_name": metric,
            "metric_namespace": "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments",
            "metric_resource_uri": target,
            "operator": operator,
            "statistic": "Average",
            "threshold": threshold,
            "time_aggregation": "Average",
            "time_grain": "PT1M",
            "time_window": window,
        },
        "scale_action": {"cooldown": cooldown, "direction": direction, "type": "ChangeCount", "value": "1"},
    }


def _capacity(least: int, most: int, usual: int) -> Mapping[str, str]:
    return {"minimum": str(least), "maximum": str(most), "default": str(usual)}


def _at(clock: str) -> Mapping[str, Any]:
    hour, minute = map(int, clock.split(":"))
    return {
        "frequency": "Week",
        "schedule": {"days": list(DAYS), "hours": [hour], "minutes": [minute], "time_zone": "UTC"},
    }
