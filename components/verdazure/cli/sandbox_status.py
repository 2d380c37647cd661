"""What `verdazure sandbox status` reports: gathered as plain data, shown as tables."""

import json
import os
import subprocess
from typing import Any, TypedDict

from rich import box
from rich.console import Console
from rich.table import Table

from verdazure.sandbox import environment, toolchain

# How long Azure holds on to what was deleted, and to its name. Azure docs: "Azure Key Vault soft-delete overview" and
# "Workspace soft deletion" (Azure Machine Learning).
_KEPT_FOR = {
    "microsoft.keyvault/vaults": "7 to 90 days",
    "microsoft.machinelearningservices/workspaces": "14 days",
}


# A pipe has no width: wide enough that no name is cut.
PIPED_WIDTH = 140


class Status(TypedDict):
    """The state of a sandbox, ready for JSON. Lists are empty when there is nothing."""

    folder: str
    cli: dict[str, str] | None
    stacks: list[dict[str, Any]]
    resources: list[dict[str, str]]
    soft_deleted: list[dict[str, Any]]


def gather(layout: environment.Layout) -> Status:
    """Read a sandbox without changing or preparing anything."""
    tools = toolchain.find()
    resources, soft_deleted = _azure(layout)
    return {
        "folder": str(layout.folder),
        "cli": tools and {"path": str(tools.pulumi), "version": tools.version, "origin": tools.origin},
        "stacks": _stacks(layout, tools) if tools and layout.backend.is_dir() else [],
        "resources": resources,
        "soft_deleted": soft_deleted,
    }


def _stacks(layout: environment.Layout, tools: toolchain.Toolchain) -> list[dict[str, Any]]:
    listing = subprocess.run(
        [tools.pulumi, "stack", "ls", "--all", "--json", "--non-interactive"],
        cwd=layout.folder,
        env={**os.environ, **environment.exports(layout, tools, os.environ)},
        capture_output=True,
        text=True,
    )
    if listing.returncode != 0:
        raise OSError(f"the stacks in {layout.backend} cannot be listed: {listing.stderr.strip()}")
    return [
        {"name": stack["name"], "resources": stack.get("resourceCount", 0), "updated": stack.get("lastUpdate")}
        for stack in json.loads(listing.stdout)
    ]


def _azure(layout: environment.Layout) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The resources that the simulated Azure holds, and the names of deleted ones that Azure would still keep."""
    if not layout.azure.is_file():
        return [], []
    from verdazure.sandbox.azure.store import Store

    store = Store(layout.azure)
    held = [
        {"type": item.type, "name": item.name, "location": item.location, "id": item.id} for item in store.resources()
    ]
    kept = [
        {
            "type": item.type,
            "name": item.name,
            "deleted_at": item.deleted_at,
            "kept_for": _KEPT_FOR.get(item.type.lower(), "unknown"),
            "purge_protected": item.purge_protected,
        }
        for item in store.soft_deleted()
    ]
    return held, kept


def show(status: Status, console: Console | None = None) -> None:
    """Print a status for people."""
    console = console or Console()
    if not console.is_terminal:
        console.width = max(console.width, PIPED_WIDTH)
    cli = status["cli"]
    console.print(f"Sandbox  {status['folder']}", highlight=False, soft_wrap=True)
    version = (
        f"{cli['version']}, {cli['origin']}: {cli['path']}" if cli else "none yet; `verdazure sandbox env` obtains it"
    )
    console.print(f"Pulumi   {version}", highlight=False, soft_wrap=True)
    _table(console, "Stacks", status["stacks"], ("name", "resources", "updated"))
    _table(console, "Simulated Azure", status["resources"], ("type", "name", "location"))
    _table(
        console,
        "Deleted, but Azure would still hold the name",
        status["soft_deleted"],
        ("type", "name", "deleted_at", "kept_for", "purge_protected"),
    )


def _table(console: Console, title: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    if not rows:
        console.print(f"\n{title}: none", highlight=False)
        return
    table = Table(title=f"{title}: {len(rows)}", title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    console.print()
    console.print(table)


def _cell(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
