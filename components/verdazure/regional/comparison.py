"""Every region that may be chosen, side by side: what it would emit and cost, how far it is, and which one it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from verdazure import facts
from verdazure.carbon.regions import Choice, Figures, Needs, Offers, Weights, choose
from verdazure.carbon.regions.choice import TOLERANCE
from verdazure.prices import NOT_ASKED, PriceList
from verdazure.regional.estimates import Share, estimate
from verdazure.regional.figures import Figure, total, unknown
from verdazure.regional.workload import Workload

_LEAST_COST = 0.01
"""Below a hundredth of the currency costs count as equal: a product of ratios cannot take a zero."""
_LEAST_GRAMS = 1e-6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that has all that is needed."""

    name: str
    shares: tuple[Share, ...]
    latency_ms: Figure
    currency: str
    score: float | None
    """1 is the best in every weighed criterion, lower is better; None where it could not be weighed."""
    unweighed: str = ""
    """Why it could not be weighed."""

    @property
    def grams(self) -> Figure:
        """gCO2e a month."""
        return total(share.grams for share in self.shares)

    @property
    def cost(self) -> Figure:
        """Cost a month."""
        return total(share.cost for share in self.shares)

    @property
    def sentence(self) -> str:
        """All that is known of it, and what is not."""
        latency = f"{self.latency_ms.value:g} ms" if self.latency_ms.value is not None else "unknown"
        weighed = f"score {self.score:.2f}" if self.score is not None else f"not weighed: {self.unweighed}"
        return f"{self._emitted()}; {self._charged()}; latency {latency}; {weighed}"

    def _emitted(self) -> str:
        if self.grams.value is None:
            return f"emissions unknown: {self.grams.reason}"
        parts = (f"{share.name} {mass(share.grams.value or 0.0)}" for share in self.shares)
        return f"{mass(self.grams.value)}CO2e a month ({', '.join(parts)})"

    def _charged(self) -> str:
        parts = ", ".join(
            f"{share.name} {share.cost.value:,.2f}" for share in self.shares if share.cost.value is not None
        )
        if self.cost.value is None:
            return f"cost unknown: {self.cost.reason}" + (f" (known of it: {parts})" if parts else "")
        return f"{self.currency} {self.cost.value:,.2f} a month ({parts})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One decision for data and training together. Signal: annual average, lifecycle."""

    chosen: str
    reason: str
    candidates: tuple[Candidate, ...]
    """Those that fit: the weighed ones best first, then those that lack a figure, by name."""
    excluded: Mapping[str, str]
    """Why each other region does not fit."""
    weights: Weights
    """What was weighed in the end."""
    notes: tuple[str, ...]
    """What was weighed otherwise than asked, and what the figures rest on."""
    offers_known: bool
    """Whether it is known which regions sell the VM sizes that are needed."""

    def of(self, region: str) -> Candidate | None:
        """The candidate of that name, if it is one."""
        return next((each for each in self.candidates if each.name == region), None)

    @property
    def sentences(self) -> dict[str, str]:
        """One sentence a candidate."""
        return {each.name: each.sentence for each in self.candidates}


_ANYWHERE, _CARBON_ALONE, _UNKNOWN_OFFERS = Needs(), Weights(), Offers()
_NO_LATENCIES: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The figures that the score takes, and the weights that they allow."""

    weights: Weights
    figures: Figures
    notes: list[str] = field(default_factory=list)


def compare(
    workload: Workload,
    needs: Needs = _ANYWHERE,
    weights: Weights = _CARBON_ALONE,
    latency_ms: Mapping[str, float] = _NO_LATENCIES,
    offers: Offers = _UNKNOWN_OFFERS,
    prices: PriceList = NOT_ASKED,
    *,
    current: str | None = None,
    tolerance: float = TOLERANCE,
) -> Comparison:
    """The best region for the workload; `current` is kept while nothing is better by more than `tolerance`.

    A criterion that is unknown everywhere is not weighed; a region that alone lacks a weighed figure is left out of the
    score. Raises `NoRegion` when nothing fits, `UnknownFact` for a region that Azure does not have.
    """
    needs = replace(needs, vm_sizes=needs.vm_sizes | workload.vm_sizes)
    latencies = {facts.region(name).name: value for name, value in latency_ms.items()}
    fitting = choose(needs, Weights(latency=weights.latency), Figures(latency_ms=latencies), offers)
    shares = {each.name: estimate(workload, each.name, prices) for each in fitting.ranked}
    weighed = _weighed(shares, weights, latencies)
    choice = choose(needs, weighed.weights, weighed.figures, offers, current=current, tolerance=tolerance)
    return Comparison(
        chosen=choice.chosen.name,
        reason=choice.reason,
        candidates=_candidates(shares, choice, latencies, prices.currency),
        excluded=fitting.excluded,
        weights=weighed.weights,
        notes=(*weighed.notes, *_age(prices)),
        offers_known=choice.offers_known,
    )


def _weighed(shares: Mapping[str, tuple[Share, ...]], weights: Weights, latencies: Mapping[str, float]) -> _Weighed:
    grams = {name: total(share.grams for share in each) for name, each in shares.items()}
    costs = {name: total(share.cost for share in each) for name, each in shares.items()}
    figures = Figures(
        price={name: max(cost.value, _LEAST_COST) for name, cost in costs.items() if cost.value is not None},
        latency_ms=latencies,
        emissions_g={name: max(each.value, _LEAST_GRAMS) for name, each in grams.items() if each.value is not None},
    )
    notes = []
    if not figures.emissions_g:
        notes.append(f"carbon is weighed by the grid's intensity alone: {_first(grams).reason}")
    if weights.price and not figures.price:
        alone = not (weights.carbon or weights.latency)
        notes.append(
            f"{'carbon is weighed instead of price' if alone else 'price is not weighed'}: {_first(costs).reason}"
        )
        weights = replace(weights, price=0.0, carbon=1.0 if alone else weights.carbon)
    return _Weighed(weights, figures, notes)


def _first(figures: Mapping[str, Figure]) -> Figure:
    return next(iter(figures.values()))


def _candidates(
    shares: Mapping[str, tuple[Share, ...]], choice: Choice, latencies: Mapping[str, float], currency: str
) -> tuple[Candidate, ...]:
    scores = {each.name: each.score for each in choice.ranked}
    in_order = [*scores, *sorted(shares.keys() - scores.keys())]
    return tuple(
        Candidate(
            name=name,
            shares=shares[name],
            latency_ms=Figure(latencies[name]) if name in latencies else unknown("no latency was given"),
            currency=currency,
            score=scores.get(name),
            unweighed=choice.excluded.get(name, ""),
        )
        for name in in_order
    )


def _age(prices: PriceList) -> list[str]:
    asked = prices.asked
    return [] if asked is None else [f"prices are of {asked:%Y-%m-%d}: the service could not be asked anew"]


def mass(grams: float) -> str:
    """`812 g`, `12.3 kg`."""
    return f"{grams:.3g} g" if abs(grams) < 1000 else f"{grams / 1000:,.1f} kg"
