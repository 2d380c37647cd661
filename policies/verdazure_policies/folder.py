"""The pack as a folder that `--policy-pack` takes, made for the environment that Verdazure is installed in.

A folder of its own, because Pulumi looks there for the interpreter, and because the engine runs a pack in the pack's
folder: which settings lie beside the stack is known where this is called, and no longer there.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import platformdirs

PROGRAM = '''"""The pack as Pulumi runs it; made by `verdazure policy-pack`."""

from pathlib import Path

from verdazure_policies.serving import serve

serve({arguments})
'''


def write(settings: Path | None, profile: str | None) -> Path:
    """Writes the folder into the user's cache, the same one for the same settings, and returns it."""
    program = PROGRAM.format(arguments=_arguments(settings, profile))
    project = _project()
    mark = hashlib.sha256(f"{program}\n{project}".encode()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("verdazure")) / "policy-packs" / mark
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    (folder / "PulumiPolicy.yaml").write_text(project, encoding="utf-8")
    return folder


def _arguments(settings: Path | None, profile: str | None) -> str:
    told = []
    if settings:
        told.append(f"settings=Path({str(settings.resolve())!r})")
    if profile:
        told.append(f"profile={profile!r}")
    return ", ".join(told)


def _project() -> str:
    """JSON is YAML. Outside a virtual environment Pulumi takes the interpreter that is on the PATH."""
    runtime: dict[str, object] = {"name": "python"}
    if sys.prefix != sys.base_prefix:
        runtime["options"] = {"virtualenv": sys.prefix}
    told = {
        "description": "Holds a stack of AI workloads on Azure to sustainable, closed and accountable defaults.",
        "version": version("verdazure"),
        "runtime": runtime,
    }
    return json.dumps(told, indent=2) + "\n"
