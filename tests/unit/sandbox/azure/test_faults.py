"""Faults on order: which requests they concern, which call they strike, what is left behind."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from verdazure.cli.sandbox import app
from verdazure.sandbox.azure.faults import Fault, Kind

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

    ordered = {"operation": "create", "type": "*", "name": "*", "fault": "quota", "on": 2, "times": 1, "seconds": 0.0}
    assert faults("add", "quota", "--operation", "create", "--on", "2") == [ordered]
    assert faults("list") == [ordered]
    assert faults("clear") == []
    assert list(tmp_path.iterdir()) == []
