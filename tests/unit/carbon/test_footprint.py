"""The footprint: exact on its inputs, honest about what it does not know."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.carbon.footprint import (
    Accounting,
    Boundary,
    FunctionalUnit,
    Grid,
    KeptData,
    Machines,
    Method,
    Range,
    Traffic,
    energy_parts,
    exactly,
    footprint,
    grid_of_region,
    grid_over,
    rising,
)
from verdazure.carbon.quantities import Emissions, Energy, Intensity
from verdazure.carbon.series import Basis, Gap, Origin, Quality, Series, Signal
from verdazure.facts import UnknownFact

ORIGIN = Origin("a test", "ZZ", Signal.MARGINAL, Basis.DIRECT)
GRID = Grid(exactly(Intensity(100)), ORIGIN, "2026")
RUN = FunctionalUnit("run", 1)
T4 = "Standard_NC4as_T4_v3"
CPU_ONLY = "Standard_D2ads_v5"


def kwh(boundary: Boundary) -> dict[str, tuple[float, float, float]]:
    """Energy of each part before the building: low, central, high."""
    return {
        part.name: tuple(round(each.kwh, 9) for each in (part.energy.low, part.energy.central, part.energy.high))
        for part in energy_parts(boundary)
    }


def test_a_vcpu_draws_linearly_between_idle_and_full():
    # 4 vCPUs, EPYC 2nd Gen: 0.47 to 1.69 W; 10 h
    for utilisation, watts in ((0.0, 0.47), (0.25, 0.775), (1.0, 1.69)):
        parts = energy_parts(Boundary((Machines(T4, 10, utilisation, 0.0),)))
        assert parts[0].energy.central.kwh == pytest.approx(4 * 10 * watts / 1000, abs=1e-12)


def test_a_board_is_counted_by_its_share():
    # NV6ads_A10_v5 has 0.1667 of an A10: 18 to 153 W
    assert kwh(Boundary((Machines("Standard_NV6ads_A10_v5", 1000, 0, 1),)))["gpu"] == (25.5051,) * 3


def test_reserved_hours_count_though_nothing_runs():
    idle = kwh(Boundary((Machines(T4, 24, 0.0, 0.0),)))
    assert idle["gpu"] == (0.192,) * 3
    assert idle["cpu"][1] == 0.04512


def test_a_utilisation_that_is_not_known_widens_the_range_to_what_is_possible():
    assert kwh(Boundary((Machines(T4, 1000),)))["gpu"] == (8.0, 39.5, 71.0)


def test_memory_is_counted_for_all_that_is_reserved_and_may_be_in_the_cpus_figures():
    assert kwh(Boundary((Machines(CPU_ONLY, 100, 0.5),)))["memory"] == (0.0, 0.3136, 0.3136)


def test_measured_energy_takes_the_place_of_the_estimate_and_is_named():
    measured = Energy.of_joules(7.2e6)
    result = footprint(Boundary((Machines(T4, 10, 0.5, 0.9, gpu_measured=measured),), pue=1.0), GRID, RUN)
    gpu = next(line for line in result.lines if line.name == "gpu")
    assert (gpu.energy.central, gpu.emissions.central, gpu.method) == (Energy(2.0), Emissions(200.0), Method.MEASURED)
    assert [line.method for line in result.lines if line.name != "gpu"] == [Method.ESTIMATED] * 2
    assert not any("T4 board" in assumed.what for assumed in result.assumptions)


def test_kept_data_is_counted_in_every_copy():
    month = 720
    boundary = Boundary(kept_data=(KeptData("Hot", "GRS", 2, month),))
    assert kwh(boundary)["storage"] == (5.616, 10.368, 10.368)  # 0.65 to 1.2 Wh/TB.h x 2 TB x 6 copies x 720 h


def test_traffic():
    assert kwh(Boundary(traffic=(Traffic(250),)))["network"] == (0.25,) * 3


def test_the_building_and_the_grid_multiply_and_the_unit_divides():
    result = footprint(Boundary(traffic=(Traffic(1000),), pue=1.2), GRID, FunctionalUnit("predictions", 400))
    assert result.energy == exactly(Energy(1.2))
    assert result.operational == exactly(Emissions(120.0))
    assert result.per_unit.central.grams == pytest.approx(0.3)


def test_an_hour_carries_its_share_of_a_life_of_four_years():
    # as in the example of the SCI specification, whose 1000 kg make 28 g an hour
    whole = footprint(Boundary((Machines("Standard_ND96asr_v4", 1, 0, 0),)), GRID, RUN).embodied.central
    share_kg = 1000 + 100 + 50 + 1.38802 * (900 - 16) + 8 * 150
    assert whole.grams == pytest.approx(share_kg * 1000 / 35040, abs=0.001)


def test_a_bottom_up_estimate_of_the_boards_raises_the_high_value():
    embodied = footprint(Boundary((Machines("Standard_NC24ads_A100_v4", 35040, 0, 0),)), GRID, RUN).embodied
    assert embodied.central == embodied.low == Emissions.of_kilograms(737.31)
    assert embodied.high.kilograms == pytest.approx(737.31 + (321.6 - 150))


def test_the_result_names_signal_basis_and_what_it_does_not_count():
    result = footprint(Boundary(kept_data=(KeptData("Hot", "LRS", 1, 1),), traffic=(Traffic(1),)), GRID, RUN)
    assert (result.signal, result.basis) == (Signal.MARGINAL, Basis.DIRECT)
    assert [text.split(":")[0] for text in result.uncounted] == [
        "embodied emissions of storage",
        "embodied emissions of network equipment",
    ]
    assert result.assumptions[-1].what == "intensity of ZZ, 2026: marginal, direct, location-based"


def test_a_market_based_intensity_is_refused():
    with pytest.raises(ValueError, match=r"market-based; SCI 1\.1 allows location-based only"):
        Grid(exactly(Intensity(0)), ORIGIN, "2026", Accounting.MARKET)


@pytest.mark.parametrize(
    ("boundary", "missing"),
    [
        (Boundary((Machines("Standard_NV4as_v4", 1),)), "accelerators.csv has no idle_w for 'MI25'"),
        (Boundary((Machines("Standard_ND128isr_NDR_GB200_v6", 1),)), "vm_sizes.csv has no cpu for"),
        (Boundary((Machines("Standard_NCC40ads_H100_v5", 1),)), "vm_sizes.csv has no embodied_kg for"),
        (
            Boundary(kept_data=(KeptData("Archive", "LRS", 1, 1),)),
            "storage_tiers.csv has no wh_per_tb_hour_low for 'Archi",
        ),
        (Boundary(kept_data=(KeptData("Hot", "LSR", 1, 1),)), "no such redundancy is known; did you mean LRS"),
    ],
)
def test_a_missing_fact_is_an_error_that_names_it(boundary: Boundary, missing: str):
    with pytest.raises(UnknownFact, match=missing):
        footprint(boundary, GRID, RUN)


def test_a_region_without_an_intensity_is_an_error():
    with pytest.raises(UnknownFact, match=r"regions\.csv has no intensity_g_per_kwh for 'uaenorth'"):
        grid_of_region("uaenorth")


def test_the_grid_of_a_region_is_its_annual_average():
    grid = grid_of_region("Sweden Central")
    assert (grid.intensity.central, grid.period) == (Intensity(23.43), "2022")
    assert (grid.origin.zone, grid.origin.signal, grid.origin.basis) == ("SE-SE3", Signal.AVERAGE, Basis.LIFECYCLE)


def hourly(*values: float) -> Series:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return Series(ORIGIN, start, timedelta(hours=1), list(values), Quality.MEASURED)


def test_a_mean_over_time_weighs_parts_of_a_step():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    quarter = timedelta(minutes=15)
    grid = grid_over(hourly(100, 200, 300), start + 3 * quarter, start + timedelta(hours=2) + quarter)
    assert grid.intensity.central.grams_per_kwh == pytest.approx((100 * 0.25 + 200 + 300 * 0.25) / 1.5)
    within = grid_over(hourly(100, 200), start + quarter, start + 2 * quarter)
    assert within.intensity == exactly(Intensity(100))


def test_a_mean_over_a_gap_is_refused():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Gap):
        grid_over(hourly(100, float("nan")), start, start + timedelta(hours=2))
    with pytest.raises(ValueError, match="is not after the start"):
        grid_over(hourly(100), start, start)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Machines(T4, -1), "node_hours is -1"),
        (lambda: Machines(T4, 1, 50), "cpu_utilisation is 50; it must lie between 0 and 1"),
        (lambda: Machines(T4, 1, gpu_measured=Energy(-1)), "a meter counts from 0 up"),
        (lambda: KeptData("Hot", "LRS", float("nan"), 1), "terabytes is nan"),
        (lambda: Traffic(float("inf")), "gigabytes is inf"),
        (lambda: FunctionalUnit("runs", 0), "counts 0 runs"),
        (lambda: Boundary(traffic=(Traffic(1),), pue=0.9), r"pue is 0\.9"),
        (lambda: Boundary(), "the boundary holds nothing"),
        (lambda: Range(2, 1, 3), "rises from low over central to high"),
        (lambda: energy_parts(Boundary((Machines(CPU_ONLY, 1, gpu_measured=Energy(1)),))), "has no GPU; leave it out"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(make, said: str):
    with pytest.raises(ValueError, match=said):
        make()


shares = st.floats(0, 1)
hours = st.floats(0, 1e5)


@given(hours, shares, shares, st.floats(1, 2))
def test_emissions_are_the_sum_of_their_lines_and_ranges_stay_in_order(node_hours, cpu, gpu, pue):
    result = footprint(Boundary((Machines(T4, node_hours, cpu, gpu),), pue=pue), GRID, RUN)
    assert result.total.central.grams == pytest.approx(
        sum(line.emissions.central.grams for line in result.lines) + result.embodied.central.grams
    )
    assert result.per_unit.low <= result.per_unit.central <= result.per_unit.high
    assert result.operational.central.grams == pytest.approx(result.energy.central.kwh * 100)


@given(hours, shares)
def test_twice_the_hours_is_twice_the_footprint(node_hours, utilisation):
    def total(of_hours: float) -> float:
        machines = Machines(T4, of_hours, utilisation, utilisation)
        return footprint(Boundary((machines,)), GRID, RUN).total.central.grams

    assert total(2 * node_hours) == pytest.approx(2 * total(node_hours))


@given(shares, shares)
def test_more_work_on_the_same_machine_never_draws_less(one, other):
    less, more = sorted((one, other))
    low, high = (kwh(Boundary((Machines(T4, 1, u, u),))) for u in (less, more))
    assert all(low[name][1] <= high[name][1] for name in low)


def test_grams_and_kwh_cannot_be_added():
    with pytest.raises(TypeError):
        rising(lambda a, b: a + b, exactly(Energy(1)), exactly(Emissions(1)))
