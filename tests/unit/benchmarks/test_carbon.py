"""What the carbon benchmarks decide by: deadlines, held slots, targets."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import ElasticJob, Scale, elastic

from benchmarks.carbon import __main__ as command
from benchmarks.carbon import data
from benchmarks.carbon.carbonscaler import held_whole
from benchmarks.carbon.figures import Relation, Table, Target
from benchmarks.carbon.lets_wait_awhile import until_monday_or_thursday, until_next_workday

MONDAY = datetime(2020, 6, 1)


def at(days: int, hours: float) -> datetime:
    """So many days after a Monday, at that hour."""
    return MONDAY + timedelta(days=days, hours=hours)


@pytest.mark.parametrize(
    ("finish", "hours"),
    [
        (at(0, 8.5), 0.5),
        (at(0, 9), 0.0),
        (at(0, 17), 0.0),
        (at(0, 17.5), 15.5),
        (at(4, 17.5), 15.5),  # as published: a Friday evening waits for Saturday
        (at(5, 12), 45.0),
        (at(6, 0), 33.0),
    ],
)
def test_a_job_that_ends_outside_working_hours_may_end_at_nine(finish: datetime, hours: float) -> None:
    assert until_next_workday(finish) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("finish", "hours"),
    [
        (at(0, 9), 0.0),
        (at(0, 9.5), 71.5),
        (at(3, 8), 1.0),
        (at(3, 9.5), 95.5),
        (at(6, 21), 12.0),
    ],
)
def test_a_job_may_end_by_the_next_monday_or_thursday(finish: datetime, hours: float) -> None:
    assert until_monday_or_thursday(finish) == timedelta(hours=hours)


def test_an_hour_that_is_held_whole_counts_the_most_nodes_that_the_plan_has_in_it() -> None:
    scales = (Scale(1, 1.0, Power(1000)), Scale(2, 1.8, Power(2000)))
    start = data.utc("2026-01-01T00:00")
    forecast = data.series("test", "zone", start, timedelta(hours=1), np.array([100.0, 10.0, 300.0]))
    job = ElasticJob(3.2, scales, start, start + timedelta(hours=3))

    plan = elastic(job, forecast, at_once=scales[1])

    assert [run.nodes for run in plan.runs] == [2, 1, 2]  # half an hour each in the first hour
    assert plan.emissions.grams == pytest.approx(150 + 20)
    assert held_whole(plan, forecast, scales) == pytest.approx(200 + 20)


@pytest.mark.parametrize(
    ("got", "relation", "want", "met"),
    [
        (18.1066, Relation.AT_LEAST, 18.107, True),  # published with three digits
        (18.1064, Relation.AT_LEAST, 18.107, False),
        (0.7244, Relation.BELOW, 0.7249, True),
        (0.7249, Relation.BELOW, 0.7249, False),
        (1.9271, Relation.EQUAL, 1.9273, True),
        (1.9267, Relation.EQUAL, 1.9273, False),
    ],
)
def test_a_figure_is_judged_by_the_digits_that_are_published(
    got: float, relation: Relation, want: float, met: bool
) -> None:
    assert Target("what", got, relation, want, "source", 3).met is met


def a_table(got: float) -> Table:
    target = Target("Germany", got, Relation.AT_LEAST, 18.107, "the paper", 3)
    return Table("name", "Title", ("", "paper"), (("Germany", 18.107),), 3, "A note.", (target,))


def test_a_verdict_names_what_is_missed() -> None:
    assert a_table(18.2).verdict == "Met 1 of 1 targets (the paper)."
    assert a_table(18.0).verdict == ("Met 0 of 1 targets (the paper). MISSED: Germany: 18.000, wanted >= 18.107.")


def test_a_missed_target_fails_the_run_and_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BENCHMARKS", {"good": lambda: [a_table(18.2)], "bad": lambda: [a_table(18.0)]})
    figures = tmp_path / "figures.json"

    assert command.main(["good"]) == 0
    assert command.main(["--json", str(figures)]) == 1

    assert [table["targets"][0]["met"] for table in json.loads(figures.read_text())] == [True, False]
    assert capsys.readouterr().out.endswith("1 targets met, 1 missed.\n")


def test_a_data_set_that_is_not_there_is_skipped_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(data.VARIABLE, str(tmp_path))

    assert command.main(["gaia"]) == 0

    assert capsys.readouterr().out.startswith("gaia skipped: gaia/AU-SA_2022_720h_from_hour7000.csv is not there;")


def test_steps_of_a_trace_that_are_not_equal_are_refused() -> None:
    times = ["2020-01-01 00:00:00", "2020-01-01 00:30:00", "2020-01-01 01:30:00"]

    with pytest.raises(data.Missing, match=r"^S, Z: 2020-01-01T01:30:00\+00:00 does not follow 2020-01-01T00:30"):
        data.trace("S", "Z", times, ["1", "2", "3"])
