"""The zip that Azure Functions runs: three small files, and the library by its name and version."""

import json
import zipfile
from importlib.metadata import version
from pathlib import Path

_ENTRY = "from verdazure.controller.function_app import app\n\n__all__ = ['app']\n"
# Microsoft Learn, host.json reference for Azure Functions 2.x and later; read 2026-11-24. A part that failed twice is
# left to the next round, which knows more.
_HOST = {
    "version": "2.0",
    "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
    "extensions": {"queues": {"batchSize": 4, "newBatchThreshold": 2, "maxDequeueCount": 2}},
    "functionTimeout": "00:10:00",
    "logging": {"applicationInsights": {"samplingSettings": {"isEnabled": True, "excludedTypes": "Exception"}}},
}
_FIRST = (2026, 1, 1, 0, 0, 0)
"""Of every file, so that the same code is the same archive."""


def write_package(to: Path, requirement: str | None = None) -> str:
    """Writes the archive; gives the requirement in it. `requirement` is pip's word for where the library comes from."""
    wanted = requirement or f"verdazure=={version('verdazure')}"
    files = {"function_app.py": _ENTRY, "host.json": json.dumps(_HOST, indent=2), "requirements.txt": f"{wanted}\n"}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST), text)
    return wanted
