"""Weights over regions: what they may not break, how fast they move, when they stay still."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from verdazure.carbon.quantities import Emissions, Energy, Intensity
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
    # 0.27 g x 100 requests a second x 3600 s.
    assert found.saved_per_hour.grams == pytest.approx(0.27 * 100 * 3600)
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
    assert found.excluded == {"se": "unhealthy"}
    assert found.reason == "the weights before break a rule: se had 80 per cent, must have 0"
    assert (found.gain, found.saved_per_hour) == (0.0, Emissions(0))


def test_a_load_that_outgrows_an_origin_is_moved_at_once():
    small = origin("se", 25, capacity=300)
    found = route((small, FRANCE, GERMANY), 1000, Rules(step=5), {"se": 60, "fr": 40, "de": 0})
    assert found.weights == {"se": 30, "fr": 70, "de": 0}
    assert found.reason == "the weights before break a rule: se had 60 per cent, may have 0 to 30"


@pytest.mark.parametrize("cleanest", "abc")
def test_requests_of_microwatt_hours_are_told_apart(cleanest):
    """1e-9 kWh x 25 g/kWh is far below the solver's tolerance of 1e-7."""
    tiny = [Origin(name, 1000, 20, Intensity(25 if name == cleanest else 30), Energy(1e-9)) for name in "abc"]
    assert route(tiny, 100, Rules()).weights == dict.fromkeys("abc", 0) | {cleanest: 100}


def test_an_origin_that_recovers_gets_its_floor_at_once():
    found = route((SWEDEN, FRANCE, GERMANY), 100, Rules(floor=5, step=1), {"se": 100, "fr": 0, "de": 0})
    assert found.weights == {"se": 90, "fr": 5, "de": 5}


def test_an_origin_without_capacity_serves_nothing_even_without_load():
    assert route((origin("a", 1, capacity=0), FRANCE), 0, Rules(floor=5)).weights == {"a": 0, "fr": 100}


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
    assert found.held == {"x": "intensity unknown: keeps 40 per cent"}


def test_unknown_intensity_costs_no_availability():
    down = origin("se", 25, healthy=False)
    found = route((down, origin("x", None)), 100, Rules(), {"se": 60, "x": 40})
    assert found.weights == {"se": 0, "x": 100}
    assert found.held == {"x": "intensity unknown: from 40 to 100 per cent, as capacity and floors need"}


def test_unknown_intensity_gives_way_to_floors():
    found = route((SWEDEN, origin("x", None)), 100, Rules(floor=5), {"se": 0, "x": 100})
    assert found.weights == {"se": 5, "x": 95}


def test_unknown_intensity_is_never_taken_for_clean():
    found = route((GERMANY, origin("x", None)), 100, Rules(floor=5))
    assert found.weights == {"de": 95, "x": 5}
    assert found.held == {"x": "intensity unknown: starts with 5 per cent, no more than others leave"}


def test_where_nothing_is_known_weights_are_even_and_stay():
    dark = (origin("x", None), origin("y", None), origin("z", None))
    found = route(dark, 100, Rules())
    assert found.weights == {"x": 34, "y": 33, "z": 33}
    assert route(dark, 100, Rules(), {"x": 7, "y": 13, "z": 80}).weights == {"x": 7, "y": 13, "z": 80}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: route(ALL, 5000, Rules()), Overload, "load of 5000 .* take 60 in whole per cent .de 20, fr 20, se 20"),
        (
            lambda: route((SWEDEN, origin("fr", 1, healthy=False)), 1500, Rules()),
            Overload,
            r"left out: fr: unhealthy\); add capacity",
        ),
        (
            lambda: route(ALL, 10, Rules(floor=40)),
            Overload,
            "the floors of 3 origins are 120 per cent, at most 100; lower",
        ),
        (lambda: route(ALL, -1, Rules()), ValueError, "load is -1; give 0 or more"),
        (lambda: route(ALL, 1, Rules(), {"se": 99}), ValueError, "the weights before are {'se': 99}; give whole"),
        (lambda: route((SWEDEN, SWEDEN), 1, Rules()), ValueError, "two origins have the same name"),
        (lambda: Rules(step=0), ValueError, "step is 0; give 1 to 100 points"),
        (lambda: Rules(floor=101), ValueError, "floor is 101"),
        (lambda: Rules(worth=1), ValueError, "worth is 1"),
        (lambda: Rules(longest_latency_ms=float("nan")), ValueError, "longest_latency_ms is nan; give 0 or more"),
        (lambda: route((), 1, Rules()), Overload, r"take 0 in whole per cent \(none; left out: none\)"),
        (lambda: origin("a", -1), ValueError, "intensity of a is -1 gCO2e/kWh; give 0 or more"),
        (lambda: Origin("a", 1, 1, None, Energy(-1)), ValueError, "per_request of a is -1 kWh; give 0 or more"),
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


def whole_share(each, load):
    """The whole per cent of the load that an origin can serve, counted up instead of divided."""
    return max((weight for weight in range(101) if weight * load <= 100 * each.capacity and each.capacity), default=0)


def barred(each, kept):
    return not (
        each.healthy
        and each.latency_ms <= kept.longest_latency_ms
        and (kept.residency is None or kept.residency in each.residencies)
    )


@settings(deadline=None)
@given(origins, st.integers(0, 300), rules, st.data())
def test_weights_keep_every_rule(asked, load, kept, data):
    before = data.draw(st.none() | weights([each.name for each in asked]))
    room = {each.name: 0 if barred(each, kept) else whole_share(each, load) for each in asked}
    floors = {name: min(most, kept.floor) for name, most in room.items()}
    if sum(room.values()) < 100:
        with pytest.raises(Overload):
            route(asked, load, kept, before)
        return
    found = route(asked, load, kept, before)
    for told in (found.weights, found.target):
        assert sum(told.values()) == 100
        assert all(floors[name] <= weight <= room[name] for name, weight in told.items())
    assert route(tuple(reversed(asked)), load, kept, before) == found


@settings(deadline=None)
@given(origins, st.integers(0, 100), rules, st.data())
def test_weights_move_by_no_more_than_a_step_unless_a_rule_was_broken(asked, load, kept, data):
    room = {each.name: 0 if barred(each, kept) else whole_share(each, load) for each in asked}
    assume(sum(room.values()) >= 100)
    before = {name: min(kept.floor, most) for name, most in room.items()}
    for filling in (lambda most: data.draw(st.integers(0, most)), lambda most: most):
        for name in before:
            before[name] += filling(min(room[name] - before[name], 100 - sum(before.values())))
    found = route(asked, load, kept, before)
    assert not found.reason.startswith("the weights before break a rule")
    assert all(abs(found.weights[name] - before[name]) <= kept.step for name in before)
    assert all(found.weights[each.name] == before[each.name] for each in asked if each.intensity is None)


@settings(deadline=None)
@given(origins, st.integers(1, 300), st.sampled_from([0, 5]))
def test_the_target_is_the_best_of_all_weights(asked, load, floor):
    """Against every division into whole per cent that the rules allow, tried one by one."""
    known = [each for each in asked if each.intensity is not None and each.healthy][:3]
    assume(known)
    room = [whole_share(each, load) for each in known]
    assume(sum(room) >= 100)
    grams = [each.intensity.grams_per_kwh / 1000 for each in known] + [0.0] * (3 - len(known))
    spans = [range(min(floor, most), most + 1) for most in room] + [range(1)] * (3 - len(known))
    least = min(
        a * grams[0] + b * grams[1] + c * grams[2] for a in spans[0] for b in spans[1] if (c := 100 - a - b) in spans[2]
    )
    found = route(known, load, Rules(floor=floor)).target
    assert sum(found[each.name] * cost for each, cost in zip(known, grams, strict=False)) == pytest.approx(least)


@settings(deadline=None, max_examples=40)
@given(origins, st.integers(0, 100), rules, st.data())
def test_steps_lead_to_the_target_and_stay_there(asked, load, kept, data):
    asked = [each for each in asked if each.intensity is not None]
    assume(asked)
    assume(sum(0 if barred(each, kept) else whole_share(each, load) for each in asked) >= 100)
    now = data.draw(weights([each.name for each in asked]))
    for _ in range(101):
        found = route(asked, load, kept, now)
        if found.weights == now:
            break
        now = found.weights
    assert found.weights == now
    assert found.gain <= kept.worth
    if kept.worth == 0:
        assert sum(now[each.name] * each.grams for each in asked) == pytest.approx(
            sum(found.target[each.name] * each.grams for each in asked)
        )
