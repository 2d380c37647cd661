"""What is reserved and what it draws: CPU, memory, GPU, storage, network. Energy of the equipment, before the building.

Method: Cloud Carbon Footprint (linear between idle and full power of a vCPU and of a board; energy of memory, kept data
and traffic), with the numbers of the facts tables. In one thing the central value differs: all memory counts, where
Cloud Carbon Footprint takes off what the CPU's figures may hold already; the low value takes all of it off. Hardware
that is reserved counts for as long as it is reserved, idle or not: SCI counts what is reserved for a workload, not what
it happened to use.
"""

import functools
from dataclasses import dataclass
from enum import Enum

from verdazure import facts
from verdazure.carbon.footprint.ranges import Range, exactly, rising
from verdazure.carbon.quantities import Emissions, Energy, Power
from verdazure.facts import Coefficient, VmSize


class Method(str, Enum):
    """How an energy was come by."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number that an estimate rests on."""

    what: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Machines:
    """Nodes of one size, reserved together.

    `node_hours`: nodes x hours that they were reserved, idle hours too. Utilisations are the means over those hours, 0
    to 1; None takes the facts table's average and its whole range. `gpu_measured`: energy of all boards over those
    hours, as Azure Machine Learning's metric `GpuEnergyJoules` sums it; it takes the place of the estimate.
    """

    vm_size: str
    node_hours: float
    cpu_utilisation: float | None = None
    gpu_utilisation: float | None = None
    gpu_measured: Energy | None = None

    def __post_init__(self) -> None:
        _not_negative("node_hours", self.node_hours)
        _share("cpu_utilisation", self.cpu_utilisation)
        _share("gpu_utilisation", self.gpu_utilisation)
        if self.gpu_measured is not None and self.gpu_measured < Energy(0):
            raise ValueError(f"gpu_measured is {self.gpu_measured.kwh} kWh; a meter counts from 0 up")


@dataclass(frozen=True, slots=True)
class KeptData:
    """Data kept in a tier: `terabytes` as provisioned (1 TB = 10^12 bytes), one copy; `redundancy` says the copies."""

    tier: str
    redundancy: str
    terabytes: float
    hours: float

    def __post_init__(self) -> None:
        _not_negative("terabytes", self.terabytes)
        _not_negative("hours", self.hours)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Data sent between data centres, GB (10^9 bytes)."""

    gigabytes: float

    def __post_init__(self) -> None:
        _not_negative("gigabytes", self.gigabytes)


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of hardware draws, before the building's overhead."""

    name: str
    energy: Range[Energy]
    method: Method
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class Embodied:
    """The reserved share of what making the hardware emitted."""

    emissions: Range[Emissions]
    assumptions: tuple[Assumption, ...]


def machine_parts(machines: Machines) -> tuple[Part, ...]:
    """CPU, memory and, where the size has boards, GPU. Raises `UnknownFact`, naming the row and column missing."""
    size = facts.vm_size(machines.vm_size)
    parts = [_cpu(size, machines), _memory(size, machines)]
    if size.gpu is not None:
        parts.append(_gpu(size, machines))
    elif machines.gpu_measured is not None:
        raise ValueError(f"gpu_measured is given, but {size.name} has no GPU; leave it out")
    return tuple(parts)


def _cpu(size: VmSize, machines: Machines) -> Part:
    cpu = facts.cpus.get(facts.vm_sizes.value(size.name, "cpu"))
    utilisation, assumed = _utilisation("CPU", machines.cpu_utilisation)
    watts = rising(
        _linear,
        utilisation,
        Range(cpu.idle_w_low, cpu.idle_w, cpu.idle_w_high),
        Range(cpu.full_w_low, cpu.full_w, cpu.full_w_high),
    )
    vcpu_hours = size.vcpus * machines.node_hours
    curve = Assumption(
        f"power of a vCPU, {cpu.name}: linear from idle to full", f"{cpu.idle_w:g} to {cpu.full_w:g} W", cpu.source
    )
    return Part("cpu", rising(lambda w: Power(w).over(vcpu_hours), watts), Method.ESTIMATED, (curve, assumed))


def _memory(size: VmSize, machines: Machines) -> Part:
    gib_hours = facts.vm_sizes.value(size.name, "memory_gib") * machines.node_hours
    factor = facts.coefficients.get("memory")
    energy = rising(lambda kwh: Energy(kwh * gib_hours), range_of(factor))
    return Part("memory", energy, Method.ESTIMATED, (assumption(factor, "energy of memory, 1 GiB counted as 1 GB"),))


def _gpu(size: VmSize, machines: Machines) -> Part:
    if machines.gpu_measured is not None:
        meter = Assumption(
            "energy of the boards", f"{machines.gpu_measured.kwh:g} kWh", "measured, given by the caller"
        )
        return Part("gpu", exactly(machines.gpu_measured), Method.MEASURED, (meter,))
    name = facts.vm_sizes.value(size.name, "gpu")
    idle, full = facts.accelerators.value(name, "idle_w"), facts.accelerators.value(name, "full_w")
    utilisation, assumed = _utilisation("GPU", machines.gpu_utilisation)
    board_hours = size.gpu_count * machines.node_hours
    energy = rising(lambda u: Power(_linear(u, idle, full)).over(board_hours), utilisation)
    board = facts.accelerators.get(name)
    curve = Assumption(f"power of a {name} board: linear from idle to full", f"{idle:g} to {full:g} W", board.source)
    return Part("gpu", energy, Method.ESTIMATED, (curve, assumed))


def _linear(utilisation: float, idle: float, full: float) -> float:
    return idle + utilisation * (full - idle)


def _utilisation(of: str, given: float | None) -> tuple[Range[float], Assumption]:
    if given is not None:
        return exactly(given), Assumption(f"{of} utilisation", f"{given:.0%}", "given by the caller")
    average = facts.coefficients.get("utilisation")
    return range_of(average), assumption(average, f"{of} utilisation")


def storage_part(data: KeptData) -> Part:
    """Disks of a tier, all copies. Raises `UnknownFact` for a tier whose medium nobody publishes."""
    value = functools.partial(facts.storage_tiers.value, data.tier)
    watts = Range(value("wh_per_tb_hour_low"), value("wh_per_tb_hour"), value("wh_per_tb_hour_high"))
    tier, redundancy = facts.storage_tiers.get(data.tier), facts.replications.get(data.redundancy)
    terabytes = data.terabytes * redundancy.copies
    of_tier = f"{watts.central:g} ({watts.low:g} to {watts.high:g}) Wh/TB.h"
    return Part(
        "storage",
        rising(lambda w: Power(w * terabytes).over(data.hours), watts),
        Method.ESTIMATED,
        (
            Assumption(f"energy of the tier {tier.name}, counted as {tier.medium}", of_tier, tier.source),
            Assumption(f"copies of {redundancy.name}", str(redundancy.copies), redundancy.source),
        ),
    )


def network_part(traffic: Traffic) -> Part:
    """Traffic between data centres."""
    factor = facts.coefficients.get("network")
    energy = rising(lambda kwh: Energy(kwh * traffic.gigabytes), range_of(factor))
    return Part("network", energy, Method.ESTIMATED, (assumption(factor, "energy of traffic"),))


def machine_embodied(machines: Machines) -> Embodied:
    """SCI's M = TE x TiR/EL x RR/ToR. Raises `UnknownFact` for a size whose server is not documented.

    The table holds TE x RR/ToR, the share by vCPU; the reserved share of the life is applied here. The high value takes
    a bottom-up estimate of the boards in place of the flat one, where there is one.
    """
    size = facts.vm_size(machines.vm_size)
    share = facts.vm_sizes.value(size.name, "embodied_kg")
    lifespan = facts.coefficients.get("server_lifespan")
    of_life = machines.node_hours / lifespan.value
    flat, bottom_up = share * of_life, (share + _more_than_flat(size)) * of_life
    return Embodied(
        Range(Emissions.of_kilograms(flat), Emissions.of_kilograms(flat), Emissions.of_kilograms(bottom_up)),
        (*_of_making(size, share), assumption(lifespan, "life of a server")),
    )


def _of_making(size: VmSize, share: float) -> tuple[Assumption, ...]:
    server = Assumption(f"making of {size.name}, its share of the server by vCPU", f"{share:g} kgCO2e", size.source)
    more = _more_than_flat(size)
    if size.gpu is None or not more:
        return (server,)
    board = facts.accelerators.get(size.gpu)
    return (server, Assumption(f"making of {board.name}, bottom-up: more, at most", f"{more:g} kgCO2e", board.source))


def _more_than_flat(size: VmSize) -> float:
    """kgCO2e that a bottom-up estimate of the size's boards adds to the flat one; 0 where nobody made one."""
    if size.gpu is None:
        return 0.0
    board = facts.accelerators.get(size.gpu)
    if board.embodied_kg_high is None:
        return 0.0
    return size.gpu_count * (board.embodied_kg_high - board.embodied_kg_low)


def range_of(number: Coefficient) -> Range[float]:
    """The number with its range; without one, exactly the number."""
    if number.low is None or number.high is None:
        return exactly(number.value)
    return Range(number.low, number.value, number.high)


def assumption(number: Coefficient, what: str) -> Assumption:
    """How a result names the number that it took."""
    if number.low is None or number.high is None:
        return Assumption(what, f"{number.value:g} {number.unit}, no range published", number.source)
    return Assumption(what, f"{number.value:g} ({number.low:g} to {number.high:g}) {number.unit}", number.source)


def _not_negative(name: str, value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {value}; it must be a finite number, 0 or more")


def _share(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; it must lie between 0 and 1 (50 % is 0.5)")
