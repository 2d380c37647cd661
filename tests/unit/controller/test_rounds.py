"""The controller against a small Azure that lives, spoken to by Microsoft's own client; killed wherever it may be."""

import logging
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from azure.core.exceptions import ServiceRequestError
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.controller.records import Outcome
from verdazure.controller.rounds import decide_round
from verdazure.controller.scaling import PROFILE
from verdazure.steering import Steering
from verdazure.training.jobs import RUN_NAME
from verdazure.training.live import PROPERTY, LivePlan
from verdazure.training.timing import Every, Timing, TimingMode
from verdazure.web.errors import Unavailable

from tests.unit.controller.azure import (
    CLUSTER,
    ENDPOINT,
    SETTING,
    WORKSPACE,
    Azure,
    Killed,
    Mine,
    Remembered,
    Steps,
)
from tests.unit.resource_manager import Answers, manager

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
GRAMS = [300.0, 300.0, 50.0, 300.0, 300.0, 50.0, 50.0, 300.0, 300.0, 300.0, 300.0, 300.0] * 8
DEPLOYED = {"name": "load", "capacity": {"minimum": "2", "maximum": "8", "default": "2"}, "rules": [{"rule": 1}]}
BLUE, GREEN = f"{ENDPOINT}/deployments/blue", f"{ENDPOINT}/deployments/green"

STEERING = Steering.model_validate(
    {
        "every_minutes": 60,
        "training": {"ml": {"workspace_id": WORKSPACE, "at_once": 1}},
        "deployments": {
            "blue": {
                "deployment_id": BLUE,
                "autoscale_setting_id": SETTING,
                "region": "swedencentral",
                "floor": 2,
                "ceiling": 8,
                "requests_per_minute": 100,
                "caps": [{"grams_per_kwh": 200, "instances": 3}],
                "urgent_share": 0.25,
            }
        },
        "clusters": {
            "gpu": {
                "cluster_id": CLUSTER,
                "region": "swedencentral",
                "most": 10,
                "caps": [{"grams_per_kwh": 200, "instances": 1}],
            }
        },
        "rollouts": {
            "chat": {
                "endpoint_id": ENDPOINT,
                "old": "blue",
                "new": "green",
                "region": "swedencentral",
                "window_minutes": 10,
                "fewest_windows": 5,
                "more_error_share": 0.05,
            }
        },
    }
)


def schedule(name: str, hours: float, within: float):
    timing = Timing(mode=TimingMode.LIVE, every=Every.DAY, at="00:00", hours=hours, within_hours=within, watts=1000)
    plan = LivePlan(region="swedencentral", timing=timing, resumable=True).write()
    definition = {"jobType": "Pipeline", "outputs": {"checkpoints": {"uri": f"azureml://datastores/d/{RUN_NAME}/"}}}
    return {"name": name, "properties": {"properties": {PROPERTY: plan}, "action": {"jobDefinition": definition}}}


HOURS = {"big": 3.0, "small": 2.0}


class Rig:
    """A controller and its Azure."""

    def __init__(self) -> None:
        self.steps = Steps()
        self.azure = Azure(START, self.steps)
        self.memory = Remembered(self.steps)
        self.arm = manager(Answers(self.azure.answer))
        self.intensity = self.known
        documents = self.azure.documents
        documents[f"{WORKSPACE}/schedules/big"] = schedule("big", 3, 12)
        documents[f"{WORKSPACE}/schedules/small"] = schedule("small", 2, 10)
        documents[SETTING] = {"location": "swedencentral", "properties": {"enabled": True, "profiles": [DEPLOYED]}}
        documents[CLUSTER] = {"properties": {"properties": {"scaleSettings": {"minNodeCount": 0, "maxNodeCount": 10}}}}
        documents[ENDPOINT] = {"properties": {"authMode": "AADToken", "traffic": {"blue": 100}}}
        self.azure.metrics = {
            (BLUE, "RequestsPerMinute"): {"200": 500.0, "503": 0.0},
            (GREEN, "RequestsPerMinute"): {"200": 500.0, "503": 0.0},
            (BLUE, "RequestLatency_P90"): 40.0,
            (GREEN, "RequestLatency_P90"): 40.0,
            (BLUE, "DeploymentCapacity"): 3.0,
            (GREEN, "DeploymentCapacity"): 3.0,
            (BLUE, "GpuEnergyJoules"): self.swaying(6000.0),
            (GREEN, "GpuEnergyJoules"): self.swaying(6000.0),
        }

    @staticmethod
    def swaying(joules):
        return lambda at: joules * (1 + 0.001 * (at.minute // 10))

    def known(self, region, ahead):
        """Known from now on: the past hours of the trace are cut off."""
        gone = int((self.azure.now - START) / HOUR)
        origin = Origin("test", "SE", Signal.AVERAGE, Basis.LIFECYCLE)
        begin = START + gone * HOUR
        return Series(origin, begin, HOUR, np.array(GRAMS[gone : gone + 48]), Quality.FORECAST)

    def round(self):
        return list(decide_round(STEERING, self.arm, self.memory, Mine(), self.intensity, self.azure.now))

    def live(self, rounds: int):
        for _ in range(rounds):
            self.round_or_death()
            self.azure.pass_time(HOUR, lambda run: HOURS[run.split("-")[0]])

    def round_or_death(self):
        try:
            self.round()
        except Killed:
            self.steps.kill = None

    def profile(self):
        profiles = self.azure.documents[SETTING]["properties"]["profiles"]
        return next((each for each in profiles if each["name"] == PROFILE), None)

    def traffic(self):
        return self.azure.documents[ENDPOINT]["properties"]["traffic"]


@pytest.fixture
def rig():
    return Rig()


def by_target(decisions):
    return {each.target: each for each in decisions}


def test_every_loop_acts_in_a_dirty_hour(rig):
    said = by_target(rig.round())
    assert said["blue"].action == "2 to 3"
    assert rig.profile() == {
        "name": "verdazure-carbon",
        "capacity": {"minimum": "2", "maximum": "3", "default": "3"},
        "rules": [{"rule": 1}],
        "fixedDate": {"timeZone": "UTC", "start": "2026-03-02T00:00:00Z", "end": "2026-03-02T02:05:00Z"},
    }
    nodes = rig.azure.documents[CLUSTER]["properties"]["properties"]["scaleSettings"]
    assert nodes == {"minNodeCount": 0, "maxNodeCount": 1}
    assert rig.traffic() == {"blue": 90, "green": 10}
    assert [each.action for at, each in said.items() if at.startswith("ml/")] == ["wait", "wait"]
    assert {each.outcome for each in said.values()} == {Outcome.DONE, Outcome.UNCHANGED}


def test_a_second_round_of_the_same_hour_changes_nothing(rig):
    first = rig.round()
    done = {path: str(each) for path, each in rig.azure.documents.items()}
    again = rig.round()
    assert {each.outcome for each in again} == {Outcome.UNCHANGED}
    assert [each.target for each in again] == [each.target for each in first]
    assert {path: str(each) for path, each in rig.azure.documents.items()} == done


def test_clean_hours_give_back_what_dirty_ones_took(rig):
    rig.live(2)
    rig.round()
    assert rig.profile() is None
    assert rig.azure.documents[CLUSTER]["properties"]["properties"]["scaleSettings"]["maxNodeCount"] == 10


def test_runs_wait_for_clean_hours_pause_in_dirty_ones_and_end_in_time(rig):
    rig.live(12)
    assert rig.azure.finished.keys() == {"big-20260302T0000", "small-20260302T0000"}
    assert rig.azure.finished["big-20260302T0000"] <= START + 12 * HOUR
    assert rig.azure.finished["small-20260302T0000"] <= START + 10 * HOUR
    assert len(rig.azure.puts) == len(set(rig.azure.puts)), "no leg is started twice"
    assert rig.azure.cancels == rig.azure.puts[: len(rig.azure.cancels)], "every pause is of a leg that ran"
    legs = [f"{WORKSPACE}/jobs/{leg}" for leg in rig.azure.puts]
    folders = {rig.azure.documents[leg]["properties"]["outputs"]["checkpoints"]["uri"] for leg in legs}
    assert folders == {f"azureml://datastores/d/{run}/" for run in rig.azure.finished}, "legs share their checkpoints"


def test_a_run_that_a_person_stopped_stays_stopped(rig):
    rig.live(2)
    rig.round()
    leg = rig.azure.puts[-1]
    assert rig.azure.documents[f"{WORKSPACE}/jobs/{leg}"]["properties"]["status"] == "Running"
    rig.azure.documents[f"{WORKSPACE}/jobs/{leg}"]["properties"]["status"] = "Canceled"
    rig.live(10)
    assert [each for each in rig.azure.puts if each.startswith(leg)] == [leg]
    assert len(rig.azure.finished) == 1


def test_a_version_that_burns_more_goes_back_and_it_is_said_why(rig):
    rig.azure.metrics[GREEN, "GpuEnergyJoules"] = rig.swaying(7800.0)
    rig.live(3)
    said = by_target(rig.round())["chat"]
    assert rig.traffic() == {"blue": 100, "green": 0}
    assert said.reason.startswith("Rolled back: worse than the margin: grams_per_1000 +")
    rig.live(5)
    assert rig.traffic() == {"blue": 100, "green": 0}


def test_a_version_that_harms_nobody_is_promoted_step_by_step(rig):
    seen = []
    for _ in range(8):
        rig.live(1)
        seen.append(rig.traffic()["green"])
    assert sorted(set(seen)) == [10, 50, 100]
    assert seen == sorted(seen)


def test_a_person_who_moves_requests_is_obeyed(rig):
    rig.live(2)
    rig.azure.documents[ENDPOINT]["properties"]["traffic"] = {"blue": 100, "green": 0}
    rig.live(3)
    assert rig.traffic() == {"blue": 100, "green": 0}
    assert by_target(rig.round())["chat"].reason == "Over: somebody set green to 0 %."


def test_versions_that_are_not_as_busy_are_not_compared(rig):
    rig.azure.metrics[GREEN, "DeploymentCapacity"] = 6.0
    rig.live(3)
    said = by_target(rig.round())["chat"]
    assert said.reason == (
        "No window to compare: 833 and 1667 requests an instance; give each version instances by its share."
    )
    assert rig.traffic() == {"blue": 90, "green": 10}


def test_energy_that_nobody_measures_is_estimated_and_it_is_said(rig):
    del rig.azure.metrics[BLUE, "GpuEnergyJoules"], rig.azure.metrics[GREEN, "GpuEnergyJoules"]
    rig.live(2)
    assert by_target(rig.round())["chat"].reason.startswith("No window to compare: a version served nothing")


def test_unknown_intensity_is_no_outage(rig):
    rig.live(1)
    assert rig.profile() is not None

    def nobody(region, ahead):
        raise Unavailable("test", "down", where="here", fix="wait")

    rig.intensity = nobody
    said = by_target(rig.round())
    assert said["blue"].outcome is Outcome.HELD
    assert rig.azure.documents[CLUSTER]["properties"]["properties"]["scaleSettings"]["maxNodeCount"] == 10
    assert {each.action for at, each in said.items() if at.startswith("ml/")} == {"start", "wait"}, "deadlines hold"


def test_a_wrong_clock_changes_nothing(rig):
    honest = rig.arm._send

    def skewed(*arguments):
        try:
            return honest(*arguments)
        finally:
            rig.arm.answered = START - HOUR

    rig.arm._send = skewed
    before = {path: str(each) for path, each in rig.azure.documents.items()}
    said = rig.round()
    assert {path: str(each) for path, each in rig.azure.documents.items()} == before
    assert {each.outcome for each in said} == {Outcome.HELD}
    assert said[0].reason == ("Azure says 2026-03-01 23:00 UTC, this clock 2026-03-02 00:00: nothing is changed.")


GARBAGE = [(200, {}), (200, {"value": [{}]}), (200, {"properties": []}), (403, {"error": {"code": "Forbidden"}})]


@pytest.mark.parametrize("answer", GARBAGE, ids=str)
def test_what_fails_for_one_target_fails_for_no_other(rig, answer, caplog):
    rig.azure.refuse = lambda method, path: answer if path == SETTING else None
    with caplog.at_level(logging.WARNING):
        said = by_target(rig.round())
    assert said["blue"].outcome is Outcome.FAILED
    assert said["blue"].reason.startswith("Failed: ")
    assert said["gpu"].outcome is Outcome.DONE
    assert "scale blue failed" in caplog.text


@pytest.mark.parametrize("answer", GARBAGE, ids=str)
def test_garbage_everywhere_changes_nothing(rig, answer):
    rig.azure.refuse = lambda method, path: answer if method == "GET" else pytest.fail(f"{method} {path}")
    said = rig.round()
    assert {each.outcome for each in said} <= {Outcome.FAILED, Outcome.HELD, Outcome.UNCHANGED}


def test_a_turn_that_was_lost_ends_the_round(rig):
    class Lost:
        def renew(self):
            raise ServiceRequestError("the lease is somebody else's")

    with pytest.raises(ServiceRequestError):
        list(decide_round(STEERING, rig.arm, rig.memory, Lost(), rig.known, START))
    assert rig.steps.count == 0


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_nothing_is_done_twice_lost_or_left_half(after):
    """Every change that six rounds make, in Azure or in memory, is a place to die; then the timer comes again.

    What is only read changes nothing: to die there is to die after the change before.
    """
    whole = Rig()
    whole.live(6)
    assert whole.steps.count > 30
    for kill in range(whole.steps.count):
        rig = Rig()
        rig.steps.kill, rig.steps.after = kill, after
        rig.live(12)
        assert rig.steps.kill is None, "it was killed"
        assert len(rig.azure.puts) == len(set(rig.azure.puts)), f"a leg was started twice, killed at step {kill}"
        assert rig.azure.finished.keys() == {"big-20260302T0000", "small-20260302T0000"}, f"lost at step {kill}"
        assert max(rig.azure.finished.values()) <= START + 12 * HOUR
        assert rig.azure.finished["small-20260302T0000"] <= START + 10 * HOUR
        assert rig.traffic() == {"blue": 0, "green": 100}
        capacity = (rig.profile() or DEPLOYED)["capacity"]
        assert int(capacity["minimum"]) >= 2


def test_a_decision_taken_again_has_the_same_id(rig):
    first, again = by_target(rig.round()), by_target(rig.round())
    assert first["gpu"].id == again["gpu"].id
    assert first["gpu"].id != first["blue"].id
    assert set(first["gpu"].row()) == {
        "TimeGenerated",
        "DecisionId",
        "Loop",
        "Target",
        "Action",
        "Reason",
        "Outcome",
        "GramsSaved",
        "Inputs",
    }
