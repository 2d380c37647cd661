"""What the language host decides before it starts anything, and how a policy pack reaches the engine."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, language_pb2
from verdazure.sandbox import language_host
from verdazure.sandbox.language_host import HostError, Interpreter
from verdazure.sandbox.policy_proxy import PolicyProxy, pack_environment
from verdazure.sandbox.processes import Children


def program(root: Path, **options: str) -> language_pb2.ProgramInfo:
    info = language_pb2.ProgramInfo(root_directory=str(root), program_directory=str(root), entry_point=".")
    info.options.update(options)
    return info


class TestInterpreter:
    def test_is_the_one_in_use_without_options(self, tmp_path, monkeypatch):
        monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
        assert language_host.interpreter(program(tmp_path)) == Interpreter(sys.executable, None)

    def test_is_the_one_that_the_environment_names(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PULUMI_PYTHON_CMD", "/opt/python")
        assert language_host.interpreter(program(tmp_path)) == Interpreter("/opt/python", None)

    @pytest.mark.parametrize("absolute", [False, True])
    def test_is_that_of_the_virtual_environment_relative_to_the_root(self, tmp_path, absolute):
        folder = tmp_path / "forest"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").touch()
        found = language_host.interpreter(program(tmp_path, virtualenv=str(folder) if absolute else "forest"))
        assert found == Interpreter(str(folder / "bin" / "python"), folder)

    def test_must_exist_where_the_option_says(self, tmp_path):
        with pytest.raises(
            HostError, match=rf"is not a virtual environment\. Create it: python3 -m venv {tmp_path}/a$"
        ):
            language_host.interpreter(program(tmp_path, virtualenv="a"))

    def test_activates_as_a_shell_does(self):
        python = Interpreter("/venv/bin/python", Path("/venv"))
        shell = {"PATH": "/bin", "PYTHONHOME": "/usr", "VIRTUAL_ENV": "/old", "LANG": "C"}
        assert python.activate(shell) == {"PATH": "/venv/bin:/bin", "VIRTUAL_ENV": "/venv", "LANG": "C"}


def test_a_program_is_run_with_what_the_engine_says():
    request = language_pb2.RunRequest(
        project="p", stack="s", pwd="/p", monitor_address="m:1", parallel=4, dryRun=True, organization="o", args=["x"]
    )
    request.info.MergeFrom(program(Path("/p")))
    flags = "--monitor m:1 --engine e:1 --project p --root_directory /p --stack s --pwd /p --dry_run true --parallel 4"
    assert language_host.program_arguments(request, "e:1") == [*flags.split(), "--organization", "o", ".", "x"]


@given(st.dictionaries(st.text(), st.text()), st.lists(st.text()))
def test_configuration_arrives_as_it_was(config, secret_keys):
    request = language_pb2.RunRequest(config=config, configSecretKeys=secret_keys)
    variables = language_host.program_environment(request)
    assert json.loads(variables["PULUMI_CONFIG"]) == config
    assert json.loads(variables["PULUMI_CONFIG_SECRET_KEYS"]) == secret_keys


@pytest.mark.parametrize(
    ("exit_code", "expected"),
    [
        (0, language_pb2.RunResponse()),
        (32, language_pb2.RunResponse(bail=True)),
        (1, language_pb2.RunResponse(error="Program exited with non-zero exit code: 1")),
        (-9, language_pb2.RunResponse(error="Program was ended by signal SIGKILL")),
    ],
)
def test_how_a_program_ended_is_reported(exit_code, expected):
    assert language_host.program_result(exit_code) == expected


def test_direct_dependencies_are_those_that_no_other_package_requires():
    installed = [("Tree_Lib", "1", ["leaf>=2; python_version > '3'"]), ("leaf", "2", []), ("app", "3", ["tree.lib[x]"])]
    assert language_host.dependencies(installed, transitive=False) == [("app", "3")]
    assert language_host.dependencies(installed, transitive=True) == [("Tree_Lib", "1"), ("app", "3"), ("leaf", "2")]


class TestPackEnvironment:
    def test_holds_what_a_pack_reads(self):
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(
            organization="o", project="p", stack="s", dry_run=True, config={"p:team": "forest"}
        )
        assert pack_environment(stack) == {
            "PULUMI_ORGANIZATION": "o",
            "PULUMI_PROJECT": "p",
            "PULUMI_STACK": "s",
            "PULUMI_DRY_RUN": "true",
            "PULUMI_CONFIG": '{"p:team": "forest"}',
        }

    def test_says_when_it_is_no_preview(self):
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(project="p", dry_run=False)
        assert pack_environment(stack) == {"PULUMI_PROJECT": "p", "PULUMI_DRY_RUN": "false", "PULUMI_CONFIG": "{}"}

    def test_is_empty_without_a_stack(self):
        assert pack_environment(None) == {}


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    """A policy pack that remembers its tags and refuses one resource."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}

    def ConfigureStack(self, request, context):  # noqa: N802
        self.tags = dict(request.tags)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Analyze(self, request, context):  # noqa: N802
        if request.urn == "bad":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a rule crashed")
        return analyzer_pb2.AnalyzeResponse(diagnostics=[analyzer_pb2.AnalyzeDiagnostic(urn=request.urn)])


@pytest.fixture
def pack():
    server = grpc.server(ThreadPoolExecutor(2))
    served = Pack()
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(served, server)
    served.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield served
    server.stop(None)


@pytest.fixture
def proxy():
    opened = PolicyProxy()
    yield opened
    opened.close()


@pytest.fixture
def engine(proxy):
    with grpc.insecure_channel(f"127.0.0.1:{proxy.port}") as channel:
        yield analyzer_pb2_grpc.AnalyzerStub(channel)


class TestPolicyProxy:
    def test_hands_configuration_and_calls_to_the_pack(self, proxy, engine, pack):
        engine.Handshake(analyzer_pb2.AnalyzerHandshakeRequest())
        engine.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="s", tags={"team": "forest"}))
        assert proxy.wait_for_stack().stack == "s"
        proxy.attach(pack.port)
        assert pack.tags == {"team": "forest"}
        assert engine.Analyze(analyzer_pb2.AnalyzeRequest(urn="u")).diagnostics[0].urn == "u"

    def test_hands_a_packs_error_back(self, proxy, engine, pack):
        engine.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest())
        proxy.attach(pack.port)
        with pytest.raises(grpc.RpcError) as caught:
            engine.Analyze(analyzer_pb2.AnalyzeRequest(urn="bad"))
        assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "a rule crashed")

    def test_a_call_before_any_configuration_starts_the_pack_without_a_stack(self, proxy, engine, pack):
        pending = engine.Analyze.future(analyzer_pb2.AnalyzeRequest(urn="u"))
        assert proxy.wait_for_stack() is None
        proxy.attach(pack.port)
        assert pending.result(timeout=5).diagnostics[0].urn == "u"
        assert pack.tags == {}

    def test_a_call_that_waits_for_a_pack_that_ends_fails_with_the_reason(self, proxy, engine):
        pending = engine.Analyze.future(analyzer_pb2.AnalyzeRequest())
        proxy.wait_for_stack()
        proxy.close()
        assert "the policy pack ended before it was ready" in pending.exception(timeout=5).details()


class TestChildren:
    def test_stop_all_ends_a_child_and_what_it_started(self):
        children = Children()
        child = children.start(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE)
        grandchild = Path("/proc", child.stdout.readline().decode().strip())
        children.stop_all()
        assert children.wait(child) == -15
        assert _ends(grandchild)

    def test_a_child_that_ignores_the_request_is_killed(self, monkeypatch):
        monkeypatch.setattr("verdazure.sandbox.processes._GRACE_SECONDS", 0.1)
        children = Children()
        child = children.start(["sh", "-c", "trap '' TERM; echo ready; sleep 60; sleep 60"], stdout=subprocess.PIPE)
        child.stdout.readline()
        children.stop(child)
        assert children.wait(child) == -9


def _ends(process: Path) -> bool:
    """Whether the process of that /proc entry ends within seconds: a signal that was sent takes its time to arrive."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False
