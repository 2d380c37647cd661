"""How a shell sets environment variables."""

import shlex
from collections.abc import Mapping
from enum import Enum


class Shell(str, Enum):
    """A shell whose syntax `exports` writes."""

    POSIX = "posix"
    FISH = "fish"
    POWERSHELL = "powershell"


def exports(variables: Mapping[str, str], shell: Shell) -> str:
    """Lines that set `variables` when the shell evaluates them, whatever characters the values hold."""
    return "".join(_export(name, value, shell) + "\n" for name, value in variables.items())


def _export(name: str, value: str, shell: Shell) -> str:
    match shell:
        case Shell.POSIX:
            return f"export {name}={shlex.quote(value)}"
        case Shell.FISH:
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            return f"set -gx {name} '{escaped}'"
        case Shell.POWERSHELL:
            escaped = value.replace("'", "''")
            return f"$env:{name} = '{escaped}'"
