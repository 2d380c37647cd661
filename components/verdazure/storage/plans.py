"""What becomes of each class of data: where it lies, when it cools, when it goes. Pure."""

from dataclasses import dataclass
from enum import Enum

from verdazure import facts, guardrails


class DataClass(str, Enum):
    """What data is for; everything else follows from it."""

    RAW = "raw"
    """As it came in, and not to be had again: kept, cooling to archive."""
    DATASET = "dataset"
    """Made for training from raw data: cools when nobody reads it, warms up when somebody does."""
    CHECKPOINT = "checkpoint"
    """Progress of a running training: gone a month after it was written."""
    RUN_ARTIFACT = "run_artifact"
    """Outputs and metrics of a run: gone after a year."""
    MODEL = "model"
    """Trained models: kept in three zones, with earlier versions for a while."""
    LOG = "log"
    """Logs: gone after a quarter."""
    SCRATCH = "scratch"
    """Intermediate data: gone after a week."""


class Layout(Enum):
    """The accounts that data classes share."""

    LAKE = "lake"
    """Hierarchical namespace for analytics; no blob versions there, and Azure ML cannot use it as default storage."""
    FLAT = "flat"
    """For what a rerun makes again."""
    DURABLE = "durable"
    """Zone-redundant, with versions; Azure offers no archive tier there."""

    @property
    def soft_delete_days(self) -> int:
        """Soft-deleted data is kept and powered: long only where it could not be made again."""
        limit = guardrails.SOFT_DELETE_DAYS_MAX if self is Layout.DURABLE else guardrails.SOFT_DELETE_DAYS_MIN
        return limit.value

    def redundancy(self, region: str) -> str:
        """In that region: three zones where it has them, else its pair, for what must not be lost."""
        if self is not Layout.DURABLE:
            return "LRS"
        return "ZRS" if facts.region(region).availability_zones else "GRS"


VERSIONS_DELETED_AFTER_DAYS = 90


@dataclass(frozen=True)
class Plan:
    """What becomes of one class of data. Days are None where the step does not happen."""

    data_class: DataClass
    layout: Layout
    cool_after: int | None = None
    cold_after: int | None = None
    archive_after: int | None = None
    delete_after: int | None = None
    by_last_access: bool = False
    protected: bool = False
    appended: bool = False
    """Whether it may lie in append blobs, which can be deleted by a rule but not moved to another tier."""
    versions_kept: int = VERSIONS_DELETED_AFTER_DAYS
    """Days after which earlier versions and snapshots go."""
    kept_at_least: int | None = None
    """Days that a law has it kept."""
    goes_by_age: bool = False
    """Whether it goes by its age even where it moves by its last read: a longest time does not wait for readers."""
    immutable_days: int | None = None
    """Days for which nobody can change or delete it."""
    legal_hold: tuple[str, ...] = ()
    """Tags of holds: while there is one, nothing is deleted."""

    @property
    def container(self) -> str:
        return self.data_class.value.replace("_", "-")

    @property
    def moves(self) -> tuple[tuple[str, int], ...]:
        """The tiers that it moves to and when, in their order."""
        days = {"cool": self.cool_after, "cold": self.cold_after, "archive": self.archive_after}
        return tuple((tier, day) for tier, day in days.items() if day is not None)

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """The arguments that say when something happens, in the order of the tiers."""
        moves = tuple((f"{tier}_after_days", day) for tier, day in self.moves)
        return moves if self.delete_after is None else (*moves, ("delete_after_days", self.delete_after))


PLANS = {
    plan.data_class: plan
    for plan in (
        Plan(DataClass.RAW, Layout.LAKE, cool_after=14, cold_after=60, archive_after=180, protected=True),
        Plan(DataClass.DATASET, Layout.LAKE, cool_after=30, cold_after=90, delete_after=730, by_last_access=True),
        Plan(DataClass.CHECKPOINT, Layout.FLAT, delete_after=30),
        Plan(DataClass.RUN_ARTIFACT, Layout.FLAT, cool_after=30, cold_after=90, delete_after=365),
        Plan(DataClass.MODEL, Layout.DURABLE, cool_after=30, cold_after=90, by_last_access=True, protected=True),
        Plan(DataClass.LOG, Layout.FLAT, cool_after=30, delete_after=90, appended=True),
        Plan(DataClass.SCRATCH, Layout.FLAT, delete_after=7),
    )
}


@dataclass(frozen=True)
class Portion:
    """Part of a class that cools or goes sooner than the rest: below a prefix, or with blob index tags."""

    name: str
    plan: Plan
    """The class's own plan with the portion's days; None where the class's rule decides."""
    prefix: str = ""
    """Below the container: `images/`."""
    index_tags: tuple[tuple[str, str], ...] = ()
