"""Preflight: whether quota and region have room for clusters, asked before anything is deployed. Read-only.

Source: Microsoft Learn, Azure Machine Learning REST API, Virtual Machine Sizes - List and Usages - List; Manage and
increase quotas for resources with Azure Machine Learning: dedicated cores are counted by VM family, low-priority cores
together, one pool a region (`TotalLowPriorityCores`); read 2026-11-24. Whether there is capacity at this hour nobody
tells: a quota is a right, not a machine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verdazure.arm import Arm

_API_VERSION = "2024-10-01"
LOW_PRIORITY = "TotalLowPriorityCores"
DEDICATED = "TotalDedicatedCores"
"""All families together; looked at where Azure names it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A cluster as it would be at its largest. Raises `ValueError`."""

    name: str
    vm_size: str
    nodes: int
    low_priority: bool = True

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise ValueError(f"{self.name}: nodes is {self.nodes}; a cluster has at least 1 at its largest")


class Fits(str, Enum):
    """The verdict."""

    YES = "fits"
    NO = "does not fit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a cluster fits beside those before it."""

    cluster: Asked
    fits: Fits
    reason: str
    """One sentence, with the numbers."""


@dataclass(frozen=True, slots=True)
class _Quota:
    limit: int
    used: int


def preflight(arm: Arm, subscription: str, region: str, clusters: Iterable[Asked]) -> Iterator[Verdict]:
    """A verdict for each cluster; those before it are counted as deployed."""
    place = f"/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{region}"
    sizes = {each["name"].lower(): each for each in arm.read_all(f"{place}/vmSizes", _API_VERSION)}
    quotas = dict(_quotas(arm.read_all(f"{place}/usages", _API_VERSION)))
    taken: dict[str, int] = {}
    for asked in clusters:
        verdict, pools = _judged(asked, region, sizes.get(asked.vm_size.lower()), quotas, taken)
        if verdict.fits is Fits.YES:
            for pool, cores in pools.items():
                taken[pool] = taken.get(pool, 0) + cores
        yield verdict


def _quotas(usages: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, _Quota]]:
    """By their names, of the subscription; those of single workspaces are left out."""
    for usage in usages:
        if "/workspaces/" not in str(usage.get("id", "")):
            yield str(usage["name"]["value"]).lower(), _Quota(int(usage["limit"]), int(usage["currentValue"]))


def _judged(
    asked: Asked,
    region: str,
    size: Mapping[str, Any] | None,
    quotas: Mapping[str, _Quota],
    taken: Mapping[str, int],
) -> tuple[Verdict, dict[str, int]]:
    if size is None:
        return Verdict(asked, Fits.NO, f"{region} has no {asked.vm_size} for Azure ML."), {}
    if "AmlCompute" not in size.get("supportedComputeTypes", ["AmlCompute"]):
        return Verdict(asked, Fits.NO, f"{asked.vm_size} is for no cluster in {region}."), {}
    if asked.low_priority and size.get("lowPriorityCapable") is False:
        return Verdict(asked, Fits.NO, f"{asked.vm_size} has no low-priority nodes in {region}."), {}
    cores = int(size["vCPUs"]) * asked.nodes
    family = str(size.get("family", ""))
    pools = dict.fromkeys([LOW_PRIORITY] if asked.low_priority else [family, DEDICATED], cores)
    found = {pool: quotas[pool.lower()] for pool in pools if pool.lower() in quotas}
    if not found or (not asked.low_priority and family not in found):
        missing = LOW_PRIORITY if asked.low_priority else family
        return Verdict(asked, Fits.UNKNOWN, f"Azure names no quota {missing} for this subscription in {region}."), {}
    for pool, quota in found.items():
        free = quota.limit - quota.used - taken.get(pool, 0)
        if cores > free:
            told = f"asks for {cores} vCPUs of {pool}: {free} of {quota.limit} are free"
            return Verdict(asked, Fits.NO, f"{told}; request quota, or lower nodes to {_room(free, cores, asked)}."), {}
    tightest = min(found, key=lambda pool: found[pool].limit - found[pool].used - taken.get(pool, 0))
    free = found[tightest].limit - found[tightest].used - taken.get(tightest, 0)
    return Verdict(asked, Fits.YES, f"asks for {cores} vCPUs of {tightest}: {free} are free."), pools


def _room(free: int, cores: int, asked: Asked) -> int:
    return max(0, free) // (cores // asked.nodes)
