"""The typical days: twelve of them a zone, told apart by month and UTC hour."""

from datetime import UTC, datetime, timedelta, timezone
from statistics import fmean

import pytest
from verdazure import facts


def test_a_zone_has_twelve_days_of_24_hours():
    assert len(facts.profiles()) == 39
    for profile in facts.profiles().values():
        assert [len(day) for day in profile.grams_per_kwh] == [24] * 12, profile.zone
        assert (profile.year, profile.licence, bool(profile.source)) == (2022, "ODbL-1.0", True), profile.zone


def test_a_moment_is_read_in_utc():
    stockholm = facts.profile("SE-SE3")
    assert stockholm.at(datetime(2026, 1, 15, 0, 30, tzinfo=UTC)) == 24.83
    assert stockholm.at(datetime(2026, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))) == 25.08  # still January


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        facts.profile("SE-SE3").at(datetime(2026, 1, 15))


def test_the_sun_shows_in_june():
    june = facts.profile("US-CAL-CISO").grams_per_kwh[5]
    assert min(june[17:23]) < 0.75 * max(june)  # 10:00 to 16:00 in California


def test_the_mean_of_the_days_is_the_mean_of_the_year():
    for region in facts.regions().values():
        if region.grid_zone in facts.profiles() and region.intensity_g_per_kwh is not None:
            days = facts.profile(region.grid_zone).grams_per_kwh
            assert fmean(map(fmean, days)) == pytest.approx(region.intensity_g_per_kwh, rel=0.01), region.name


def test_an_unknown_zone_suggests_the_nearest():
    with pytest.raises(facts.UnknownFact, match=r"'SE-SE1' .*has a profile; did you mean SE-SE\d\?"):
        facts.profile("SE-SE1")


def test_a_country_that_is_split_names_its_zones():
    with pytest.raises(facts.UnknownFact, match=r"'SE' is not in .*; its parts have: SE-SE3, SE-SE4$"):
        facts.profile("SE")
