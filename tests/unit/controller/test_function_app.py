"""What Azure Functions finds when it loads the controller, and what it is told."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import azure.functions as func
import pytest
from verdazure.controller import function_app
from verdazure.controller.function_app import app
from verdazure.controller.service import SettingMissing, Settings

FUNCTIONS = {each.get_function_name(): each for each in app.get_functions()}


def test_the_index_holds_a_timer_that_fills_a_queue_and_what_empties_it():
    bindings = {name: json.loads(each.get_function_json())["bindings"] for name, each in FUNCTIONS.items()}
    queue = {"queueName": "%VERDAZURE_QUEUE%", "connection": "VERDAZURE_PARTS"}
    assert bindings == {
        "carbon_round": [
            {"direction": "OUT", "type": "queue", "name": "parts", **queue},
            {
                "direction": "IN",
                "type": "timerTrigger",
                "name": "timer",
                "schedule": "%VERDAZURE_SCHEDULE%",
                "runOnStartup": False,
                "useMonitor": True,
            },
        ],
        "carbon_part": [{"direction": "IN", "type": "queueTrigger", "name": "message", **queue}],
    }


class Asked:
    """A service that notes what it is asked for."""

    def __init__(self):
        self.rounds = []

    def parts(self):
        return [3, 61]

    def round(self, part, at):
        self.rounds.append((part, at))


@pytest.fixture
def asked(monkeypatch):
    service = Asked()
    monkeypatch.setattr(function_app, "_service", lambda: service)
    return service


class Sent(func.Out):
    def set(self, val):
        self.messages = val

    def get(self):
        return self.messages


def body(function):
    return FUNCTIONS[function].get_user_function()


def test_a_round_is_one_message_a_part_and_each_is_one_part_of_that_round(asked):
    sent = Sent()
    body("carbon_round")(None, sent)
    for message in sent.messages:
        body("carbon_part")(func.QueueMessage(body=message.encode()))
    assert [part for part, _ in asked.rounds] == [3, 61]
    assert len({at for _, at in asked.rounds}) == 1


def test_a_part_that_comes_too_late_is_left_out(asked, caplog):
    late = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    body("carbon_part")(func.QueueMessage(body=json.dumps({"part": 3, "at": late}).encode()))
    assert asked.rounds == []
    assert "comes too late" in caplog.text


def test_nothing_that_deploys_is_loaded_with_it():
    """A cold start takes what its imports take; azure-native is 400 MB."""
    program = "import sys, verdazure.controller.function_app; print('pulumi' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_a_setting_that_is_missing_is_named():
    with pytest.raises(SettingMissing, match="VERDAZURE_LOGS_RULE is not set; deploy the controller again"):
        Settings.read(
            {"VERDAZURE_CONTAINER": "https://x", "VERDAZURE_LOGS_ENDPOINT": "https://y", "VERDAZURE_STEERING": "{}"}
        )
