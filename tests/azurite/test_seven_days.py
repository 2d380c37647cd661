"""The controller for seven days, as Azure Functions runs it: Microsoft's clients, against servers on this machine."""

import os
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import trustme
from azure.identity import ManagedIdentityCredential
from azure.storage.blob import ContainerClient
from verdazure.carbon.sources import ElectricityMaps
from verdazure.carbon.sources.electricity_maps import SERVICE
from verdazure.controller.service import Service, Settings
from verdazure.controller.signals import LogSignals
from verdazure.web.wire import Service as Web
from verdazure.web.wire import Wire

from tests.azurite.conftest import azurite
from tests.azurite.servers import electricity_maps, identity, log_analytics, serving
from tests.unit.controller.test_rounds import HOURS, STEERING, Rig, drift

DAYS = 7
QUARTER = timedelta(minutes=15)
START = datetime(2026, 3, 2, tzinfo=UTC)
HOURLY = (200 + 120 * np.sin((np.arange(24 * (DAYS + 4)) - 12) / 24 * 2 * np.pi)).round(1).tolist()  # cleanest at six


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate authority that the clients of these tests trust."""
    made = trustme.CA()
    bundle = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(bundle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        yield made.issue_cert("localhost", "127.0.0.1")


@pytest.fixture(scope="module")
def blobs(authority, tmp_path_factory):
    """Azurite over HTTPS, which takes tokens and no keys from the clients here."""
    folder = tmp_path_factory.mktemp("certificate")
    authority.private_key_pem.write_to_path(folder / "key.pem")
    authority.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    options = ["--oauth", "basic", "--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")]
    with azurite(*options, "--skipApiVersionCheck") as address:
        yield address


class Cloud:
    """The servers, and a service that knows nothing but their addresses."""

    def __init__(self, authority, blobs, stack, monkeypatch) -> None:
        self.rig = Rig()
        self.azure, self.rows, self.measured, self.audiences = self.rig.azure, [], [], []
        self.fault = None
        signed_in = stack.enter_context(serving(identity(self.audiences)))
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{signed_in}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        clock = self.now
        manager = stack.enter_context(serving(self.managed, authority, clock))
        logs = stack.enter_context(serving(self.logged, authority))
        analytics = stack.enter_context(serving(log_analytics(self.rig_drift), authority))
        grid = stack.enter_context(
            serving(
                electricity_maps(clock, START, {"swedencentral": HOURLY, "germanywestcentral": [600.0] * len(HOURLY)})
            )
        )
        self.credential = ManagedIdentityCredential()
        address = f"{blobs}/controller-{os.urandom(4).hex()}"
        self.container = ContainerClient.from_container_url(address, self.credential)
        self.container.create_container()
        steering = STEERING.model_copy(update={"every_minutes": 15})
        signals = LogSignals(self.credential, f"{analytics}/v1")
        wire = Wire(Web(SERVICE.name, grid, 1000, timedelta(seconds=1), "nobody"), now=clock)
        source = ElectricityMaps("token", wire=wire)
        self.service = Service(
            Settings(address, logs, "dcr-1", steering),
            self.credential,
            endpoint=manager,
            forecast=source.forecast,
            signals=signals,
            retries=1,
            timeout=0.5,
        )

    def rig_drift(self, model, since, until):
        assert model == "churn"
        return self.rig.drift("", model, since, until)

    def now(self):
        return self.azure.now

    def managed(self, method, url, body, headers):
        assert headers["Authorization"].startswith("Bearer ey")
        if self.fault is not None and (found := self.fault(method, url)) is not None:
            return found
        status, document = self.azure.answer(f"{method} {url}", body)
        return status, document, {}

    def logged(self, method, url, body, headers):
        stream = url.partition("?")[0].removeprefix("/dataCollectionRules/dcr-1/streams/Custom-")
        {"VerdazureDecisions_CL": self.rows, "VerdazureSustainability_CL": self.measured}[stream].extend(body)
        return 204, "", {}

    def round(self):
        for part in self.service.parts():
            self.service.round(part, self.azure.now)

    def live(self, rounds):
        for _ in range(rounds):
            self.round()
            self.azure.pass_time(QUARTER, lambda run: HOURS[run.split("-")[0]])


@pytest.fixture
def cloud(authority, blobs, monkeypatch):
    with ExitStack() as stack:
        yield Cloud(authority, blobs, stack, monkeypatch)


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
