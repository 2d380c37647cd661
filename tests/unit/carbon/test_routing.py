"""Weights over regions: what they may not break, how fast they move, when they stay still."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from verdazure.carbon.quantities import Energy, Intensity
from verdazure.carbon.routing import Origin, Overload, Rules, route


def origin(name, grams, capacity=1000.0, latency=20.0, **more):
    """An origin whose requests take 1 Wh each, so that a request emits a thousandth of the intensity."""
    intensity = None if grams is None else Intensity(grams)
    return Origin(name, capacity, latency, intensity, Energy(0.001), **more)


SWEDEN, FRANCE, GERMANY = origin("se", 25), origin("fr", 100), origin("de", 450)
ALL = (SWEDEN, FRANCE, GERMANY)


def test_without_weights_before_the_best_ones_are_taken_at_once():
    found = route(ALL, 100, Rules(floor=5))
    assert found.weights == found.target == {"se": 90, "fr": 5, "de": 5}
    assert found.reason == "the best weights: there were none before"


def test_a_full_origin_leaves_the_rest_to_the_next_cleanest():
    assert route((origin("se", 25, capacity=333), FRANCE, GERMANY), 1000, Rules()).weights == {
        "se": 33,
        "fr": 67,
        "de": 0,
    }


def test_weights_move_by_a_step():
    found = route(ALL, 100, Rules(step=10), {"se": 20, "fr": 20, "de": 60})
    assert found.weights == {"se": 30, "fr": 20, "de": 50}
    assert found.target == {"se": 100, "fr": 0, "de": 0}
    # By hand: (0.2 x 25 + 0.2 x 100 + 0.6 x 450) / 1000 = 0.295 g a request, against 0.025 g.
    assert found.gain == pytest.approx(1 - 0.025 / 0.295)
    assert found.reason == "on the way to weights that save 91.5%"


def test_a_small_gain_is_not_worth_a_move():
    near = (origin("a", 100), origin("b", 101))
    found = route(near, 100, Rules(worth=0.02), {"a": 0, "b": 100})
    assert found.weights == {"a": 0, "b": 100}
    assert found.reason == "moving would save 1.0%, not more than the 2% that are worth it"


def test_an_origin_that_fails_goes_to_nothing_at_once():
    down = origin("se", 25, healthy=False)
    found = route((down, FRANCE, GERMANY), 100, Rules(step=10), {"se": 80, "fr": 10, "de": 10})
    assert found.weights == {"se": 0, "fr": 100, "de": 0}
    assert (found.excluded, found.reason) == ({"se": "unhealthy"}, "the weights before break a rule")


@pytest.mark.parametrize(
    ("rules", "excluded"),
    [
        (Rules(longest_latency_ms=50), {"far": "latency 80 ms, longest 50 ms"}),
        (Rules(residency="eu"), {"far": "outside eu"}),
    ],
)
def test_who_may_not_serve_is_said(rules, excluded):
    near = origin("near", 400, residencies=frozenset({"eu"}))
    found = route((near, origin("far", 20, latency=80)), 10, rules)
    assert found.weights == {"near": 100, "far": 0}
    assert found.excluded == excluded


def test_unknown_intensity_keeps_its_weight():
    found = route((SWEDEN, GERMANY, origin("x", None)), 100, Rules(step=100), {"se": 0, "de": 60, "x": 40})
    assert found.weights == {"se": 60, "de": 0, "x": 40}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: route(ALL, 5000, Rules()), Overload, "take 3000 requests per second .* the load is 5000"),
        (
            lambda: route((SWEDEN, origin("fr", 1, healthy=False)), 1500, Rules()),
            Overload,
            r"\(left out: fr: unhealthy\); add capacity",
        ),
        (lambda: route(ALL, 10, Rules(floor=40)), Overload, "the floors of 3 origins exceed 100 per cent"),
        (lambda: route(ALL, -1, Rules()), ValueError, "load is -1; give 0 or more"),
        (lambda: route(ALL, 1, Rules(), {"se": 99}), ValueError, "the weights before are {'se': 99}; give whole"),
        (lambda: route((SWEDEN, SWEDEN), 1, Rules()), ValueError, "two origins have the same name"),
        (lambda: Rules(step=0), ValueError, "step is 0; give 1 to 100 points"),
        (lambda: Rules(floor=101), ValueError, "floor is 101"),
        (lambda: Rules(worth=1), ValueError, "worth is 1"),
        (lambda: origin("a", 1, capacity=-1), ValueError, "capacity of a is -1; give 0 or more"),
    ],
)
def test_bad_input_is_one_clear_error(call, error, message):
    with pytest.raises(error, match=message):
        call()


origins = st.lists(
    st.builds(
        origin,
        st.sampled_from("abcde"),
        st.none() | st.integers(1, 900),
        st.integers(0, 200).map(float),
        st.sampled_from([10.0, 90.0]),
        healthy=st.sampled_from([True, True, True, False]),
        residencies=st.sampled_from([frozenset(), frozenset({"eu"})]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda each: each.name,
)
rules = st.builds(
    Rules,
    longest_latency_ms=st.sampled_from([50.0, 1000.0]),
    residency=st.sampled_from([None, None, "eu"]),
    floor=st.sampled_from([0, 0, 5]),
    step=st.integers(1, 100),
    worth=st.sampled_from([0.0, 0.02, 0.1]),
)


@st.composite
def weights(draw, names):
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)))
    return dict(zip(names, (b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)), strict=True))


@given(origins, st.integers(0, 300), rules, st.data())
def test_weights_keep_every_rule(asked, load, kept, data):
    before = data.draw(st.none() | weights([each.name for each in asked]))
    try:
        found = route(asked, load, kept, before)
    except Overload:
        return
    assert sum(found.weights.values()) == sum(found.target.values()) == 100
    by_name = {each.name: each for each in asked}
    for name, weight in found.weights.items():
        each = by_name[name]
        if weight:
            assert each.healthy
            assert each.latency_ms <= kept.longest_latency_ms
            assert kept.residency is None or kept.residency in each.residencies
            assert weight * load / 100 <= each.capacity * (1 + 1e-9)
    if before is not None and found.reason.startswith("on the way"):
        assert all(abs(found.weights[name] - before[name]) <= kept.step for name in before)
    assert route(tuple(reversed(asked)), load, kept, before) == found


@given(origins, st.integers(1, 300), st.sampled_from([0, 5]))
def test_the_target_is_the_best_of_all_weights(asked, load, floor):
    """Against every division into twentieths that the rules allow, which the finer weights can only beat."""
    known = [each for each in asked if each.intensity is not None][:3]
    assume(known)
    kept = Rules(floor=floor)
    try:
        found = route(known, load, kept)
    except Overload:
        return
    serving = [each for each in known if each.healthy]
    least = min(
        (
            sum(part * each.grams for part, each in zip(parts, serving, strict=True))
            for parts in product(range(0, 101, 5), repeat=len(serving))
            if sum(parts) == 100
            and all(
                part * load / 100 <= each.capacity and part >= min(floor, int(100 * each.capacity / load))
                for part, each in zip(parts, serving, strict=True)
            )
        ),
        default=float("inf"),
    )
    assert sum(found.target[each.name] * each.grams for each in serving) <= least + 1e-9


@given(origins, st.integers(0, 100), rules, st.data())
def test_steps_lead_to_the_target_and_stay_there(asked, load, kept, data):
    asked = [each for each in asked if each.intensity is not None]
    assume(asked)
    now = data.draw(weights([each.name for each in asked]))
    try:
        for _ in range(101):
            found = route(asked, load, kept, now)
            now = found.weights
    except Overload:
        return
    assert found.gain <= kept.worth
    assert route(asked, load, kept, now).weights == now
