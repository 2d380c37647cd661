"""How much must stand by so that enough answers: an availability target, counted in instances and in regions.

Failures are taken as independent, so that `n` of which one is enough are available 1 - (1 - a)^n of the time.
"""

import math

# Azure's service level agreement for one virtual machine with premium disks, 99.9 %; Microsoft, Service Level
# Agreements for Online Services, read 2026-11-24. One per cent is what an instance may lack besides: restarts of a
# model server and updates of its image. That is a decision, not a measurement.
INSTANCE_AVAILABILITY = 0.99
# Azure Machine Learning's own agreement for managed endpoints: 99.9 % a region. Same source.
REGION_AVAILABILITY = 0.999


def instances_for(target_percent: float) -> int:
    """Instances of one deployment. Raises `ValueError` for a target that no number of them reaches."""
    return _needed(target_percent, INSTANCE_AVAILABILITY)


def regions_for(target_percent: float) -> int:
    """Regions that serve at once, or of which the next takes over within the target. Raises `ValueError`."""
    return _needed(target_percent, REGION_AVAILABILITY)


def _needed(target_percent: float, available: float) -> int:
    if not 0 < target_percent < 100:
        raise ValueError(f"a target of {target_percent:g} % is none; give more than 0 and less than 100")
    allowed = 1 - target_percent / 100
    return max(1, math.ceil(math.log(allowed) / math.log(1 - available) - 1e-9))
