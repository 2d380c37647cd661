"""A fleet's round over a real queue: parts run beside one another, come twice, and outlive whoever works on them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import azure.functions as func
import pytest
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy
from verdazure.controller import function_app

from tests.azurite.conftest import ACCOUNT, API_VERSION, KEY, azurite
from tests.unit.controller.test_function_app import FUNCTIONS as INDEX
from tests.unit.controller.test_function_app import Sent

FUNCTIONS = {name: each.get_user_function() for name, each in INDEX.items()}
UNSEEN_SECONDS = 1
"""That a message stays away from others once somebody has it; the host's own time is minutes."""


class Host:
    """What the Functions host does with the queue: texts in base64, deleted once the function has ended well."""

    def __init__(self, queue: QueueClient) -> None:
        self.queue, self.worked = queue, []
        self.dies = lambda: False
        self._lock = threading.Lock()

    def ring(self) -> None:
        parts = Sent()
        FUNCTIONS["carbon_round"](None, parts)
        for message in parts.messages:
            self.queue.send_message(message)

    def work(self, workers: int = 2) -> None:
        """Until the queue is empty, messages included that come back."""
        while self.queue.get_queue_properties().approximate_message_count:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(lambda _: self._one(), range(workers)))

    def _one(self) -> None:
        message = self.queue.receive_message(visibility_timeout=UNSEEN_SECONDS)
        if message is None:
            return
        FUNCTIONS["carbon_part"](func.QueueMessage(body=message.content.encode()))
        with self._lock:
            self.worked.append(message.content)
        if not self.dies():
            self.queue.delete_message(message)


@pytest.fixture(scope="module")
def queues():
    with azurite("--skipApiVersionCheck", service="queue") as address:
        yield address


@pytest.fixture
def host(cloud, queues, monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return cloud.now().astimezone(tz or UTC)

    monkeypatch.setattr(function_app, "_service", lambda: cloud.service)
    monkeypatch.setattr(function_app, "datetime", Clock)
    name = f"parts-{id(cloud)}"
    queue = QueueClient(
        queues,
        name,
        credential={"account_name": ACCOUNT, "account_key": KEY},
        api_version=API_VERSION,
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )
    queue.create_queue()
    yield Host(queue)
    queue.delete_queue()


def live(cloud, host, rounds):
    for _ in range(rounds):
        host.ring()
        host.work()
        cloud.pass_quarter()


def test_parts_side_by_side_start_each_leg_once(cloud, host):
    live(cloud, host, 56)
    assert len(host.worked) == 56 * len(cloud.service.parts())
    assert len(cloud.azure.puts) == len(set(cloud.azure.puts))
    assert {run.split("-")[0] for run in cloud.azure.finished} >= {"big", "small"}
    assert not [row for row in cloud.rows if row["Outcome"] == "failed"]


def test_a_part_that_comes_twice_changes_nothing_twice(cloud, host):
    for _ in range(24):
        host.ring()
        host.ring()
        host.work(workers=4)
        cloud.pass_quarter()
    assert len(host.worked) == 2 * 24 * len(cloud.service.parts())
    assert len(cloud.azure.puts) == len(set(cloud.azure.puts)) > 0
    assert not [row for row in cloud.rows if row["Outcome"] == "failed"]


def test_a_part_whose_worker_died_comes_back_and_does_nothing_twice(cloud, host):
    dying = iter([True, True])
    host.dies = lambda: next(dying, False)
    live(cloud, host, 4)
    assert len(host.worked) == 4 * len(cloud.service.parts()) + 2
    assert len(cloud.azure.puts) == len(set(cloud.azure.puts))
