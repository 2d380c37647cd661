"""The way up: what waits is sent in order, and leaves the store once it has arrived."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from verdazure_jobs.edge.store import Store, Waiting

if TYPE_CHECKING:
    from azure.iot.device import Message

_log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
IDLE = 0.05
OUTPUT = "results"


class Client(Protocol):
    """What is needed of azure-iot-device's module client; calls return once the hub has it."""

    def send_message_to_output(self, message: "Message", output_name: str) -> None: ...


class DeviceClient(Protocol):
    """What is needed of its device client, where there is no edge hub in between."""

    def send_message(self, message: "Message") -> None: ...


Send = Callable[[Waiting], None]


def to_output(client: Client) -> Send:
    """Through the edge hub, whose routes decide what goes further."""
    return lambda waiting: client.send_message_to_output(_message(waiting), OUTPUT)


def to_hub(client: DeviceClient) -> Send:
    """Straight to the hub, as a device."""
    return lambda waiting: client.send_message(_message(waiting))


def _message(waiting: Waiting) -> "Message":
    from azure.iot.device import Message

    message = Message(waiting.body, message_id=str(waiting.number), content_encoding="utf-8")
    message.content_type = "application/json"
    return message


class Uplink:
    """Sends in a thread of its own; an outage only makes it wait, longer each time."""

    def __init__(self, store: Store, send: Send) -> None:
        self._store, self._send = store, send
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)
        self.sent_bytes = 0

    def start(self) -> None:
        """Begins with what an earlier run left."""
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """What is not yet up stays in the store."""
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            waiting = self._store.next()
            if waiting is None:
                self._stopping.wait(IDLE)
                continue
            try:
                self._send(waiting)
            except Exception as error:
                _log.warning("message %d waits %.1f s: %s", waiting.number, pause, error)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            self.sent_bytes += len(waiting.body)
            self._store.sent(waiting.number)
