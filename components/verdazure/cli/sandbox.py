"""`verdazure sandbox`: a local Azure to preview and test stacks in, with no account."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from verdazure.cli import sandbox_fault, sandbox_quota
from verdazure.cli.shells import Shell, exports

if TYPE_CHECKING:
    from verdazure.sandbox.environment import Layout, Sandbox

# The sandbox is imported where a command needs it: `--help` and completion stay fast.

app = typer.Typer(help="A local Azure to preview and test stacks in, with no account.", no_args_is_help=True)
app.add_typer(sandbox_fault.app, name="fault")
app.add_typer(sandbox_quota.app, name="quota")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]

_COMMAND_NOT_FOUND = 127


@app.command()
def env(
    shell: Annotated[Shell, typer.Option(help="The shell that will read the exports.")] = Shell.POSIX,
    as_json: AsJson = False,
) -> None:
    """Print the variables that make plain `pulumi` run in the sandbox: eval "$(verdazure sandbox env)".

    Prepares the sandbox first; on a machine without the Pulumi CLI that takes minutes, once.
    """
    variables = _prepare().exports
    if as_json:
        print(json.dumps(variables, indent=2))
        return
    print(exports(variables, shell), end="")
    if sys.stdout.isatty():
        print('\nTo use them: eval "$(verdazure sandbox env)"', file=sys.stderr)


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="The command, with arguments.")],
) -> None:
    """Run a command in the sandbox's environment and return its exit code: verdazure sandbox run -- pulumi up."""
    environment = {**os.environ, **_prepare().exports}
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606 - no shell: the arguments go to the command as they are
    except OSError as error:
        _fail(f"cannot run {command[0]!r}: {error.strerror}", _COMMAND_NOT_FOUND)


StackName = Annotated[str, typer.Option("--stack", "-s", help="The stack; it is made at the first use.")]
PulumiArguments = Annotated[
    list[str] | None, typer.Argument(metavar="[-- PULUMI_ARGS...]", help="Passed on to pulumi, after a `--`.")
]
DEFAULT_STACK = "sandbox"


@app.command()
def up(stack: StackName = DEFAULT_STACK, arguments: PulumiArguments = None) -> None:
    """Run `pulumi up` of this folder's project in the sandbox: verdazure sandbox up -- --policy-pack policies."""
    _pulumi("stack", "select", "--create", stack, quiet=True)
    run(["pulumi", "up", "--yes", "--suppress-permalink=true", "--stack", stack, *(arguments or [])])


@app.command()
def down(stack: StackName = DEFAULT_STACK, arguments: PulumiArguments = None) -> None:
    """Run `pulumi destroy` of this folder's project in the sandbox, and say what Azure would keep."""
    _pulumi("destroy", "--yes", "--suppress-permalink=true", "--stack", stack, *(arguments or []))
    status()


@app.command()
def shell() -> None:
    """Start your shell in the sandbox's environment: plain `pulumi` runs there until you leave it."""
    program = os.environ.get("SHELL", "/bin/sh")
    print(f"In the sandbox: `pulumi` talks to the simulated Azure. `exit` leaves it. ({program})", file=sys.stderr)
    run([program])


@app.command()
def edit(
    name: Annotated[str, typer.Argument(help="ARM id of the resource, or the end of it, such as its name.")],
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH=VALUE...]", help="Set values, for instance tags.owner=us.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="PATH", help="Take a value out.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the resource with all that it holds.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change or delete a resource outside Pulumi, to practise drift: `pulumi refresh` then finds it."""
    from verdazure.cli import sandbox_edit
    from verdazure.sandbox.azure.edit import EditError
    from verdazure.sandbox.azure.errors import RefusalError

    if delete == bool(settings or remove):
        _fail("give either settings and removals, or --delete", 2)
    try:
        if delete:
            changed = sandbox_edit.delete(_layout().azure, name)
        else:
            changed = sandbox_edit.change(_layout().azure, name, settings or [], remove or [])
    except (EditError, RefusalError) as error:
        _fail(str(error))
    if as_json:
        print(json.dumps({"id": changed.id, "deleted": delete, "outputs": changed.outputs}, indent=2))
    else:
        print(f"{'Deleted' if delete else 'Changed'} {changed.id}, unknown to Pulumi.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the sandbox's folder, the Pulumi CLI, the stacks, and what the simulated Azure holds."""
    from verdazure.cli import sandbox_status

    with _one_message():
        report = sandbox_status.gather(_layout())
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        sandbox_status.show(report)


@app.command()
def export(
    arm: Annotated[bool, typer.Option("--arm", help="As an ARM template; so far the only form.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Write all that the simulated Azure holds as one ARM template, for scanners and for people."""
    from verdazure.cli import sandbox_export

    if not arm:
        _fail("say which form: --arm", 2)
    with _one_message():
        text = sandbox_export.arm_template(_layout().azure)
        if output:
            output.write_text(text, encoding="utf-8")
            print(f"Wrote {output}.")
        else:
            print(text, end="")


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete the sandbox's stacks, state and simulated Azure. The Pulumi CLI stays in its cache."""
    from verdazure.sandbox import environment

    layout = _layout()
    if not yes:
        typer.confirm(f"Delete the stacks and the simulated Azure in {layout.folder}?", abort=True)
    with _one_message():
        removed = environment.remove(layout)
    print(f"Deleted the sandbox in {layout.folder}." if removed else f"There is no sandbox in {layout.folder}.")


def _pulumi(*arguments: str, quiet: bool = False) -> None:
    """Run pulumi in the sandbox; end with its exit code when it fails."""
    environment = {**os.environ, **_prepare().exports}
    errors = subprocess.PIPE if quiet else None
    with _interrupts_left_to_the_child():
        done = subprocess.run(["pulumi", *arguments], env=environment, stderr=errors, text=True)
    if done.returncode != 0:
        print(done.stderr or "", end="", file=sys.stderr)
        raise typer.Exit(done.returncode)


@contextmanager
def _interrupts_left_to_the_child() -> Iterator[None]:
    """Wait on through Ctrl-C, which reaches the child too: pulumi ends what is under way and unlocks the stack."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _layout() -> "Layout":
    from verdazure.sandbox import environment

    return environment.locate(Path.cwd())


def _prepare() -> "Sandbox":
    from verdazure.sandbox import environment

    with _one_message():
        return environment.prepare(_layout().folder)


@contextmanager
def _one_message() -> Iterator[None]:
    """Turn what can go wrong outside this program into one message and exit code 1."""
    from verdazure.sandbox.toolchain import ToolchainError

    try:
        yield
    except (ToolchainError, OSError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("interrupted", 130)


def _fail(message: str, code: int = 1) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    raise typer.Exit(code)
