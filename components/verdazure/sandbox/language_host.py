"""A Python language host: starts programs, policy packs and component providers on behalf of the Pulumi engine.

It stands in where the Pulumi CLI was built without its own `pulumi-language-python`, and behaves as that one does.
The engine starts it as `pulumi-language-python [flags] ENGINE_ADDRESS`, reads a port number from its first line of
output and calls the `LanguageRuntime` service on that port.

Of Pulumi's runtime options it knows `virtualenv`. It installs nothing and runs no type checker, so it does not act on
`toolchain` and `typechecker`; and it generates no code (`pulumi package add` needs Pulumi's own host).
"""
# ruff: noqa: N802 - the names of the service's methods are those of its protocol

import argparse
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import IO, NamedTuple

import grpc
from google.protobuf import empty_pb2

from verdazure.sandbox.policy_proxy import MESSAGE_LIMITS, PolicyProxy, pack_environment
from verdazure.sandbox.processes import Children
from verdazure.sandbox.protocol import language_pb2, language_pb2_grpc, plugin_pb2

# The exec script leaves with this code once it has itself shown the error to the user.
_ERROR_ALREADY_SHOWN = 32

# Each running program, pack and provider holds a thread for as long as it runs.
_CONCURRENT_CALLS = 64

_LIST_PACKAGES = """
import importlib.metadata, json
print(json.dumps([[d.name, d.version, d.requires or []] for d in importlib.metadata.distributions()]))
"""


class HostError(Exception):
    """The host cannot start what the engine asked for; the message says why and what to do."""


class Interpreter(NamedTuple):
    """The Python that a program runs in."""

    python: str
    virtualenv: Path | None

    def activate(self, environment: Mapping[str, str]) -> dict[str, str]:
        """`environment` as a shell would have it with the virtual environment active."""
        if self.virtualenv is None:
            return dict(environment)
        kept = {name: value for name, value in environment.items() if name != "PYTHONHOME"}
        path = os.pathsep.join(filter(None, [str(self.virtualenv / "bin"), environment.get("PATH")]))
        return {**kept, "VIRTUAL_ENV": str(self.virtualenv), "PATH": path}


def interpreter(info: language_pb2.ProgramInfo) -> Interpreter:
    """The Python of a program: its `virtualenv` runtime option, relative to the project's root, else the one in use.

    Raises `HostError` when the option names a folder that is no virtual environment.
    """
    options = info.options
    if "virtualenv" not in options or not options["virtualenv"]:
        return Interpreter(os.environ.get("PULUMI_PYTHON_CMD") or sys.executable, None)
    folder = Path(info.root_directory, options["virtualenv"])
    python = folder / "bin" / "python"
    if not python.is_file():
        raise HostError(
            f"the runtime option 'virtualenv' of {info.root_directory} is {options['virtualenv']!r}, but {folder} is "
            f"not a virtual environment. Create it: python3 -m venv {folder}"
        )
    return Interpreter(str(python), folder)


def program_arguments(request: language_pb2.RunRequest, engine: str) -> list[str]:
    """The arguments with which the exec script runs a program. Empty ones are left out."""
    named = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    flags = [part for name, value in named.items() if value for part in (f"--{name}", value)]
    return [*flags, request.info.entry_point or ".", *request.args]


def program_environment(request: language_pb2.RunRequest) -> dict[str, str]:
    """The variables in which a program finds its configuration."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def program_result(exit_code: int) -> language_pb2.RunResponse:
    """What the engine is told about a program that ended."""
    if exit_code == 0:
        return language_pb2.RunResponse()
    if exit_code == _ERROR_ALREADY_SHOWN:
        return language_pb2.RunResponse(bail=True)
    if exit_code < 0:
        return language_pb2.RunResponse(error=f"Program was ended by signal {signal.Signals(-exit_code).name}")
    return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {exit_code}")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The service. `executor` is Pulumi's own script that runs a program; `engine` the address of the engine."""

    def __init__(self, executor: Path, engine: str) -> None:
        self._executor = executor
        self._engine = engine
        self._programs = Children()
        self._plugins = Children()

    def stop(self) -> None:
        """End whatever the host has started."""
        self._programs.stop_all()
        self._plugins.stop_all()

    def Handshake(
        self, _request: language_pb2.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def GetRequiredPackages(
        self, _request: language_pb2.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        # None: the engine then takes the plugins that resources ask for, and looks nothing up beforehand.
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, _request: language_pb2.GetRequiredPluginsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(
        self, _request: language_pb2.RuntimeOptionsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(
        self, _request: language_pb2.InstallDependenciesRequest, _context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        # Nothing is installed: programs run in the environment that is there. The engine waits for an answer.
        yield language_pb2.InstallDependenciesResponse()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        python = _interpreter_or_abort(request.info, context)
        script = "import platform, sys; print(sys.executable); print(platform.python_version())"
        executable, version = _ask(python, script).splitlines()
        return language_pb2.AboutResponse(executable=executable, version=version)

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        installed = json.loads(_ask(_interpreter_or_abort(request.info, context), _LIST_PACKAGES))
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version)
                for name, version in dependencies(installed, transitive=request.transitiveDependencies)
            ]
        )

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run a program to its end. Its output goes to the host's own, which the engine shows line by line."""
        try:
            python = interpreter(request.info)
        except HostError as error:
            return language_pb2.RunResponse(error=str(error))
        program = self._programs.start(
            [python.python, "-u", str(self._executor), *program_arguments(request, self._engine)],
            env={**python.activate(os.environ), **program_environment(request)},
        )
        if not context.add_callback(lambda: self._programs.stop(program)):
            self._programs.stop(program)
        return program_result(self._programs.wait(program))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a provider until it ends or the engine cancels the call; yields what it prints."""
        python = _interpreter_or_abort(request.info, context)
        environment = python.activate(dict(entry.split("=", 1) for entry in request.env))
        folder = request.info.program_directory
        if request.kind == "analyzer":
            command = [python.python, "-u", "-m", "pulumi.policy", *request.args, folder]
            return self._run_policy_pack(command, folder, environment, context)
        return self._run_provider([python.python, "-u", folder, *request.args], request.pwd, environment, context)

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """End programs. Packs and providers stay, for the resource operations that are under way."""
        self._programs.stop_all()
        return empty_pb2.Empty()

    def _run_provider(
        self, command: Sequence[str], folder: str, environment: Mapping[str, str], context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        provider = self._start_plugin(command, folder, environment, context)
        yield from _Output(stdout=provider.stdout, stderr=provider.stderr)
        yield language_pb2.RunPluginResponse(exitcode=self._plugins.wait(provider))

    def _run_policy_pack(
        self, command: Sequence[str], folder: str, environment: Mapping[str, str], context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Show the engine a proxy at once; start the pack when the engine has told the proxy the configuration."""
        proxy = PolicyProxy()
        try:
            if not context.add_callback(proxy.close):
                return
            yield language_pb2.RunPluginResponse(stdout=f"{proxy.port}\n".encode())
            stack = proxy.wait_for_stack()
            if not context.is_active():
                return
            pack = self._start_plugin(command, folder, {**environment, **pack_environment(stack)}, context)
            output = _Output(stderr=pack.stderr)
            first_line = pack.stdout.readline()  # type: ignore[union-attr]
            if first_line.strip().isdigit():
                proxy.attach(int(first_line))
            elif first_line:
                self._plugins.stop(pack)
                complaint = f"a policy pack prints its port first, but this one printed: {first_line.decode()}"
                yield language_pb2.RunPluginResponse(stderr=complaint.encode())
            output.follow(stdout=pack.stdout)
            yield from output
            yield language_pb2.RunPluginResponse(exitcode=self._plugins.wait(pack))
        finally:
            proxy.close()

    def _start_plugin(
        self, command: Sequence[str], folder: str, environment: Mapping[str, str], context: grpc.ServicerContext
    ) -> "subprocess.Popen[bytes]":
        plugin = self._plugins.start(
            command, bufsize=0, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        if not context.add_callback(lambda: self._plugins.stop(plugin)):
            self._plugins.stop(plugin)
        return plugin


class _Output:
    """What a process prints, chunk by chunk as it comes, from both of its streams."""

    def __init__(self, **pipes: IO[bytes] | None) -> None:
        self._chunks: queue.SimpleQueue[language_pb2.RunPluginResponse | None] = queue.SimpleQueue()
        self._open = 0
        self.follow(**pipes)

    def follow(self, **pipes: IO[bytes] | None) -> None:
        """Read further `pipes`, each named `stdout` or `stderr`, from now on."""
        for stream, pipe in pipes.items():
            self._open += 1
            threading.Thread(target=self._read, args=(stream, pipe), daemon=True).start()

    def __iter__(self) -> Iterator[language_pb2.RunPluginResponse]:
        while self._open:
            chunk = self._chunks.get()
            if chunk is None:
                self._open -= 1
            else:
                yield chunk

    def _read(self, stream: str, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), 65536):
            self._chunks.put(language_pb2.RunPluginResponse(**{stream: chunk}))  # type: ignore[arg-type]
        self._chunks.put(None)


def dependencies(installed: list[tuple[str, str, list[str]]], *, transitive: bool) -> list[tuple[str, str]]:
    """Names and versions of installed packages; only those that no other one requires unless `transitive`.

    `installed` holds a package's name, version and requirements (as package metadata writes them) in each entry.
    """
    required = {_normal(requirement) for _, _, requirements in installed for requirement in requirements}
    return sorted((name, version) for name, version, _ in installed if transitive or _normal(name) not in required)


def _normal(requirement: str) -> str:
    """The package that a requirement names, spelled as package indexes compare it: `A.b>=1; x` is `a-b`."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return re.sub(r"[-_.]+", "-", name.group()).lower() if name else requirement


def _interpreter_or_abort(info: language_pb2.ProgramInfo, context: grpc.ServicerContext) -> Interpreter:
    try:
        return interpreter(info)
    except HostError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise  # abort has raised already; this tells the type checker


def _ask(python: Interpreter, script: str) -> str:
    """What a short script prints in a program's interpreter."""
    return subprocess.run(
        [python.python, "-c", script], env=python.activate(os.environ), check=True, capture_output=True, text=True
    ).stdout


def _watch(parent: int, ended: threading.Event) -> None:
    """Set `ended` once the engine is gone, even when it was killed and could tell nobody."""
    while os.getppid() == parent:
        time.sleep(1)
    ended.set()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the engine interrupts the host or is gone, then end what was started, quietly."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python", description=__doc__)
    parser.add_argument("--executor", type=Path, required=True, help="Pulumi's script that runs a Python program")
    # The engine may add flags for its own logging and tracing; its address comes last.
    known, others = parser.parse_known_args(arguments)

    ended = threading.Event()
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, lambda *_: ended.set())
    threading.Thread(target=_watch, args=(os.getppid(), ended), daemon=True).start()

    host = LanguageHost(known.executor, engine=others[-1] if others else "")
    server = grpc.server(ThreadPoolExecutor(_CONCURRENT_CALLS), options=MESSAGE_LIMITS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    ended.wait()
    host.stop()
    server.stop(grace=None)
    os._exit(0)  # a call that still waits for something must not hold up the engine


if __name__ == "__main__":
    main()
