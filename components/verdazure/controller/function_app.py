"""What Azure Functions loads: a timer that splits a round into parts, and a queue whose messages are these parts.

The parts of a fleet run beside one another, on as many instances as Azure gives. Programming model v2 for Python.
"""

import functools
import json
import logging
import os
from datetime import UTC, datetime, timedelta

import azure.functions as func

from verdazure.controller.service import Service, Settings

_log = logging.getLogger(__name__)

LATEST = timedelta(minutes=5)
"""That a part may begin after its round did: the next round is near, and knows more."""

app = func.FunctionApp()


@app.function_name("carbon_round")
@app.timer_trigger(arg_name="timer", schedule="%VERDAZURE_SCHEDULE%", run_on_startup=False, use_monitor=True)
@app.queue_output(arg_name="parts", queue_name="%VERDAZURE_QUEUE%", connection="VERDAZURE_PARTS")
def carbon_round(timer: func.TimerRequest, parts: func.Out[list[str]]) -> None:
    """One message a part; a timer that comes late, as after a restart, asks for no more than one round."""
    now = datetime.now(UTC).isoformat()
    parts.set([json.dumps({"part": part, "at": now}) for part in _service().parts()])


@app.function_name("carbon_part")
@app.queue_trigger(arg_name="message", queue_name="%VERDAZURE_QUEUE%", connection="VERDAZURE_PARTS")
def carbon_part(message: func.QueueMessage) -> None:
    """One part of one round. A message that comes twice finds its part busy, or nothing left to change."""
    asked = json.loads(message.get_body())
    at = datetime.fromisoformat(asked["at"])
    if datetime.now(UTC) - at > LATEST:
        _log.warning("part %d of the round of %s left out: it comes too late", asked["part"], asked["at"])
        return
    _service().round(int(asked["part"]), at)


@functools.cache
def _service() -> Service:
    from azure.identity import DefaultAzureCredential

    return Service(Settings.read(os.environ), DefaultAzureCredential())
