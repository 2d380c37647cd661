"""The controller for seven days, as Azure Functions runs it: Microsoft's clients, against servers on this machine."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.azurite.cloud import DAYS, QUARTER, START
from tests.unit.controller.test_rounds import drift


def test_seven_days_in_which_every_loop_acts(cloud):
    cloud.rig.drifted = drift(*(START + hours * timedelta(hours=8) for hours in range(1, 4)))
    cloud.live(DAYS * 96)
    azure = cloud.azure
    runs = {f"{name}-202603{2 + day:02}T0000" for name in ("big", "small") for day in range(DAYS)}
    runs.add("churn-20260303T0000")
    assert azure.finished.keys() == runs, "no job is lost"
    for run, ended in azure.finished.items():
        opened = datetime.strptime(run.split("-")[1], "%Y%m%dT%H%M").replace(tzinfo=UTC)
        assert ended <= opened + timedelta(hours=10 if run.startswith("small") else 12)
    assert len(azure.puts) == len(set(azure.puts)), "no leg is started twice"
    assert cloud.rig.traffic() == {"blue": 0, "green": 100}
    done = Counter(row["Loop"] for row in cloud.rows if row["Outcome"] == "done")
    assert done["scale"] >= 2 * DAYS
    assert done["train"] >= len(runs)
    assert done["rollout"] == 3
    assert done["retrain"] == 1
    assert done["route"] >= 2
    assert cloud.rig.weights()["sweden"] in (50, 95)
    saved = sum(row["GramsSaved"] for row in cloud.rows if row["Action"] == "ended")
    assert {row["Run"] for row in cloud.measured if row["Kind"] == "training"} == runs
    assert sum(row["Requests"] for row in cloud.measured if row["Kind"] == "inference") == pytest.approx(
        DAYS * 24 * 60 * 500, rel=0.01
    )
    assert saved > 0, "waiting for clean hours saved carbon, by what was really emitted"
    assert not [row for row in cloud.rows if row["Outcome"] == "failed"]
    assert len({row["DecisionId"] for row in cloud.rows}) == len(cloud.rows)
    assert len({"https://storage.azure.com", "https://monitor.azure.com"} & set(cloud.audiences)) == 2


def throttled(method, url):
    return 429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "0"}


def down(method, url):
    return 500, {"error": {"code": "InternalServerError"}}, {"Retry-After": "0"}


def expired(method, url):
    return 401, {"error": {"code": "ExpiredAuthenticationToken"}}, {}


def garbled(method, url):
    return 200, "<html>", {}


def silent(method, url):
    time.sleep(0.6)
    return 200, {}, {}


@pytest.mark.parametrize("fault", [throttled, down, expired, garbled, silent], ids=lambda each: each.__name__)
def test_a_bad_hour_changes_nothing_and_is_said(cloud, fault):
    cloud.live(4)
    cloud.fault = fault
    before = {path: str(document) for path, document in cloud.azure.documents.items()}
    cloud.rows.clear()
    for _ in range(2):
        cloud.round()
        cloud.azure.now += QUARTER
    assert {path: str(document) for path, document in cloud.azure.documents.items()} == before
    assert {(row["Target"], row["Outcome"]) for row in cloud.rows} == {
        (target, "failed") for target in ("chat", "ml", "blue", "gpu", "front", "churn")
    }
    assert all(row["Reason"].startswith("Failed: ") for row in cloud.rows)
    cloud.fault = None
    cloud.live(48)
    assert {run.split("-")[0] for run in cloud.azure.finished} >= {"big", "small"}, "no job is lost by it"
