"""The sandbox of one checkout: a folder with a Pulumi home, stacks and a simulated Azure of its own, and the variables
that make a plain `pulumi` use them."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from verdazure.sandbox import toolchain
from verdazure.sandbox.azure import plugin
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
    layout.home.mkdir(parents=True, exist_ok=True)
    layout.backend.mkdir(parents=True, exist_ok=True)
    tools = toolchain.ensure(report)
    _install_language_host(layout.home, tools)
    plugin.install(layout.home)
    return Sandbox(layout, tools, exports(layout, tools, environment))


def exports(layout: Layout, tools: toolchain.Toolchain, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a sandbox. PATH is that of `environment`, in which `pulumi` is the toolchain's."""
    return {
        "PATH": _path_with(tools.pulumi, environment.get("PATH", os.defpath)),
        "PULUMI_HOME": str(layout.home),
        "PULUMI_BACKEND_URL": layout.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Only the sandbox's own plugins run: a real azure-native on PATH would reach for a real Azure, and one that is
        # missing is an error to see, not something to download.
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # Behind an HTTP proxy, programs would otherwise look for the engine on the far side of it.
        "no_grpc_proxy": "127.0.0.1,localhost",
        FOLDER_VARIABLE: str(layout.folder),
    }


def _path_with(pulumi: Path, path: str) -> str:
    """`path` if it leads to `pulumi`, else with its folder in front.

    In front only if need be: a `python3` beside the CLI would come before that of an active virtual environment.
    """
    if shutil.which(pulumi.name, path=path) == str(pulumi):
        return path
    folder = str(pulumi.parent)
    return os.pathsep.join([folder, *(other for other in path.split(os.pathsep) if other != folder)])


def remove(layout: Layout) -> bool:
    """Delete a sandbox's stacks, plugins and simulated Azure; false if there were none.

    Only what a sandbox makes is deleted, so that a folder named by mistake keeps what else it holds.
    """
    files = list(layout.folder.glob(f"{layout.azure.stem}.*"))
    folders = [folder for folder in (layout.home, layout.backend) if folder.is_dir()]
    for file in files:
        file.unlink()
    for folder in folders:
        shutil.rmtree(folder)
    if layout.folder.is_dir() and not any(layout.folder.iterdir()):
        layout.folder.rmdir()
    return bool(files or folders)


def language_host_command(tools: toolchain.Toolchain, python: str) -> list[str] | None:
    """What starts the Python language host; `None` when it lies beside the CLI, where the CLI finds it by itself."""
    if tools.executor is not None:
        # -P: the engine starts the host in the program's folder, whose modules must not shadow the host's.
        return [python, "-P", "-m", "verdazure.sandbox.language_host", "--executor", str(tools.executor)]
    if tools.language_host is not None and tools.language_host.parent != tools.pulumi.resolve().parent:
        return [str(tools.language_host)]
    return None


def _install_language_host(home: Path, tools: toolchain.Toolchain) -> None:
    """Give the CLI a Python language host as a plugin, if it needs one.

    The plugins of a sandbox are those of one checkout, so the interpreter's path may stand here; in the cache, which
    checkouts share, it may not.
    """
    plugins = home / "plugins"
    folder = plugins / f"language-python-v{tools.version}"
    command = language_host_command(tools, sys.executable)
    for other in plugins.glob("language-python-v*"):
        if command is None or other != folder:
            shutil.rmtree(other)
    if command is not None:
        folder.mkdir(parents=True, exist_ok=True)
        _write_executable(folder / toolchain.LANGUAGE_HOST, f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')


def _write_executable(path: Path, text: str) -> None:
    """Write a file that other processes may be starting at this moment: in one step, and only if it differs."""
    if path.is_file() and path.read_text() == text:
        return
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o755)
    Path(file.name).replace(path)
