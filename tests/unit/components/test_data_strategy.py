"""A landing with a data strategy: what it chooses, what it tells, and that nothing moves or fails."""

import pulumi
import pytest
from verdazure import ArgumentError, Landing, data_strategy
from verdazure.prices import NOT_ASKED, Ladder, PriceList, Step, blob_storage

TEAM = {"team": "vision", "environment": "dev", "residency": "eu"}
STRATEGY = {"stored_gb": {"Hot": 1000}, "ask_prices": False}
CHEAP = {"westeurope": 0.01, "francecentral": 0.02, "swedencentral": 0.03}


def landing(**strategy):
    """A program of one landing with this strategy; `region` and `residency` go to the landing itself."""
    own = {key: strategy.pop(key) for key in ("region", "residency") if key in strategy}
    return Landing("ml", {**TEAM, **own, "data_strategy": {**STRATEGY, **strategy}})


@pytest.fixture
def asked(monkeypatch):
    """The price list's client, replaced by one that answers with `CHEAP`; keeps what it was asked."""
    calls = []

    class Client:
        def ask(self, meters):
            calls.append(list(meters))
            ladders = {region: Ladder("USD", (Step(0, price),)) for region, price in CHEAP.items()}
            return PriceList("USD", {blob_storage("Hot", "LRS"): ladders})

    monkeypatch.setattr(data_strategy, "_retail_prices", lambda currency: Client())
    return calls


@pytest.fixture
def kept(monkeypatch):
    """`kept(region)`: a stack that chose that region before."""

    def keep(region):
        class Kept:
            output = pulumi.Output.from_input(
                {"region": region, "name_suffix": "abc123", "first_month": "2026-11-01T00:00:00Z"}
            )

        monkeypatch.setattr(pulumi, "Stash", lambda *_, **__: Kept)

    return keep


def told(deploy, **strategy):
    return deploy(lambda: {"at": (made := landing(**strategy)).location, "compared": made.region_comparison})


def test_without_prices_the_cleanest_is_chosen_and_costs_are_unknown(deploy):
    done = told(deploy)
    assert done.outputs["at"] == "swedencentral"
    assert len(done.outputs["compared"]) == 11
    assert done.outputs["compared"]["swedencentral"] == (
        "73 gCO2e a month (storage 73 g); cost unknown: prices were not asked for; latency unknown; score 1.00"
    )
    assert done.of("pulumi:index:Stash")["ml-choices"]["input"]["region"] == "swedencentral"
    assert done.warnings == []


def test_without_a_strategy_nothing_is_compared(deploy):
    assert deploy(lambda: {"compared": Landing("ml", TEAM).region_comparison}).outputs == {"compared": {}}


def test_prices_are_weighed_when_they_can_be_had(deploy, asked):
    done = told(deploy, weights={"carbon": 0, "price": 1}, ask_prices=True)
    assert done.outputs["at"] == "westeurope"
    assert done.outputs["compared"]["westeurope"] == (
        "1.2 kgCO2e a month (storage 1.2 kg); USD 10.00 a month (storage 10.00); latency unknown; score 1.00"
    )
    assert len(asked) == 1


def test_prices_that_cannot_be_had_fail_nothing(deploy, monkeypatch):
    class Away:
        def ask(self, meters):
            return NOT_ASKED

    monkeypatch.setattr(data_strategy, "_retail_prices", lambda currency: Away())
    notes = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, *_, **__: notes.append(message))
    assert told(deploy, weights={"price": 1}, ask_prices=True).outputs["at"] == "swedencentral"
    assert notes == ["Comparing regions: price is not weighed: prices were not asked for."]


def test_latency_is_weighed_and_bounded(deploy):
    near = {"latency_ms": {"West Europe": 9, "swedencentral": 38}, "longest_latency_ms": 20}
    assert told(deploy, **near).outputs["at"] == "westeurope"


def test_only_candidates_compete(deploy):
    done = told(deploy, candidates=["West Europe", "francecentral"])
    assert done.outputs["at"] == "francecentral"
    assert list(done.outputs["compared"]) == ["francecentral", "westeurope"]


def test_a_region_of_one_s_own_is_taken_and_compared(deploy):
    done = told(deploy, region="westeurope")
    assert done.outputs["at"] == "westeurope"
    assert "swedencentral" in done.outputs["compared"]
    assert not [warning for warning in done.warnings if "would be better" in warning]


def test_the_kept_region_stays_and_a_better_one_is_named(deploy, kept):
    kept("westeurope")
    done = told(deploy)
    assert done.outputs["at"] == "westeurope"
    assert done.warnings == [
        "swedencentral would be better than westeurope, the region in use: a month it would save 1.2 kgCO2e and "
        "change the cost by an unknown amount; moving 1,000 GB there would once emit 472 gCO2e, at an unknown cost "
        "(prices were not asked for). Nothing was moved: decide, then set region."
    ]


def test_the_best_region_is_kept_in_silence(deploy, kept):
    kept("swedencentral")
    assert told(deploy).warnings == []


def test_the_service_is_one_for_the_whole_program():
    assert data_strategy._retail_prices("EUR") is data_strategy._retail_prices("EUR")


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (
            {"stored_gb": {"Warm": 1}},
            "Landing 'ml': data_strategy.stored_gb.Warm is 'Warm'. Allowed: Hot, Cool, Cold, Archive. "
            "Fix: name an access tier.",
        ),
        (
            {"stored_gb": {}},
            "Landing 'ml': data_strategy.stored_gb is empty. Allowed: a workload that holds something. "
            "Fix: give stored_gb, training or egress_gb.",
        ),
        (
            {"training": {"vm_size": "Standard_NC4as_T4", "hours": 3}},
            "Landing 'ml': data_strategy.training.vm_size is 'Standard_NC4as_T4'. Allowed: a VM size in the facts "
            "table. Fix: 'Standard_NC4as_T4' is not in the facts table: no such VM size is known; did you mean "
            "Standard_NC4as_T4_v3?",
        ),
        (
            {"moved_gb": 5},
            "Landing 'ml': data_strategy.moved_gb is 5.0. Allowed: 0 without moved_from. "
            "Fix: say which region it comes from in moved_from.",
        ),
        (
            {"redundancy": "MRS"},
            "Landing 'ml': data_strategy.redundancy is 'MRS'. Allowed: LRS, ZRS, GRS, RAGRS, GZRS, RAGZRS. "
            "Fix: name it as Azure does.",
        ),
        (
            {"candidates": ["swedncentral"]},
            "Landing 'ml': data_strategy.candidates.0 is 'swedncentral'. Allowed: the name of an Azure region in the "
            "facts table. Fix: 'swedncentral' is not in the facts table: no such Azure region is known; did you mean "
            "swedencentral?",
        ),
        (
            {"weights": {"carbon": 0}},
            "Landing 'ml': data_strategy.weights is 0. Allowed: weights of which one is more than 0. "
            "Fix: give carbon, price or latency a weight.",
        ),
        (
            {"stored": {"Hot": 1}},
            "Landing 'ml': unknown key 'data_strategy.stored'. Allowed: ask_prices, candidates, currency, egress_gb, "
            "latency_ms, longest_latency_ms, moved_from, moved_gb, redundancy, stored_gb, training, weights. "
            "Fix: did you mean 'stored_gb'?",
        ),
        (
            {"candidates": ["eastus"]},
            "Landing 'ml': data_strategy is of type RegionalDataStrategy. Allowed: needs that a region of the "
            "residency has. Fix: no region has all that is needed (not asked for: 56, outside eu: 1); give up one of "
            "the needs, or give the figures that are unknown.",
        ),
        (
            {"candidates": []},
            "Landing 'ml': data_strategy.candidates is empty. Allowed: at least one region. "
            "Fix: name some, or leave candidates out to have all compete.",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, strategy, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            landing(**strategy)
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals == [message]
