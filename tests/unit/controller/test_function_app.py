"""What Azure Functions finds when it loads the controller, and what it is told."""

import json
import subprocess
import sys

import pytest
from verdazure.controller.function_app import app
from verdazure.controller.service import SettingMissing, Settings


def test_the_index_holds_one_timer():
    (function,) = app.get_functions()
    assert function.get_function_name() == "carbon_round"
    assert json.loads(function.get_function_json())["bindings"] == [
        {
            "direction": "IN",
            "type": "timerTrigger",
            "name": "timer",
            "schedule": "%VERDAZURE_SCHEDULE%",
            "runOnStartup": False,
            "useMonitor": True,
        }
    ]


def test_nothing_that_deploys_is_loaded_with_it():
    """A cold start takes what its imports take; azure-native is 400 MB."""
    program = "import sys, verdazure.controller.function_app; print('pulumi_azure_native' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_a_setting_that_is_missing_is_named():
    with pytest.raises(SettingMissing, match="VERDAZURE_LOGS_RULE is not set; deploy the controller again"):
        Settings.read({"VERDAZURE_CONTAINER": "https://x", "VERDAZURE_LOGS_ENDPOINT": "https://y"})
