"""Autoscaling bands: availability first, carbon by what can wait, and no flapping."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Intensity
from verdazure.carbon.scheduling.bands import Bands, Bounds, Cap, capacity_bounds

CAPS = (Cap(Intensity(200), 10), Cap(Intensity(400), 4))
BANDS = Bands(floor=2, ceiling=20, load_per_instance=100, caps=CAPS, urgent_share=0.25, headroom=0.2, margin=0.1)


def bounds(load: float, intensity: float | None, before: Bounds | None = None, bands: Bands = BANDS) -> Bounds:
    return capacity_bounds(bands, load, None if intensity is None else Intensity(intensity), before)


@pytest.mark.parametrize(
    ("load", "intensity", "least", "most", "reason"),
    [
        (0, 50, 2, 2, "At 50 gCO2e/kWh capacity follows the load."),
        (1000, 50, 3, 12, "At 50 gCO2e/kWh capacity follows the load."),
        (1000, 200, 3, 12, "At 200 gCO2e/kWh capacity follows the load."),
        (1000, 201, 3, 10, "At 201 gCO2e/kWh a cap holds back 2 instances of what can wait."),
        (1000, 450, 3, 4, "At 450 gCO2e/kWh a cap holds back 8 instances of what can wait."),
        (1600, 450, 4, 4, "At 450 gCO2e/kWh a cap holds back 16 instances of what can wait."),
        (2400, 450, 6, 6, "At 450 gCO2e/kWh a cap holds back 14 instances of what can wait."),
        (9000, 50, 20, 20, "The urgent load of 2250 needs more than the ceiling of 20 instances."),
        (1000, None, 3, 12, "The intensity is unknown: capacity follows the load alone."),
    ],
)
def test_load_and_intensity_make_bounds(load, intensity, least, most, reason) -> None:
    found = bounds(load, intensity)
    assert (found.least, found.most, found.reason) == (least, most, reason)


def test_a_threshold_is_passed_and_left_only_beyond_its_margin() -> None:
    found, passed = bounds(1000, 150), []
    for intensity in (210, 221, 190, 181, 179, 450, 430):
        found = bounds(1000, intensity, found)
        passed.append(found.caps_passed)
    assert passed == [0, 1, 1, 1, 0, 2, 2]


def test_capacity_rises_at_once_and_falls_when_the_load_has_fallen_by_more_than_the_margin() -> None:
    found, most = bounds(1000, 50), []
    for load in (1010, 930, 920, 900, 1000):
        found = bounds(load, 50, found)
        most.append(found.most)
    assert most == [13, 13, 13, 12, 12]


def test_a_cap_falls_at_once_and_lifts_again() -> None:
    capped = bounds(1000, 450, bounds(1000, 50))
    assert capped.most == 4
    assert bounds(1000, 50, capped).most == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"floor": 21}, "floor is 21 and ceiling 20"),
        ({"floor": 5}, "a cap of 4 instances undercuts the floor of 5"),
        ({"load_per_instance": 0}, "load_per_instance is 0"),
        ({"urgent_share": 1.1}, "urgent_share is 1.1"),
        ({"margin": 1}, "margin 1; give shares"),
        ({"caps": CAPS[::-1]}, "caps must rise in intensity"),
        ({"caps": (Cap(Intensity(100), 21),)}, "caps must rise in intensity and not rise in instances"),
    ],
)
def test_bands_that_contradict_themselves_are_refused(change: dict, message: str) -> None:
    valid = {"floor": 2, "ceiling": 20, "load_per_instance": 100, "caps": CAPS}
    with pytest.raises(ValueError, match=message):
        Bands(**(valid | change))


@pytest.mark.parametrize("load", [-1, math.inf, math.nan])
def test_a_load_that_is_none_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="give 0 or more"):
        bounds(load, 50)


observations = st.lists(st.tuples(st.floats(0, 5000), st.one_of(st.none(), st.floats(0, 900))), min_size=1, max_size=20)


@given(observations, st.sampled_from([0, 0.25, 1]), st.sampled_from([0, 0.05, 0.5]))
@settings(max_examples=200, deadline=None)
def test_availability_holds_whatever_is_observed(observed, urgent: float, margin: float) -> None:
    bands = Bands(2, 20, 100, CAPS, urgent_share=urgent, margin=margin)
    found = None
    for load, intensity in observed:
        found = bounds(load, intensity, found, bands)
        assert bands.floor <= found.least <= found.most <= bands.ceiling
        assert found.least * 100 >= min(load * urgent, 2000) - 1e-6


@given(st.floats(0, 900), st.lists(st.floats(-1, 1), min_size=2, max_size=20), st.floats(0, 5000))
@settings(max_examples=200, deadline=None)
def test_noise_within_the_margin_changes_the_cap_once_at_most(middle: float, noise: list[float], load: float) -> None:
    found = bounds(load, middle)
    passed = [found.caps_passed]
    for part in noise:
        found = bounds(load, middle * (1 + 0.09 * part), found)
        passed.append(found.caps_passed)
    assert sum(before != after for before, after in pairwise(passed)) <= 1
