"""What is told about the region in use: only when another is clearly better, and never a move."""

from verdazure.carbon.regions import Needs, Weights
from verdazure.prices import NOT_ASKED, Ladder, PriceList, Step, blob_storage, region_transfer
from verdazure.regional import Stored, Workload, advice, compare

KEPT = Workload(stored=(Stored("Hot", 1000),))
EU = ["swedencentral", "francecentral", "westeurope"]


def told(kept, needs=Needs("eu"), weights=Weights(), prices=NOT_ASKED, workload=KEPT):  # noqa: B008 - all frozen
    compared = compare(workload, needs, weights, prices=prices, current=kept)
    return advice(workload, compared, kept, prices)


def flat(prices):
    return {region: Ladder("USD", (Step(0, price),)) for region, price in prices.items()}


def test_the_best_region_is_not_talked_about():
    assert told("swedencentral") is None


def test_a_clearly_better_one_is_named_with_what_it_saves_and_what_moving_costs():
    prices = PriceList(
        "USD",
        {
            blob_storage("Hot", "LRS"): flat({"westeurope": 0.02, "swedencentral": 0.025}),
            region_transfer(): flat({"westeurope": 0.02}),
        },
    )
    assert told("westeurope", prices=prices) == (
        "swedencentral would be better than westeurope, the region in use: a month it would save 1.2 kgCO2e and "
        "add USD 5.00; moving 1,000 GB there would once emit 472 gCO2e and cost USD 20.00. "
        "Nothing was moved: decide, then set region."
    )


def test_what_is_not_known_is_said():
    assert told("westeurope") == (
        "swedencentral would be better than westeurope, the region in use: a month it would save 1.2 kgCO2e and "
        "change the cost by an unknown amount; moving 1,000 GB there would once emit 472 gCO2e, at an unknown cost "
        "(prices were not asked for). Nothing was moved: decide, then set region."
    )


def test_within_the_tolerance_nothing_is_told():
    prices = PriceList("USD", {blob_storage("Hot", "LRS"): flat({"westeurope": 0.0204, "francecentral": 0.02})})
    assert told("westeurope", weights=Weights(0, 1), prices=prices) is None


def test_a_region_that_lacks_a_price_is_not_talked_out_of():
    prices = PriceList("USD", {blob_storage("Hot", "LRS"): flat({"swedencentral": 0.02})})
    assert told("westeurope", weights=Weights(1, 1), prices=prices) is None


def test_a_region_that_no_longer_fits_is_named():
    assert told("westeurope", needs=Needs("eu", among=frozenset({"swedencentral"}))) == (
        "westeurope, the region in use, no longer fits: not asked for; swedencentral would. "
        "Nothing was moved: decide, then set region."
    )
