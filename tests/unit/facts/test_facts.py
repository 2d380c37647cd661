"""The tables: complete in their sources, honest about what is missing, and not too old."""

import subprocess
import sys
import warnings
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.carbon.regions import cleanest, residencies

SHELF_LIFE = timedelta(days=400)


def test_every_number_has_a_source_and_a_licence():
    for region in facts.regions().values():
        assert region.region_source, region.name
        assert region.region_licence, region.name
        known = region.intensity_g_per_kwh is not None
        assert known == bool(region.intensity_source) == bool(region.intensity_licence), region.name
    for size in facts.vm_sizes().values():
        assert size.source, size.name
        assert size.licence, size.name


def test_intensity_is_of_one_vintage():
    assert {region.intensity_year for region in facts.regions().values()} == {2022, None}


def test_tables_past_their_shelf_life_are_pointed_out():
    for row in (*facts.regions().values(), *facts.vm_sizes().values()):
        if date.today() - row.read_on > SHELF_LIFE:
            warnings.warn(f"{row.name} was read on {row.read_on}: read its sources again", stacklevel=1)


def test_what_is_missing_is_missing():
    assert facts.region("uaenorth").intensity_g_per_kwh is None
    assert facts.region("denmarkeast").availability_zones is None
    assert facts.vm_size("Standard_NV4ads_V710_v5").gpu_tdp_w is None


@pytest.mark.parametrize(
    ("name", "intensity", "areas"),
    [
        ("swedencentral", 23.43, {"se", "eu", "eea"}),
        ("norwayeast", 29.33, {"no", "eea"}),
        ("westus", 264.23, {"us"}),
        ("westus2", 96.08, {"us"}),
        ("northeurope", 397.22, {"ie", "eu", "eea"}),
        ("uksouth", 234.8, {"uk"}),
    ],
)
def test_regions_that_public_tables_confuse(name: str, intensity: float, areas: set[str]):
    region = facts.region(name)
    assert (region.intensity_g_per_kwh, region.residencies) == (intensity, areas)


def test_both_spellings_find_a_region_and_any_case_a_size():
    assert facts.region("Sweden Central") is facts.region("swedencentral")
    assert facts.vm_size("standard_nc4as_t4_v3").name == "Standard_NC4as_T4_v3"


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(facts.UnknownFact, match=r"'eastus4' is not in the facts table.*did you mean eastus\d?\?"):
        facts.region("eastus4")
    with pytest.raises(facts.UnknownFact, match=r"no such VM size is known$"):
        facts.vm_size("toaster")


def test_every_retired_gpu_size_has_a_current_successor():
    for size in facts.vm_sizes().values():
        assert size.deployable or size.status in ("retiring", "retired")
        if size.deployable:
            assert size.successor is None, size.name
        else:
            assert facts.vm_size(size.successor or "").status == "current", size.name
            assert (facts.vm_size(size.successor or "").gpu is None) == (size.gpu is None), size.name


def test_facts_and_carbon_work_without_pulumi():
    script = "import sys, verdazure.facts, verdazure.carbon.regions; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_cleanest_region_of_an_area():
    assert [region.name for region in cleanest("eu")][:2] == ["swedencentral", "francecentral"]
    assert cleanest("us")[0].name == "westus2"
    assert cleanest()[0].name == "swedencentral"
    assert cleanest("atlantis") == ()


@given(st.sampled_from(residencies()))
def test_candidates_are_open_known_inside_and_sorted(area: str):
    found = cleanest(area)
    grams = [region.intensity_g_per_kwh for region in found]
    assert grams == sorted(grams)
    assert all(area in region.residencies and region.access == "open" for region in found)
    assert {region.name for region in found} == {
        region.name
        for region in facts.regions().values()
        if area in region.residencies and region.access == "open" and region.intensity_g_per_kwh is not None
    }
