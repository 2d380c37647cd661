"""What the controller remembers, and whose turn it is, on a real Blob endpoint."""

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobLeaseClient
from verdazure.controller.memory import BlobMemory, Busy


@pytest.fixture
def memory(account, container):
    return BlobMemory(account.get_container_client(container))


def test_what_is_kept_is_recalled_and_replaced(memory):
    assert memory.recall("train") == {}
    memory.keep("train", {"ml": {"leg": 1}})
    memory.keep("train", {"ml": {"leg": 2}})
    container = memory._container
    for one in (memory, BlobMemory(container)):
        assert one.recall("train") == {"ml": {"leg": 2}}
        assert one.recall("scale") == {}


def test_what_cannot_be_read_is_not_forgotten(memory, account, container):
    account.get_container_client(container).upload_blob("train.json", b"{")
    with pytest.raises(ValueError, match="property name"):
        memory.recall("train")


def test_one_at_a_time_has_its_turn(memory):
    with memory.turn(), pytest.raises(Busy), memory.turn():
        pytest.fail("two turns at once")
    with memory.turn() as turn:
        turn.renew()


def test_a_turn_that_was_taken_away_is_noticed(memory, account, container):
    with memory.turn() as turn:
        BlobLeaseClient(account.get_container_client(container).get_blob_client("turn")).break_lease(0)
        with pytest.raises(HttpResponseError):
            turn.renew()


def test_what_a_turn_does_survives_its_end(memory):
    with memory.turn():
        memory.keep("scale", {"blue": {"caps_passed": 1}})
    with memory.turn():
        assert memory.recall("scale") == {"blue": {"caps_passed": 1}}
