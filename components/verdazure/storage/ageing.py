"""How long data stays in each tier, and what keeping it costs the climate. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verdazure import facts
from verdazure.carbon.footprint import ANY_GRID, Boundary, FunctionalUnit, Grid, KeptData, Range, footprint
from verdazure.carbon.quantities import Emissions, Energy
from verdazure.storage.plans import Plan, Portion

HORIZON_DAYS = 3653
"""Ten years: what is never deleted is counted for so long."""
DAYS_A_MONTH = 365.25 / 12
_GIGABYTE_IN_TB = 1e-3


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in one tier, if nobody reads or changes the data; `until` is None where it stays for ever."""

    tier: str
    since: int
    until: int | None

    @property
    def days(self) -> int:
        """Within the horizon."""
        return max(0, min(HORIZON_DAYS if self.until is None else self.until, HORIZON_DAYS) - self.since)

    @property
    def gb_months(self) -> float:
        """Of 1 GB."""
        return self.days / DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class Ageing:
    """What becomes of 1 GB of a class from the day on which it is written."""

    name: str
    stays: tuple[Stay, ...]
    energy: Range[Energy]
    """kWh, all copies, with the building's overhead; without the tiers in `unknown`."""
    emissions: Range[Emissions] | None
    """gCO2e; None where the grid's intensity is not known."""
    unknown: tuple[str, ...]
    """Tiers whose disks nobody publishes."""
    held: bool
    """Whether a legal hold keeps it whatever the rules say."""

    def __str__(self) -> str:
        """One sentence for people."""
        return f"{self.name}: {', then '.join(self._told())}; 1 GB takes {self._cost()}"

    def _told(self) -> Iterator[str]:
        for stay in self.stays:
            yield f"{stay.tier} for ever" if stay.until is None else f"{stay.tier} {stay.until - stay.since} days"
        if self.held:
            yield "kept by a legal hold"
        elif self.stays[-1].until is not None:
            yield "gone"

    def _cost(self) -> str:
        months = sum(stay.gb_months for stay in self.stays)
        span = " in ten years" if self.stays[-1].until is None else ""
        grams = "gCO2e unknown" if self.emissions is None else f"{self.emissions.central.grams:.3g} gCO2e"
        without = f", without {' and '.join(self.unknown)}" if self.unknown else ""
        return f"{months:.1f} GB-months{span}, {self.energy.central.kwh:.3g} kWh, {grams}{without}"


def stays(plan: Plan) -> tuple[Stay, ...]:
    """The tiers in the order in which data passes them; a step that a colder one overtakes does not happen."""
    end = None if plan.legal_hold else plan.delete_after
    if end is not None and plan.immutable_days is not None:
        end = max(end, plan.immutable_days)
    starts: list[tuple[int, str]] = [(0, "Hot")]
    for tier, day in plan.moves:
        starts = [each for each in starts if each[0] < day] + [(day, tier.capitalize())]
    starts = [each for each in starts if end is None or each[0] < end]
    ends = [day for day, _ in starts[1:]] + [end]
    return tuple(Stay(tier, day, until) for (day, tier), until in zip(starts, ends, strict=True))


def effective(portion: Portion, whole: Plan) -> Plan:
    """What becomes of a portion: the sooner of its own step and the class's."""

    def sooner(own: int | None, of_class: int | None) -> int | None:
        return min((days for days in (own, of_class) if days is not None), default=None)

    return replace(
        whole,
        cool_after=sooner(portion.plan.cool_after, whole.cool_after),
        cold_after=sooner(portion.plan.cold_after, whole.cold_after),
        archive_after=sooner(portion.plan.archive_after, whole.archive_after),
        delete_after=sooner(portion.plan.delete_after, whole.delete_after),
    )


def ageing(name: str, plan: Plan, redundancy: str, grid: Grid | None) -> Ageing:
    """What becomes of 1 GB. `redundancy` as Azure names it: `LRS`. `grid`: None where its intensity is not known."""
    passed = stays(plan)
    unknown = tuple(stay.tier for stay in passed if facts.storage_tiers.get(stay.tier).wh_per_tb_hour is None)
    kept = tuple(
        KeptData(stay.tier, redundancy, _GIGABYTE_IN_TB, 24.0 * stay.days)
        for stay in passed
        if stay.tier not in unknown and stay.days
    )
    counted = footprint(Boundary(kept_data=kept), grid or ANY_GRID, FunctionalUnit("GB", 1))
    emissions = counted.operational if grid is not None else None
    return Ageing(name, passed, counted.energy, emissions, unknown, bool(plan.legal_hold))
