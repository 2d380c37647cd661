"""One decision over carbon, price, latency and residency: exact figures, and what never may happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.carbon.regions import Needs, NoRegion, Offers, Weights, cleanest, residencies
from verdazure.prices import (
    Ladder,
    PriceList,
    Step,
    Unpriced,
    blob_storage,
    internet_egress,
    region_transfer,
    vm_hours,
)
from verdazure.regional import Figure, Stored, Training, Workload, compare
from verdazure.regional.figures import total, unknown

EU = ["swedencentral", "francecentral", "westeurope"]
SIZE = "Standard_NC24ads_A100_v4"
WORK = Workload(
    stored=(Stored("Hot", 500), Stored("Cool", 2000, "ZRS")),
    training=(Training(SIZE, hours=100, nodes=2),),
    moved_gb=100,
    moved_from="West Europe",
    egress_gb=150,
)
KEPT = Workload(stored=(Stored("Hot", 1000),))
BOTH = Weights(carbon=1, price=1)
OFFLINE = Unpriced("the service is away")


def listed(meters, regions):
    """A price list with these prices in these regions, without steps."""
    return PriceList(
        "USD",
        {
            meter: {region: Ladder("USD", (Step(0, price),)) for region, price in zip(regions, each, strict=True)}
            for meter, each in meters.items()
        },
    )


def stored_at(prices):
    """A price list of hot storage alone."""
    return listed({blob_storage("Hot", "LRS"): prices.values()}, prices.keys())


PRICES = listed(
    {
        blob_storage("Hot", "LRS"): (0.02, 0.018, 0.019),
        blob_storage("Cool", "ZRS"): (0.01, 0.012, 0.013),
        vm_hours(SIZE, spot=True): (1.5, 1.2, 1.0),
        region_transfer(): (0.02, 0.02, 0.02),
        internet_egress(): (0.08, 0.08, 0.08),
    },
    EU,
)


def among(*regions):
    return Needs("eu", among=frozenset(regions))


def grams(candidate):
    return {share.name: share.grams.value for share in candidate.shares}


def costs(candidate):
    return {share.name: share.cost.value for share in candidate.shares}


# The figures


def test_emissions_are_those_of_the_footprint():
    # By hand, Sweden Central, 23.43 g/kWh, PUE 1.185: 0.5 TB x 3 copies + 2 TB x 3, 1.2 Wh/TB.h, 730 h; 0.001 kWh/GB.
    found = grams(compare(WORK, among(*EU)).of("swedencentral"))
    assert found["storage"] == pytest.approx((0.5 + 2) * 3 * 1.2e-3 * 730 * 1.185 * 23.43)
    assert found["egress"] == pytest.approx(150 * 0.001 * 1.185 * 23.43)
    west = facts.region("westeurope").intensity_g_per_kwh
    assert found["transfer"] == pytest.approx(100 * 0.001 * 1.185 * west)  # where it is sent from


def test_machines_count_their_making_everywhere_and_their_energy_by_the_grid():
    chosen = compare(WORK, among(*EU))
    per_kwh = {name: facts.region(name).intensity_g_per_kwh for name in EU}
    found = {name: grams(chosen.of(name))["compute"] for name in EU}
    kwh = (found["francecentral"] - found["swedencentral"]) / (per_kwh["francecentral"] - per_kwh["swedencentral"])
    making = found["swedencentral"] - kwh * per_kwh["swedencentral"]
    assert found["westeurope"] == pytest.approx(making + kwh * per_kwh["westeurope"])
    assert kwh > 0 < making


def test_costs_are_told_share_by_share():
    compared = compare(WORK, among(*EU), prices=PRICES)
    assert costs(compared.of("swedencentral")) == {
        "storage": pytest.approx(500 * 0.02 + 2000 * 0.01),
        "compute": pytest.approx(200 * 1.5),
        "transfer": pytest.approx(100 * 0.02),
        "egress": pytest.approx(150 * 0.08),
    }
    assert compared.of("swedencentral").cost == Figure(pytest.approx(30 + 300 + 2 + 12))


def test_what_stays_where_it_is_is_not_moved():
    here = compare(WORK, among(*EU), prices=PRICES).of("westeurope")
    assert (grams(here)["transfer"], costs(here)["transfer"]) == (0, 0)


@pytest.mark.parametrize(("source", "known"), [("uksouth", True), ("eastus", False), ("canadacentral", False)])
def test_transfer_between_continents_has_no_verified_price(source, known):
    work = Workload(stored=(Stored("Hot", 1),), moved_gb=10, moved_from=source)
    prices = listed({blob_storage("Hot", "LRS"): (1, 1), region_transfer(): (0.02, 0.02)}, ["francecentral", source])
    cost = compare(work, among("francecentral"), prices=prices).of("francecentral").shares[1].cost
    far = unknown(f"no verified price of transfer from {source} to another continent")
    assert cost == (Figure(pytest.approx(0.2)) if known else far)


def test_a_sentence_tells_all_that_is_known():
    compared = compare(KEPT, among(*EU), BOTH, {"Sweden Central": 38}, prices=stored_at(dict.fromkeys(EU, 0.02)))
    assert compared.sentences["swedencentral"] == (
        "73 gCO2e a month (storage 73 g); USD 20.00 a month (storage 20.00); latency 38 ms; score 1.00"
    )
    assert compared.sentences["francecentral"].endswith("latency unknown; score 2.06")


# The choice


def test_carbon_alone_chooses_the_cleanest():
    compared = compare(KEPT, Needs("eu"))
    assert compared.chosen == "swedencentral"
    assert [each.name for each in compared.candidates] == [region.name for region in cleanest("eu")]
    assert compared.excluded["eastus"] == "outside eu"
    assert compared.notes == ()


def test_price_alone_chooses_the_cheapest():
    compared = compare(WORK, among(*EU), Weights(0, 1), prices=PRICES)
    assert [each.name for each in compared.candidates] == ["westeurope", "francecentral", "swedencentral"]


def test_latency_is_weighed_where_it_is_given():
    compared = compare(KEPT, Needs("eu"), Weights(0, 0, 1), {"westeurope": 10, "francecentral": 20})
    assert compared.chosen == "westeurope"
    assert compared.excluded["swedencentral"] == "latency unknown"


def test_prices_that_nobody_knows_are_not_weighed():
    compared = compare(WORK, Needs("eu"), BOTH, prices=PriceList("USD", dict.fromkeys(WORK.meters, OFFLINE)))
    assert compared.chosen == "swedencentral"
    assert compared.weights == Weights(1, 0)
    assert compared.notes == ("price is not weighed: the service is away",)
    assert compared.of("swedencentral").cost == unknown("the service is away")
    alone = compare(WORK, Needs("eu"), Weights(0, 1))
    assert alone.weights == Weights(1, 0)
    assert alone.notes == ("carbon is weighed instead of price: prices were not asked for",)


def test_a_region_without_a_price_is_shown_and_not_weighed():
    compared = compare(KEPT, among(*EU), BOTH, prices=stored_at({"westeurope": 0.02}))
    assert compared.chosen == "westeurope"
    left = compared.of("swedencentral")
    assert (left.score, left.unweighed) == (None, "price unknown")
    assert left.sentence.endswith("latency unknown; not weighed: price unknown")
    assert "cost unknown: the price list has no Hot LRS storage in swedencentral;" in left.sentence


def test_emissions_that_no_source_gives_leave_the_grid_to_be_weighed():
    compared = compare(Workload(stored=(Stored("Archive", 100), Stored("Hot", 1))), Needs("eu"))
    assert compared.chosen == "swedencentral"
    assert compared.of("swedencentral").grams.value is None
    (note,) = compared.notes
    assert note.startswith("carbon is weighed by the grid's intensity alone: storage_tiers.csv has no wh_per_tb_hour")


def test_the_region_in_use_is_kept_within_the_tolerance():
    near = stored_at({"swedencentral": 0.0204, "francecentral": 0.02})
    assert compare(KEPT, among(*EU), Weights(0, 1), prices=near, current="swedencentral").chosen == "swedencentral"
    assert compare(KEPT, among(*EU), Weights(0, 1), prices=near).chosen == "francecentral"


def test_regions_must_sell_the_size_where_it_is_known():
    offers = Offers(sizes={"westeurope": frozenset({SIZE})})
    compared = compare(WORK, Needs("eu"), offers=offers)
    assert [each.name for each in compared.candidates] == ["westeurope"]
    assert compared.offers_known
    assert not compare(WORK, Needs("eu")).offers_known


def test_nothing_fits():
    with pytest.raises(NoRegion, match="not asked for"):
        compare(KEPT, Needs("eu", among=frozenset({"eastus"})))


# What is refused


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Workload(), "the workload holds nothing; give stored data, training or egress_gb"),
        (lambda: Workload(moved_gb=5, moved_from="eastus"), "holds nothing"),
        (lambda: Workload(egress_gb=1, moved_gb=5), "moved_from: missing; say which region moved_gb comes from"),
        (lambda: Workload(egress_gb=-1), "egress_gb is -1; give a finite number, 0 or more"),
        (lambda: Stored("Warm", 1), "tier: 'Warm' is not an access tier"),
        (lambda: Stored("Hot", float("nan")), "stored Hot is nan"),
        (lambda: Training(SIZE, -1), "training hours is -1"),
        (lambda: Figure(None), "a figure has a value or a reason"),
        (lambda: Figure(1.0, "why"), "a figure has a value or a reason"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def test_what_azure_does_not_have_is_an_unknown_fact():
    for bad in (lambda: Training("Standard_NC1", 1), lambda: Stored("Hot", 1, "MRS")):
        with pytest.raises(facts.UnknownFact):
            bad()
    with pytest.raises(facts.UnknownFact, match="did you mean swedencentral"):
        compare(KEPT, latency_ms={"swedncentral": 3})


# What never may happen

price = st.floats(0.001, 1)
price_lists = st.dictionaries(st.sampled_from([region.name for region in cleanest("eu")]), price, min_size=2)
weights = st.builds(Weights, st.floats(0, 3), st.floats(0.01, 3))


def ranks(compared):
    return [each.name for each in compared.candidates if each.score is not None]


@given(price_lists, weights, st.data(), st.floats(1, 100))
def test_a_higher_price_never_improves_a_rank(listed_prices, weights, data, factor):
    dearer = data.draw(st.sampled_from(sorted(listed_prices)))
    before = compare(KEPT, Needs("eu"), weights, prices=stored_at(listed_prices))
    raised = {**listed_prices, dearer: listed_prices[dearer] * factor}
    after = compare(KEPT, Needs("eu"), weights, prices=stored_at(raised))
    assert ranks(after).index(dearer) >= ranks(before).index(dearer)


@given(st.sampled_from(EU), st.floats(1, 100), weights)
def test_more_carbon_never_improves_a_rank(dirtier, factor, weights):
    prices = stored_at({"swedencentral": 0.02, "francecentral": 0.015, "westeurope": 0.01})
    before = compare(KEPT, among(*EU), weights, prices=prices)
    rows = facts.regions()
    grid = rows[dirtier]
    with pytest.MonkeyPatch.context() as patched:
        worse = grid.model_copy(update={"intensity_g_per_kwh": grid.intensity_g_per_kwh * factor})
        patched.setattr("verdazure.facts.tables._read", lambda file, row: _with(rows, worse, file, row))
        after = compare(KEPT, among(*EU), weights, prices=prices)
    assert ranks(after).index(dirtier) >= ranks(before).index(dirtier)


_read = facts.tables._read


def _with(rows, row, file, kind):
    return {**rows, row.name: row} if file == "regions.csv" else _read(file, kind)


@given(price_lists, weights)
def test_a_region_without_a_price_never_wins_by_it(listed_prices, weights):
    compared = compare(KEPT, Needs("eu"), weights, prices=stored_at(listed_prices))
    assert set(ranks(compared)) == set(listed_prices)
    assert compared.chosen in listed_prices
    assert all(each.cost.value is None for each in compared.candidates if each.name not in listed_prices)


figures = st.one_of(st.floats(0, 1e6).map(Figure), st.text(min_size=1).map(unknown))


@given(st.lists(figures))
def test_a_sum_is_known_only_where_every_part_is(parts):
    whole = total(parts)
    known = [part.value for part in parts if part.value is not None]
    assert (whole.value is None) is (len(known) < len(parts))
    if whole.value is not None:
        assert whole.value == pytest.approx(sum(known))
    assert all(part.reason in whole.reason for part in parts)


@pytest.mark.parametrize("residency", residencies())
def test_the_chosen_one_lies_inside_the_residency(residency):
    try:
        chosen = compare(WORK, Needs(residency), BOTH, prices=PRICES).chosen
    except NoRegion:
        assert cleanest(residency) == ()
        return
    assert residency in facts.region(chosen).residencies
