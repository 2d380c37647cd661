"""One region out of all: what must hold, then what is weighed.

The score is the weighted product model (Triantaphyllou, Multi-Criteria Decision Making Methods, 2000, §2.2.2): each
value divided by the best, to the power of its weight, multiplied. It needs no common unit, and whether one region
ranks before another does not depend on which other regions are looked at.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from verdazure import facts
from verdazure.carbon.regions.cleanest import residencies
from verdazure.carbon.regions.offers import Offers
from verdazure.facts import Region, VmSize
from verdazure.facts.errors import nearest

TOLERANCE = 0.05
"""A region in use is left only for one whose score is better by more than this share."""
_SHORTEST_MS = 1.0
"""Below a millisecond, latencies count as equal: a product cannot take a zero."""


class NoRegion(ValueError):
    """No region has all that is needed."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a region must have.

    Raises `ValueError` for a residency, a GPU or a latency that cannot be met anywhere, `UnknownFact` for a region that
    Azure does not have.
    """

    residency: str | None = None
    """Residency area: `eu`, `eea` or a country's code. None: anywhere."""
    gpu: str | None = None
    """Accelerator as the facts name it, or the beginning of its name: `A100`."""
    availability_zones: bool = False
    pair: bool = False
    """A paired region, inside the same residency."""
    resource_types: frozenset[str] = frozenset()
    """ARM resource types, such as `Microsoft.MachineLearningServices/workspaces`."""
    longest_latency_ms: float | None = None
    among: frozenset[str] | None = None
    """ARM names of the only regions that compete; None: all."""
    vm_sizes: frozenset[str] = frozenset()
    """Sizes that must be sold there, as far as offers are known."""

    def __post_init__(self) -> None:
        areas = residencies()
        if self.residency is not None and self.residency not in areas:
            raise ValueError(
                f"residency: {self.residency!r} holds no Azure region{nearest(self.residency, areas)}; "
                f"allowed: {', '.join(areas)}"
            )
        if self.gpu is not None:
            gpu_sizes(self.gpu)
        for name in self.among or ():
            facts.region(name)
        if self.longest_latency_ms is not None and not self.longest_latency_ms > 0:
            raise ValueError(f"longest_latency_ms: {self.longest_latency_ms:g} is not more than 0 ms")


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts; only their proportions matter. Raises `ValueError`."""

    carbon: float = 1.0
    price: float = 0.0
    latency: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.carbon, self.price, self.latency)
        if any(not math.isfinite(share) or share < 0 for share in shares) or sum(shares) == 0:
            raise ValueError(
                f"weights: carbon {self.carbon:g}, price {self.price:g}, latency {self.latency:g}: "
                "give numbers of 0 or more, one of them more than 0"
            )


@dataclass(frozen=True, slots=True)
class Figures:
    """The caller's own numbers by region; what is not in them is unknown."""

    price: Mapping[str, float] = field(default_factory=dict)
    """Any one currency and unit, more than 0."""
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    emissions_g: Mapping[str, float] = field(default_factory=dict)
    """gCO2e of the same workload, more than 0; where it is given, carbon is weighed by it, not by the grid alone."""

    def __post_init__(self) -> None:
        for name, table, lowest in (
            ("price", self.price, "more than 0"),
            ("latency_ms", self.latency_ms, "0 or more"),
            ("emissions_g", self.emissions_g, "more than 0"),
        ):
            for region, value in table.items():
                if not math.isfinite(value) or value < 0 or (value == 0 and lowest == "more than 0"):
                    raise ValueError(f"{name}: {value:g} of {region} must be {lowest}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that has all that is needed."""

    region: Region
    intensity_g_per_kwh: float
    price: float | None
    latency_ms: float | None
    score: float
    """1 is the best in every weighted criterion; 1.5 is half as much again. Lower is better."""

    @property
    def name(self) -> str:
        return self.region.name


@dataclass(frozen=True, slots=True)
class Choice:
    """Which region, and why not the others. Signal: annual average, lifecycle."""

    chosen: Candidate
    ranked: tuple[Candidate, ...]
    """All that fit, best first; equals by name."""
    excluded: Mapping[str, str]
    """Why each other region does not fit."""
    reason: str
    offers_known: bool
    """Whether it is known which regions sell the VM sizes and types that are needed."""


_ANYWHERE, _CARBON_ALONE, _NO_FIGURES, _UNKNOWN_OFFERS = Needs(), Weights(), Figures(), Offers()


def choose(
    needs: Needs = _ANYWHERE,
    weights: Weights = _CARBON_ALONE,
    figures: Figures = _NO_FIGURES,
    offers: Offers = _UNKNOWN_OFFERS,
    *,
    current: str | None = None,
    tolerance: float = TOLERANCE,
) -> Choice:
    """The best region; `current` is kept while it fits and nothing is better by more than `tolerance`.

    Raises `NoRegion` when nothing fits, `UnknownFact` for a current region that Azure does not have.
    """
    held = None if current is None else facts.region(current).name
    excluded = {name: reason for name, region in facts.regions().items() if (reason := _lacks(region, needs, offers))}
    fitting = [region for name, region in facts.regions().items() if name not in excluded]
    unweighed = {region.name: reason for region in fitting if (reason := _unknown(region, needs, weights, figures))}
    excluded |= unweighed
    ranked = _ranked([region for region in fitting if region.name not in unweighed], weights, figures)
    if not ranked:
        raise NoRegion(_nothing_fits(excluded))
    best = ranked[0]
    kept = next((each for each in ranked if each.name == held), None)
    chosen = kept if kept is not None and kept.score <= best.score * (1 + tolerance) else best
    sized = needs.gpu is not None or needs.vm_sizes
    unsold = (sized and offers.sizes is None) or (needs.resource_types and offers.types is None)
    return Choice(chosen, ranked, excluded, _reason(chosen, ranked, held, excluded, tolerance), not unsold)


def pareto(ranked: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Those that no other beats in one known criterion without losing in another, in the order given."""
    return tuple(each for each in ranked if not any(_dominates(other, each) for other in ranked))


def gpu_sizes(gpu: str) -> tuple[VmSize, ...]:
    """The VM sizes with that accelerator that new work may start on. Raises `ValueError` when there are none."""
    sizes = [size for size in facts.vm_sizes().values() if size.gpu is not None and size.deployable]
    wanted = gpu.casefold()
    found = [size for size in sizes if (size.gpu or "").casefold() == wanted]
    found = found or [size for size in sizes if (size.gpu or "").casefold().startswith(f"{wanted} ")]
    if not found:
        known = sorted({str(size.gpu) for size in sizes})
        raise ValueError(f"gpu: no current VM size has a {gpu!r}{nearest(gpu, known)}; allowed: {', '.join(known)}")
    return tuple(found)


# What must hold


def _lacks(region: Region, needs: Needs, offers: Offers) -> str | None:
    return next(_shortcomings(region, needs, offers), None)


def _shortcomings(region: Region, needs: Needs, offers: Offers) -> Iterator[str]:
    if needs.among is not None and region.name not in {facts.normal_region(name) for name in needs.among}:
        yield "not asked for"
    if needs.residency is not None and needs.residency not in region.residencies:
        yield f"outside {needs.residency}"
    if region.access != "open":
        yield "open on request only"
    if needs.availability_zones and not region.availability_zones:
        yield "no availability zones" if region.availability_zones is False else "availability zones unknown"
    if needs.pair:
        yield from _without_pair(region, needs.residency)
    yield from _not_sold(region, needs, offers)


def _not_sold(region: Region, needs: Needs, offers: Offers) -> Iterator[str]:
    """What is not known to be missing is not held against a region."""
    if offers.sizes is not None:
        sold = offers.sizes.get(region.name, frozenset())
        if needs.gpu is not None and not any(size.name in sold for size in gpu_sizes(needs.gpu)):
            yield f"sells no size with {needs.gpu}"
        for missing in sorted(needs.vm_sizes - sold):
            yield f"does not sell {missing}"
    if offers.types is not None:
        for missing in sorted(each for each in needs.resource_types if not offers.has_type(region.name, each)):
            yield f"does not offer {missing}"


def _without_pair(region: Region, residency: str | None) -> Iterator[str]:
    if region.paired_region is None:
        yield "no paired region"
    elif residency is not None and residency not in facts.region(region.paired_region).residencies:
        yield f"its pair {region.paired_region} is outside {residency}"


def _unknown(region: Region, needs: Needs, weights: Weights, figures: Figures) -> str | None:
    """What a region cannot be weighed without."""
    latency = figures.latency_ms.get(region.name)
    if region.intensity_g_per_kwh is None:
        return "intensity unknown"
    if figures.emissions_g and region.name not in figures.emissions_g:
        return "emissions unknown"
    if weights.price and region.name not in figures.price:
        return "price unknown"
    if latency is None and (weights.latency or needs.longest_latency_ms is not None):
        return "latency unknown"
    if latency is not None and needs.longest_latency_ms is not None and latency > needs.longest_latency_ms:
        return f"latency {latency:g} ms, longest {needs.longest_latency_ms:g} ms"
    return None


# What is weighed


def _ranked(regions: list[Region], weights: Weights, figures: Figures) -> tuple[Candidate, ...]:
    logs = {region.name: _logarithm(region, weights, figures) for region in regions}
    ideal = _logarithm_of_the_best(regions, weights, figures)
    candidates = [
        Candidate(
            region=region,
            intensity_g_per_kwh=_intensity(region),
            price=figures.price.get(region.name),
            latency_ms=figures.latency_ms.get(region.name),
            score=math.exp(logs[region.name] - ideal),
        )
        for region in regions
    ]
    return tuple(sorted(candidates, key=lambda each: (logs[each.name], each.name)))


def _intensity(region: Region) -> float:
    assert region.intensity_g_per_kwh is not None  # noqa: S101 - `_unknown` has left the others out
    return region.intensity_g_per_kwh


def _values(region: Region, weights: Weights, figures: Figures) -> Iterator[tuple[float, float]]:
    """Weight, as a share of all, and value of each criterion that counts."""
    whole = weights.carbon + weights.price + weights.latency
    if weights.carbon:
        yield weights.carbon / whole, figures.emissions_g.get(region.name, _intensity(region))
    if weights.price:
        yield weights.price / whole, figures.price[region.name]
    if weights.latency:
        yield weights.latency / whole, max(figures.latency_ms[region.name], _SHORTEST_MS)


def _logarithm(region: Region, weights: Weights, figures: Figures) -> float:
    return math.fsum(share * math.log(value) for share, value in _values(region, weights, figures))


def _logarithm_of_the_best(regions: list[Region], weights: Weights, figures: Figures) -> float:
    by_criterion = zip(*(tuple(_values(region, weights, figures)) for region in regions), strict=True)
    return math.fsum(min(share * math.log(value) for share, value in each) for each in by_criterion)


def _dominates(one: Candidate, other: Candidate) -> bool:
    pairs = [
        (mine, its)
        for mine, its in (
            (one.intensity_g_per_kwh, other.intensity_g_per_kwh),
            (one.price, other.price),
            (one.latency_ms, other.latency_ms),
        )
        if mine is not None and its is not None
    ]
    return all(mine <= its for mine, its in pairs) and any(mine < its for mine, its in pairs)


# The words


def _reason(
    chosen: Candidate, ranked: tuple[Candidate, ...], held: str | None, excluded: Mapping[str, str], tolerance: float
) -> str:
    best = ranked[0]
    if chosen.name == held and chosen is not best:
        gain = 1 - best.score / chosen.score
        return f"{held} is kept: {best.name} would be better by {gain:.1%}, within the tolerance of {tolerance:.0%}"
    told = f"{best.name} has the best score of {len(ranked)} that fit"
    if len(ranked) > 1:
        told += f"; the next, {ranked[1].name}, scores {ranked[1].score / best.score:.2f} times as high"
    if held is not None and held in excluded:
        told += f"; {held} is left: {excluded[held]}"
    elif held is not None and held != best.name:
        left = next(each for each in ranked if each.name == held)
        told += f"; {held} is left: it scores {left.score / best.score:.2f} times as high"
    return told


def _nothing_fits(excluded: Mapping[str, str]) -> str:
    by_reason: dict[str, int] = {}
    for reason in excluded.values():
        by_reason[reason] = by_reason.get(reason, 0) + 1
    told = ", ".join(f"{reason}: {count}" for reason, count in sorted(by_reason.items(), key=lambda each: -each[1]))
    return f"no region has all that is needed ({told}); give up one of the needs, or give the figures that are unknown"
