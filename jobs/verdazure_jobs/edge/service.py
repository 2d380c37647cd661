"""The module: takes what the broker has for it, and acknowledges each message once it is safe."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt

from verdazure_jobs.edge.condensing import Condensed, Judge, Rules, take
from verdazure_jobs.edge.readings import BadReading, Reading
from verdazure_jobs.edge.store import Full, Store

_log = logging.getLogger(__name__)
PAUSE = 0.2
AT_LEAST_ONCE = 1


@dataclass
class Counts:
    """What has been done since the start."""

    taken: int = 0
    repeated: int = 0
    refused: int = 0
    raw_bytes: int = 0
    cpu_seconds: float = 0.0
    """Of the whole process."""


class Module:
    """Reads a topic at least once; the broker keeps what comes while the module is away."""

    def __init__(self, store: Store, judge: Judge, rules: Rules) -> None:
        self._store, self._judge, self._rules = store, judge, rules
        self._states: dict[str, Condensed] = {}
        self._stopping = threading.Event()
        self.counts = Counts()

    def handle(self, payload: bytes) -> None:
        """One message, safe when it returns. While the outbox is full it waits, and so the broker does."""
        try:
            reading = Reading.parse(payload)
        except BadReading as error:
            self.counts.refused += 1
            _log.warning("left out: %s", error)
            return
        state = self._states.get(reading.source) or self._store.state(reading.source)
        self._states[reading.source] = state
        if state.last is not None and reading.n <= state.last:
            self.counts.repeated += 1
        told = take(state, reading, self._rules, self._judge)
        self._keep(reading.source, state, told)
        self.counts.taken += 1
        self.counts.raw_bytes += reading.raw_bytes

    def _keep(self, source: str, state: Condensed, told: list[dict[str, Any]]) -> None:
        while True:
            try:
                return self._store.keep(source, state, told)
            except Full as error:
                _log.warning("%s; the broker has to wait", error)
                if self._stopping.wait(PAUSE):
                    raise

    def attach(self, host: str, port: int, topic: str, name: str) -> mqtt.Client:
        """Subscribes for good under that name; connects again by itself."""
        client = mqtt.Client(client_id=name, clean_session=False)
        client.on_connect = lambda client, *_: client.subscribe(topic, AT_LEAST_ONCE)
        client.on_message = lambda _client, _data, message: self.handle(message.payload)
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.connect_async(host, port)
        client.loop_start()
        return client

    @staticmethod
    def is_reading(client: mqtt.Client) -> bool:
        """Whether its thread lives: an error that is not the network's, such as a full disk, ends it."""
        thread = client._thread  # paho has no other way to ask
        return thread is not None and thread.is_alive()

    def report(self, sent_bytes: int, energy: "Energy | None" = None) -> dict[str, Any]:
        """What was taken, sent and saved; energy only where its factors were given."""
        self.counts.cpu_seconds = time.process_time()
        raw = self.counts.raw_bytes
        report: dict[str, Any] = {
            "messages": self.counts.taken,
            "repeated": self.counts.repeated,
            "refused": self.counts.refused,
            "rawBytes": raw,
            "sentBytes": sent_bytes,
            "savedPercent": round(100 * (1 - sent_bytes / raw), 2) if raw else None,
            "cpuSeconds": round(self.counts.cpu_seconds, 3),
        }
        return report | (energy.of(raw - sent_bytes, self.counts.cpu_seconds) if energy else {})

    def stop(self) -> None:
        """A message that waits for room is given back to the broker."""
        self._stopping.set()


@dataclass(frozen=True)
class Energy:
    """Factors of the site, which nobody but its owner knows."""

    wh_per_gigabyte: float
    """What the way up draws."""
    watts_per_core: float
    """What this device's processor draws."""

    def of(self, saved_bytes: int, cpu_seconds: float) -> dict[str, float]:
        """Watt-hours not drawn by the link, and drawn by judging here."""
        return {
            "savedWh": round(saved_bytes / 1e9 * self.wh_per_gigabyte, 6),
            "drawnWh": round(cpu_seconds * self.watts_per_core / 3600, 6),
        }
