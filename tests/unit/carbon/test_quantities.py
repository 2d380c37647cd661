"""Quantities do not mix; a series knows its gaps and its hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from verdazure.carbon.quantities import Emissions, Energy, Intensity, Power
from verdazure.carbon.series import Basis, Gap, Origin, Quality, Series, Signal

ORIGIN = Origin("a table", "SE", Signal.AVERAGE, Basis.LIFECYCLE)
START = datetime(2026, 1, 1, tzinfo=UTC)


def series(*values: float, start: datetime = START, step: timedelta = timedelta(hours=1)) -> Series:
    return Series(ORIGIN, start, step, np.array(values), Quality.MEASURED)


def test_power_over_hours_at_an_intensity_is_emissions() -> None:
    assert Power(3000).over(6) == Energy(18)
    assert Energy(18).at(Intensity(25)) == Emissions(450)


def test_the_units_of_services_are_converted_exactly() -> None:
    assert Intensity.of_pounds_per_mwh(1000).grams_per_kwh == pytest.approx(453.59237, abs=1e-12)
    assert Energy.of_joules(7.2e6) == Energy(2)
    assert Emissions.of_kilograms(0.25).grams == 250


@pytest.mark.parametrize("mixed", [lambda: Energy(1) + Emissions(1), lambda: Intensity(1) - Energy(1)])
def test_sums_of_different_quantities_are_refused(mixed) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        mixed()


def test_energy_is_not_multiplied_by_a_bare_number_or_by_energy() -> None:
    with pytest.raises(TypeError, match="multiplied by an Intensity, not by float"):
        Energy(1).at(25.0)
    with pytest.raises(TypeError, match="not by Energy"):
        Energy(1).at(Energy(1))


def test_an_unknown_amount_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="Energy: nan is not a finite number"):
        Energy(float("nan"))


def test_a_series_finds_the_step_that_holds_a_moment() -> None:
    given = series(10, 20, 30)
    assert given.index(START + timedelta(minutes=119)) == 1
    assert given.end == START + timedelta(hours=3)
    with pytest.raises(Gap, match="lies outside"):
        given.index(given.end)


def test_a_gap_fails_where_it_is_needed_and_only_there() -> None:
    given = series(10, float("nan"), 30)
    assert list(given.between(START + timedelta(hours=2), given.end).values) == [30]
    with pytest.raises(Gap, match="no value for SE at 2026-01-01T01:00:00"):
        given.between(START, given.end)


def test_a_change_to_summer_time_neither_doubles_nor_loses_an_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    given = series(*range(6), start=datetime(2026, 3, 29, 0, tzinfo=berlin))
    assert given.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert given.index(datetime(2026, 3, 29, 3, tzinfo=berlin)) == 2


def test_naive_times_negative_values_and_empty_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        series(1, start=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="negative or infinite"):
        series(-1)
    with pytest.raises(ValueError, match="longer than nothing"):
        series(1, step=timedelta(0))


def test_values_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="read-only"):
        series(1, 2).values[0] = 5
