"""Finds the Pulumi CLI with a Python language host, or obtains it: once a machine, into a cache that checkouts share.

The order: `pulumi` on PATH, the cache, the official installer, a build from Go modules. A step that fails says why in
one line and the next is tried.
"""

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import platformdirs
from filelock import FileLock, Timeout

from verdazure.sandbox.progress import ProgressLine, Report

# The version that is obtained, and the oldest that is taken from PATH.
VERSION = "3.250.0"

CACHE_VARIABLE = "VERDAZURE_CACHE_DIR"

LANGUAGE_HOST = "pulumi-language-python"
_EXECUTOR = "pulumi-language-python-exec"
_DYNAMIC_PROVIDER = "pulumi-resource-pulumi-python"

_CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
_LINKER_FLAGS = f"-s -w -X {_SDK_MODULE}/go/common/version.Version=v{VERSION}"

_INSTALLER_SECONDS = 600
_REPORT_EVERY_SECONDS = 1.0

# Runs in a process of its own: the installer has no time limits, so its connections get one here and the whole above.
_INSTALL = """
import socket, sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
socket.setdefaulttimeout(10)
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


class Toolchain(NamedTuple):
    """A Pulumi CLI and the means to run Python programs with it: exactly one of the last two is set.

    `language_host` is Pulumi's own; where the CLI came without it, `executor` is Pulumi's script that runs a program,
    which `verdazure.sandbox.language_host` needs in order to stand in.
    """

    pulumi: Path
    version: str
    origin: str
    language_host: Path | None = None
    executor: Path | None = None


Step = Callable[[], Toolchain]


class StepFailedError(Exception):
    """One way to a toolchain does not work here; the message is one line that says why."""


class ToolchainError(Exception):
    """No way to a toolchain works; the message lists what was tried, why each failed, and what to do."""


def find() -> Toolchain | None:
    """The toolchain that is there already, on PATH or in the cache; obtains nothing."""
    return _first_that_works((("pulumi on PATH", on_path), ("cache", in_cache)), {}, _silent)


def ensure(report: Report | None = None) -> Toolchain:
    """The toolchain, obtained if need be, which takes minutes; `report` hears of the progress.

    Without `report` the progress is shown on standard error. Raises `ToolchainError` when nothing works.
    """
    ready = find()
    if ready:
        return ready
    if report is not None:
        return _obtain(report)
    progress = ProgressLine()
    try:
        return _obtain(progress)
    finally:
        progress.done()


def _obtain(report: Report) -> Toolchain:
    failures: dict[str, str] = {}
    with _only_run(report):
        steps = (
            ("pulumi on PATH", on_path),
            ("cache", in_cache),  # another run may just have filled it
            ("official installer", lambda: installed(report)),
            ("build from Go modules", lambda: built(report)),
        )
        obtained = _first_that_works(steps, failures, report)
    if obtained:
        return obtained
    raise ToolchainError(
        "the Pulumi CLI could neither be found nor obtained:\n"
        + "".join(f"  - {name}: {why}\n" for name, why in failures.items())
        + f"Install Pulumi {VERSION} or newer so that `pulumi` and `{LANGUAGE_HOST}` are on PATH, or install Go and "
        "let it reach a module proxy; then run this again."
    )


def _first_that_works(steps: Iterable[tuple[str, Step]], failures: dict[str, str], report: Report) -> Toolchain | None:
    """The result of the first step that works; reports, and adds to `failures` by name, why those before it did not."""
    for name, step in steps:
        try:
            return step()
        except StepFailedError as failure:
            failures[name] = str(failure)
            report(f"{name}: {failure}", 0)
    return None


def _silent(_text: str, _seconds: int) -> None:
    """A report that nobody reads."""


def on_path(environment: Mapping[str, str] = os.environ) -> Toolchain:
    """The user's own CLI, if it is recent enough and has a Python language host."""
    path = _path_without_cache(environment)
    found = shutil.which("pulumi", path=path)
    if found is None:
        raise StepFailedError("no `pulumi` there")
    pulumi = Path(found)
    version = _version_of(pulumi)
    if _numbers(version) < _numbers(VERSION):
        raise StepFailedError(f"{pulumi} is version {version}, older than {VERSION}")
    host = _language_host(pulumi, path)
    if host is None:
        raise StepFailedError(f"{pulumi} has no {LANGUAGE_HOST} beside it or on PATH")
    return Toolchain(pulumi, version, "PATH", language_host=host)


def in_cache() -> Toolchain:
    """The CLI that an earlier run obtained."""
    bin_dir = version_directory() / "bin"
    pulumi, host, executor = (bin_dir / name for name in ("pulumi", LANGUAGE_HOST, _EXECUTOR))
    if not pulumi.is_file():
        raise StepFailedError(f"no {pulumi}")
    if host.is_file():
        return Toolchain(pulumi, VERSION, "official installer", language_host=host)
    if executor.is_file():
        return Toolchain(pulumi, VERSION, "built from Go modules", executor=executor)
    raise StepFailedError(f"{bin_dir} is incomplete; delete {bin_dir.parent}")


def installed(report: Report) -> Toolchain:
    """The CLI that Pulumi's own installer downloads, as the Automation API runs it."""
    with _new_version() as folder:
        _run(
            # -P: it runs in the user's folder, whose modules must not shadow the installer's.
            [sys.executable, "-P", "-c", _INSTALL, str(folder), VERSION],
            f"downloading Pulumi {VERSION} with its installer",
            report,
            seconds=_INSTALLER_SECONDS,
        )
    return in_cache()


def built(report: Report) -> Toolchain:
    """The CLI compiled from its Go modules at pinned, checksummed versions, with Pulumi's Python scripts beside it."""
    if shutil.which("go") is None:
        raise StepFailedError("no `go` on PATH")
    with _new_version() as folder:
        bin_dir = folder / "bin"
        module = folder / "build"
        # A copy, so that nothing that go does can touch the pinned versions.
        shutil.copytree(Path(__file__).with_name("gomod"), module)
        compile_cli = ["go", "build", "-mod=readonly", "-buildvcs=false", "-trimpath", f"-ldflags={_LINKER_FLAGS}"]
        _run(
            [*compile_cli, "-o", str(bin_dir / "pulumi"), _CLI_PACKAGE],
            f"building Pulumi {VERSION} from Go modules: about 5 minutes, once",
            report,
            cwd=module,
        )
        locate = ["go", "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", _SDK_MODULE]
        sdk = Path(_run(locate, "locating Pulumi's Python scripts", _silent, cwd=module).strip())
        for script in (f"cmd/{_EXECUTOR}", f"dist/{_DYNAMIC_PROVIDER}"):
            _copy_executable(sdk / "python" / script, bin_dir)
        shutil.rmtree(module)
    return in_cache()


def cache_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where obtained toolchains are kept, outside any checkout."""
    return Path(environment.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("verdazure")).absolute()


def version_directory() -> Path:
    """The folder of the pinned version in the cache, with its `bin`."""
    return cache_directory() / "pulumi" / VERSION


@contextmanager
def _new_version() -> Iterator[Path]:
    """A folder that becomes the cached version if the block ends well and it runs, and vanishes if not."""
    target = version_directory()
    unfinished = Path(tempfile.mkdtemp(prefix=f".{VERSION}-unfinished-", dir=target.parent))
    try:
        yield unfinished
        version = _version_of(unfinished / "bin" / "pulumi")
        if version != VERSION:
            raise StepFailedError(f"what was obtained is version {version}, not {VERSION}")
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def _only_run(report: Report) -> Iterator[None]:
    """Hold the cache for this run, after any other that holds it; remove what killed ones left unfinished."""
    folder = version_directory().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _acquire(FileLock(folder / f"{VERSION}.lock"), report)
    except OSError as error:
        raise ToolchainError(
            f"the Pulumi CLI cannot be kept in {folder}: {error.strerror}. Set {CACHE_VARIABLE} to a folder that can "
            "be written"
        ) from error
    try:
        for leftover in folder.glob(f".{VERSION}-unfinished-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, report: Report) -> FileLock:
    for waited in itertools.count():
        try:
            lock.acquire(timeout=min(waited, 1))
            break
        except Timeout:
            report("another run is obtaining the Pulumi CLI; waiting for it", waited)
    return lock


def _run(
    command: Sequence[str], text: str, report: Report, *, cwd: Path | None = None, seconds: float = float("inf")
) -> str:
    """Run a command that may take long, reporting `text`, and return its standard output.

    Raises `StepFailedError` with its last line of errors when it fails or takes longer than `seconds`. The command's
    children end with it, also when this process is interrupted.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        while True:
            elapsed = time.monotonic() - started
            report(text, round(elapsed))
            if elapsed > seconds:
                raise StepFailedError(f"`{command[0]}` had not ended after {seconds} seconds")
            try:
                output, errors = process.communicate(timeout=min(_REPORT_EVERY_SECONDS, seconds))
                break
            except subprocess.TimeoutExpired:
                continue
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        raise StepFailedError(_last_line(errors) or _last_line(output) or f"exit code {process.returncode}")
    return output


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _version_of(pulumi: Path) -> str:
    """The version of a CLI, without its leading `v`."""
    try:
        answer = subprocess.run(
            [pulumi, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StepFailedError(f"`{pulumi} version` does not work: {error}") from error
    return answer.strip().removeprefix("v")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, to compare by: `3.250.0-dev.1` is (3, 250, 0)."""
    return tuple(int(number) for number in re.findall(r"^[\d.]*", version)[0].split(".") if number)


def _language_host(pulumi: Path, path: str) -> Path | None:
    """Pulumi's own language host, beside the CLI or on PATH, together with the script that it runs programs with."""
    beside = pulumi.resolve().with_name(LANGUAGE_HOST)
    candidates = [beside, *(Path(folder, LANGUAGE_HOST) for folder in path.split(os.pathsep) if folder)]
    for candidate in candidates:
        if os.access(candidate, os.X_OK) and candidate.resolve().with_name(_EXECUTOR).is_file():
            return candidate
    return None


def _path_without_cache(environment: Mapping[str, str]) -> str:
    """PATH without the cache's folders, which a sandbox's shell has in it."""
    cache = cache_directory(environment)
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not Path(folder).is_relative_to(cache))


def _copy_executable(source: Path, folder: Path) -> None:
    if not source.is_file():
        raise StepFailedError(f"the module {_SDK_MODULE} has no {source.name}")
    shutil.copyfile(source, folder / source.name)
    (folder / source.name).chmod(0o755)
