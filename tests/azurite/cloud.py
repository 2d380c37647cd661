"""The controller's own service, between Microsoft's clients and the servers that stand for Azure here."""

import os
from datetime import UTC, datetime, timedelta

import numpy as np
from azure.identity import ManagedIdentityCredential
from azure.storage.blob import ContainerClient
from verdazure.carbon.sources import ElectricityMaps
from verdazure.carbon.sources.electricity_maps import SERVICE
from verdazure.controller.service import Service, Settings
from verdazure.controller.signals import LogSignals
from verdazure.web.wire import Service as Web
from verdazure.web.wire import Wire

from tests.azurite.servers import electricity_maps, identity, log_analytics, serving
from tests.unit.controller.test_rounds import HOURS, STEERING, Rig

DAYS = 7
QUARTER = timedelta(minutes=15)
START = datetime(2026, 3, 2, tzinfo=UTC)
HOURLY = (200 + 120 * np.sin((np.arange(24 * (DAYS + 4)) - 12) / 24 * 2 * np.pi)).round(1).tolist()  # cleanest at six


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
            self.pass_quarter()

    def pass_quarter(self):
        self.azure.pass_time(QUARTER, lambda run: HOURS[run.split("-")[0]])
