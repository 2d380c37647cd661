"""The `verdazure` command: what it prints, its exit codes, and what it leaves alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from verdazure.cli import app, sandbox_status
from verdazure.cli.shells import Shell, exports
from verdazure.sandbox import toolchain
from verdazure.sandbox.azure.store import SoftDeleted, Store, StoredResource
from verdazure.sandbox.toolchain import Toolchain, ToolchainError

CLI = Toolchain(Path("/cache/bin/pulumi"), "3.250.0", "built from Go modules", executor=Path("/cache/bin/exec"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a sandbox that is not made yet; the toolchain is at hand."""
    monkeypatch.setenv("VERDAZURE_SANDBOX_DIR", str(tmp_path / "sandbox"))
    monkeypatch.setattr(toolchain, "ensure", lambda report=None: CLI)
    monkeypatch.setattr(toolchain, "find", lambda: CLI)
    return tmp_path / "sandbox"


def verdazure(*arguments: str, answer: str | None = None):
    return CliRunner().invoke(app, arguments, input=answer)


# What an environment variable can hold, and what tempts a shell.
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.sampled_from(
    ["$(id)", "`id`", "'\\''", "a b"]
)


@given(VALUES)
def test_a_shell_reads_back_the_value_whatever_it_holds(value):
    lines = exports({"SEEN": value}, Shell.POSIX)
    done = subprocess.run(["sh", "-c", f'{lines}printf %s "$SEEN"'], capture_output=True, check=True)
    assert done.stdout.decode() == value


def test_the_quoting_of_other_shells():
    assert exports({"A": "it's \\ $x"}, Shell.FISH) == "set -gx A 'it\\'s \\\\ $x'\n"
    assert exports({"A": "it's \\ $x"}, Shell.POWERSHELL) == "$env:A = 'it''s \\ $x'\n"


class TestEnv:
    def test_prints_exports_and_prepares_the_sandbox(self, folder):
        done = verdazure("sandbox", "env")
        assert done.exit_code == 0
        assert f"export PULUMI_HOME={folder}/home\n" in done.stdout
        assert all(line.startswith("export ") for line in done.stdout.splitlines())
        assert (folder / "backend").is_dir()

    def test_prints_json(self, folder):
        assert json.loads(verdazure("sandbox", "env", "--json").stdout)["VERDAZURE_SANDBOX_DIR"] == str(folder)

    def test_refuses_an_unknown_shell_as_wrong_usage(self, folder):
        done = verdazure("sandbox", "env", "--shell", "tcsh")
        assert done.exit_code == 2
        assert "'tcsh'" in done.stderr
        assert not folder.exists()

    def test_fails_with_the_toolchains_message_and_nothing_else(self, folder, monkeypatch):
        def fails(report=None):
            raise ToolchainError("the Pulumi CLI could neither be found nor obtained:\n  - cache: empty")

        monkeypatch.setattr(toolchain, "ensure", fails)
        done = verdazure("sandbox", "env")
        assert done.exit_code == 1
        assert done.stdout == ""
        assert done.stderr == "error: the Pulumi CLI could neither be found nor obtained:\n  - cache: empty\n"


class TestRun:
    @pytest.fixture
    def executed(self, monkeypatch):
        """What `run` hands to the operating system: command and environment."""
        calls = []
        monkeypatch.setattr(os, "execvpe", lambda *call: calls.append(call))
        return calls

    @pytest.mark.parametrize("dashes", [(), ("--",)])
    def test_hands_the_command_over_unchanged_in_the_environment(self, folder, executed, dashes):
        verdazure("sandbox", "run", *dashes, "pulumi", "up", "--yes", "$(id)")
        [(file, command, environment)] = executed
        assert (file, command) == ("pulumi", ["pulumi", "up", "--yes", "$(id)"])
        assert environment["PULUMI_HOME"] == str(folder / "home")

    def test_a_command_that_is_missing_is_named(self, folder):
        done = verdazure("sandbox", "run", "no-such-command")
        assert done.exit_code == 127
        assert done.stderr == "error: cannot run 'no-such-command': No such file or directory\n"

    def test_needs_a_command(self, folder):
        assert verdazure("sandbox", "run").exit_code == 2


class TestReset:
    def test_asks_and_leaves_all_when_told_no(self, folder):
        (folder / "backend").mkdir(parents=True)
        done = verdazure("sandbox", "reset", answer="n\n")
        assert done.exit_code == 1
        assert f"Delete the stacks and the simulated Azure in {folder}?" in done.stdout
        assert (folder / "backend").is_dir()

    def test_deletes_when_told_so(self, folder):
        (folder / "backend").mkdir(parents=True)
        done = verdazure("sandbox", "reset", "--yes")
        assert (done.exit_code, done.stdout) == (0, f"Deleted the sandbox in {folder}.\n")
        assert not folder.exists()

    def test_says_when_there_is_nothing(self, folder):
        assert verdazure("sandbox", "reset", "--yes").stdout == f"There is no sandbox in {folder}.\n"


class TestStatus:
    def test_of_a_sandbox_that_is_not_made_yet(self, folder):
        assert json.loads(verdazure("sandbox", "status", "--json").stdout) == {
            "folder": str(folder),
            "cli": {"path": "/cache/bin/pulumi", "version": "3.250.0", "origin": "built from Go modules"},
            "stacks": [],
            "resources": [],
            "soft_deleted": [],
        }
        assert not folder.exists()

    def test_without_a_cli_says_how_to_get_one(self, folder, monkeypatch):
        monkeypatch.setattr(toolchain, "find", lambda: None)
        assert "none yet; `verdazure sandbox env` obtains it" in verdazure("sandbox", "status").stdout

    def test_shows_what_there_is(self, folder, monkeypatch):
        status: sandbox_status.Status = {
            "folder": str(folder),
            "cli": None,
            "stacks": [{"name": "organization/quickstart/dev", "resources": 3, "updated": None}],
            "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "stdata", "location": "swedencentral"}],
            "soft_deleted": [],
        }
        monkeypatch.setattr(sandbox_status, "gather", lambda _layout: status)
        shown = verdazure("sandbox", "status").stdout
        for text in ("Stacks: 1", "organization/quickstart/dev", "Simulated Azure: 1", "stdata", "swedencentral"):
            assert text in shown
        assert "Deleted, but Azure would still hold the name: none" in shown


def test_status_tells_what_azure_holds_and_what_it_would_keep(folder):
    folder.mkdir()
    store = Store(folder / "azure.db")
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    vault_id = f"{group}/providers/Microsoft.KeyVault/vaults/kv"
    made_at = "2026-01-01T00:00:00Z"
    held = StoredResource(
        group, "resources:ResourceGroup", "Microsoft.Resources/resourceGroups", "rg", "westus", made_at, {}, {}
    )
    with store.transaction() as azure:
        azure.put(held)
        azure.keep_deleted(
            SoftDeleted(vault_id, "Microsoft.KeyVault/vaults", "kv", "westus", "2026-01-02T03:04:05Z", True)
        )
    status = json.loads(verdazure("sandbox", "status", "--json").stdout)
    assert status["resources"] == [
        {"type": "Microsoft.Resources/resourceGroups", "name": "rg", "location": "westus", "id": group}
    ]
    assert status["soft_deleted"] == [
        {
            "type": "Microsoft.KeyVault/vaults",
            "name": "kv",
            "deleted_at": "2026-01-02T03:04:05Z",
            "kept_for": "7 to 90 days",
            "purge_protected": True,
        }
    ]


def test_the_version_is_that_of_the_package():
    assert verdazure("--version").stdout == "verdazure 0.1.0\n"


def test_help_needs_no_sandbox_and_no_sdk():
    """They take most of a second to import; help and completion should not."""
    loaded = "import sys, verdazure.cli; print({'pulumi', 'grpc', 'verdazure.sandbox'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "set()\n"
    )
