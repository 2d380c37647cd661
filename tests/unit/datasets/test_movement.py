"""What it moves and emits to read data from another region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.datasets.movement import movement

KWH_PER_GB, PUE = 0.001, 1.185
EAST_US, SWEDEN = 425.34, 23.43


def test_by_hand():
    moved = movement(50, "East US", "swedencentral")
    kwh = 50 * KWH_PER_GB * PUE
    assert moved is not None
    assert moved.energy.central.kwh == pytest.approx(kwh)
    assert moved.emissions.low.grams == pytest.approx(kwh * SWEDEN)
    assert moved.emissions.high.grams == pytest.approx(kwh * EAST_US)
    assert moved.emissions.central.grams == pytest.approx(kwh * (SWEDEN + EAST_US) / 2)
    assert str(moved) == "50 GB from eastus to swedencentral, 0.0593 kWh and 1.39 to 25.2 gCO2e"


def test_within_a_region_nothing_moves():
    assert movement(3000, "eastus", "East US") is None


@given(st.floats(0, 1e6), st.floats(1, 100), st.sampled_from(["swedencentral", "westus2", "uksouth"]))
def test_it_rises_with_the_data_and_is_the_same_both_ways(gigabytes, factor, region):
    there, back = movement(gigabytes, "eastus", region), movement(gigabytes, region, "eastus")
    more = movement(gigabytes * factor, "eastus", region)
    assert there is not None
    assert back is not None
    assert more is not None
    assert (there.energy, there.emissions) == (back.energy, back.emissions)
    assert more.emissions.high.grams == pytest.approx(there.emissions.high.grams * factor)


def test_an_unknown_grid_is_no_zero():
    with pytest.raises(facts.UnknownFact, match="no intensity_g_per_kwh for 'uaenorth'"):
        movement(1, "eastus", "uaenorth")
