"""Triggers are started and stopped once, in the words of Resource Manager's interface."""

import json

import pytest
from azure.core.exceptions import AzureError
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.cli import data as command
from verdazure.ingestion import triggers
from verdazure.ingestion.triggers import State, StillTurning, Turned, turn

from tests.unit.resource_manager import Answers, manager

FACTORY = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.DataFactory/factories/adf"


class Factory(Answers):
    """Two pages of triggers; each change takes `lag` looks to be done."""

    def __init__(self, lag=1, **states):
        super().__init__(lambda said, _: (200, self.told(said.partition(" ")[2])))
        self.states, self.lag, self.pending = states, lag, {}
        self.next_host = "https://management.azure.com"

    @property
    def calls(self):
        return [said.replace(FACTORY, "") for said in self.asked]

    def told(self, url):
        path = url.removeprefix(FACTORY).partition("?")[0]
        names = list(self.states)
        if path == "/triggers":
            first = {"value": [self.shown(name) for name in names[:1]]}
            return first | {"nextLink": f"{self.next_host}{FACTORY}/more?page=2"} if names[1:] else first
        if path == "/more":
            return {"value": [self.shown(name) for name in names[1:]]}
        name, _, act = path.removeprefix("/triggers/").partition("/")
        if act:
            self.pending[name] = [self.lag, "Started" if act == "start" else "Stopped"]
            return {}
        if name in self.pending:
            self.pending[name][0] -= 1
            if self.pending[name][0] < 0:
                self.states[name] = self.pending.pop(name)[1]
        return self.shown(name)

    def shown(self, name):
        return {"name": name, "properties": {"type": "TumblingWindowTrigger", "runtimeState": self.states[name]}}


def test_triggers_are_started_page_by_page_and_waited_for():
    factory = Factory(prices="Stopped", orders="Stopped")
    assert list(turn(manager(factory), FACTORY, State.STARTED, pause_seconds=0)) == [
        Turned("prices", True),
        Turned("orders", True),
    ]
    assert factory.states == {"prices": "Started", "orders": "Started"}
    assert factory.calls == [
        "GET /triggers?api-version=2018-06-01",
        "GET /more?page=2",
        "POST /triggers/prices/start?api-version=2018-06-01",
        "GET /triggers/prices?api-version=2018-06-01",
        "GET /triggers/prices?api-version=2018-06-01",
        "POST /triggers/orders/start?api-version=2018-06-01",
        "GET /triggers/orders?api-version=2018-06-01",
        "GET /triggers/orders?api-version=2018-06-01",
    ]


def test_what_is_in_that_state_already_is_left_alone():
    factory = Factory(prices="Stopped", orders="Started")
    assert list(turn(manager(factory), FACTORY, State.STOPPED, pause_seconds=0)) == [
        Turned("prices", False),
        Turned("orders", True),
    ]
    assert not any("prices/" in asked for asked in factory.calls)


def test_a_trigger_that_does_not_turn_is_told(monkeypatch):
    monkeypatch.setattr(triggers, "_LONGEST_SECONDS", 0)
    with pytest.raises(StillTurning, match="triggers/prices is Stopped and not yet Started; run the command again"):
        list(turn(manager(Factory(lag=9, prices="Stopped")), FACTORY, State.STARTED, pause_seconds=0))


def test_no_token_goes_to_another_host():
    factory = Factory(prices="Started", orders="Started")
    factory.next_host = "https://management.azure.com.example.net"
    with pytest.raises(AzureError, match=r"goes on at 'https://management.azure.com.example.net.*no token is sent"):
        list(turn(manager(factory), FACTORY, State.STARTED))
    assert len(factory.asked) == 1


def run(monkeypatch, factory, *arguments):
    monkeypatch.setattr(command, "resource_manager", lambda: manager(factory))
    return CliRunner().invoke(app, ["data", *arguments])


def test_the_command_says_what_it_did(monkeypatch):
    factory = Factory(lag=0, prices="Started", orders="Stopped")
    assert run(monkeypatch, factory, "start", FACTORY).output == "started    prices, as it was\nstarted    orders\n"
    told = json.loads(run(monkeypatch, factory, "stop", FACTORY, "--json").output)
    assert told == [{"trigger": "prices", "changed": True}, {"trigger": "orders", "changed": True}]
    assert run(monkeypatch, Factory(), "stop", FACTORY).output == "The factory has no triggers.\n"


@pytest.mark.parametrize("given", ["adf", FACTORY + "/triggers/x", FACTORY.replace("DataFactory/f", "Storage/f")])
def test_what_is_no_factory_is_one_clear_error(monkeypatch, given):
    refused = run(monkeypatch, Factory(), "start", given)
    assert refused.exit_code == 1
    assert f"error: {given!r} is no data factory's id; give /subscriptions/" in refused.output
