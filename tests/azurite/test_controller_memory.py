"""What the controller remembers, and whose turn it is, on a real Blob endpoint."""

import time

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobLeaseClient
from verdazure.controller.memory import BlobMemory, Busy


@pytest.fixture
def memory(account, container):
    return BlobMemory(account.get_container_client(container))


def test_what_is_kept_is_recalled_and_replaced(memory):
    assert memory.recall("train", "ml") == {}
    memory.keep("train", "ml", {"leg": 1})
    memory.keep("train", "ml", {"leg": 2})
    container = memory._container
    for one in (memory, BlobMemory(container)):
        assert one.recall("train", "ml") == {"leg": 2}
        assert one.recall("scale", "ml") == {}


def test_what_cannot_be_read_is_not_forgotten(memory, account, container):
    account.get_container_client(container).upload_blob("train/ml.json", b"{")
    with pytest.raises(ValueError, match="property name"):
        memory.recall("train", "ml")


def test_one_at_a_time_has_its_turn(memory):
    with memory.turn(7), pytest.raises(Busy), memory.turn(7):
        pytest.fail("two turns at once")
    with memory.turn(7) as turn, memory.turn(8):
        turn.check()


def test_a_turn_that_was_taken_away_is_noticed(memory, account, container, monkeypatch):
    monkeypatch.setattr("verdazure.controller.memory._RENEWED_SECONDS", 0.1)
    with memory.turn(7) as turn:
        turn.check()
        BlobLeaseClient(account.get_container_client(container).get_blob_client("turn/7")).break_lease(0)
        time.sleep(1)
        with pytest.raises(HttpResponseError):
            turn.check()


def test_what_a_turn_does_survives_its_end(memory):
    with memory.turn(7):
        memory.keep("scale", "blue", {"caps_passed": 1})
    with memory.turn(7):
        assert memory.recall("scale", "blue") == {"caps_passed": 1}
