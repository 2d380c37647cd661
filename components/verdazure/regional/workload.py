"""What a team keeps, trains, moves and sends in a month: the same wherever it runs."""

from dataclasses import dataclass

from verdazure import facts
from verdazure.prices import Meter, blob_storage, internet_egress, region_transfer, vm_hours


@dataclass(frozen=True, slots=True)
class Stored:
    """Data kept all month: GB (10^9 bytes) of one copy. Raises `ValueError`, `UnknownFact`."""

    tier: str
    """`Hot`, `Cool`, `Cold` or `Archive`."""
    gigabytes: float
    redundancy: str = "LRS"

    def __post_init__(self) -> None:
        blob_storage(self.tier, self.redundancy)
        _quantity(f"stored {self.tier}", self.gigabytes)


@dataclass(frozen=True, slots=True)
class Training:
    """Nodes of one size: `hours` a month each. Raises `ValueError`, `UnknownFact`."""

    vm_size: str
    hours: float
    nodes: int = 1
    spot: bool = True
    """Low-priority nodes, the default of `GpuCluster`; else dedicated ones."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "vm_size", facts.vm_size(self.vm_size).name)
        _quantity("training hours", self.hours)
        _quantity("training nodes", self.nodes)

    @property
    def node_hours(self) -> float:
        return self.hours * self.nodes


@dataclass(frozen=True, slots=True)
class Workload:
    """One month. Raises `ValueError` when it holds nothing, `UnknownFact` for a region that does not exist."""

    stored: tuple[Stored, ...] = ()
    training: tuple[Training, ...] = ()
    moved_gb: float = 0.0
    """Brought in from `moved_from`, GB; nothing is moved where the work stays there."""
    moved_from: str | None = None
    egress_gb: float = 0.0
    """Sent to the internet, GB."""

    def __post_init__(self) -> None:
        _quantity("moved_gb", self.moved_gb)
        _quantity("egress_gb", self.egress_gb)
        if self.moved_gb and self.moved_from is None:
            raise ValueError("moved_from: missing; say which region moved_gb comes from")
        if self.moved_from is not None:
            object.__setattr__(self, "moved_from", facts.region(self.moved_from).name)
        if not (self.stored_gb or self.node_hours or self.egress_gb):
            raise ValueError("the workload holds nothing; give stored data, training or egress_gb")

    @property
    def stored_gb(self) -> float:
        return sum(each.gigabytes for each in self.stored)

    @property
    def node_hours(self) -> float:
        return sum(each.node_hours for each in self.training)

    @property
    def vm_sizes(self) -> frozenset[str]:
        return frozenset(each.vm_size for each in self.training)

    @property
    def meters(self) -> tuple[Meter, ...]:
        """What must be priced, also for moving the stored data once."""
        return (
            *(blob_storage(each.tier, each.redundancy) for each in self.stored),
            *(vm_hours(each.vm_size, spot=each.spot) for each in self.training),
            *([region_transfer()] if self.moved_gb or self.stored_gb else []),
            *([internet_egress()] if self.egress_gb else []),
        )


def _quantity(name: str, value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is {value}; give a finite number, 0 or more")
