"""Installs the provider where the engine looks for the real `azure-native` plugin."""

import json
import shlex
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path


def sdk_version() -> str:
    """The version of the installed pulumi-azure-native: programs ask for the plugin of exactly this version.

    Raises `ModuleNotFoundError` when the SDK is not installed.
    """
    found = find_spec("pulumi_azure_native")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("pulumi_azure_native is not installed: pip install pulumi-azure-native")
    description = Path(found.origin).with_name("pulumi-plugin.json").read_text()
    return str(json.loads(description)["version"])


def install(pulumi_home: Path) -> Path:
    """Write the executable plugin into a PULUMI_HOME and return its path. Safe to repeat and to run twice at once.

    The simulated Azure keeps its state in `azure.db` beside that folder.
    """
    folder = pulumi_home.absolute() / "plugins" / f"resource-azure-native-v{sdk_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    executable = folder / "pulumi-resource-azure-native"
    state = pulumi_home.absolute().parent / "azure.db"
    # `-P`: the engine starts plugins in the program's folder, whose modules must not shadow the library's.
    command = shlex.join([sys.executable, "-P", "-m", "verdazure.sandbox.azure", "--state", str(state)])
    text = f'#!/bin/sh\nexec {command} "$@"\n'
    if not executable.is_file() or executable.read_text() != text:
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".plugin-", delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o755)
        Path(file.name).replace(executable)
    return executable
