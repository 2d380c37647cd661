"""What a workload emits and costs in one region in a month, share by share."""

from dataclasses import dataclass

from verdazure import facts
from verdazure.carbon.footprint import Boundary, FunctionalUnit, KeptData, Machines, Traffic, footprint, grid_of_region
from verdazure.prices import (
    Meter,
    PriceList,
    Unpriced,
    blob_storage,
    internet_egress,
    region_transfer,
    vm_hours,
)
from verdazure.regional.figures import Figure, total, unknown
from verdazure.regional.workload import Workload

HOURS_A_MONTH = 730.0
"""A year's 8760 hours by twelve, as Azure's price pages count a month."""

_MONTH = FunctionalUnit("month", 1)
_NOTHING = Figure(0.0)

# UN M49, "Europe" and "Northern America", as ISO 3166-1 codes. Elsewhere Azure's zones of bandwidth do not follow
# continents, so there only regions of one country count as near.
_CONTINENTS = (
    frozenset({"AUT", "BEL", "CHE", "DEU", "DNK", "ESP", "FRA", "GBR", "IRL", "ITA", "NLD", "NOR", "POL", "SWE"}),
    frozenset({"CAN", "USA"}),
)


@dataclass(frozen=True, slots=True)
class Share:
    """`storage`, `compute`, `transfer` or `egress`: gCO2e and cost of a month."""

    name: str
    grams: Figure
    """SCI's O + M, central value: with the building's overhead and, for machines, their making."""
    cost: Figure


def estimate(workload: Workload, region: str, prices: PriceList) -> tuple[Share, ...]:
    """The shares that the workload has, in the region of that ARM name."""
    shares = []
    if workload.stored:
        shares.append(_storage(workload, region, prices))
    if workload.training:
        shares.append(_compute(workload, region, prices))
    if workload.moved_gb and workload.moved_from is not None:
        shares.append(transfer(workload.moved_gb, workload.moved_from, region, prices))
    if workload.egress_gb:
        # Energy of the network beyond the data centres is not counted: no source that may be used gives it by the GB.
        sent = Boundary(traffic=(Traffic(workload.egress_gb),))
        cost = _cost(internet_egress(), region, workload.egress_gb, prices)
        shares.append(Share("egress", _grams(sent, region), cost))
    return tuple(shares)


def transfer(gigabytes: float, source: str, region: str, prices: PriceList) -> Share:
    """Data sent from one region to another; counted where it is sent from, as Azure bills it there."""
    if source == region:
        return Share("transfer", _NOTHING, _NOTHING)
    sent = Boundary(traffic=(Traffic(gigabytes),))
    if near(source, region):
        cost = _cost(region_transfer(), source, gigabytes, prices)
    else:
        cost = unknown(f"no verified price of transfer from {source} to another continent")
    return Share("transfer", _grams(sent, source), cost)


def near(one: str, other: str) -> bool:
    """Whether two regions lie on one continent, as far as prices are known to be the same inside it."""
    countries = {facts.region(one).country, facts.region(other).country}
    return len(countries) == 1 or any(countries <= continent for continent in _CONTINENTS)


def _storage(workload: Workload, region: str, prices: PriceList) -> Share:
    kept = tuple(KeptData(each.tier, each.redundancy, each.gigabytes / 1000, HOURS_A_MONTH) for each in workload.stored)
    costs = [
        _cost(blob_storage(each.tier, each.redundancy), region, each.gigabytes, prices) for each in workload.stored
    ]
    return Share("storage", _grams(Boundary(kept_data=kept), region), total(costs))


def _compute(workload: Workload, region: str, prices: PriceList) -> Share:
    machines = tuple(Machines(each.vm_size, each.node_hours) for each in workload.training)
    costs = [
        _cost(vm_hours(each.vm_size, spot=each.spot), region, each.node_hours, prices) for each in workload.training
    ]
    return Share("compute", _grams(Boundary(machines=machines), region), total(costs))


def _grams(boundary: Boundary, region: str) -> Figure:
    try:
        return Figure(footprint(boundary, grid_of_region(region), _MONTH).total.central.grams)
    except facts.UnknownFact as missing:
        return unknown(str(missing))


def _cost(meter: Meter, region: str, units: float, prices: PriceList) -> Figure:
    price = prices.of(meter, region)
    return unknown(price.reason) if isinstance(price, Unpriced) else Figure(price.cost(units))
