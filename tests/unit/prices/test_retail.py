"""The price list's client: the row that is meant, kept for a week, and never a zero for what is not known."""

import time
from datetime import timedelta

import pytest
from verdazure import facts
from verdazure.prices import (
    NOT_ASKED,
    Ladder,
    RetailPrices,
    Step,
    Unpriced,
    blob_storage,
    internet_egress,
    region_transfer,
    vm_hours,
)
from verdazure.prices.retail import PATH, SERVICE, SHELF_LIFE, SPARE_LIFE

from tests.unit.prices.conftest import page, row, vm
from tests.unit.web.local_service import NOON, SILENT

HOT = blob_storage("Hot", "LRS")
T4, T4_SPOT = (vm_hours("standard_nc4as_t4_v3", spot=spot) for spot in (False, True))
EGRESS = internet_egress()


def flat(price, asked=None):
    return Ladder("USD", (Step(0, price),), asked)


# What is asked


@pytest.mark.parametrize(
    ("meter", "filtered"),
    [
        (
            HOT,
            "serviceName eq 'Storage' and meterName eq 'Hot LRS Data Stored' and (productName eq 'General Block Blob "
            "v2' or productName eq 'Blob Storage') and priceType eq 'Consumption'",
        ),
        (
            T4_SPOT,
            "serviceName eq 'Virtual Machines' and armSkuName eq 'Standard_NC4as_T4_v3' and priceType eq 'Consumption'",
        ),
        (
            region_transfer(),
            "serviceName eq 'Bandwidth' and meterName eq 'Standard Inter-Region Data Transfer' and "
            "(productName eq 'Rtn Preference: MGN') and priceType eq 'Consumption'",
        ),
    ],
)
def test_a_meter_is_asked_for_in_all_regions_at_once(prices, service, listed, meter, filtered):
    listed()
    prices.ask([meter])
    (asked,) = service.asked
    assert asked.path == "/api/retail/prices"
    assert asked.query == {"api-version": "2023-01-01-preview", "currencyCode": "'USD'", "$filter": filtered}


@pytest.mark.parametrize(
    ("redundancy", "meter"),
    [("ZRS", "Cool ZRS Data Stored"), ("RAGRS", "Cool RA-GRS Data Stored"), ("RAGZRS", "Cool RA-GZRS Data Stored")],
)
def test_redundancies_go_by_the_price_lists_names(redundancy, meter):
    assert blob_storage("Cool", redundancy).value == meter


def test_what_is_not_sold_is_refused():
    with pytest.raises(ValueError, match="tier: 'Warm' is not an access tier; allowed: Hot, Cool, Cold, Archive"):
        blob_storage("Warm", "LRS")
    with pytest.raises(facts.UnknownFact):
        blob_storage("Hot", "MRS")
    with pytest.raises(facts.UnknownFact, match="Standard_NC4as_T4_v3"):
        vm_hours("Standard_NC4as_T4", spot=True)


# Which row is meant


def test_the_row_of_the_region_is_taken(prices, listed):
    listed(row("swedencentral", 0.0184), row("westeurope", 0.0196))
    asked = prices.ask([HOT])
    assert asked.of(HOT, "swedencentral") == flat(0.0184)
    assert asked.of(HOT, "westeurope") == flat(0.0196)
    assert asked.asked is None
    assert asked.of(HOT, "norwayeast") == Unpriced("the price list has no Hot LRS storage in norwayeast")


def test_steps_are_put_in_order(prices, listed):
    steps = [(100, 0.087), (0, 0.0), (10_335, 0.083)]
    listed(
        *(
            row(
                "eastus",
                price,
                tierMinimumUnits=units,
                meterName="Standard Data Transfer Out",
                productName="Rtn Preference: MGN",
                unitOfMeasure="1 GB",
                isPrimaryMeterRegion=False,
            )
            for units, price in steps
        )
    )
    assert prices.ask([EGRESS]).of(EGRESS, "eastus").steps == (Step(0, 0.0), Step(100, 0.087), Step(10_335, 0.083))


def test_the_older_product_stands_in_where_the_newer_is_missing(prices, listed):
    listed(
        row("swedencentral", 0.0208, productName="Blob Storage"),
        row("swedencentral", 0.0184),
        row("westeurope", 0.0196, productName="Blob Storage"),
        row("northeurope", 0.02, productName="General Block Blob v2 Hierarchical Namespace"),
    )
    asked = prices.ask([HOT])
    assert asked.of(HOT, "swedencentral") == flat(0.0184)
    assert asked.of(HOT, "westeurope") == flat(0.0196)
    assert isinstance(asked.of(HOT, "northeurope"), Unpriced)


def test_a_linux_vm_is_told_from_what_shares_its_name(prices, listed):
    listed(
        vm("swedencentral", 0.526),
        vm("swedencentral", 0.71, productName="Virtual Machines NCasT4v3 Series Windows"),
        vm("swedencentral", 0.61, productName="NCasT4v3 Series Cloud Services"),
        vm("swedencentral", 0.11, "NC4as T4 v3 Spot"),
        vm("swedencentral", 0.21, "NC4as T4 v3 Low Priority"),
        vm("swedencentral", 0.01, meterName="NC4as T4 v3 Free"),
        vm("swedencentral", 0.3, type="DevTestConsumption"),
        vm("swedencentral", 2000, type="Reservation", reservationTerm="1 Year"),
        vm("swedencentral", 9, unitOfMeasure="1/Month"),
        vm("swedencentral", 8, currencyCode="EUR"),
        vm("swedencentral", 7, armSkuName="Standard_NC8as_T4_v3"),
    )
    asked = prices.ask([T4, T4_SPOT])
    assert asked.of(T4, "swedencentral") == flat(0.526)
    assert asked.of(T4_SPOT, "swedencentral") == flat(0.11)


def test_the_newest_price_that_is_in_force_holds(prices, listed):
    listed(
        row("swedencentral", 0.03, effectiveStartDate="2020-01-01T00:00:00Z"),
        row("swedencentral", 0.02, effectiveStartDate="2025-01-01T00:00:00Z"),
        row("swedencentral", 0.01, effectiveStartDate="2026-03-07T00:00:00Z"),  # tomorrow
    )
    assert prices.ask([HOT]).of(HOT, "swedencentral") == flat(0.02)


def test_the_primary_meter_goes_before_another(prices, listed):
    listed(row("swedencentral", 0.03, isPrimaryMeterRegion=False), row("swedencentral", 0.02))
    assert prices.ask([HOT]).of(HOT, "swedencentral") == flat(0.02)


def test_a_list_that_contradicts_itself_has_no_price(prices, listed):
    listed(row("swedencentral", 0.03), row("swedencentral", 0.02), row("westeurope", 0.02, tierMinimumUnits=51_200))
    asked = prices.ask([HOT])
    assert asked.of(HOT, "swedencentral").reason == (
        "the price list has 0.02 and 0.03 for Hot LRS storage in swedencentral"
    )
    assert asked.of(HOT, "westeurope").reason == (
        "the price list has Hot LRS storage in westeurope from 51200 units on only"
    )


def test_further_pages_are_read_from_the_same_service(prices, service):
    elsewhere = "https://elsewhere.example:443/api/retail/prices?$filter=x&$skip=1000"
    service.reply(PATH, page(row("swedencentral", 0.0184), following=elsewhere))
    service.reply(PATH, page(row("westeurope", 0.0196)))
    assert prices.ask([HOT]).of(HOT, "westeurope") == flat(0.0196)
    first, second = (asked.query for asked in service.asked)
    assert second == {**first, "$skip": "1000", "$filter": "x"}


def test_pages_without_end_are_no_answer(prices, service):
    service.reply(PATH, page(following="https://prices.azure.com/?$skip=1"))
    told = prices.ask([HOT]).of(HOT, "swedencentral")
    assert told == Unpriced("Azure Retail Prices API: more than 30 pages of Hot LRS storage")


# When there is no answer


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"no", 403, "refused with 403: no"),
        (b"no", 400, "refused with 400: no"),
        (b"busy", 429, "refused with 429: busy"),
        (b"", 503, "refused with 503: no reason given"),
        (b"<html>", 200, "the answer is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ({"Items": [row("swedencentral", -1)]}, 200, "Items.0.retailPrice: Input should be greater than or equal to 0"),
        ({}, 200, "Items: Field required"),
        (page(following="https://x/\x00"), 200, "NextPageLink: 'https://x/\\x00' is not a link: "),
    ],
)
def test_a_failure_is_unknown_with_a_reason_and_never_zero(prices, service, body, status, reason):
    service.reply(PATH, body, status)
    told = prices.ask([HOT]).of(HOT, "swedencentral")
    assert isinstance(told, Unpriced)
    assert told.reason.startswith(f"Azure Retail Prices API: {reason}")


def test_a_silent_service_costs_no_more_than_the_patience_and_is_not_asked_again(service, wire_to):
    service.reply(PATH, b"", SILENT)
    prices = RetailPrices(wire=wire_to(SERVICE, attempts=1), patience=0.2)
    began = time.monotonic()
    first = prices.ask([HOT, T4])
    assert time.monotonic() - began < 1
    assert first.of(HOT, "swedencentral") == Unpriced("Azure Retail Prices API: no answer within 0.2 s")
    asked = len(service.asked)
    assert prices.ask([EGRESS]).of(EGRESS, "swedencentral") == first.of(HOT, "swedencentral")
    assert len(service.asked) == asked


def test_the_patience_is_for_all_that_is_asked_in_a_run(service, wire_to, monkeypatch):
    now = [100.0]

    def answer(self, meter):
        now[0] += 4
        return {}

    monkeypatch.setattr("verdazure.prices.retail.time.monotonic", lambda: now[0])
    monkeypatch.setattr(RetailPrices, "table", answer)
    prices = RetailPrices(wire=wire_to(SERVICE), patience=5)
    prices.ask([HOT])
    assert prices._left == 1
    prices.ask([T4])
    assert prices._left == 0


def test_a_broken_network_setting_is_no_reason_to_fail(monkeypatch, tmp_path):
    monkeypatch.setenv("VERDAZURE_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("ALL_PROXY", "nonsense://proxy")
    told = RetailPrices().ask([HOT]).of(HOT, "swedencentral")
    assert told.reason.startswith("Azure Retail Prices API: Unknown scheme for proxy URL")


def test_what_is_known_is_not_asked_again(prices, service, listed):
    listed(row("swedencentral", 0.0184))
    prices.ask([HOT, HOT])
    prices.ask([HOT])
    assert len(service.asked) == 1


def test_a_price_that_was_not_asked_for_is_unknown():
    assert NOT_ASKED.of(HOT, "swedencentral") == Unpriced("prices were not asked for")


# On disk


def test_an_answer_is_kept_for_a_week(wire_to, service, listed, cache, clock):
    def ask():
        return RetailPrices(wire=wire_to(SERVICE, cache=cache, attempts=1)).ask([HOT]).of(HOT, "swedencentral")

    listed(row("swedencentral", 0.0184))
    assert ask() == flat(0.0184)
    clock.moment = NOON + SHELF_LIFE - timedelta(seconds=1)
    assert ask() == flat(0.0184)
    assert len(service.asked) == 1
    clock.moment = NOON + SHELF_LIFE
    assert ask() == flat(0.0184)
    assert len(service.asked) == 2


@pytest.mark.parametrize("failure", [503, SILENT])
def test_an_old_answer_stands_in_and_says_how_old_it_is(wire_to, service, listed, cache, clock, failure):
    wire = wire_to(SERVICE, cache=cache, attempts=1)
    service.reply(PATH, page(row("swedencentral", 0.0184), following="https://x/?$skip=1"))
    service.reply(PATH, page(row("westeurope", 0.0196)))
    RetailPrices(wire=wire).ask([HOT])
    clock.moment = NOON + SHELF_LIFE + SPARE_LIFE - timedelta(seconds=1)
    RetailPrices(wire=wire).ask([EGRESS])  # whatever is kept sweeps what is too old
    service.reset()
    service.reply(PATH, b"", failure)
    prices = RetailPrices(wire=wire, patience=0.2)
    assert prices.ask([HOT]).of(HOT, "westeurope") == flat(0.0196, asked=NOON)
    assert prices.ask([HOT]).asked == NOON
    assert isinstance(prices.ask([T4]).of(T4, "westeurope"), Unpriced)  # nothing old is at hand


def test_a_fresh_answer_on_disk_is_not_called_old_when_the_service_goes(wire_to, service, listed, cache):
    listed(row("swedencentral", 0.0184))
    RetailPrices(wire=wire_to(SERVICE, cache=cache, attempts=1)).ask([HOT])
    service.reset()
    service.reply(PATH, b"", 503)
    prices = RetailPrices(wire=wire_to(SERVICE, cache=cache, attempts=1))
    prices.ask([T4])
    assert prices.ask([HOT]).of(HOT, "swedencentral") == flat(0.0184)


def test_a_refusal_is_no_reason_to_take_an_old_answer(wire_to, service, listed, cache, clock):
    wire = wire_to(SERVICE, cache=cache, attempts=1)
    listed(row("swedencentral", 0.0184))
    RetailPrices(wire=wire).ask([HOT])
    service.reset()
    service.reply(PATH, b"no", 400)
    clock.moment = NOON + SHELF_LIFE
    assert isinstance(RetailPrices(wire=wire).ask([HOT]).of(HOT, "swedencentral"), Unpriced)


def test_the_default_cache_lies_beside_the_intensities(monkeypatch, tmp_path):
    monkeypatch.setenv("VERDAZURE_CACHE_DIR", str(tmp_path))
    assert RetailPrices()._wire._cache.folder == tmp_path / "prices"
    assert SPARE_LIFE > SHELF_LIFE
