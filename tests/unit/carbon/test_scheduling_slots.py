"""Places that jobs share: no deadline is lost that could be kept, whatever anybody wishes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow
from verdazure.carbon.scheduling.slots import Waiting, allot

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)


def job(name: str, left: int, due: int, release: int = 0, resumable: bool = True, running: bool = False) -> Waiting:
    """All in steps from now."""
    return Waiting(name, NOW + release * STEP, NOW + due * STEP, left / 4, resumable, running)


def test_a_wish_is_granted_where_there_is_time():
    found = allot([job("a", 2, 9), job("b", 2, 9)], {"b"}, 1, NOW, STEP)
    assert (found.runs, found.forced, found.refused, found.lost) == ({"b"}, set(), set(), set())


def test_no_more_run_than_there_are_places_and_the_least_lax_wish_wins():
    found = allot([job("a", 2, 9), job("b", 2, 8), job("c", 2, 9)], {"a", "b", "c"}, 1, NOW, STEP)
    assert (found.runs, found.refused) == ({"b"}, {"a", "c"})


def test_a_job_without_slack_runs_though_it_wishes_to_wait():
    found = allot([job("a", 4, 4)], (), 1, NOW, STEP)
    assert (found.runs, found.forced) == ({"a"}, {"a"})


def test_jobs_start_early_where_waiting_would_meet_in_one_place():
    """Each of two jobs could wait for itself: both of them on one place cannot."""
    found = allot([job("a", 4, 8), job("b", 4, 8)], (), 1, NOW, STEP)
    assert found.runs == {"a"}
    assert allot([job("a", 4, 9), job("b", 4, 9)], (), 1, NOW, STEP).runs == set()


def test_a_clean_hour_is_not_granted_at_the_cost_of_another_deadline():
    found = allot([job("a", 4, 20), job("b", 4, 4)], {"a"}, 1, NOW, STEP)
    assert (found.runs, found.refused) == ({"b"}, {"a"})


def test_what_may_not_pause_keeps_its_place():
    found = allot([job("a", 4, 40, resumable=False, running=True), job("b", 2, 9)], {"b"}, 1, NOW, STEP)
    assert (found.runs, found.refused) == ({"a"}, {"b"})


def test_what_is_lost_runs_where_nobody_else_needs_the_place():
    late = job("late", 4, 2)
    assert allot([late], (), 1, NOW, STEP).runs == {"late"}
    found = allot([late, job("b", 4, 4)], {"late"}, 1, NOW, STEP)
    assert (found.runs, found.lost, found.refused) == ({"b"}, {"late"}, {"late"})
    stubborn = job("late", 4, 2, resumable=False)
    assert allot([stubborn, job("b", 4, 5)], {"late"}, 1, NOW, STEP).runs == set(), "it would hold the place too long"


def test_a_release_to_come_is_counted_with():
    found = allot([job("a", 2, 4), job("b", 2, 4, release=2, resumable=False)], (), 1, NOW, STEP)
    assert found.runs == {"a"}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: allot([], (), 0, NOW, STEP), "at_once is 0"),
        (lambda: allot([], {"x"}, 1, NOW, STEP), "each wish is one of them"),
        (lambda: allot([job("a", 1, 1), job("a", 1, 1)], (), 1, NOW, STEP), "a name of its own"),
        (lambda: job("a", 0, 1), "left of a is 0.0; give hours, more than 0"),
        (lambda: Waiting("a", datetime(2026, 1, 1), NOW, 1, True), "release 2026-01-01T00:00:00 has no time zone"),
    ],
)
def test_bad_input_is_one_clear_error(bad, message):
    with pytest.raises(ValueError, match=message):
        bad()


def feasible(jobs, places: int) -> bool:
    """By maximum flow, from jobs through steps: the exact answer for resumable jobs, releases to come included."""
    horizon = max(due for _, due, _ in jobs)
    steps = range(horizon)
    sink = 1 + len(jobs) + horizon
    edges = [(0, 1 + at, left) for at, (left, _, _) in enumerate(jobs)]
    edges += [
        (1 + at, 1 + len(jobs) + t, 1) for at, (_, due, release) in enumerate(jobs) for t in steps if release <= t < due
    ]
    edges += [(1 + len(jobs) + t, sink, places) for t in steps]
    rows, columns, widths = zip(*edges, strict=True)
    graph = csr_array((np.array(widths, dtype=np.int32), (rows, columns)), shape=(sink + 1, sink + 1))
    return bool(maximum_flow(graph, 0, sink).flow_value == sum(left for left, _, _ in jobs))


def lived(jobs, places: int, wishes, resumable: bool = True) -> set[int]:
    """Which jobs are late when each round does as `allot` says and wishes are whatever they are."""
    left = {place: work for place, (work, _, _) in enumerate(jobs)}
    running: frozenset[str] = frozenset()
    late = set()
    t = 0
    while left:
        waiting = [
            Waiting(
                str(at), NOW + jobs[at][2] * STEP, NOW + jobs[at][1] * STEP, left[at] / 4, resumable, str(at) in running
            )
            for at in left
        ]
        ready = {str(at) for at in left if jobs[at][2] <= t}
        wished = {name for name in ready if wishes.draw(st.booleans())}
        found = allot(waiting, wished, places, NOW + t * STEP, STEP)
        assert len(found.runs) <= places
        assert found.runs <= ready
        if not resumable:
            assert {name for name in running if int(name) in left} <= found.runs
        t, running = t + 1, found.runs
        for at in map(int, found.runs):
            left[at] -= 1
            if not left[at]:
                late |= {at} if t > jobs[at][1] else set()
                del left[at]
        assert t < 300, "every job ends: what is lost too"
        if not found.runs and t > max(due for _, due, _ in jobs):
            pytest.fail("nothing runs after every deadline")
    return late


@st.composite
def fleets(draw):
    jobs = draw(
        st.lists(st.tuples(st.integers(1, 6), st.integers(1, 14)), min_size=1, max_size=7).map(
            lambda drawn: [(left, max(left, due), 0) for left, due in drawn]
        )
    )
    return jobs, draw(st.integers(1, 3))


@settings(max_examples=300, deadline=None)
@given(fleets(), st.data())
def test_no_deadline_that_was_feasible_is_missed_whatever_is_wished(fleet, wishes):
    jobs, places = fleet
    assume(feasible(jobs, places))
    assert lived(jobs, places, wishes) == set()


@settings(max_examples=200, deadline=None)
@given(fleets(), st.data())
def test_what_may_not_pause_does_no_worse_than_least_laxity_first(fleet, wishes):
    jobs, places = fleet
    strict = allot_by_laxity(jobs, places)
    assert len(lived(jobs, places, wishes, resumable=False)) <= strict


def allot_by_laxity(jobs, places: int) -> int:
    """How many are late when the least lax start first, and run to their end."""
    left = {at: work for at, (work, _, _) in enumerate(jobs)}
    running: list[int] = []
    late, t = 0, 0
    while left:
        lost = [at for at in left if at not in running and t + left[at] > jobs[at][1]]
        late += len(lost)
        for at in lost:
            del left[at]
        order = sorted((at for at in left if at not in running), key=lambda at: (jobs[at][1] - t - left[at], str(at)))
        running = [at for at in running if at in left] + order[: places - len([at for at in running if at in left])]
        t += 1
        for at in running:
            left[at] -= 1
            if not left[at]:
                del left[at]
    return late
