"""What was really drawn and emitted: a row a deployment and round, and one a run that ended, for the table
VerdazureSustainability_CL. What nobody knows gives no row: a made-up number would stand beside measured ones.

SCI: emissions per functional unit (Green Software Foundation, Software Carbon Intensity 1.1), of operation alone:
hardware is not counted here.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError

from verdazure.carbon.quantities import Energy, Power
from verdazure.controller import metrics
from verdazure.controller.records import Measured
from verdazure.controller.world import World
from verdazure.steering import DeploymentScaling

_log = logging.getLogger(__name__)

LATE = timedelta(minutes=3)
"""That metrics take to arrive: a window is read so long after its end."""


def energy_of(
    world: World, deployment_id: str, watts: float | None, start: datetime, end: datetime
) -> tuple[Energy, str] | None:
    """Measured where Azure ML does, as of a GPU; else estimated, where somebody says what an instance draws."""
    joules = metrics.total(world.arm, deployment_id, metrics.ENERGY, start, end)
    if joules is not None:
        return Energy.of_joules(joules), "measured"
    if watts is None:
        return None
    instances = metrics.mean(world.arm, deployment_id, metrics.CAPACITY, start, end)
    if not instances:
        return None
    return Power(watts * instances).over((end - start) / timedelta(hours=1)), "estimated"


def measure(world: World, deployments: Mapping[str, DeploymentScaling]) -> Iterator[Measured]:
    """Of the round before. What fails for one fails for no other, and is logged."""
    for name, target in deployments.items():
        try:
            yield from _of_deployment(world, name, target)
        except (AzureError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            _log.warning("%s was not measured: %s", name, error)


def _of_deployment(world: World, name: str, target: DeploymentScaling) -> Iterator[Measured]:
    end = world.now - LATE
    start = end - world.every
    intensity = world.outlook.now(target.region)
    drawn = energy_of(world, target.deployment_id, target.watts_per_instance, start, end)
    requests = metrics.total(world.arm, target.deployment_id, metrics.REQUESTS, start, end)
    if intensity is None or drawn is None or requests is None:
        return
    energy, method = drawn
    latency = metrics.mean(world.arm, target.deployment_id, metrics.LATENCY, start, end)
    emissions = energy.at(intensity)
    yield Measured(world.now, name, "inference", energy, emissions, method, requests, "request", latency_ms=latency)
