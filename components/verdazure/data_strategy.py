"""RegionalDataStrategy: what a landing weighs when it chooses the one region of data and training."""

import functools
from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, Field, model_validator

from verdazure import facts
from verdazure.args import Count, Flag, Number, Record, Text, refuse
from verdazure.carbon.regions import Needs, Weights
from verdazure.interfaces import Redundancy, known_region
from verdazure.prices import BLOB_TIERS, NOT_ASKED, PriceList, RetailPrices
from verdazure.regional import Comparison, Stored, Training, Workload, advice, compare


class RegionWeightsArgs(TypedDict):
    """How much each criterion counts; only the proportions matter."""

    carbon: NotRequired[float]
    """gCO2e of the workload. Default 1."""
    price: NotRequired[float]
    """Cost of the workload, where prices can be had. Default 0."""
    latency: NotRequired[float]
    """As told by `latency_ms`. Default 0."""


class TrainingHoursArgs(TypedDict):
    """Training in a month."""

    vm_size: str
    """Azure VM size of a node, for instance `Standard_NC4as_T4_v3`."""
    hours: float
    """Hours a month that each node is reserved."""
    nodes: NotRequired[int]
    """Nodes at once. Default 1."""
    dedicated: NotRequired[bool]
    """Whether the nodes are dedicated ones; else they are low-priority ones, at the price of Spot. Default false."""


class RegionalDataStrategyArgs(TypedDict):
    """What lies and runs in the region in a month: the landing compares where that emits and costs least.

    Unless the landing names its region, this chooses it, once; when a better one appears later, it says so and nothing
    moves.
    """

    stored_gb: NotRequired[dict[str, float]]
    """GB kept by access tier: `Hot`, `Cool`, `Cold`, `Archive`."""
    redundancy: NotRequired[str]
    """Of what is stored, for instance `ZRS`. Default `LRS`."""
    training: NotRequired[TrainingHoursArgs]
    """Training in a month."""
    moved_gb: NotRequired[float]
    """GB a month brought in from `moved_from`; none where the work stays there."""
    moved_from: NotRequired[str]
    """Azure region that `moved_gb` comes from."""
    egress_gb: NotRequired[float]
    """GB a month sent to the internet."""
    weights: NotRequired[RegionWeightsArgs]
    """What counts how much. Default: carbon alone."""
    latency_ms: NotRequired[dict[str, float]]
    """Your own measurements by region; a region without one is unknown."""
    longest_latency_ms: NotRequired[float]
    """Longest latency that a region may have."""
    candidates: NotRequired[list[str]]
    """The only regions that compete, for instance those in which you have quota. Default: all of the residency."""
    ask_prices: NotRequired[bool]
    """Whether to ask the Azure Retail Prices API, at most 5 s a run; what it does not say is unknown. Default true."""
    currency: NotRequired[str]
    """ISO 4217 code. Default USD; other currencies are Microsoft's conversions."""


def _tier(name: str) -> str:
    if name not in BLOB_TIERS:
        refuse("", name, ", ".join(BLOB_TIERS), "name an access tier")
    return name


def _size(name: str) -> str:
    try:
        return facts.vm_size(name).name
    except facts.UnknownFact as unknown:
        refuse("", name, "a VM size in the facts table", str(unknown))


_Amount = Annotated[Number, Field(ge=0, allow_inf_nan=False)]
_Region = Annotated[Text, AfterValidator(known_region)]


class RegionWeights(Record):
    """Checked `RegionWeightsArgs`."""

    carbon: _Amount = 1.0
    price: _Amount = 0.0
    latency: _Amount = 0.0

    @model_validator(mode="after")
    def _check(self) -> "RegionWeights":
        if not (self.carbon or self.price or self.latency):
            refuse("", 0, "weights of which one is more than 0", "give carbon, price or latency a weight")
        return self


class TrainingHours(Record):
    """Checked `TrainingHoursArgs`."""

    vm_size: Annotated[Text, AfterValidator(_size)]
    hours: _Amount
    nodes: Annotated[Count, Field(ge=1)] = 1
    dedicated: Flag = False


class RegionalDataStrategy(Record):
    """Checked `RegionalDataStrategyArgs`, and the decision that they lead to."""

    stored_gb: Mapping[Annotated[Text, AfterValidator(_tier)], _Amount] = {}
    redundancy: Redundancy = "LRS"
    training: TrainingHours | None = None
    moved_gb: _Amount = 0.0
    moved_from: _Region | None = None
    egress_gb: _Amount = 0.0
    weights: RegionWeights = RegionWeights()
    latency_ms: Mapping[_Region, _Amount] = {}
    longest_latency_ms: Annotated[Number, Field(gt=0)] | None = None
    candidates: tuple[_Region, ...] | None = None
    ask_prices: Flag = True
    currency: Annotated[Text, Field(pattern="^[A-Z]{3}$")] = "USD"

    @model_validator(mode="after")
    def _check(self) -> "RegionalDataStrategy":
        if self.candidates == ():
            refuse("candidates", (), "at least one region", "name some, or leave candidates out to have all compete")
        if self.moved_gb and self.moved_from is None:
            refuse("moved_gb", self.moved_gb, "0 without moved_from", "say which region it comes from in moved_from")
        if not (any(self.stored_gb.values()) or (self.training and self.training.hours) or self.egress_gb):
            refuse("stored_gb", {}, "a workload that holds something", "give stored_gb, training or egress_gb")
        return self

    def prices(self) -> PriceList:
        """What can be had within the patience; asked for once a program, however many landings there are."""
        return _retail_prices(self.currency).ask(self.workload.meters) if self.ask_prices else NOT_ASKED

    def compare(self, residency: str | None, prices: PriceList, current: str | None = None) -> Comparison:
        """The candidates side by side. Raises `NoRegion`."""
        needs = Needs(
            residency,
            longest_latency_ms=self.longest_latency_ms,
            among=None if self.candidates is None else frozenset(self.candidates),
        )
        weights = Weights(self.weights.carbon, self.weights.price, self.weights.latency)
        return compare(self.workload, needs, weights, self.latency_ms, prices=prices, current=current)

    def advice(self, residency: str | None, prices: PriceList, kept: str) -> str | None:
        """What to tell about the region that the stack is in; None while it is good enough."""
        return advice(self.workload, self.compare(residency, prices, kept), kept, prices)

    @property
    def workload(self) -> Workload:
        trained = self.training
        return Workload(
            stored=tuple(Stored(tier, size, self.redundancy) for tier, size in self.stored_gb.items() if size),
            training=()
            if trained is None
            else (Training(trained.vm_size, trained.hours, trained.nodes, spot=not trained.dedicated),),
            moved_gb=self.moved_gb,
            moved_from=self.moved_from,
            egress_gb=self.egress_gb,
        )


@functools.cache
def _retail_prices(currency: str) -> RetailPrices:
    return RetailPrices(currency=currency)
