"""Progressive prices: each step's price holds for the units inside it, and nothing is free by accident."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.prices import Ladder, Step

EGRESS = Ladder("USD", (Step(0, 0.0), Step(100, 0.087), Step(10_335, 0.083)))


@pytest.mark.parametrize(
    ("units", "cost"),
    [(0, 0), (100, 0), (101, 0.087), (10_335, 10_235 * 0.087), (10_435, 10_235 * 0.087 + 100 * 0.083)],
)
def test_a_step_holds_for_the_units_inside_it(units, cost):
    assert EGRESS.cost(units) == pytest.approx(cost)


@pytest.mark.parametrize("starts", [(), (5,), (0, 0), (0, 9, 3)])
def test_steps_begin_at_nothing_and_rise(starts):
    with pytest.raises(ValueError, match="begin at 0 and rise"):
        Ladder("USD", tuple(Step(start, 1.0) for start in starts))


@pytest.mark.parametrize("units", [-1, float("nan"), float("inf")])
def test_units_are_a_quantity(units):
    with pytest.raises(ValueError, match="0 or more"):
        EGRESS.cost(units)


prices = st.floats(0, 10)
ladders = st.lists(st.tuples(st.integers(1, 10**6), prices), max_size=5, unique_by=lambda step: step[0]).flatmap(
    lambda steps: prices.map(
        lambda first: Ladder("USD", (Step(0, first), *(Step(units, price) for units, price in sorted(steps))))
    )
)


@given(ladders, st.floats(0, 10**6), st.floats(0, 10**6))
def test_more_never_costs_less_and_lies_between_the_prices(ladder, some, more):
    low, high = min(step.price for step in ladder.steps), max(step.price for step in ladder.steps)
    assert ladder.cost(some + more) >= ladder.cost(some) - 1e-6
    assert some * low - 1e-6 <= ladder.cost(some) <= some * high + 1e-6
