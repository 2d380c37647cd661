"""The Python language host under the real engine: programs, policy packs, providers, and how they end."""

import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest


def test_a_program_exports_an_output(project, pulumi):
    folder = project("import pulumi\npulumi.export('answer', 42)\n")
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout) == {"answer": 42}


def test_a_program_sees_its_project_configuration_and_secrets(project, pulumi):
    folder = project(
        """
        import pulumi
        config = pulumi.Config()
        pulumi.export("seen", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack(), config.get("team")])
        pulumi.export("number", config.get_int("nodes"))
        pulumi.export("password", config.require_secret("password"))
        is_secret = pulumi.runtime.config.is_config_secret
        pulumi.export("guarded", [is_secret("throwaway:password"), is_secret("throwaway:team")])
        """,
        config={"team": "forest; $(id)", "nodes": 3},
    )
    pulumi("config", "set", "--secret", "password", "hunter-2", cwd=folder)
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    outputs = json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout)
    assert outputs["seen"] == ["organization", "throwaway", "test", "forest; $(id)"]
    assert outputs["number"] == 3
    assert outputs["guarded"] == [True, False]
    assert outputs["password"] == "[secret]"
    assert "hunter-2" not in pulumi("stack", "export", cwd=folder).stdout


def test_a_failing_program_shows_its_traceback_and_fails_the_command(project, pulumi):
    folder = project("def burn():\n    raise ValueError('no water')\n\nburn()\n")
    done = pulumi("preview", cwd=folder, check=False)
    assert done.returncode != 0
    assert '__main__.py", line 2, in burn' in done.stdout
    assert "ValueError: no water" in done.stdout
    assert "language_host" not in done.stdout + done.stderr


def test_the_exit_code_of_a_program_that_leaves_on_its_own_is_reported(project, pulumi):
    folder = project("import os\nos._exit(7)\n")
    done = pulumi("preview", cwd=folder, check=False)
    assert done.returncode != 0
    assert "Program exited with non-zero exit code: 7" in done.stdout + done.stderr


def test_what_a_program_prints_arrives(project, pulumi):
    folder = project("import sys\nprint('to the user')\nprint('to the log', file=sys.stderr)\n")
    shown = pulumi("preview", cwd=folder).stdout
    assert "to the user" in shown
    assert "to the log" in shown


def test_a_program_runs_in_the_virtual_environment_of_its_runtime_options(project, pulumi, tmp_path):
    folder = project("import sys, pulumi\npulumi.export('prefix', sys.prefix)\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "forest"], check=True)
    site = next((folder / "forest" / "lib").glob("python*")) / "site-packages"
    (site / "parent.pth").write_text(str(Path(pytest.__file__).parents[1]))
    (folder / "Pulumi.yaml").write_text("name: throwaway\nruntime: {name: python, options: {virtualenv: forest}}\n")
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout) == {"prefix": str(folder / "forest")}


def test_a_virtual_environment_that_is_missing_is_named(project, pulumi):
    folder = project("import pulumi\n")
    (folder / "Pulumi.yaml").write_text("name: throwaway\nruntime: {name: python, options: {virtualenv: nowhere}}\n")
    done = pulumi("preview", cwd=folder, check=False)
    assert done.returncode != 0
    assert f"{folder / 'nowhere'} is not a virtual environment" in done.stdout + done.stderr


PACK = """
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

def check(args, report):
    config = pulumi.Config("throwaway")
    report(f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()} "
           f"dry={pulumi.runtime.is_dry_run()} team={config.get('team')} resources={len(args.resources)}")

PolicyPack("seen", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    StackValidationPolicy(name="tells", description="Tells what it sees.", validate=check)])
"""


@pytest.fixture
def pack(tmp_path):
    """`pack(source)` writes a policy pack and returns its folder."""

    def write(source: str) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
        (folder / "__main__.py").write_text(source)
        return folder

    return write


def test_a_policy_pack_sees_project_stack_configuration_and_dry_run(project, pulumi, pack):
    folder = project("import pulumi\npulumi.export('answer', 42)\n", config={"team": "forest"})
    policies = str(pack(PACK))
    previewed = pulumi("preview", "--policy-pack", policies, cwd=folder, check=False)
    assert previewed.returncode != 0
    assert "organization/throwaway/test dry=True team=forest resources=1" in previewed.stdout
    updated = pulumi("up", "--yes", "--skip-preview", "--policy-pack", policies, cwd=folder, check=False)
    assert updated.returncode != 0
    assert "organization/throwaway/test dry=False team=forest resources=1" in updated.stdout


def test_a_policy_pack_that_does_not_start_shows_why(project, pulumi, pack):
    folder = project("import pulumi\n")
    done = pulumi("preview", "--policy-pack", str(pack("import forest_of_rules\n")), cwd=folder, check=False)
    assert done.returncode != 0
    assert "No module named 'forest_of_rules'" in done.stdout + done.stderr


def test_a_policy_pack_that_prints_before_its_port_is_refused(project, pulumi, pack):
    folder = project("import pulumi\n")
    done = pulumi("preview", "--policy-pack", str(pack("print('hello')\n" + PACK)), cwd=folder, check=False)
    assert done.returncode != 0
    assert "prints its port first, but this one printed: hello" in done.stdout + done.stderr


def test_the_schema_of_a_component_provider_is_built(pulumi, tmp_path):
    folder = tmp_path / "grove"
    folder.mkdir()
    (folder / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(
        textwrap.dedent("""
        from typing import TypedDict
        import pulumi
        from pulumi.provider.experimental import component_provider_host

        class GroveArgs(TypedDict):
            trees: pulumi.Input[int]

        class Grove(pulumi.ComponentResource):
            height: pulumi.Output[int]
            def __init__(self, name: str, args: GroveArgs, opts: pulumi.ResourceOptions | None = None):
                super().__init__("grove:index:Grove", name, {}, opts)

        component_provider_host(name="grove", components=[Grove])
        """)
    )
    schema = json.loads(pulumi("package", "get-schema", str(folder), cwd=tmp_path).stdout)
    grove = schema["resources"]["grove:index:Grove"]
    assert grove["requiredInputs"] == ["trees"]
    assert grove["properties"]["height"] == {"type": "integer"}


def test_a_dynamic_resource_is_created(project, pulumi):
    folder = project(
        """
        import pulumi
        from pulumi.dynamic import CreateResult, Resource, ResourceProvider

        class Seeds(ResourceProvider):
            def create(self, props):
                return CreateResult("seed-1", {"grown": props["grown"] + 1})

        class Seed(Resource):
            grown: pulumi.Output[int]

        pulumi.export("grown", Seed(Seeds(), "seed", {"grown": 1}).grown)
        """
    )
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout) == {"grown": 2}


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads the processes from /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_behind_when_a_preview_is_ended(project, sandbox_env, pack, tmp_path, ending):
    ready = tmp_path / "ready"
    folder = project(f"import pathlib, time\npathlib.Path({str(ready)!r}).touch()\ntime.sleep(600)\n")
    preview = subprocess.Popen(
        ["pulumi", "preview", "--non-interactive", "--policy-pack", str(pack(PACK))],
        cwd=folder,
        env=sandbox_env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    _until(ready.exists, seconds=30)
    assert {"language_host", "pulumi.policy", "pulumi-language-python-exec"} <= _running(sandbox_env)
    for _ in range(2):  # the first interrupt asks the engine to cancel, the second to stop at once
        preview.send_signal(ending)
        time.sleep(0.5)
    _until(lambda: not _running(sandbox_env), seconds=10)
    preview.kill()
    assert "Traceback" not in preview.communicate()[0]


def _until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.1)


def _running(sandbox_env) -> set[str]:
    """The kinds of processes that run in a sandbox, `pulumi` itself aside."""
    kinds = ("language_host", "pulumi.policy", "pulumi-language-python-exec")
    mine = f"VERDAZURE_SANDBOX_DIR={sandbox_env['VERDAZURE_SANDBOX_DIR']}".encode()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            inside = mine in (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if inside:
            found |= {kind for kind in kinds if kind in command}
    return found
