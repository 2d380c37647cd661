"""The token bucket counts requests, not luck with the clock."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from verdazure.web.limits import TokenBucket

SECONDS = st.lists(st.floats(0, 5), min_size=1, max_size=40)


@given(gaps=SECONDS, size=st.integers(1, 5))
def test_no_window_holds_more_than_the_burst_and_the_rate(gaps, size) -> None:
    bucket, now, used = TokenBucket(size, timedelta(seconds=1)), 0.0, []
    for gap in gaps:
        now += gap
        now += bucket.take(now)
        used.append(now)
    for first, start in enumerate(used):
        for last in range(first, len(used)):
            assert last - first + 1 <= size + size * (used[last] - start) + 1e-6


def test_a_clock_that_is_set_back_costs_nothing() -> None:
    bucket = TokenBucket(2, timedelta(seconds=1))
    assert [bucket.take(now) for now in (1000.0, 10.0, 10.0, 10.5)] == [0, 0, 0.5, 0.5]
