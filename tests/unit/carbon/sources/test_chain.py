"""A chain answers with its first source that can, tells of the others, and never mixes signals."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources import (
    Chain,
    ElectricityMaps,
    Exhausted,
    GbCarbonIntensity,
    SourceError,
    Stale,
    Unavailable,
    WattTime,
    annual_mean,
    electricity_maps,
)
from verdazure.facts import UnknownFact

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Fixed:
    """A source that always gives the same value, or always fails."""

    def __init__(self, name, answer, signal=Signal.AVERAGE, basis=Basis.LIFECYCLE) -> None:
        self.name, self.signal, self.basis, self._answer = name, signal, basis, answer

    def latest(self, region: str) -> Series:
        if isinstance(self._answer, Exception):
            raise self._answer
        origin = Origin(self.name, region, self.signal, self.basis)
        return Series(origin, START, HOUR, np.array([self._answer]), Quality.MEASURED)

    def history(self, region: str, start: datetime, end: datetime) -> Series:
        return self.latest(region)

    def forecast(self, region: str, horizon: timedelta) -> Series:
        return self.latest(region)


DOWN = Fixed("down", Unavailable("down", "no answer", where="GET /", fix="wait"))
OLD = Fixed("old", Stale("old", "too old", where="GET /", fix="wait"))
GOOD, BETTER = Fixed("good", 25.0), Fixed("better", 24.0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda chain: chain.latest("eastus"),
        lambda chain: chain.history("eastus", START, START + HOUR),
        lambda chain: chain.forecast("eastus", HOUR),
    ],
    ids=["latest", "history", "forecast"],
)
def test_the_first_source_with_an_answer_gives_it_and_each_failure_is_told(ask) -> None:
    failures = []
    series = ask(Chain(DOWN, OLD, GOOD, BETTER, on_failure=failures.append))
    assert (series.origin.source, series.values.tolist()) == ("good", [25])
    assert [(failure.source, type(failure.error)) for failure in failures] == [("down", Unavailable), ("old", Stale)]


def test_failures_reach_the_log_unless_somebody_listens(caplog) -> None:
    Chain(DOWN, GOOD).latest("eastus")
    assert "asking the next source: down: no answer (GET /); wait" in caplog.text


def test_when_no_source_answers_every_reason_is_in_the_error() -> None:
    with pytest.raises(Exhausted) as caught:
        Chain(DOWN, OLD).latest("eastus")
    assert str(caught.value) == (
        "down → old: no source has an answer: down: no answer (GET /); wait; old: too old (GET /); wait (chain); "
        "mend one of them"
    )
    assert [failure.source for failure in caught.value.failures] == ["down", "old"]
    assert isinstance(caught.value, SourceError)


@pytest.mark.parametrize("mistake", [UnknownFact("no such region"), ValueError("no time zone"), KeyError("a bug")])
def test_the_callers_mistake_and_a_bug_are_not_passed_over(mistake) -> None:
    with pytest.raises(type(mistake)):
        Chain(Fixed("strict", mistake), GOOD).latest("eastus")


def test_signals_are_never_mixed_not_even_of_one_service() -> None:
    average = WattTime("ada", "secret", signal=Signal.AVERAGE)
    marginal = WattTime("ada", "secret")
    with pytest.raises(
        ValueError, match="keeps to one signal, not to WattTime v3: average, WattTime v3: marginal; make"
    ):
        Chain(average, marginal)
    with pytest.raises(ValueError, match="keeps to one signal"):
        Chain(average, marginal, across_bases=True)


def test_bases_are_mixed_only_on_purpose() -> None:
    with pytest.raises(ValueError, match=r"one basis, not to GB .*: direct, facts .*: lifecycle; allow it with across"):
        Chain(GbCarbonIntensity(), annual_mean())
    chain = Chain(GbCarbonIntensity(), annual_mean(), across_bases=True)
    assert (chain.signal, chain.basis) == (Signal.AVERAGE, None)
    assert Chain(GOOD, BETTER).basis is Basis.LIFECYCLE


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one source"):
        Chain()


def test_chains_can_be_chained() -> None:
    chain = Chain(Chain(DOWN, OLD), GOOD)
    assert chain.latest("eastus").origin.source == "good"
    assert chain.name == "down → old → good"


def test_a_service_that_is_down_gives_way_to_the_table(wire_to, service, clock) -> None:
    service.reply("/carbon-intensity/latest", b"<html>maintenance</html>", 503)
    maps = ElectricityMaps("sesame", wire=wire_to(electricity_maps.SERVICE))
    failures = []
    series = Chain(maps, annual_mean(now=clock.now), on_failure=failures.append).latest("swedencentral")
    assert series.origin.source == "facts table regions"
    assert failures[0].error.what == "refused with 503: <html>maintenance</html>"
    assert len(service.asked) == 4
