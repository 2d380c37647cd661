"""The controller against a small Azure that lives, spoken to by Microsoft's own client; killed wherever it may be."""

import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from azure.core.exceptions import ServiceRequestError
from verdazure.carbon.drift import Observed
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.controller.records import Outcome
from verdazure.controller.rounds import decide_round
from verdazure.controller.scaling import PROFILE
from verdazure.operations.permissions import ACTIONS
from verdazure.operations.tables import TABLES
from verdazure.steering import Steering
from verdazure.training.live import PROPERTY, RUN_NAME, LivePlan
from verdazure.training.timing import Every, Timing, TimingMode
from verdazure.web.errors import Unavailable

from tests.unit.controller.azure import (
    CLUSTER,
    ENDPOINT,
    LOGS,
    ORIGINS,
    PROFILE_ID,
    SETTING,
    VERSIONS,
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
        "routes": {
            "front": {
                "origins": {
                    name: {
                        "id": f"{ORIGINS}/{name}",
                        "region": region,
                        "requests_per_second": 80,
                        "joules_per_request": 3600,
                        "residencies": ["eu"],
                    }
                    for name, region in (("sweden", "swedencentral"), ("germany", "germanywestcentral"))
                },
                "residency": "eu",
                "longest_latency_ms": 200,
                "floor": 5,
                "step": 25,
            }
        },
        "retraining": {
            "churn": {
                "workspace_id": WORKSPACE,
                "schedule": "churn",
                "model": "churn",
                "log_workspace_id": LOGS,
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


def schedule(name: str, hours: float, within: float, mode=TimingMode.LIVE):
    timing = Timing(mode=mode, every=Every.DAY, at="00:00", hours=hours, within_hours=within, watts=1000)
    plan = LivePlan(region="swedencentral", timing=timing, resumable=True).write()
    definition = {"jobType": "Pipeline", "outputs": {"checkpoints": {"uri": f"azureml://datastores/d/{RUN_NAME}/"}}}
    return {"name": name, "properties": {"properties": {PROPERTY: plan}, "action": {"jobDefinition": definition}}}


HOURS = {"big": 3.0, "small": 2.0, "churn": 1.0}
HOSTS = {"sweden": "se.example.com", "germany": "de.example.com"}


class Rig:
    """A controller and its Azure."""

    def __init__(self) -> None:
        self.steering = STEERING
        self.steps = Steps()
        self.azure = Azure(START, self.steps)
        self.memory = Remembered(self.steps)
        self.arm = manager(Answers(self.azure.answer))
        self.intensity = self.known
        self.marginal = None
        self.measured = []
        documents = self.azure.documents
        documents[f"{WORKSPACE}/schedules/big"] = schedule("big", 3, 12)
        documents[f"{WORKSPACE}/schedules/small"] = schedule("small", 2, 10)
        documents[f"{WORKSPACE}/schedules/churn"] = schedule("churn", 1, 12, TimingMode.DRIFT)
        documents[f"{VERSIONS}/1"] = {
            "systemData": {"createdAt": "2026-02-01T00:00:00Z"},
            "properties": {"tags": {"accuracy": "0.93"}},
        }
        for name, host in HOSTS.items():
            documents[f"{ORIGINS}/{name}"] = {"properties": {"hostName": host, "weight": 50, "enabledState": "Enabled"}}
        self.drifted = []
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
            (PROFILE_ID, "OriginRequestCount"): {"se.example.com:443": 1200.0, "de.example.com:443": 1200.0},
            (PROFILE_ID, "OriginHealthPercentage"): {"se.example.com:443": 100.0, "de.example.com:443": 100.0},
            (PROFILE_ID, "OriginLatency"): {"se.example.com:443": 60.0, "de.example.com:443": 40.0},
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
        values = np.array(GRAMS[gone : gone + 48]) if region == "swedencentral" else np.full(48, 600.0)
        return Series(origin, begin, HOUR, values, Quality.FORECAST)

    def drift(self, workspace, model, since, until):
        return [each for each in self.drifted if since < each.ended <= until]

    def weights(self):
        found = {name: self.azure.documents[f"{ORIGINS}/{name}"]["properties"] for name in HOSTS}
        return {name: each["weight"] if each["enabledState"] == "Enabled" else 0 for name, each in found.items()}

    def round(self):
        return list(
            decide_round(
                self.steering,
                self.arm,
                self.memory,
                Mine(),
                self.intensity,
                self.drift,
                self.azure.now,
                self.marginal,
                self.measured,
            )
        )

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
    done = {path: str(each) for path, each in rig.azure.documents.items() if ORIGINS not in path}
    again = rig.round()
    assert {each.outcome for each in again if each.target != "front"} == {Outcome.UNCHANGED}
    assert [each.target for each in again] == [each.target for each in first]
    assert {path: str(each) for path, each in rig.azure.documents.items() if ORIGINS not in path} == done


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
    assert {each.outcome for each in said if each.target != "churn"} == {Outcome.HELD}
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
        def check(self):
            raise ServiceRequestError("the lease is somebody else's")

    with pytest.raises(ServiceRequestError):
        list(decide_round(STEERING, rig.arm, rig.memory, Lost(), rig.known, rig.drift, START))
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
        assert rig.weights() == {"sweden": 95, "germany": 5}, f"requests went astray, killed at step {kill}"
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


def drift(*ended, psi=0.4):
    return [Observed(each, psi) for each in ended]


def test_weights_move_by_steps_to_the_cleaner_origin_and_the_gain_is_said(rig):
    said = by_target(rig.round())["front"]
    assert rig.weights() == {"sweden": 75, "germany": 25}
    assert said.reason == "On the way to weights that save 30.0%."
    assert said.grams_saved == pytest.approx(40 * 3600 * 0.25 * (0.6 - 0.3))
    rig.round()
    assert rig.weights() == {"sweden": 95, "germany": 5}
    assert by_target(rig.round())["front"].outcome is Outcome.UNCHANGED


def marginal(of):
    def forecast(region, ahead):
        if of[region] is None:
            raise Unavailable("test", "not covered", where="here", fix="wait")
        origin = Origin("test", region, Signal.MARGINAL, Basis.DIRECT)
        return Series(origin, START, HOUR, np.full(48, of[region]), Quality.FORECAST)

    return forecast


def test_requests_move_by_what_one_more_emits_where_that_is_known_of_all(rig):
    rig.marginal = marginal({"swedencentral": 700.0, "germanywestcentral": 400.0})
    said = by_target(rig.round())["front"]
    assert rig.weights() == {"sweden": 25, "germany": 75}
    assert said.inputs["signal"] == "marginal"


def test_marginal_and_average_are_never_mixed(rig):
    rig.marginal = marginal({"swedencentral": 700.0, "germanywestcentral": None})
    said = by_target(rig.round())["front"]
    assert rig.weights() == {"sweden": 75, "germany": 25}
    assert (said.inputs["signal"], said.inputs["intensity"]) == ("average", {"sweden": 300.0, "germany": 600.0})


def test_an_origin_that_fails_its_probes_serves_nobody_and_comes_back(rig):
    health = rig.azure.metrics[PROFILE_ID, "OriginHealthPercentage"]
    health["se.example.com:443"] = 0.0
    rig.round()
    assert rig.weights() == {"sweden": 0, "germany": 100}
    health["se.example.com:443"] = 100.0
    rig.live(4)
    assert rig.weights() == {"sweden": 95, "germany": 5}


def test_an_origin_that_a_person_disabled_stays_disabled(rig):
    rig.azure.documents[f"{ORIGINS}/sweden"]["properties"]["enabledState"] = "Disabled"
    rig.live(3)
    assert rig.weights() == {"sweden": 0, "germany": 50}
    assert by_target(rig.round())["front"].inputs["disabled"] == ["sweden"]


def test_an_origin_that_nobody_probes_keeps_its_weight(rig):
    del rig.azure.metrics[PROFILE_ID, "OriginHealthPercentage"]["se.example.com:443"]
    said = by_target(rig.round())["front"]
    assert rig.weights() == {"sweden": 50, "germany": 50}
    assert said.inputs["held"] == {"sweden": "intensity unknown: keeps 50 per cent"}


def test_a_load_that_nobody_can_serve_changes_no_weight(rig):
    rig.azure.metrics[PROFILE_ID, "OriginRequestCount"] = {"se.example.com:443": 1e6}
    said = by_target(rig.round())["front"]
    assert said.outcome is Outcome.FAILED
    assert "add capacity" in said.reason
    assert rig.weights() == {"sweden": 50, "germany": 50}


def test_no_count_of_requests_is_no_load_of_nothing(rig):
    del rig.azure.metrics[PROFILE_ID, "OriginRequestCount"]
    rig.azure.metrics[PROFILE_ID, "OriginRequestCount"] = {}
    assert by_target(rig.round())["front"].reason == "The load is unknown: weights stay."


def test_a_model_that_drifted_is_trained_again_once_in_a_clean_hour(rig):
    places = STEERING.training["ml"].model_copy(update={"at_once": 3})
    rig.steering = STEERING.model_copy(update={"training": {"ml": places}})
    rig.drifted = drift(*(START - day * timedelta(days=1) for day in (3, 2, 1)))
    said = by_target(rig.round())["churn"]
    assert said.action == "order churn-20260302T0000"
    assert said.reason == "Population stability index 0.400, above 0.25; 3 windows in a row."
    rig.live(12)
    assert rig.azure.finished["churn-20260302T0000"] <= START + 12 * HOUR
    assert GRAMS[(rig.azure.finished["churn-20260302T0000"] - HOUR - START) // HOUR] == 50.0
    rig.live(24)
    assert len([each for each in rig.azure.puts if each.startswith("churn")]) == 1, "one order, one run"
    assert by_target(rig.round())["churn"].reason == "Nothing measured since the last training."


def test_a_model_that_is_as_it_was_is_not_trained_again(rig):
    rig.drifted = drift(*(START - day * timedelta(days=1) for day in (3, 2, 1)), psi=0.1)
    rig.live(12)
    assert not [each for each in rig.azure.puts if each.startswith("churn")]
    assert by_target(rig.round())["churn"].reason == "Within its bounds."


def test_an_order_that_found_no_start_is_given_again_in_the_next_window(rig):
    rig.drifted = drift(*(START - day * timedelta(days=1) for day in (3, 2, 1)))
    rig.round()
    rig.azure.now = START + 20 * HOUR
    assert by_target(rig.round())["churn"].reason.endswith("Waits for the schedule's next window.")
    rig.azure.now = START + 25 * HOUR
    assert by_target(rig.round())["churn"].action == "order churn-20260303T0000"


def test_a_model_without_a_version_has_nothing_to_train_again(rig):
    del rig.azure.documents[f"{VERSIONS}/1"]
    assert by_target(rig.round())["churn"].reason.startswith("No version of churn is registered")


def test_the_end_of_a_run_says_what_waiting_saved(rig):
    ends = []
    for _ in range(13):
        ends += [each for each in rig.round() if each.action == "ended"]
        rig.azure.pass_time(HOUR, lambda run: HOURS[run.split("-")[0]])
    assert {each.target for each in ends} == {"ml/big-20260302T0000", "ml/small-20260302T0000"}
    assert len(ends) == 2, "each end is said once"
    for each in ends:
        assert each.grams_saved > 0
        assert each.reason.startswith("Completed. Emitted ")


def test_what_a_cap_holds_back_is_said_in_grams(rig):
    blue = STEERING.deployments["blue"].model_copy(update={"watts_per_instance": 1000.0})
    rig.steering = STEERING.model_copy(update={"deployments": {"blue": blue}})
    said = by_target(rig.round())["blue"]
    assert said.inputs["load"] == 500.0
    assert said.grams_saved == 300.0 * (6 - 3), "500 a minute with headroom ask for 6 instances, the cap leaves 3"


def shared(blue, green, mirror=0):
    plan = {
        "endpoint_id": ENDPOINT,
        "shares": {"blue": blue, "green": green},
        "mirror": {"green": mirror} if mirror else {},
    }
    return Steering.model_validate({"every_minutes": 60, "traffic": {"chat": plan}})


def test_shares_that_were_deployed_are_applied_once_and_a_person_may_change_them(rig):
    rig.steering = shared(80, 20)
    assert by_target(rig.round())["chat"].outcome is Outcome.DONE
    assert rig.traffic() == {"blue": 80, "green": 20}
    rig.azure.documents[ENDPOINT]["properties"]["traffic"] = {"blue": 100}
    assert by_target(rig.round())["chat"].reason == "Somebody shares them otherwise since: {'blue': 100}."
    assert rig.traffic() == {"blue": 100}
    rig.steering = shared(50, 50, mirror=10)
    rig.round()
    assert rig.traffic() == {"blue": 50, "green": 50}
    assert rig.azure.documents[ENDPOINT]["properties"]["mirrorTraffic"] == {"green": 10}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kill", [0, 1])
def test_shares_are_applied_also_where_the_round_was_killed(rig, kill, after):
    rig.steering = shared(80, 20)
    rig.steps.kill, rig.steps.after = kill, after
    rig.live(3)
    assert rig.steps.kill is None
    assert rig.traffic() == {"blue": 80, "green": 20}


OPERATIONS = {"GET": "read", "PUT": "write", "PATCH": "write", "POST": "action"}


def action_of(method, path):
    """The ARM action that a request needs: the types of its path, and what is done to the last."""
    if "/providers/Microsoft.Insights/metrics" in path:
        return "Microsoft.Insights/metrics/read".lower()
    provider, *rest = path.partition("/providers/")[2].split("/")
    verb = OPERATIONS[method] if method != "POST" else f"{rest.pop()}/action"
    return "/".join([provider, *rest[::2], verb]).lower()


def test_every_call_of_every_loop_is_in_its_role_and_its_role_has_no_other_call(rig):
    asked = set()
    honest = rig.azure.answer

    def noted(said, body):
        method, _, url = said.partition(" ")
        asked.add(action_of(method, unquote(urlsplit(url).path)))
        return honest(said, body)

    rig.arm = manager(Answers(noted))
    rig.drifted = drift(*(START - day * timedelta(days=1) for day in (3, 2, 1)))
    rig.live(8)
    allowed = {action.lower() for action in ACTIONS}
    assert asked <= allowed
    assert {action for action in allowed - asked if "trafficmanager" not in action} == set()


def test_a_round_says_what_was_measured_and_an_ended_run_what_it_emitted(rig):
    rig.round()
    (row,) = [each.row() for each in rig.measured]
    assert row == {
        "TimeGenerated": "2026-03-02T00:00:00+00:00",
        "Workload": "blue",
        "Kind": "inference",
        "Run": "",
        "Requests": 30_000,
        "LatencyMs": 40.0,
        "Kwh": pytest.approx(60 * 6000 * 1.0057 / 3_600_000, rel=1e-3),
        "Grams": pytest.approx(row["Kwh"] * 300),
        "Sci": pytest.approx(row["Kwh"] * 300 / 30_000),
        "FunctionalUnit": "request",
        "Method": "measured",
        "Cost": None,
    }
    assert set(row) == set(TABLES["VerdazureSustainability_CL"])
    rig.live(13)
    runs = {each.run: each for each in rig.measured if each.kind == "training"}
    assert set(runs) == {"big-20260302T0000", "small-20260302T0000"}
    assert runs["big-20260302T0000"].energy.kwh == pytest.approx(3.0)
    assert runs["big-20260302T0000"].method == "estimated"


def test_what_nobody_knows_gives_no_row(rig, caplog):
    del rig.azure.metrics[BLUE, "GpuEnergyJoules"]
    rig.round()
    assert rig.measured == []
    rig.azure.refuse = lambda method, path: (200, {"value": [{}]}) if path.endswith("/metrics") else None
    with caplog.at_level(logging.WARNING):
        rig.round()
    assert rig.measured == []
    assert "blue was not measured" in caplog.text


def test_traffic_manager_is_moved_by_its_own_words(rig):
    manager_id = "/subscriptions/0000/resourceGroups/ai/providers/Microsoft.Network/trafficManagerProfiles/tm"
    origins = {}
    for name, region, deployment in (("sweden", "swedencentral", BLUE), ("germany", "germanywestcentral", GREEN)):
        at = f"{manager_id}/externalEndpoints/{name}"
        rig.azure.documents[at] = {
            "properties": {"weight": 50, "endpointStatus": "Enabled", "endpointMonitorStatus": "Online"}
        }
        origins[name] = {
            "id": at,
            "region": region,
            "requests_per_second": 80,
            "joules_per_request": 3600,
            "deployment_id": deployment,
        }
    rig.steering = Steering.model_validate({"every_minutes": 60, "routes": {"tm": {"origins": origins, "step": 25}}})
    assert by_target(rig.round())["tm"].action == "germany 25 %, sweden 75 %"
    assert rig.azure.documents[origins["sweden"]["id"]]["properties"]["weight"] == 75
    rig.azure.documents[origins["sweden"]["id"]]["properties"]["endpointMonitorStatus"] = "Degraded"
    rig.round()
    assert rig.azure.documents[origins["sweden"]["id"]]["properties"]["endpointStatus"] == "Disabled"
    assert rig.azure.documents[origins["germany"]["id"]]["properties"]["weight"] == 100
