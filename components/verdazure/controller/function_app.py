"""What Azure Functions loads: a timer that asks for one round. Programming model v2 for Python."""

import functools
import os
from datetime import UTC, datetime

import azure.functions as func

from verdazure.controller.service import Service, Settings

app = func.FunctionApp()


@app.function_name("carbon_round")
@app.timer_trigger(arg_name="timer", schedule="%VERDAZURE_SCHEDULE%", run_on_startup=False, use_monitor=True)
def carbon_round(timer: func.TimerRequest) -> None:
    """One round; a timer that comes late, as after a restart, asks for no more than one."""
    _service().round(datetime.now(UTC))


@functools.cache
def _service() -> Service:
    from azure.identity import DefaultAzureCredential

    return Service(Settings.read(os.environ), DefaultAzureCredential())
