"""The toolchain and the `verdazure sandbox` commands with the real CLI."""

import json
import os
import re
import signal
import subprocess
import sys
import time

from pulumi.automation import PulumiCommand
from verdazure.sandbox import environment

VERDAZURE = [sys.executable, "-c", "from verdazure.cli import app; app()"]


def verdazure(*arguments: str, cwd, env) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*VERDAZURE, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=120)


def test_the_automation_api_accepts_the_cli(pulumi_toolchain):
    root = pulumi_toolchain.pulumi.parents[1]
    assert str(PulumiCommand(root=str(root)).version) == pulumi_toolchain.version


def test_a_fresh_sandbox_needs_no_login_and_no_network(project, pulumi):
    unreachable = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    folder = project("import pulumi\npulumi.export('answer', 42)\n")
    shown = pulumi("up", "--yes", cwd=folder, env=unreachable).stdout
    assert re.search(r"answer: +42", shown)
    assert "warning" not in shown


def test_plain_pulumi_works_in_a_shell_that_evaluated_the_exports(tmp_path, sandbox_env):
    """The folder's name has what a shell or a URL could trip over."""
    folder = tmp_path / "it's 100% green $HOME"
    folder.mkdir()
    env = {**sandbox_env, "VERDAZURE_SANDBOX_DIR": str(folder)}
    exports = verdazure("sandbox", "env", cwd=tmp_path, env=env).stdout
    script = f"{exports}pulumi whoami --json && pulumi stack ls --all --json"
    done = subprocess.run(["sh", "-c", script], env={"PATH": "/bin"}, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.partition("}")[0] + "}")["url"] == (folder / "backend").as_uri()
    assert (folder / "backend" / ".pulumi").is_dir()


def test_run_returns_the_commands_exit_code_and_output(tmp_path, sandbox_env):
    done = verdazure("sandbox", "run", "--", "sh", "-c", "pulumi version; exit 7", cwd=tmp_path, env=sandbox_env)
    assert done.returncode == 7
    assert done.stdout.startswith("v3.")


def test_status_lists_the_stacks_and_reset_removes_them(project, pulumi, sandbox_env):
    folder = project("import pulumi\n")
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    status = json.loads(verdazure("sandbox", "status", "--json", cwd=folder, env=sandbox_env).stdout)
    assert status["folder"] == sandbox_env["VERDAZURE_SANDBOX_DIR"]
    assert [(stack["name"], stack["resources"]) for stack in status["stacks"]] == [("organization/throwaway/test", 1)]
    assert verdazure("sandbox", "reset", "--yes", cwd=folder, env=sandbox_env).returncode == 0
    assert json.loads(verdazure("sandbox", "status", "--json", cwd=folder, env=sandbox_env).stdout)["stacks"] == []


def test_two_sandboxes_do_not_see_each_other(project, pulumi, tmp_path, sandbox_env):
    project("import pulumi\n")
    other = environment.prepare(tmp_path / "other")
    assert json.loads(pulumi("stack", "ls", "--all", "--json", cwd=tmp_path).stdout) != []
    assert json.loads(pulumi("stack", "ls", "--all", "--json", cwd=tmp_path, env=other.exports).stdout) == []


SLOW = """
    import time
    from pathlib import Path
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    class Slow(ResourceProvider):
        def create(self, props):
            Path({creating!r}).touch()
            time.sleep(2)
            return CreateResult("slow-1", {{}})

        def delete(self, id, props):
            Path({deleting!r}).touch()
            time.sleep(2)

    class Tree(Resource):
        pass

    Tree(Slow(), "slow", {{}})
    """


def test_ctrl_c_lets_pulumi_finish_what_is_under_way_and_unlock_the_stack(project, sandbox_env, tmp_path):
    creating, deleting = tmp_path / "creating", tmp_path / "deleting"
    folder = project(SLOW.format(creating=str(creating), deleting=str(deleting)))
    shown = interrupted("sandbox", "up", "--stack", "test", once=creating, cwd=folder, env=sandbox_env)
    assert "slow created" in shown
    assert "2 unchanged" in verdazure("sandbox", "up", "--stack", "test", cwd=folder, env=sandbox_env).stdout
    shown = interrupted("sandbox", "down", "--stack", "test", once=deleting, cwd=folder, env=sandbox_env)
    assert "slow deleted" in shown
    assert verdazure("sandbox", "down", "--stack", "test", cwd=folder, env=sandbox_env).returncode == 0


def interrupted(*arguments: str, once, cwd, env) -> str:
    """Output of a command that gets a terminal's Ctrl-C as soon as the file `once` exists."""
    process = subprocess.Popen(
        [*VERDAZURE, *arguments],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not once.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, f"no {once.name} after a minute"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert "Traceback" not in output
    return output
