"""Faults on order: which requests they concern, which call they strike, what is left behind."""

import json

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from verdazure.cli.sandbox import app
from verdazure.sandbox.azure.errors import RefusalError
from verdazure.sandbox.azure.faults import Document, Fault, Faults, Kind, Operation, Request
from verdazure.sandbox.azure.wire import decode, provider_pb2, status_pb2

GROUP = {"resourceGroupName": "rg", "location": "swedencentral"}


def order(engine, **fault):
    engine.store.path.with_suffix(".faults.json").write_text(json.dumps({"faults": [fault]}))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("throttled", 'Status=429 Code="TooManyRequests"'),
        ("conflict", 'Status=409 Code="AnotherOperationInProgress"'),
        ("quota", 'Status=409 Code="QuotaExceeded"'),
        ("timeout", 'Status=504 Code="GatewayTimeout"'),
    ],
)
def test_a_refused_creation_makes_nothing_and_the_next_one_succeeds(engine, refused, kind, words):
    order(engine, operation="create", fault=kind, times=4 if kind in ("throttled", "timeout") else 1)
    with pytest.raises(refused, match=words):
        engine.create("resources:ResourceGroup", GROUP)
    assert engine.store.resources() == []
    engine.group()
    assert [each.name for each in engine.store.resources()] == ["rg"]


def test_three_throttles_are_retried_away(engine):
    order(engine, operation="create", fault="throttled", times=3)
    engine.group()


def test_a_lost_answer_leaves_what_was_made(engine, refused):
    order(engine, operation="create", fault="lost")
    with pytest.raises(refused, match="connection was lost"):
        engine.create("resources:ResourceGroup", GROUP)
    assert [each.name for each in engine.store.resources()] == ["rg"]
    with pytest.raises(refused, match="cannot create already existing resource"):
        engine.create("resources:ResourceGroup", GROUP)


def test_a_lost_answer_is_a_broken_connection(engine, refused):
    order(engine, operation="create", fault="lost")
    with pytest.raises(refused) as lost:
        engine.create("resources:ResourceGroup", GROUP)
    assert lost.value.code is grpc.StatusCode.UNAVAILABLE


def test_a_partial_failure_tells_what_was_made(engine, refused):
    order(engine, operation="create", fault="partial")
    with pytest.raises(refused, match="reached terminal provisioning state 'Failed'") as failed:
        engine.create("resources:ResourceGroup", GROUP)
    (made,) = engine.store.resources()
    status = status_pb2.Status.FromString(failed.value.trailing["grpc-status-details-bin"])
    told = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(told)
    assert (told.id, decode(told.properties), list(told.reasons)) == (made.id, made.outputs, [str(failed.value)])
    assert decode(told.inputs) == made.inputs


def test_an_arm_type_says_whom_a_fault_concerns(engine, refused):
    order(engine, type="Microsoft.Resources/*", fault="conflict")
    with pytest.raises(refused, match="AnotherOperationInProgress"):
        engine.create("resources:ResourceGroup", GROUP)
    order(engine, type="Microsoft.Storage/*", fault="conflict")
    engine.group()
    engine.create("resources:ResourceGroup", {**GROUP, "resourceGroupName": "rg-2"})


def test_what_the_token_tells_needs_no_request(engine, refused):
    engine.group()
    order(engine, operation="invoke", fault="conflict")
    assert engine.invoke("authorization:getClientConfig")["objectId"]
    with pytest.raises(refused, match="AnotherOperationInProgress"):
        engine.invoke("resources:getResourceGroup", resourceGroupName="rg")


def test_faults_of_the_same_words_count_for_themselves(engine, refused):
    path = engine.store.path.with_suffix(".faults.json")
    path.write_text(json.dumps({"faults": [{"operation": "create", "fault": "conflict"}] * 2}))
    for _ in range(2):
        with pytest.raises(refused, match="AnotherOperationInProgress"):
            engine.create("resources:ResourceGroup", GROUP)
    engine.group()


def requests_that_fail(tmp_path, fault):
    faults = Faults(tmp_path / "azure.db")
    faults.clear()
    faults.save(Document(faults=[fault]))
    failed = []
    for name in map(str, range(100)):
        try:
            with faults.around(Operation.CREATE, "azure-native:resources:ResourceGroup", name):
                pass
        except RefusalError:
            failed.append(name)
    return failed


def test_a_probability_is_drawn_from_the_seed(tmp_path):
    fault = Fault(fault=Kind.CONFLICT, probability=0.2, seed=7)
    first = requests_that_fail(tmp_path, fault)
    assert 10 <= len(first) <= 30
    assert requests_that_fail(tmp_path, fault) == first
    assert requests_that_fail(tmp_path, fault.model_copy(update={"seed": 8})) != first
    assert requests_that_fail(tmp_path, fault.model_copy(update={"times": 3})) == first[:3]


@given(st.integers(), st.integers(1, 50))
def test_a_certain_fault_always_strikes(seed, attempt):
    request = Request(Operation.UPDATE, "azure-native:storage:StorageAccount", "data")
    assert Fault(fault=Kind.LOST, probability=1, seed=seed).draws(request, attempt)


def test_a_fault_of_another_type_or_operation_does_not_strike(engine):
    order(engine, operation="delete", fault="conflict")
    engine.group()
    order(engine, type="azure-native:storage:*", fault="conflict")
    engine.group("other")


def test_a_document_with_a_wrong_key_is_one_clear_error(engine, refused):
    order(engine, fault="conflict", sometimes=1)
    with pytest.raises(refused, match="cannot read the faults"):
        engine.create("resources:ResourceGroup", GROUP)


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_fault_strikes_as_often_as_asked_from_the_call_asked(on, times):
    fault = Fault(fault=Kind.CONFLICT, on=on, times=times)
    assert [call for call in range(1, 60) if fault.strikes(call)] == list(range(on, on + times))


def test_the_command_orders_lists_and_clears(tmp_path, monkeypatch):
    monkeypatch.setenv("VERDAZURE_SANDBOX_DIR", str(tmp_path))

    def faults(*arguments):
        done = CliRunner().invoke(app, ["fault", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["faults"]

    ordered = {"operation": "create", "type": "*", "name": "*", "fault": "quota", "on": 2, "times": None}
    ordered |= {"probability": None, "seed": 0, "seconds": 0.0}
    assert faults("add", "quota", "--operation", "create", "--on", "2") == [ordered]
    assert faults("list") == [ordered]
    assert faults("clear") == []
    assert list(tmp_path.iterdir()) == []
