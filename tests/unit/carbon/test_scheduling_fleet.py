"""Many jobs that share capacity: brute force agrees, every promise holds, the bound is one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Emissions, Power
from verdazure.carbon.scheduling.fleet import FleetJob, FleetPlan, Placement, Site, Unplaced, exact, plan_fleet
from verdazure.carbon.scheduling.fleet.grid import lay_out
from verdazure.carbon.scheduling.fleet.prices import seek_prices
from verdazure.carbon.scheduling.plans import Run
from verdazure.carbon.series import Basis, Gap, Origin, Quality, Series, Signal

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def series(*values: float, zone: str = "SE", signal: Signal = Signal.AVERAGE, step: timedelta = HOUR) -> Series:
    origin = Origin("a forecast", zone, signal, Basis.LIFECYCLE)
    return Series(origin, START, step, np.array(values, dtype=float), Quality.FORECAST)


def site(name: str, *values: float, capacity: float = 1, residencies: tuple[str, ...] = ()) -> Site:
    return Site(name, series(*values, zone=name), capacity, frozenset(residencies))


def job(name: str, hours: float, *, release: float = 0, deadline: float, home: str = "a", **rest) -> FleetJob:
    return FleetJob(name, Power(1000), hours, START + release * HOUR, START + deadline * HOUR, home, **rest)


def spots(plan: FleetPlan) -> dict[str, tuple[str, list[int]]]:
    """By job: its site and hours."""
    return {placement.job: (placement.site, hours(placement)) for placement in plan.placements}


def hours(placement: Placement) -> list[int]:
    runs = [(round((run.start - START) / HOUR), round((run.end - START) / HOUR)) for run in placement.runs]
    return [hour for start, end in runs for hour in range(start, end)]


def test_two_jobs_share_the_clean_hours_of_one_node() -> None:
    plan = plan_fleet([job("x", 2, deadline=4), job("y", 1, deadline=2)], [site("a", 9, 2, 1, 4)])
    assert spots(plan) == {"x": ("a", [2, 3]), "y": ("a", [1])}
    assert (plan.emissions, plan.bound, plan.gap) == (Emissions(7), Emissions(7), 0)
    assert [(placement.job, hours(placement)) for placement in plan.baseline] == [("x", [0, 1])]
    assert (plan.at_once, plan.saved) == (Emissions(11), Emissions(6))
    assert plan.reason == (
        "Runs 2 of 2 jobs and places 1 more: cleaner hours and sites emit 54.5% less than running each at home as soon"
        " as there is room."
    )


def test_a_pause_splits_the_runs() -> None:
    plan = plan_fleet([job("x", 2, deadline=3)], [site("a", 1, 9, 1)])
    assert plan.placements[0].runs == (Run(START, START + HOUR), Run(START + 2 * HOUR, START + 3 * HOUR))


def test_a_job_that_may_not_pause_runs_through() -> None:
    plan = plan_fleet([job("x", 2, deadline=4, interruptible=False)], [site("a", 1, 9, 1, 2)])
    assert spots(plan) == {"x": ("a", [2, 3])}


@pytest.mark.parametrize(("transfer", "where"), [(3, "b"), (5, "a")])
def test_a_job_moves_where_that_saves_more_than_its_transfer_emits(transfer: float, where: str) -> None:
    wanted = job("x", 1, deadline=2, transfer=Emissions(transfer))
    plan = plan_fleet([wanted], [site("a", 6, 6), site("b", 2, 2)])
    assert spots(plan) == {"x": (where, [0])}
    assert plan.emissions == Emissions(2 + transfer if where == "b" else 6)


def test_residency_and_a_job_that_stays_at_home_keep_it_where_it_may_be() -> None:
    sites = [site("a", 6, 6, capacity=2, residencies=("eu",)), site("b", 2, 2)]
    wanted = [job("x", 1, deadline=2, residency="eu"), job("y", 1, deadline=2, movable=False)]
    assert spots(plan_fleet(wanted, sites)) == {"x": ("a", [0]), "y": ("a", [0])}


def test_a_bounded_wait_is_kept_although_later_hours_are_cleaner() -> None:
    plan = plan_fleet([job("x", 1, deadline=4, longest_wait=1)], [site("a", 9, 5, 4, 1)])
    assert spots(plan) == {"x": ("a", [1])}


def test_a_release_and_a_deadline_inside_a_slot_leave_whole_slots() -> None:
    plan = plan_fleet([job("x", 1, release=0.5, deadline=3.5)], [site("a", 1, 9, 8, 2)])
    assert spots(plan) == {"x": ("a", [2])}


def test_a_job_shorter_than_its_slots_emits_what_it_draws_and_no_more() -> None:
    plan = plan_fleet([job("x", 1.5, deadline=2)], [site("a", 4, 8)])
    assert plan.emissions.grams == pytest.approx(0.75 * 4 + 0.75 * 8)


def test_higher_priority_runs_where_not_all_find_room() -> None:
    wanted = [job("low", 1, deadline=1), job("high", 1, deadline=1, priority=1)]
    plan = plan_fleet(wanted, [site("a", 5)])
    assert spots(plan) == {"high": ("a", [0])}
    assert plan.unplaced == (Unplaced("low", "no room was left at priority 0: give more capacity or a later deadline"),)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (job("x", 3, deadline=2), "it takes 3 slots, and 2 lie between its release and its deadline or longest wait"),
        (job("x", 1, deadline=2, residency="us"), "no site may hold its data: residency us"),
        (job("x", 1, deadline=2, demand=2), "its demand of 2 is more than the capacity of any site that it may use"),
        (job("x", 1, release=2, deadline=3), "it takes 1 slots, and 0 lie between its release and its deadline or"),
    ],
)
def test_a_job_that_cannot_run_is_left_out_with_its_reason(wanted: FleetJob, reason: str) -> None:
    plan = plan_fleet([wanted], [site("a", 5, 5)])
    assert plan.placements == ()
    assert plan.unplaced[0].reason.startswith(reason)
    assert (plan.gap, plan.reason) == (0, "No job can be placed.")


def test_a_flat_signal_delays_nobody() -> None:
    wanted = [job("x", 2, deadline=9), job("y", 1, deadline=9), job("z", 1, release=5, deadline=9)]
    plan = plan_fleet(wanted, [site("a", *[300] * 9), site("b", *[300] * 9)])
    assert spots(plan) == {"x": ("a", [0, 1]), "y": ("a", [2]), "z": ("a", [5])}
    assert plan.saved == Emissions(0)
    assert "no benefit" in plan.reason


@pytest.mark.parametrize(
    ("jobs", "sites", "message"),
    [
        ([], [site("a", 1)], "the fleet is empty"),
        ([job("x", 1, deadline=1, home="c")], [site("a", 1)], "x: home is 'c'; give one of the sites a"),
        ([job("x", 1, deadline=1)] * 2, [site("a", 1)], "two jobs are named 'x'"),
        (
            [job("x", 1, deadline=1)],
            [site("a", 1), Site("b", series(1, signal=Signal.MARGINAL), 1)],
            "a and SE are not the same signal and basis",
        ),
        ([job("x", 1, deadline=1)], [site("a", 1), Site("b", series(1, step=HOUR / 2), 1)], "differ in length"),
    ],
)
def test_a_fleet_that_means_nothing_is_refused(jobs, sites, message) -> None:
    with pytest.raises(ValueError, match=message):
        plan_fleet(jobs, sites)


def test_a_forecast_with_a_hole_fails_the_plan() -> None:
    with pytest.raises(Gap, match="no value for a at 2026-01-05T01:00"):
        plan_fleet([job("x", 1, deadline=1)], [site("a", 1, float("nan"))])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hours": 0}, "x: hours is 0; give more than 0"),
        ({"demand": -1}, "x: demand is -1; give more than 0"),
        ({"longest_wait": -1}, "x: longest_wait is -1"),
        ({"transfer": Emissions(-1)}, "x: transfer is -1 g"),
        ({"release": datetime(2026, 1, 5)}, "x: release 2026-01-05T00:00:00 has no time zone"),
    ],
)
def test_a_job_that_means_nothing_is_refused(change: dict, message: str) -> None:
    valid = {"name": "x", "power": Power(1), "hours": 1, "release": START, "deadline": START + HOUR, "home": "a"}
    with pytest.raises(ValueError, match=message):
        FleetJob(**(valid | change))


SLOTS = 4


@st.composite
def fleets(draw: st.DrawFn, most_jobs: int = 3) -> tuple[list[FleetJob], list[Site]]:
    grams = st.lists(st.integers(0, 9).map(float), min_size=SLOTS, max_size=SLOTS)
    sites = [
        site(name, *draw(grams), capacity=draw(st.integers(1, 3)), residencies=draw(st.sampled_from([(), ("eu",)])))
        for name in ("a", "b")[: draw(st.integers(1, 2))]
    ]
    jobs = []
    for index in range(draw(st.integers(2, most_jobs))):
        length = draw(st.integers(1, 3))
        release = draw(st.integers(0, SLOTS - length))
        deadline = draw(st.sampled_from([SLOTS, SLOTS, release + length, release + 1]))
        jobs.append(
            FleetJob(
                name=f"j{index}",
                power=Power(draw(st.sampled_from([500, 1000, 3000]))),
                hours=length,
                release=START + release * HOUR,
                deadline=START + deadline * HOUR,
                home=draw(st.sampled_from([place.name for place in sites])),
                demand=draw(st.sampled_from([1, 1, 2, 3])),
                interruptible=draw(st.booleans()),
                priority=draw(st.integers(0, 1)),
                longest_wait=draw(st.sampled_from([None, None, None, 0, 1])),
                residency=draw(st.sampled_from([None, None, None, "eu"])),
                movable=draw(st.booleans()),
                transfer=Emissions(draw(st.sampled_from([0, 2]))),
            )
        )
    return jobs, sites


def choices(wanted: FleetJob, sites: list[Site]) -> Iterator[tuple[Site, tuple[int, ...], float]]:
    """Every site, set of hours and emissions that the job alone allows."""
    release, deadline = (int((moment - START) / HOUR) for moment in (wanted.release, wanted.deadline))
    length = int(wanted.hours)
    if wanted.longest_wait is not None:
        deadline = min(deadline, release + length + int(wanted.longest_wait))
    for place in sites:
        at_home = place.name == wanted.home
        if not (at_home or wanted.movable) or wanted.residency not in (None, *place.residencies):
            continue
        for slots in combinations(range(release, deadline), length):
            if wanted.interruptible or slots[-1] - slots[0] == length - 1:
                grams = wanted.power.watts / 1000 * sum(place.forecast.values[slot] for slot in slots)
                yield place, slots, grams + (0 if at_home else wanted.transfer.grams)


def fits(jobs: list[FleetJob], chosen, sites: list[Site]) -> bool:
    for place in sites:
        used = [0.0] * SLOTS
        for wanted, choice in zip(jobs, chosen, strict=True):
            for slot in choice[1] if choice and choice[0] is place else ():
                used[slot] += wanted.demand
        if max(used) > place.capacity:
            return False
    return True


def left_out(jobs: list[FleetJob], placed: set[str]) -> tuple[int, int]:
    """Of priority 1, of priority 0."""
    missing = [wanted.priority for wanted in jobs if wanted.name not in placed]
    return missing.count(1), missing.count(0)


def brute_force(jobs: list[FleetJob], sites: list[Site], only: set[str] | None = None) -> tuple[tuple[int, int], float]:
    """The best of all plans; with `only`, of those that place exactly these jobs."""
    options = []
    for wanted in jobs:
        own = list(choices(wanted, sites)) if only is None or wanted.name in only else []
        options.append([*own, None] if only is None or wanted.name not in only else own)
    return min(
        (
            left_out(jobs, {wanted.name for wanted, choice in zip(jobs, chosen, strict=True) if choice}),
            sum(choice[2] for choice in chosen if choice),
        )
        for chosen in product(*options)
        if fits(jobs, chosen, sites)
    )


def keeps_its_promises(plan: FleetPlan, jobs: list[FleetJob], sites: list[Site]) -> None:
    by_name = {wanted.name: wanted for wanted in jobs}
    places = {place.name: place for place in sites}
    chosen = dict.fromkeys(by_name)
    for placement in plan.placements:
        possible = {(place.name, slots): grams for place, slots, grams in choices(by_name[placement.job], sites)}
        slots = tuple(hours(placement))
        assert placement.emissions.grams == pytest.approx(possible[placement.site, slots], abs=1e-9)
        chosen[placement.job] = (places[placement.site], slots)
    assert fits(jobs, [chosen[wanted.name] for wanted in jobs], sites)
    assert [placement.job for placement in plan.placements] == [name for name in by_name if chosen[name]]
    assert {out.job for out in plan.unplaced} == {name for name in by_name if not chosen[name]}
    planned, at_once = ({placement.job for placement in side} for side in (plan.placements, plan.baseline))
    assert left_out(jobs, planned) <= left_out(jobs, at_once)
    if planned == at_once:
        assert plan.saved.grams >= 0
    for wanted in jobs:
        if wanted.name not in planned:
            above = [by_name[name] for name in planned if by_name[name].priority >= wanted.priority]
            held = [chosen[other.name] for other in above]
            assert not any(fits([*above, wanted], [*held, own], sites) for own in choices(wanted, sites))
    assert plan.emissions.grams == pytest.approx(sum(placement.emissions.grams for placement in plan.placements))


@given(fleets())
@settings(max_examples=150, deadline=None)
def test_no_plan_of_a_small_fleet_is_better(case: tuple[list[FleetJob], list[Site]]) -> None:
    jobs, sites = case
    plan = plan_fleet(jobs, sites)
    keeps_its_promises(plan, jobs, sites)
    placed = {placement.job for placement in plan.placements}
    best = brute_force(jobs, sites)
    assert left_out(jobs, placed) == best[0]
    assert plan.emissions.grams == pytest.approx(best[1], abs=1e-6)
    assert plan.bound.grams == pytest.approx(best[1], abs=1e-6)


@given(fleets(most_jobs=4))
@settings(max_examples=150, deadline=None)
def test_the_heuristic_keeps_every_promise_and_its_bound_is_one(case: tuple[list[FleetJob], list[Site]]) -> None:
    jobs, sites = case
    with patch.object(exact, "MOST_VARIABLES", 0):
        plan = plan_fleet(jobs, sites)
    keeps_its_promises(plan, jobs, sites)
    placed = {placement.job for placement in plan.placements}
    best = brute_force(jobs, sites, only=placed)[1]
    assert plan.bound.grams <= best + 1e-6
    assert best <= plan.emissions.grams + 1e-6


@given(fleets())
@settings(max_examples=150, deadline=None)
def test_prices_never_claim_more_than_the_optimum(case: tuple[list[FleetJob], list[Site]]) -> None:
    jobs, sites = case
    placed = {placement.job for placement in plan_fleet(jobs, sites).placements}
    if placed:
        indices = np.array([index for index, wanted in enumerate(jobs) if wanted.name in placed])
        found = seek_prices(lay_out(jobs, sites), indices)
        assert (found.per_slot >= 0).all()
        assert found.bound(indices) <= brute_force(jobs, sites, only=placed)[1] + 1e-6


def test_the_heuristic_lets_no_lower_priority_stand_in_the_way() -> None:
    wanted = [
        job("low", 1, release=1, deadline=2, home="b"),
        job("high", 2, deadline=3, interruptible=False, priority=1),
    ]
    with patch.object(exact, "MOST_VARIABLES", 0):
        plan = plan_fleet(wanted, [site("a", 1, 1, 1, capacity=0), site("b", 5, 5, 5)])
    assert spots(plan) == {"high": ("b", [0, 1])}


def test_the_heuristic_delays_nobody_on_a_flat_signal() -> None:
    wanted = [job(f"j{index}", 2, release=index, deadline=20) for index in range(6)]
    with patch.object(exact, "MOST_VARIABLES", 0):
        plan = plan_fleet(wanted, [site("a", *[300] * 20, capacity=2), site("b", *[300] * 20)])
    assert plan.saved == Emissions(0)
    assert plan.placements == plan.baseline


def test_a_large_fleet_comes_near_its_bound() -> None:
    draw = np.random.default_rng(0)
    daily = 300 + 200 * np.sin(np.arange(96) * np.pi / 12)
    sites = [site("a", *daily, capacity=30), site("b", *np.roll(daily, 6) * 0.8, capacity=20)]
    wanted = [
        job(
            f"j{index}",
            float(draw.integers(1, 9)),
            release=(release := int(draw.integers(0, 70))),
            deadline=release + 26,
            home=str(draw.choice(["a", "b"])),
            demand=float(draw.integers(1, 4)),
            interruptible=bool(index % 2),
        )
        for index in range(250)
    ]
    plan = plan_fleet(wanted, sites)
    assert exact.MOST_VARIABLES < 250 * 2 * 24
    assert plan.unplaced == ()
    assert plan.gap < 0.04
    assert plan.saved.grams / plan.at_once.grams > 0.3
