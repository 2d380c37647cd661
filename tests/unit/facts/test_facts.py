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
from verdazure.facts.tables import ALL, regions


@pytest.mark.parametrize("table", [table for table in ALL if table is not regions], ids=lambda table: table.name)
def test_every_row_has_a_source_a_licence_and_a_date(table):
    assert table()
    for row in table().values():
        assert row.source, row.name
        assert row.licence, row.name
        assert date(2026, 1, 1) < row.read_on, row.name


def test_both_halves_of_a_region_have_a_source_and_a_licence():
    for region in facts.regions().values():
        assert region.region_source, region.name
        assert region.region_licence, region.name
        known = region.intensity_g_per_kwh is not None
        assert known == bool(region.intensity_source) == bool(region.intensity_licence), region.name


def test_intensity_is_of_one_vintage():
    assert {region.intensity_year for region in facts.regions().values()} == {2022, None}


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_tables_past_their_shelf_life_are_pointed_out(table):
    if stale := table.stale(date.today()):
        warnings.warn(f"{table.name}.csv: read the sources of {', '.join(stale)} again", stacklevel=1)


def test_a_row_is_stale_the_day_after_its_shelf_life():
    last_good_day = date(2026, 11, 23) + facts.cpus.shelf_life
    assert facts.cpus.stale(last_good_day) == ()
    assert facts.cpus.stale(last_good_day + timedelta(days=1)) == tuple(facts.cpus())


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


def test_pairs_follow_the_documentation():
    pairs = {name: region.paired_region for name, region in facts.regions().items()}
    assert (pairs["swedencentral"], pairs["swedensouth"]) == ("swedensouth", "swedencentral")
    assert (pairs["westus3"], pairs["eastus"], pairs["westus"]) == ("eastus", "westus", "eastus")  # one way only
    assert (pairs["brazilsouth"], pairs["southcentralus"]) == ("southcentralus", "northcentralus")
    assert pairs["polandcentral"] is None
    assert {pair for pair in pairs.values() if pair} <= set(pairs)


def test_coordinates_are_missing_where_no_usable_source_gives_them():
    assert (facts.region("westus2").latitude, facts.region("westus2").longitude) == (47.233, -119.852)
    without = {name for name, region in facts.regions().items() if region.latitude is None}
    assert without == {
        *("austriaeast", "belgiumcentral", "chilecentral", "denmarkeast", "indonesiacentral"),
        *("malaysiawest", "newzealandnorth", "swedensouth"),
        *("israelcentral", "spaincentral"),  # listed outside their countries
    }


def test_names_in_one_table_are_found_in_the_other():
    for size in facts.vm_sizes().values():
        assert size.gpu is None or size.gpu in facts.accelerators(), size.name
        assert size.cpu is None or size.cpu in facts.cpus(), size.name


def test_arm_sizes_are_told_apart_and_their_power_is_not_guessed():
    arm = {size.name: size for size in facts.vm_sizes().values() if size.architecture == "arm64"}
    assert {size.family for size in arm.values()} == {"Dpdsv6", "Epdsv6", "ND"}  # ND: the GB200's Grace processors
    assert {size.cpu for size in arm.values()} == {None}
    assert (arm["Standard_E96pds_v6"].vcpus, arm["Standard_E96pds_v6"].memory_gib) == (96, 672)
    outside = {size.family for size in facts.vm_sizes().values() if not size.runs_in_azure_ml}
    assert outside == {"Dpdsv6", "Epdsv6"}


def test_ranges_hold_their_central_value():
    for cpu in facts.cpus().values():
        assert cpu.idle_w_low <= cpu.idle_w <= cpu.idle_w_high, cpu.name
        assert cpu.full_w_low <= cpu.full_w <= cpu.full_w_high, cpu.name
    for number in facts.coefficients().values():
        assert (number.low is None) == (number.high is None), number.name
        if number.low is not None and number.high is not None:
            assert number.low <= number.value <= number.high, number.name


def test_a_published_board_keeps_its_power_and_another_takes_shares_of_its_tdp():
    t4, h100, mi25 = (facts.accelerators.get(name) for name in ("T4", "H100 SXM5 80GB", "MI25"))
    assert (t4.idle_w, t4.full_w, t4.method) == (8, 71, "published")
    assert (h100.idle_w, h100.full_w, h100.method) == (84, 714, "from TDP")
    assert (mi25.idle_w, mi25.full_w, mi25.method) == (None, None, "unknown")


def test_the_largest_size_carries_the_whole_server():
    assert facts.vm_size("Standard_NC64as_T4_v3").embodied_kg == 2349.62  # as Cloud Carbon Footprint's own table
    assert facts.vm_size("Standard_NC16as_T4_v3").embodied_kg == 587.41
    assert facts.vm_size("Standard_ND128isr_NDR_GB200_v6").embodied_kg is None


def test_a_value_that_is_missing_is_refused_by_name():
    with pytest.raises(facts.UnknownFact, match=r"^accelerators\.csv has no idle_w for 'MI25'"):
        facts.accelerators.value("MI25", "idle_w")


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


def test_an_open_dataset_is_read_where_its_page_says():
    taxi, policies = facts.open_datasets.get("nyc-taxi-yellow"), facts.open_datasets.get("covid-policy-tracker")
    assert taxi.uri == "wasbs://nyctlc@azureopendatastorage.blob.core.windows.net/yellow"
    assert facts.open_datasets.get("mnist").uri == "wasbs://mnist@azureopendatastorage.blob.core.windows.net/"
    assert policies.uri == (
        "https://pandemicdatalake.blob.core.windows.net/public/curated/covid-19/covid_policy_tracker/latest/"
        "covid_policy_tracker.parquet"
    )
    assert (taxi.size_gb, taxi.rows, taxi.region) == (50, 1_500_000_000, "eastus")


def test_a_licence_that_no_page_states_is_not_known():
    known = {name: row.dataset_licence for name, row in facts.open_datasets().items() if row.dataset_licence}
    assert known == {
        "tartanair": "MIT",
        "mind": "LicenseRef-Microsoft-Research-Data",
        "public-holidays": "CC-BY-SA-3.0",
        "russian-open-stt": "LicenseRef-CC-BY-NC",
        "boston-safety": "PDDL-1.0",
        "seattle-safety": "CC0-1.0",
        "covid-policy-tracker": "CC-BY-4.0",
        "covid-tracking": "Apache-2.0",
        "bing-covid-19": "LicenseRef-Bing-COVID-19",
    }
    for row in facts.open_datasets().values():
        assert row.dataset_licence is None or row.licence_evidence, row.name
        assert (row.licence_evidence is None) == (row.licence_basis == "none"), row.name
        assert row.region is None or row.region in facts.regions(), row.name
