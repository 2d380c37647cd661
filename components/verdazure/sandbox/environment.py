"""The sandbox of one checkout: a folder with a Pulumi home, stacks and a simulated Azure of its own, and the variables
that make a plain `pulumi` use them."""

import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from verdazure.sandbox import toolchain
from verdazure.sandbox.progress import Report

FOLDER_VARIABLE = "VERDAZURE_SANDBOX_DIR"

# A sandbox holds no real secret. The passphrase is fixed so that Pulumi encrypts as it does elsewhere, without asking.
_PASSPHRASE = "verdazure-sandbox"  # noqa: S105

_PROJECT_MARKERS = ("Pulumi.yaml", ".git", "pyproject.toml")


class Layout(NamedTuple):
    """Where things are in a sandbox's folder. Nothing needs to exist."""

    folder: Path

    @property
    def home(self) -> Path:
        """PULUMI_HOME: plugins, selected stacks, logs."""
        return self.folder / "home"

    @property
    def backend(self) -> Path:
        """The stacks and their state."""
        return self.folder / "backend"

    @property
    def bin(self) -> Path:
        """Executables bound to this checkout's interpreter, which the shared cache must not hold."""
        return self.folder / "bin"

    @property
    def azure(self) -> Path:
        """What the simulated Azure holds: an SQLite database."""
        return self.folder / "azure.db"


class Sandbox(NamedTuple):
    """A prepared sandbox. `exports` are the variables, with their values, in which `pulumi` runs in it."""

    layout: Layout
    toolchain: toolchain.Toolchain
    exports: dict[str, str]


def locate(start: Path, environment: Mapping[str, str] = os.environ) -> Layout:
    """The sandbox that belongs to a folder: VERDAZURE_SANDBOX_DIR, else `.verdazure` in the root of its project.

    The root is the nearest folder upwards with a Pulumi.yaml, .git or pyproject.toml, else `start` itself.
    """
    named = environment.get(FOLDER_VARIABLE)
    if named:
        return Layout(Path(named).absolute())
    start = start.absolute()
    roots = (folder for folder in (start, *start.parents) if any((folder / name).exists() for name in _PROJECT_MARKERS))
    return Layout(next(roots, start) / ".verdazure")


def prepare(folder: Path, environment: Mapping[str, str] = os.environ, report: Report | None = None) -> Sandbox:
    """Make a sandbox in `folder`, with the simulated Azure installed and a toolchain at hand; safe to repeat.

    Obtains the toolchain if there is none, which takes minutes; see `toolchain.ensure`, whose errors pass through.
    """
    layout = Layout(folder.absolute())
    for part in (layout.home, layout.backend, layout.bin):
        part.mkdir(parents=True, exist_ok=True)
    try:
        from verdazure.sandbox.azure import plugin
    except ModuleNotFoundError:
        plugin = None
    if plugin:
        plugin.install(layout.home)
    tools = toolchain.ensure(report)
    stand_in = layout.bin / toolchain.LANGUAGE_HOST
    if tools.executor is None:
        stand_in.unlink(missing_ok=True)
    else:
        _write_executable(stand_in, language_host_script(sys.executable, tools.executor))
    return Sandbox(layout, tools, exports(layout, tools, environment))


def exports(layout: Layout, tools: toolchain.Toolchain, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a sandbox. PATH is that of `environment` with the sandbox's folders first, each once."""
    first = [str(folder) for folder in (layout.bin, *tools.bin_dirs)]
    others = [folder for folder in environment.get("PATH", os.defpath).split(os.pathsep) if folder not in first]
    return {
        "PATH": os.pathsep.join([*first, *others]),
        "PULUMI_HOME": str(layout.home),
        "PULUMI_BACKEND_URL": f"file://{layout.backend}",
        "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # A plugin that is missing is an error to see, not something to download.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        FOLDER_VARIABLE: str(layout.folder),
    }


def language_host_script(python: str, executor: Path) -> str:
    """The stand-in for `pulumi-language-python`: this checkout's interpreter with the host's module."""
    command = shlex.join([python, "-m", "verdazure.sandbox.language_host", "--executor", str(executor)])
    return f'#!/bin/sh\nexec {command} "$@"\n'


def _write_executable(path: Path, text: str) -> None:
    """Write a file that other processes may be starting at this moment: in one step, and only if it differs."""
    if path.is_file() and path.read_text() == text:
        return
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o755)
    Path(file.name).replace(path)
