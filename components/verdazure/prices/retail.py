"""The Azure Retail Prices API: list prices for everybody, no key. Never a reason to fail.

Follows Microsoft Learn, "Azure Retail Prices overview" (api-version 2023-01-01-preview, OData `$filter`,
`NextPageLink`); Microsoft publishes no limit of requests.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from pydantic import BaseModel, Field

from verdazure.prices.ladder import Ladder, Step, Unpriced
from verdazure.prices.meters import Meter
from verdazure.web import AnswerCache, BadAnswer, Service, SourceError, Throttled, Unavailable, Wire
from verdazure.web.cache import default_folder
from verdazure.web.shapes import Amount, Moment
from verdazure.web.wire import query_of

SERVICE = Service(
    name="Azure Retail Prices API",
    url="https://prices.azure.com",
    requests=20,  # no limit is published
    per=timedelta(seconds=1),
    access="the service: it needs no key",
)
PATH = "/api/retail/prices"
API_VERSION = "2023-01-01-preview"
SHELF_LIFE = timedelta(days=7)
SPARE_LIFE = timedelta(days=90)
"""For how much longer an answer stands in, marked as old, when the service cannot be asked."""
PATIENCE = 5.0
"""Seconds for all that is asked at once."""
_MOST_PAGES = 30


class _Item(BaseModel):
    currency: str = Field(alias="currencyCode")
    from_units: Amount = Field(alias="tierMinimumUnits")
    price: Amount = Field(alias="retailPrice")
    region: str = Field(alias="armRegionName")
    starts: Moment | None = Field(alias="effectiveStartDate", default=None)
    meter: str = Field(alias="meterName")
    product: str = Field(alias="productName")
    sku: str = Field(alias="skuName")
    arm_sku: str = Field(alias="armSkuName", default="")
    unit: str = Field(alias="unitOfMeasure")
    type: str
    primary: bool = Field(alias="isPrimaryMeterRegion", default=False)


class _Page(BaseModel):
    items: list[_Item] = Field(alias="Items")
    next_page: str | None = Field(alias="NextPageLink", default=None)


_Regions = Mapping[str, Ladder | Unpriced]


@dataclass(frozen=True, slots=True)
class PriceList:
    """What was asked and what came of it."""

    currency: str
    tables: Mapping[Meter, _Regions | Unpriced] = field(default_factory=dict)

    def of(self, meter: Meter, region: str) -> Ladder | Unpriced:
        """The price in a region, or why there is none."""
        table = self.tables.get(meter, _UNASKED)
        if isinstance(table, Unpriced):
            return table
        return table.get(region, Unpriced(f"the price list has no {meter.what} in {region}"))

    @property
    def asked(self) -> datetime | None:
        """When the oldest of the prices beyond their shelf life was given; None where all are within it."""
        tables = (table for table in self.tables.values() if not isinstance(table, Unpriced))
        ladders = (price for table in tables for price in table.values() if isinstance(price, Ladder))
        return min((ladder.asked for ladder in ladders if ladder.asked is not None), default=None)


_UNASKED = Unpriced("prices were not asked for")
NOT_ASKED = PriceList("USD")
"""A price list in which every price is unknown."""


class RetailPrices:
    """Asks for list prices, each meter once.

    `currency` is an ISO 4217 code; all but USD are Microsoft's conversions, for reference. `patience` bounds all calls
    of `ask` together, in seconds; once the service was not there it is not asked again.
    """

    def __init__(self, *, currency: str = "USD", patience: float = PATIENCE, wire: Wire | None = None) -> None:
        self._currency = currency
        self._patience = patience
        self._left = patience
        self._given_wire = wire
        self._known: dict[Meter, _Regions | Unpriced] = {}
        self._out_of_reach: Unpriced | None = None

    @cached_property
    def _wire(self) -> Wire:
        cache = AnswerCache(default_folder("prices"))
        return self._given_wire or Wire(SERVICE, cache=cache, timeout=self._patience, attempts=2, longest_pause=1.0)

    def ask(self, meters: Iterable[Meter]) -> PriceList:
        """The prices of these meters in all regions."""
        wanted = list(dict.fromkeys(meters))
        self._fetch([meter for meter in wanted if meter not in self._known])
        return PriceList(self._currency, {meter: self._known[meter] for meter in wanted})

    def _fetch(self, meters: list[Meter]) -> None:
        questions = [_Question(self, meter) for meter in meters] if self._out_of_reach is None else []
        deadline = time.monotonic() + self._left
        for question in questions:
            question.start()
        for question in questions:
            question.join(max(0.0, deadline - time.monotonic()))
            self._known[question.meter] = self._late(question.meter) if question.answer is None else question.answer
        if questions:
            self._left = max(0.0, deadline - time.monotonic())
        for meter in meters:
            if meter not in self._known and self._out_of_reach is not None:
                self._known[meter] = self._old(meter) or self._out_of_reach

    def _late(self, meter: Meter) -> _Regions | Unpriced:
        self._out_of_reach = Unpriced(f"{SERVICE.name}: no answer within {self._patience:g} s")
        return self._old(meter) or self._out_of_reach

    def table(self, meter: Meter) -> _Regions | Unpriced:
        """What one meter costs by region: asked for, else from an old answer that says so, else why not."""
        try:
            return self._ladders(meter, self._pages(meter, self._page))
        except (Unavailable, Throttled) as error:
            self._out_of_reach = Unpriced(f"{error.source}: {error.what}")
            return self._old(meter) or self._out_of_reach
        except SourceError as error:
            return Unpriced(f"{error.source}: {error.what}")

    def _page(self, params: Mapping[str, str]) -> _Page:
        return self._wire.get(_Page, PATH, params, keep=SHELF_LIFE, spare=SPARE_LIFE)

    def _old(self, meter: Meter) -> _Regions | None:
        """What is on disk, marked with its age once its shelf life is over."""
        ages: list[datetime] = []

        def page(params: Mapping[str, str]) -> _Page:
            found = self._wire.last(_Page, PATH, params)
            if found is None:
                raise Unavailable(SERVICE.name, "no old answer is at hand", where=PATH, fix="connect")
            ages.append(found[1])
            return found[0]

        try:
            items = list(self._pages(meter, page))
            given = min(ages)
            return self._ladders(meter, items, None if self._wire.now() - given < SHELF_LIFE else given)
        except SourceError:
            return None

    def _pages(self, meter: Meter, ask: Callable[[Mapping[str, str]], _Page]) -> Iterator[_Item]:
        params = {"api-version": API_VERSION, "currencyCode": f"'{self._currency}'", "$filter": meter.filter}
        for _ in range(_MOST_PAGES):
            page = ask(params)
            yield from page.items
            if not page.next_page:
                return
            params = {**params, **_skip(page.next_page)}
        raise _bad(f"more than {_MOST_PAGES} pages of {meter.what}")

    def _ladders(self, meter: Meter, items: Iterable[_Item], asked: datetime | None = None) -> _Regions:
        now = self._wire.now()
        by_region: dict[str, list[tuple[int, _Item]]] = {}
        for item in items:
            rank = meter.rank(product=item.product, sku=item.sku, meter=item.meter, arm_sku=item.arm_sku)
            in_force = item.type == "Consumption" and (item.starts is None or item.starts <= now)
            if rank is not None and in_force and item.unit == meter.unit and item.currency == self._currency:
                by_region.setdefault(item.region, []).append((rank, item))
        return {
            region: _ladder(f"{meter.what} in {region}", ranked, self._currency, asked)
            for region, ranked in by_region.items()
        }


class _Question(threading.Thread):
    """One meter, asked beside the others. A daemon: what is late must not keep the program from ending."""

    def __init__(self, prices: RetailPrices, meter: Meter) -> None:
        super().__init__(name=f"price of {meter.what}", daemon=True)
        self.meter = meter
        self.answer: _Regions | Unpriced | None = None
        self._prices = prices

    def run(self) -> None:
        try:
            self.answer = self._prices.table(self.meter)
        except Exception as error:  # a broken proxy or certificate setting is no reason to fail either
            self.answer = Unpriced(f"{SERVICE.name}: {error}")


def _ladder(what: str, ranked: list[tuple[int, _Item]], currency: str, asked: datetime | None) -> Ladder | Unpriced:
    """The steps of the preferred product, each at its newest price; unknown where the list contradicts itself."""
    best = min(rank for rank, _ in ranked)
    by_start: dict[float, list[_Item]] = {}
    for rank, row in ranked:
        if rank == best:
            by_start.setdefault(row.from_units, []).append(row)
    steps = []
    for units, same in sorted(by_start.items()):
        prices = sorted(_newest(same))
        if len(prices) > 1:
            return Unpriced(f"the price list has {' and '.join(f'{price:g}' for price in prices)} for {what}")
        steps.append(Step(units, prices[0]))
    if steps[0].units != 0:
        return Unpriced(f"the price list has {what} from {steps[0].units:g} units on only")
    return Ladder(currency, tuple(steps), asked)


def _newest(rows: list[_Item]) -> set[float]:
    """The prices in force: of the newest rows; among these of the primary meters, where some are."""
    newest = max((row.starts for row in rows if row.starts is not None), default=None)
    current = [row for row in rows if row.starts == newest]
    return {row.price for row in current if row.primary} or {row.price for row in current}


def _skip(link: str) -> dict[str, str]:
    try:
        return query_of(link)
    except ValueError as error:
        raise _bad(f"NextPageLink: {error}") from None


def _bad(what: str) -> BadAnswer:
    return BadAnswer(SERVICE.name, what, where=f"GET {PATH}", fix="the service may have changed: update this library")
