"""Replays: the controller's own rounds, never worse than naive where it promises, never better than the optimum."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.cli import app
from verdazure.simulation.replay import replay
from verdazure.simulation.scenario import Scenario, ScenarioError

START = datetime(2026, 3, 2, tzinfo=UTC)
LOAD = [100.0] * 24
JOB = {"region": "germanywestcentral", "hours": 3, "within_hours": 24, "watts": 1000}


def trace(values) -> Series:
    origin = Origin("test", "DE", Signal.AVERAGE, Basis.LIFECYCLE)
    return Series(origin, START, timedelta(hours=1), np.array(values, dtype=float), Quality.MEASURED)


def played(values, **parts):
    scenario = Scenario.model_validate({"days": 2, **parts})
    made = replay(scenario, {region: trace(values) for region in scenario.regions})
    return made, {each.target: each for each in made.outcomes}


DAY = [500.0] * 10 + [100.0] * 3 + [500.0] * 11


def test_a_job_runs_in_the_clean_hours_of_each_day():
    made, found = played(DAY * 4, jobs={"train": JOB})
    assert found["train"].naive == pytest.approx(2 * 3 * 0.5)
    assert found["train"].did == found["train"].optimum == pytest.approx(2 * 3 * 0.1)
    assert found["train"].note == "all in time"
    assert [hour.hour for hour, kilograms in zip(made.hours, made.emitted["train"], strict=True) if kilograms] == [
        10,
        11,
        12,
    ] * 2


def test_what_a_cap_holds_back_is_no_saving_for_good():
    service = {
        "region": "germanywestcentral",
        "floor": 1,
        "ceiling": 4,
        "requests_per_minute": 50,
        "urgent_share": 0.0,
        "watts_per_instance": 1000,
        "caps": [{"grams_per_kwh": 300, "instances": 1}],
        "load": LOAD,
    }
    _, found = played(DAY * 4, services={"chat": service})
    assert found["chat"].naive == pytest.approx(2 * 3 * (21 * 0.5 + 3 * 0.1))
    assert found["chat"].did == pytest.approx(2 * (21 * 0.5 + 3 * 3 * 0.1))
    assert not found["chat"].summed
    assert found["chat"].optimum is None


def test_requests_go_where_power_is_clean_and_data_may_stay():
    def at(region, latency):
        return {"region": region, "requests_per_second": 80, "joules_per_request": 3600, "latency_ms": latency}

    route = {
        "origins": {
            "near": at("germanywestcentral", 10),
            "far": at("swedencentral", 40),
            "abroad": at("norwayeast", 5),
        },
        "residency": "eu",
        "load": LOAD,
    }
    scenario = Scenario.model_validate({"days": 2, "routes": {"chat": route}})
    grams = {"germanywestcentral": 500.0, "swedencentral": 20.0, "norwayeast": 10.0}
    made = replay(scenario, {region: trace([grams[region]] * 96) for region in scenario.regions})
    (found,) = made.outcomes
    assert found.naive == pytest.approx(48 * 360_000 * 0.001 * (0.8 * 500 + 0.2 * 20) / 1000)
    assert found.optimum == pytest.approx(48 * 360_000 * 0.001 * (0.2 * 500 + 0.8 * 20) / 1000)
    assert found.optimum < found.did < found.naive
    assert not [each for each in made.decisions if each.inputs and (each.inputs.get("target") or {}).get("abroad")]


def test_a_model_is_trained_again_once_it_has_drifted_for_long_enough():
    model = {**JOB, "psi": [0.1, 0.4, 0.4, 0.4, 0.1]}
    made, found = played(DAY * 8, days=6, models={"churn": model})
    assert [each.at.day for each in made.decisions if each.action.startswith("order ")] == [6]
    assert found["churn"].did == pytest.approx(3 * 0.1)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(10, 900), min_size=24, max_size=24),
    st.integers(1, 8),
    st.integers(8, 24),
    st.sampled_from([0.0, 0.3]),
)
def test_no_deadline_is_missed_and_no_replay_beats_the_optimum(day, hours, within, wrong_by):
    job = {**JOB, "hours": hours, "within_hours": within}
    scenario = Scenario.model_validate({"days": 2, "jobs": {"one": job, "other": job}, "at_once": 2})
    made = replay(scenario, {"germanywestcentral": trace(day * 4)}, wrong_by)
    for each in made.outcomes:
        assert each.note == "all in time"
        assert each.did >= each.optimum - 1e-9


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"jobs": {"a": {**JOB, "hours": -1}}}, "jobs.a.hours: Input should be greater than 0"),
        ({"jobs": {"a": {**JOB, "region": "nowhere"}}}, "nowhere"),
        ({"jbos": {}}, "jbos: Extra inputs are not permitted"),
        ({"jobs": {"a": {**JOB, "hours": 5, "within_hours": 3}}}, "within_hours"),
    ],
    ids=str,
)
def test_a_scenario_that_is_none_is_refused(document, said):
    with pytest.raises((ScenarioError, ValueError)) as refused:
        attempt(json.dumps(document))
    assert said in str(refused.value)


def attempt(text):
    made = Scenario.read(text)
    replay(made, {region: trace(DAY * 12) for region in made.regions})


def test_the_command_shows_the_example_draws_it_and_writes_each_decision(tmp_path):
    run = CliRunner().invoke(
        app, ["simulate", "--picture", str(tmp_path / "week.svg"), "--decisions", str(tmp_path / "week.jsonl")]
    )
    assert run.exit_code == 0, run.output
    assert "together" in run.output
    assert (tmp_path / "week.svg").read_text().startswith("<?xml")
    rows = [json.loads(line) for line in (tmp_path / "week.jsonl").read_text().splitlines()]
    assert {row["Loop"] for row in rows} == {"train", "scale", "route", "retrain"}


def test_the_command_says_what_is_wrong_in_one_line(tmp_path):
    file = tmp_path / "scenario.json"
    file.write_text('{"days": 0}')
    run = CliRunner().invoke(app, ["simulate", str(file)])
    assert (run.exit_code, run.output) == (1, "error: days: Input should be greater than or equal to 1\n")


def test_a_trace_that_ends_too_soon_is_one_clear_error(tmp_path):
    lines = ["datetime_utc,DE,FR,SE-SE3", *(f"2026-03-02T{hour:02}:00Z,1,2,3" for hour in range(24))]
    file = tmp_path / "trace.csv"
    file.write_text("\n".join(lines))
    run = CliRunner().invoke(app, ["simulate", "--trace", str(file)])
    assert run.exit_code == 1
    assert run.output.startswith("error: ")
    assert len(run.output.splitlines()) == 1
