"""One region out of all: what must hold, what is weighed, what moving would add."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.carbon.regions import (
    Figures,
    Needs,
    NoRegion,
    Offers,
    OffersError,
    Weights,
    choose,
    cleanest,
    gpu_sizes,
    pareto,
    read_providers,
    read_skus,
    switching,
)

EU = ["swedencentral", "francecentral", "westeurope"]
PRICES = {"swedencentral": 4.0, "francecentral": 2.0, "westeurope": 1.0}
EQUALLY = Weights(carbon=1, price=1)


def names(candidates):
    return [each.name for each in candidates]


def test_the_cleanest_is_chosen_and_each_other_region_has_its_reason():
    choice = choose(Needs("eu"))
    assert names(choice.ranked) == [region.name for region in cleanest("eu")]
    assert choice.chosen.name == "swedencentral"
    assert choice.chosen.score == 1
    assert choice.reason == (
        "swedencentral has the best score of 11 that fit; the next, francecentral, scores 4.24 times as high"
    )
    assert choice.excluded["eastus"] == "outside eu"
    assert choice.excluded["swedensouth"] == "open on request only"
    assert {*names(choice.ranked), *choice.excluded} == {*facts.regions()}


@pytest.mark.parametrize(
    ("needs", "region", "reason"),
    [
        (Needs("eu", availability_zones=True), "denmarkeast", "availability zones unknown"),
        (Needs("us", availability_zones=True), "westus", "no availability zones"),
        (Needs("eu", pair=True), "polandcentral", "no paired region"),
        (Needs(pair=True), "qatarcentral", "no paired region"),
        (Needs(), "qatarcentral", "intensity unknown"),
    ],
)
def test_what_a_region_lacks(needs, region, reason):
    assert choose(needs).excluded[region] == reason


def test_a_pair_abroad_is_no_pair():
    with pytest.raises(NoRegion, match="its pair eastasia is outside sg: 1"):
        choose(Needs("sg", pair=True))


def test_nothing_fits_and_the_counts_say_why():
    with pytest.raises(NoRegion, match=r"\(outside qa: 56, intensity unknown: 1\); give up one of the needs"):
        choose(Needs("qa"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: Needs("europe"), "residency: 'europe' holds no Azure region; allowed: ae, at,"),
        (lambda: Needs(gpu="A1000"), r"gpu: no current VM size has a 'A1000'; did you mean A10\?; allowed: A10, "),
        (lambda: Needs(longest_latency_ms=0), "longest_latency_ms: 0 is not more than 0 ms"),
        (lambda: Weights(carbon=-1), "weights: carbon -1, price 0, latency 0: give numbers of 0 or more"),
        (lambda: Weights(carbon=0), "one of them more than 0"),
        (lambda: Figures(price={"westus": 0}), "price: 0 of westus must be more than 0"),
        (lambda: Figures(emissions_g={"westus": 0}), "emissions_g: 0 of westus must be more than 0"),
        (lambda: Figures(latency_ms={"westus": float("nan")}), "latency_ms: nan of westus must be 0 or more"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def test_a_weight_needs_its_figure():
    choice = choose(Needs("eu"), EQUALLY, Figures(price=PRICES))
    assert {*names(choice.ranked)} == {*EU}
    assert choice.excluded["polandcentral"] == "price unknown"
    assert (
        choose(Needs("eu", longest_latency_ms=20), figures=Figures(latency_ms={"westeurope": 20})).excluded[
            "swedencentral"
        ]
        == "latency unknown"
    )
    late = choose(Needs("eu", longest_latency_ms=20), figures=Figures(latency_ms={"westeurope": 9, "spaincentral": 21}))
    assert late.chosen.name == "westeurope"
    assert late.excluded["spaincentral"] == "latency 21 ms, longest 20 ms"


def test_the_score_is_the_product_of_ratios():
    # By hand: gCO2e/kWh 23.4, 99.5 and 398.2 over the best, times price over the best, each to the power of a half.
    by_name = {each.name: each for each in choose(Needs("eu"), EQUALLY, Figures(price=PRICES)).ranked}
    grams = {name: by_name[name].intensity_g_per_kwh / by_name["swedencentral"].intensity_g_per_kwh for name in EU}
    for name in EU:
        assert by_name[name].score == pytest.approx((grams[name] * PRICES[name]) ** 0.5)


def test_emissions_of_the_workload_take_the_place_of_the_grid():
    emitted = Figures(emissions_g={"swedencentral": 30, "francecentral": 20, "eastus": 1})
    choice = choose(Needs("eu"), figures=emitted)
    assert names(choice.ranked) == ["francecentral", "swedencentral"]
    assert choice.ranked[1].score == pytest.approx(1.5)
    assert choice.excluded["westeurope"] == "emissions unknown"


def test_only_those_asked_for_compete():
    choice = choose(Needs("eu", among=frozenset({"West Europe", "francecentral", "eastus"})))
    assert names(choice.ranked) == ["francecentral", "westeurope"]
    assert choice.excluded["swedencentral"] == "not asked for"
    assert choice.excluded["eastus"] == "outside eu"
    with pytest.raises(facts.UnknownFact, match="did you mean westeurope"):
        Needs(among=frozenset({"westeurop"}))


def test_the_region_in_use_is_kept_within_the_tolerance():
    near = Figures(price={"swedencentral": 1.0, "francecentral": 1.0, "westeurope": 1.03})
    only_price = Weights(carbon=0, price=1)
    kept = choose(Needs("eu"), only_price, near, current="West Europe")
    assert kept.chosen.name == "westeurope"
    assert kept.reason == "westeurope is kept: francecentral would be better by 2.9%, within the tolerance of 5%"
    left = choose(Needs("eu"), only_price, near, current="westeurope", tolerance=0.02)
    assert left.chosen.name == "francecentral"  # of equals, the first by name
    assert left.reason.endswith("; westeurope is left: it scores 1.03 times as high")
    gone = choose(Needs("se"), current="westeurope")
    assert gone.reason.endswith("; westeurope is left: outside se")


def test_the_pareto_set_holds_who_is_best_in_something():
    priced = Figures(price={**PRICES, "polandcentral": 5.0})
    ranked = choose(Needs("eu"), EQUALLY, priced).ranked
    assert {*names(ranked)} - {*names(pareto(ranked))} == {"polandcentral"}


positive = st.floats(0.1, 1000)


@given(st.fixed_dictionaries(dict.fromkeys(sorted(facts.regions()), positive)), st.sampled_from(EU))
def test_two_regions_keep_their_order_whoever_else_is_looked_at(prices, left_out):
    whole = names(choose(Needs("eu"), EQUALLY, Figures(price=prices)).ranked)
    fewer = {name: price for name, price in prices.items() if name != left_out}
    assert names(choose(Needs("eu"), EQUALLY, Figures(price=fewer)).ranked) == [
        name for name in whole if name != left_out
    ]


@given(st.dictionaries(st.sampled_from(sorted(facts.regions())), positive, min_size=5), st.randoms())
def test_the_order_of_the_figures_does_not_matter(latencies, random):
    shuffled = random.sample(list(latencies.items()), len(latencies))
    try:
        first = choose(weights=Weights(1, 0, 2), figures=Figures(latency_ms=latencies))
    except NoRegion:
        return
    second = choose(weights=Weights(1, 0, 2), figures=Figures(latency_ms=dict(shuffled)))
    assert names(first.ranked) == names(second.ranked)
    assert first.ranked[0].score >= 1 - 1e-9
    assert pareto(first.ranked)[0] == first.ranked[0]


# What regions sell

SKUS = [
    {
        "name": "Standard_NC24ads_A100_v4",
        "resourceType": "virtualMachines",
        "locations": ["SwedenCentral"],
        "restrictions": [
            {"type": "Location", "reasonCode": "NotAvailableForSubscription", "values": ["SwedenCentral"]},
        ],
    },
    {
        "name": "Standard_NC24ads_A100_v4",
        "resourceType": "virtualMachines",
        "locations": ["westeurope"],
        "restrictions": [{"type": "Zone", "restrictionInfo": {"locations": ["westeurope"], "zones": ["1"]}}],
    },
    {"name": "Standard_NC24ads_A100_v4", "resourceType": "disks", "locations": ["francecentral"]},
]
PROVIDERS = [
    {
        "namespace": "Microsoft.MachineLearningServices",
        "resourceTypes": [{"resourceType": "workspaces", "locations": ["West Europe", "France Central"]}],
    }
]


def test_sizes_are_sold_where_the_subscription_may_have_them(tmp_path):
    (tmp_path / "skus.json").write_text(json.dumps(SKUS))
    sizes = read_skus(tmp_path / "skus.json")
    assert sizes == {"westeurope": {"Standard_NC24ads_A100_v4"}}
    choice = choose(Needs("eu", gpu="A100"), offers=Offers(sizes=sizes))
    assert (names(choice.ranked), choice.offers_known) == (["westeurope"], True)
    assert choice.excluded["swedencentral"] == "sells no size with A100"
    sold = choose(Needs("eu", vm_sizes=frozenset({"Standard_NC24ads_A100_v4"})), offers=Offers(sizes=sizes))
    assert names(sold.ranked) == ["westeurope"]
    assert sold.excluded["swedencentral"] == "does not sell Standard_NC24ads_A100_v4"
    assert not choose(Needs("eu", vm_sizes=frozenset({"Standard_NC24ads_A100_v4"}))).offers_known


def test_types_are_offered_where_their_provider_says(tmp_path):
    (tmp_path / "providers.json").write_text(json.dumps(PROVIDERS))
    offers = Offers(types=read_providers(tmp_path / "providers.json"))
    choice = choose(
        Needs("eu", resource_types=frozenset({"Microsoft.MachineLearningServices/Workspaces"})), offers=offers
    )
    assert names(choice.ranked) == ["francecentral", "westeurope"]
    assert choice.excluded["swedencentral"] == "does not offer Microsoft.MachineLearningServices/Workspaces"


def test_offers_that_are_not_known_are_said_to_be_unknown():
    assert not choose(Needs("eu", gpu="A100")).offers_known
    assert not choose(Needs("eu", resource_types=frozenset({"A.B/c"}))).offers_known
    assert choose(Needs("eu")).offers_known


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("{}", "the document: Input should be a valid list; write it with `az vm list-skus"),
        ('[{"name": 3}]', "0.name: Input should be a valid string"),
    ],
)
def test_a_file_that_the_cli_did_not_write(tmp_path, text, message):
    (tmp_path / "skus.json").write_text(text)
    with pytest.raises(OffersError, match=message):
        read_skus(tmp_path / "skus.json")
    with pytest.raises(OffersError, match=r"none\.json: cannot be read: No such file"):
        read_skus(tmp_path / "none.json")


def test_a_gpu_is_named_whole_or_by_its_beginning():
    assert {size.gpu for size in gpu_sizes("a100")} == {"A100 PCIe 80GB", "A100 SXM4 40GB", "A100 SXM4 80GB"}
    assert {size.gpu for size in gpu_sizes("A10")} == {"A10"}


# Moving


def test_moving_adds_nothing_beside_a_grid_that_is_always_cleanest():
    moving = switching(["swedencentral", "polandcentral"])
    assert (moving.best, moving.switches, moving.added_share, moving.advised) == ("swedencentral", 0, 0, False)
    assert moving.advice == (
        "stay in one region: moving every hour would add 0.0% to what one choice saves, for 0 moves a year"
    )


def test_moving_is_told_against_what_one_choice_gives():
    moving = switching(["westeurope", "northeurope", "italynorth", "qatarcentral"])
    assert moving.unknown == ("qatarcentral",)
    curves = {name: facts.profile(facts.region(name).grid_zone).grams_per_kwh for name in moving.regions}
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    lowest = [
        days[month] * min(curve[month][hour] for curve in curves.values()) for month in range(12) for hour in range(24)
    ]
    assert moving.dynamic_g_per_kwh == pytest.approx(sum(lowest) / 8760)
    assert moving.static_g_per_kwh > moving.dynamic_g_per_kwh
    assert moving.advised
    assert moving.advice.endswith(f"before the cost of {moving.switches:,} moves a year")


def test_moving_needs_two_known_grids():
    assert switching(["swedencentral", "qatarcentral"]) is None
