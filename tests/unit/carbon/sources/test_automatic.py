"""The chain that the keys at hand allow."""

import pytest
from verdazure.carbon.series import Signal
from verdazure.carbon.sources import Unauthorised, automatic
from verdazure.facts import UnknownFact

TOKEN = {"ELECTRICITY_MAPS_TOKEN": "sesame"}
TABLES = "facts table profiles → facts table regions"


@pytest.mark.parametrize(
    ("region", "environment", "chain"),
    [
        ("swedencentral", {}, TABLES),
        ("swedencentral", TOKEN, f"Electricity Maps v3 → {TABLES}"),
        ("uksouth", {}, f"GB Carbon Intensity API → {TABLES}"),
        ("UK West", TOKEN, f"Electricity Maps v3 → GB Carbon Intensity API → {TABLES}"),
    ],
)
def test_live_services_come_before_tables(region, environment, chain) -> None:
    made = automatic(region, environment=environment)
    assert (made.name, made.signal) == (chain, Signal.AVERAGE)


def test_the_marginal_signal_comes_from_watttime_alone(monkeypatch) -> None:
    monkeypatch.setenv("WATTTIME_USER", "ada")
    monkeypatch.setenv("WATTTIME_PASSWORD", "sesame")
    made = automatic("eastus", Signal.MARGINAL)
    assert (made.name, made.signal) == ("WattTime v3", Signal.MARGINAL)


def test_the_marginal_signal_never_falls_back_to_an_average(monkeypatch) -> None:
    monkeypatch.delenv("WATTTIME_USER", raising=False)
    with pytest.raises(Unauthorised, match="set WATTTIME_USER and WATTTIME_PASSWORD"):
        automatic("eastus", Signal.MARGINAL, environment=TOKEN)


def test_a_region_that_does_not_exist_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(UnknownFact, match="did you mean uksouth"):
        automatic("uksouht", environment=TOKEN)
