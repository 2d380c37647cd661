"""The controller as it stands in Azure: its settings, its identity, and one round of it.

Records go to Log Analytics by the Logs Ingestion API. Where that fails they stand in the function's own log, so that no
decision goes unsaid. Source: Microsoft Learn, Logs Ingestion API in Azure Monitor; read 2026-11-24.
"""

import functools
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError

from verdazure.arm import ENDPOINT, Arm
from verdazure.carbon.series import Series, Signal
from verdazure.carbon.sources import Chain, automatic
from verdazure.carbon.sources.watttime import USER_VARIABLE
from verdazure.controller.memory import BlobMemory, Busy, Memory, Turn
from verdazure.controller.outlook import Forecast
from verdazure.controller.records import Decision, Measured
from verdazure.controller.rounds import decide_round
from verdazure.controller.signals import LogSignals, Signals
from verdazure.steering import Steering

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_log = logging.getLogger(__name__)

DECISIONS, MEASURED = "Custom-VerdazureDecisions_CL", "Custom-VerdazureSustainability_CL"


class SettingMissing(Exception):
    """A setting of the function app is not there."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the function app is told, none of it secret."""

    container: str
    """Address of the container that holds memory and leases."""
    logs_endpoint: str
    """Of the data collection rule or endpoint."""
    logs_rule: str
    """Immutable id of the data collection rule."""
    steering: Steering

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises `SettingMissing`, which names the setting, and `SteeringError`."""

        def value(name: str) -> str:
            if not environment.get(name):
                raise SettingMissing(f"{name} is not set; deploy the controller again")
            return environment[name]

        steering = Steering.unpack(value("VERDAZURE_STEERING"))
        return cls(
            value("VERDAZURE_CONTAINER"), value("VERDAZURE_LOGS_ENDPOINT"), value("VERDAZURE_LOGS_RULE"), steering
        )


class Service:
    """What lives as long as the process: clients, and the tokens and answers that they keep."""

    def __init__(
        self,
        settings: Settings,
        credential: "TokenCredential",
        *,
        endpoint: str = ENDPOINT,
        forecast: Forecast | None = None,
        marginal: Forecast | None = None,
        signals: Signals | None = None,
        retries: int = 3,
        timeout: float = 20,
    ) -> None:
        """`endpoint` is Resource Manager's; `forecast` defaults to the best sources that the environment has keys for,
        `marginal` to WattTime where there is an account, `signals` to Log Analytics.

        `retries` and `timeout` (seconds) are those of one request: what fails for longer waits for the next round and
        holds up nobody else.
        """
        from azure.monitor.ingestion import LogsIngestionClient
        from azure.storage.blob import ContainerClient

        self._settings = settings
        self._arm = Arm(credential, endpoint=endpoint, retries=retries, timeout=timeout)
        self._forecast = forecast or _automatic
        self._marginal = marginal or (_marginal if os.environ.get(USER_VARIABLE) else None)
        self._signals = signals or LogSignals(credential)
        self._container: Any = ContainerClient.from_container_url(settings.container, credential)
        self._logs: Any = LogsIngestionClient(settings.logs_endpoint, credential)

    def parts(self) -> Sequence[int]:
        """Those of the fleet that have a target."""
        return sorted(self._settings.steering.parts())

    def round(self, part: int, now: datetime) -> Sequence[Decision]:
        """One round of a part, where it is ours to act. Raises azure-core's `AzureError`."""
        memory = BlobMemory(self._container)
        decisions: list[Decision] = []
        measured: list[Measured] = []
        try:
            with memory.turn(part) as turn:
                steering = self._settings.steering.part(part)
                try:
                    decisions.extend(self._decide(steering, memory, turn, now, measured))
                finally:
                    self._tell(DECISIONS, [each.row() for each in decisions])
                    self._tell(MEASURED, [each.row() for each in measured])
        except Busy as busy:
            _log.info("round of part %d at %s left out: %s", part, now.isoformat(), busy)
        return decisions

    def _decide(
        self, steering: Steering, memory: Memory, turn: Turn, now: datetime, measured: list[Measured]
    ) -> Iterator[Decision]:
        return decide_round(
            steering, self._arm, memory, turn, self._forecast, self._signals, now, self._marginal, measured
        )

    def _tell(self, stream: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        try:
            self._logs.upload(self._settings.logs_rule, stream, rows)
        except AzureError as error:
            _log.error("records were not taken: %s", error)
            for row in rows:
                _log.error("record %s", json.dumps(row))


def _automatic(region: str, ahead: timedelta) -> Series:
    return _sources(region).forecast(region, ahead)


def _marginal(region: str, ahead: timedelta) -> Series:
    return _sources(region, Signal.MARGINAL).forecast(region, ahead)


@functools.cache
def _sources(region: str, signal: Signal = Signal.AVERAGE) -> Chain:
    """Kept, as they keep connections, rates and the memory of who failed."""
    return automatic(region, signal)
