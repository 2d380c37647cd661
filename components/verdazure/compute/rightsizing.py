"""Right-sizing: the VM size that does a job with the least energy, and why each other does not. Pure.

No table says how much faster one board is than another for a job that nobody has run, so that every size is given the
hours that the job takes on the one it was measured on: what differs is what is reserved.
"""

from dataclasses import dataclass

from verdazure import facts
from verdazure.carbon.footprint import Boundary, Machines, energy_parts, grid_of_region
from verdazure.carbon.quantities import Emissions, Energy


@dataclass(frozen=True, slots=True)
class Job:
    """What a job needs of one machine. Raises `ValueError` for what means nothing."""

    hours: float
    gpus: int = 0
    """Boards; 0 for a job without."""
    gpu_memory_gib: float = 0.0
    """Of each board."""
    vcpus: int = 1
    memory_gib: float = 0.0
    gpu_utilisation: float | None = None
    """Share of its power range that a board draws; None takes the facts table's average."""

    def __post_init__(self) -> None:
        if not 0 < self.hours < float("inf"):
            raise ValueError(f"hours is {self.hours}; a job runs for more than 0 hours")
        if self.gpus < 0 or self.vcpus < 1 or not self.gpu_memory_gib >= 0 or not self.memory_gib >= 0:
            raise ValueError("gpus, gpu_memory_gib and memory_gib are 0 or more, vcpus at least 1")
        if self.gpu_memory_gib and not self.gpus:
            raise ValueError("gpu_memory_gib is of a board; give gpus too")


@dataclass(frozen=True, slots=True)
class Sized:
    """What a size means for the job."""

    size: facts.VmSize
    lacks: str | None
    """Why it does not do the job; None where it does."""
    energy: Energy | None
    """Of the machine while the job runs, before the building; None where a fact is missing."""
    emissions: Emissions | None
    """On the region's grid; None where energy or grid is not known."""
    unknown: str | None
    """What is missing."""


def sized(job: Job, region: str | None = None) -> list[Sized]:
    """Every size: those that do the job first, by energy, those of unknown energy after them, the others last.

    Raises `UnknownFact` for a region that does not exist.
    """
    grams = None if region is None else facts.region(region).intensity_g_per_kwh
    judged = [_judged(size, job, region if grams is not None else None) for size in facts.vm_sizes().values()]
    return sorted(judged, key=_order)


def smallest(job: Job) -> Sized | None:
    """The size that does the job with the least energy; None where none of known energy does."""
    first = sized(job)[0]
    return first if first.lacks is None and first.energy is not None else None


def _order(each: Sized) -> tuple[bool, bool, float, str]:
    return each.lacks is not None, each.energy is None, each.energy.kwh if each.energy else 0.0, each.size.name


def _judged(size: facts.VmSize, job: Job, region: str | None) -> Sized:
    lacks, unknown = _lacks(size, job)
    try:
        energy = _energy(size, job)
    except facts.UnknownFact as missing:
        return Sized(size, lacks, None, None, unknown or str(missing))
    emissions = None if region is None else energy.at(grid_of_region(region).intensity.central)
    return Sized(size, lacks, energy, emissions, unknown)


def _energy(size: facts.VmSize, job: Job) -> Energy:
    machines = Machines(size.name, job.hours, gpu_utilisation=job.gpu_utilisation if size.gpu else None)
    total = Energy(0)
    for part in energy_parts(Boundary(machines=(machines,))):
        total = total + part.energy.central
    return total


def _lacks(size: facts.VmSize, job: Job) -> tuple[str | None, str | None]:
    """Why it does not do the job, and what of that is only not known."""
    if size.status != "current":
        return f"is {size.status}", None
    if not size.runs_in_azure_ml:
        return "has Arm processors, which Azure ML does not name among those that it supports", None
    if job.gpus and size.gpu is None:
        return "has no GPU", None
    if size.gpu is not None and not job.gpus:
        return "has a GPU that would idle", None
    if size.gpu_count < job.gpus:
        return f"has {size.gpu_count:g} of {job.gpus} GPUs", None
    if size.vcpus < job.vcpus:
        return f"has {size.vcpus} of {job.vcpus} vCPUs", None
    for has, asked, what in (
        (size.memory_gib, job.memory_gib, "memory"),
        (size.gpu_memory_gib, job.gpu_memory_gib, "memory of a GPU"),
    ):
        if asked and has is None:
            return f"its {what} is not known", f"{what} of {size.name}"
        if asked and has is not None and has < asked:
            return f"has {has:g} of {asked:g} GiB {what}", None
    return None, None
