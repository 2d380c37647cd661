"""`verdazure rules` and `verdazure policy-pack`: what the rulebook asks for, and the pack for Pulumi to enforce."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from verdazure.cli.check import UNUSABLE, Settings, loaded_settings, settings_file

app = typer.Typer(help="What the rulebook asks for, and why.", no_args_is_help=True)

Profile = Annotated[str | None, typer.Option(help="Instead of the settings' profile.")]


@app.command("list")
def list_(
    profile: Profile = None,
    settings: Settings = None,
    group: Annotated[str | None, typer.Option(help="Only the rules about this, such as storage.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
) -> None:
    """List the rules with the level that each has here."""
    from rich.console import Console
    from rich.table import Table
    from verdazure_policies.rulebook import RULEBOOK

    loaded = _loaded(settings, profile)
    rows = [
        {
            "id": rule.id, "name": rule.name, "group": rule.group, "severity": rule.severity.value,
            "level": ruling.level.value, "title": rule.title,
        }
        for rule_id, ruling in sorted(loaded.settings.rulings().items())
        if group in (None, (rule := RULEBOOK[rule_id]).group)
    ]  # fmt: skip
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Rule", "Name", "Severity", "Level", "What it asks for"):
        table.add_column(column, no_wrap=column != "What it asks for")
    for row in rows:
        table.add_row(row["id"], row["name"], row["severity"], row["level"], row["title"])
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    print(f"{len(rows)} rules, profile {loaded.settings.profile}. `verdazure rules explain ID` says more.")


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="Id or name.")]) -> None:
    """Explain a rule: why, what passes, what does not, and what a team may set."""
    from rich.console import Console
    from rich.markdown import Markdown
    from verdazure_policies.pages import page_of
    from verdazure_policies.rulebook import UnknownRule, find
    from verdazure_policies.rules import load

    load()
    try:
        page = page_of(find(rule))
    except UnknownRule as unknown:
        print(f"error: {unknown}", file=sys.stderr)
        raise typer.Exit(UNUSABLE) from unknown
    if sys.stdout.isatty():
        Console().print(Markdown(page))
    else:
        print(page, end="")


@app.command()
def profiles() -> None:
    """List the profiles: those that follow this version, and those that are frozen."""
    from verdazure_policies.profiles import PROFILES, facts_of, names

    for name in names():
        follows = PROFILES.get(name)
        print(f"{name:24} {follows.about if follows else f'Frozen, with the facts {facts_of(name)}.'}")


def policy_pack(settings: Settings = None, profile: Profile = None) -> None:
    """Print the folder of the policy pack, made for this environment and these settings.

    `pulumi preview --policy-pack "$(verdazure policy-pack)"`
    """
    from verdazure_policies.folder import write

    _loaded(settings, profile)
    print(write(settings_file(settings), profile))


def _loaded(settings: Path | None, profile: str | None) -> Any:
    from verdazure_policies.settings import SettingsError

    try:
        return loaded_settings(settings, profile)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(UNUSABLE) from error
