"""`verdazure check`: a plan, a state or a running stack, judged by the rulebook without an engine or a cloud."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

if TYPE_CHECKING:
    from verdazure_policies.settings import Loaded

# The rulebook and rich are imported where the command needs them: `--help` and completion stay fast.

FORMATS = ("text", "json", "sarif", "junit", "markdown")
UNUSABLE = 2

Settings = Annotated[
    Path | None,
    typer.Option("--settings", help="Profile, levels, exemptions, baseline. Default: verdazure.yaml, if it is here."),
]


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="What `pulumi stack export`, `pulumi preview --json --show-sames` or an event log wrote; - reads it "
            "from standard input. Default: the stack that is selected here, as Pulumi exports it.",
        ),
    ] = None,
    stack: Annotated[str | None, typer.Option(help="A stack to export and judge, in place of a file.")] = None,
    settings: Settings = None,
    profile: Annotated[str | None, typer.Option(help="Instead of the settings' profile.")] = None,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write to; a summary is shown.")] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option(help="Write down the violations that are there now, and end; later runs leave them out."),
    ] = None,
) -> None:
    """Judge a plan, a state or a stack by the rules.

    Exit codes: 0 nothing blocks, 1 a mandatory rule is violated, 2 the file or the settings cannot be used.
    """
    from verdazure_policies.checking import check as judged
    from verdazure_policies.plans import PlanError, read
    from verdazure_policies.reports import FORMATS as WRITERS
    from verdazure_policies.reports import document, summary
    from verdazure_policies.settings import SettingsError

    if form not in WRITERS:
        _stop(f"--format is {form!r}. Allowed: {', '.join(FORMATS)}. Fix: take one of these.")
    try:
        plan = read(_text(file, stack))
        loaded = loaded_settings(settings, profile, with_baseline=write_baseline is None)
    except PlanError as error:
        _stop(f"{file or 'the stack'} {error}.")
    except SettingsError as error:
        _stop(str(error))
    report = judged(plan, loaded.settings, loaded.baseline)
    if write_baseline:
        write_baseline.write_text(document.baseline(report), encoding="utf-8")
        print(f"{write_baseline}: {summary.sentence(report)} Later runs leave these violations out.")
        raise typer.Exit(0)
    written = WRITERS[form](report)
    if output:
        output.write_text(written, encoding="utf-8")
        print(f"{output}: {summary.sentence(report)}")
    else:
        sys.stdout.write(written)
    raise typer.Exit(int(report.blocks))


def loaded_settings(path: Path | None, profile: str | None, with_baseline: bool = True) -> "Loaded":
    """The settings of a file, of the folder's own one, or of nobody; with another profile if one is told."""
    from verdazure_policies.settings import load

    return load(settings_file(path), profile, with_baseline)


def settings_file(path: Path | None) -> Path | None:
    """The file that is told, else the folder's own one, else none."""
    from verdazure_policies.settings import FILE

    here = Path(FILE)
    return path or (here if here.is_file() else None)


def _text(file: Path | None, stack: str | None) -> str:
    if file is not None and stack is not None:
        _stop("a file and --stack are given. Allowed: one of the two. Fix: leave one out.")
    if file is None:
        return _exported(stack)
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _stop(f"{file}: cannot be read: {error}.")


def _exported(stack: str | None) -> str:
    command = ["pulumi", "--non-interactive", "stack", "export", *(["--stack", stack] if stack else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        _stop("there is no `pulumi` on the PATH to export the stack with. Fix: name a file.")
    if done.returncode != 0:
        _stop(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _stop(message: str) -> Never:
    print(f"error: {message}", file=sys.stderr)
    raise typer.Exit(UNUSABLE)
