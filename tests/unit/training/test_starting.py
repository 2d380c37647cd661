"""The run of a live schedule is started once, when it is time, in the words of Resource Manager's interface."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.cli import app
from verdazure.cli import training as command
from verdazure.training.live import PROPERTY, LivePlan
from verdazure.training.starting import NotLive, Start, start_if_due
from verdazure.training.timing import Every, Timing, TimingMode

from tests.unit.resource_manager import Answers, manager

WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw"
SCHEDULE = f"{WORKSPACE}/schedules/nightly"
JOB = {"jobType": "Pipeline", "displayName": "nightly"}
OPENS = datetime(2026, 11, 23, 6, tzinfo=UTC)
RUN = f"{WORKSPACE}/jobs/nightly-20261123T0600"
QUARTER = timedelta(minutes=15)


def plan() -> str:
    timing = Timing(mode=TimingMode.LIVE, every=Every.WEEK, at="06:00", hours=3, within_hours=48, watts=700)
    return LivePlan(region="swedencentral", timing=timing, resumable=True).write()


class Workspace(Answers):
    """Holds the schedule, and the jobs that are put."""

    def __init__(self, properties=None, **jobs):
        super().__init__(self.told)
        self.jobs, self.properties = jobs, {PROPERTY: plan()} if properties is None else properties

    def told(self, said, body):
        method, _, url = said.partition(" ")
        path, _, query = url.partition("?")
        assert query == "api-version=2025-12-01"
        if path == SCHEDULE:
            return 200, {"properties": {"properties": self.properties, "action": {"jobDefinition": JOB}}}
        if method == "PUT":
            self.jobs[path] = body
        return (200, self.jobs[path]) if path in self.jobs else (404, {"error": {"code": "NotFound"}})


def known(*grams):
    origin = Origin("test", "SE", Signal.AVERAGE, Basis.LIFECYCLE)
    return lambda region, _: Series(origin, OPENS, timedelta(hours=1), np.array(grams, dtype=float), Quality.FORECAST)


CLEAN_NOW = known(*[10.0] + [50.0] * 71)
CLEAN_LATER = known(*[50.0] * 9 + [10.0] * 63)


def test_a_run_is_put_under_its_windows_name_when_it_is_time():
    azure = Workspace()
    done = start_if_due(manager(azure), SCHEDULE, OPENS, known(*[50.0] * 72), QUARTER)
    assert (done.run, done.started, done.ask_again) == ("nightly-20261123T0600", True, None)
    assert azure.jobs == {RUN: {"properties": JOB}}


def test_it_waits_while_cleaner_hours_come():
    azure = Workspace()
    done = start_if_due(manager(azure), SCHEDULE, OPENS, CLEAN_LATER, QUARTER)
    assert (done.started, done.ask_again, azure.jobs) == (False, OPENS + QUARTER, {})


def test_a_run_that_is_there_is_not_started_again():
    azure = Workspace(**{RUN: {"properties": {"status": "Running"}}})
    done = start_if_due(manager(azure), SCHEDULE, OPENS, CLEAN_NOW, QUARTER)
    assert done == Start("nightly-20261123T0600", False, "Is there already: Running.", None)
    assert not any(said.startswith("PUT") for said in azure.asked)


def test_without_a_forecast_it_starts_and_the_deadline_is_kept():
    azure = Workspace()
    done = start_if_due(manager(azure), SCHEDULE, OPENS, lambda *_: None, QUARTER)
    assert (done.started, done.reason, list(azure.jobs)) == (True, "Runs: there is no forecast.", [RUN])


def test_asked_every_quarter_of_an_hour_a_week_has_one_run_in_time():
    azure = Workspace()
    starts = [
        OPENS + index * QUARTER
        for index in range(7 * 96)
        if start_if_due(manager(azure), SCHEDULE, OPENS + index * QUARTER, CLEAN_LATER, QUARTER).started
    ]
    assert starts == [OPENS + timedelta(hours=9)]


@pytest.mark.parametrize(
    ("schedule", "properties", "said"),
    [
        (WORKSPACE, None, "is no schedule's id; give /subscriptions/"),
        (SCHEDULE.replace("MachineLearning", "Other"), None, "is no schedule's id"),
        (SCHEDULE, {}, "is no live schedule: Azure ML starts it by its own trigger"),
    ],
)
def test_what_is_no_live_schedule_is_refused(schedule, properties, said):
    with pytest.raises(NotLive, match=said):
        start_if_due(manager(Workspace(properties)), schedule, OPENS, CLEAN_NOW, QUARTER)


def run(monkeypatch, azure, *arguments):
    monkeypatch.setattr(command, "resource_manager", lambda: manager(azure))
    return CliRunner().invoke(app, ["training", "start", *arguments])


def test_the_command_says_what_it_did(monkeypatch):
    done = Start("nightly-20261123T0600", False, "Waits: cleaner hours come.", OPENS)
    monkeypatch.setattr("verdazure.training.starting.start_if_due", lambda *_: done)
    assert run(monkeypatch, Workspace(), SCHEDULE).output == (
        "waits    nightly-20261123T0600\nWaits: cleaner hours come.\nAsk again by Mon 23 Nov 06:00 UTC.\n"
    )
    assert json.loads(run(monkeypatch, Workspace(), SCHEDULE, "--json").output) == {
        "run": "nightly-20261123T0600",
        "started": False,
        "reason": "Waits: cleaner hours come.",
        "ask_again": "2026-11-23T06:00:00+00:00",
    }


def test_the_command_tells_a_fault_in_one_line(monkeypatch):
    refused = run(monkeypatch, Workspace(), WORKSPACE)
    assert (refused.exit_code, refused.output.startswith(f"error: {WORKSPACE!r} is no schedule's id")) == (1, True)
    broken = run(monkeypatch, Workspace({PROPERTY: "{}"}), SCHEDULE)
    assert (broken.exit_code, broken.output) == (
        1,
        "error: no live plan: Field required; deploy the schedule again\n",
    )
