"""The sandbox's folder, its variables, its language host, and its removal."""

import subprocess
import sys
from pathlib import Path

import pytest
from verdazure.sandbox import toolchain
from verdazure.sandbox.environment import Layout, exports, language_host_command, locate, prepare, remove
from verdazure.sandbox.toolchain import Toolchain

BUILT = Toolchain(Path("/cache/bin/pulumi"), "3.250.0", "built from Go modules", executor=Path("/cache/bin/exec"))


@pytest.mark.parametrize("marker", ["Pulumi.yaml", "pyproject.toml", ".git"])
def test_the_sandbox_lies_in_the_nearest_folder_that_is_a_project(tmp_path, marker):
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "stacks" / "quickstart"
    (inner / "deeper").mkdir(parents=True)
    (inner / marker).touch()
    assert locate(inner / "deeper", {}).folder == inner / ".verdazure"
    assert locate(tmp_path / "stacks", {}).folder == tmp_path / ".verdazure"


def test_the_variable_overrides_the_project(tmp_path):
    (tmp_path / ".git").mkdir()
    assert locate(tmp_path, {"VERDAZURE_SANDBOX_DIR": "/elsewhere"}).folder == Path("/elsewhere")
    assert locate(tmp_path, {"VERDAZURE_SANDBOX_DIR": ""}).folder == tmp_path / ".verdazure"


def test_the_exports_are_these():
    variables = exports(Layout(Path("/p/.verdazure")), BUILT, {"PATH": "/usr/bin:/bin"})
    assert variables == {
        "PATH": "/cache/bin:/usr/bin:/bin",
        "PULUMI_HOME": "/p/.verdazure/home",
        "PULUMI_BACKEND_URL": "file:///p/.verdazure/backend",
        "PULUMI_CONFIG_PASSPHRASE": "verdazure-sandbox",
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "no_grpc_proxy": "127.0.0.1,localhost",
        "VERDAZURE_SANDBOX_DIR": "/p/.verdazure",
    }


def test_a_folder_with_any_name_makes_a_valid_url():
    assert exports(Layout(Path("/a b/100%")), BUILT, {})["PULUMI_BACKEND_URL"] == "file:///a%20b/100%25/backend"


def test_exporting_twice_does_not_lengthen_path():
    once = exports(Layout(Path("/p")), BUILT, {"PATH": "/usr/bin:/bin"})
    assert exports(Layout(Path("/p")), BUILT, once) == once


def test_a_cli_that_path_leads_to_leaves_path_as_it_is(tmp_path):
    """It may share its folder with a `python3` that must not come before the virtual environment's."""
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.touch(0o755)
    path = f"/venv/bin:{pulumi.parent}:/bin"
    users = Toolchain(pulumi, "3.251.0", "PATH", language_host=pulumi.with_name("pulumi-language-python"))
    assert exports(Layout(Path("/p")), users, {"PATH": path})["PATH"] == path


def test_another_cli_on_path_does_not_come_before_the_toolchains(tmp_path):
    (tmp_path / "pulumi").touch(0o755)
    variables = exports(Layout(Path("/p")), BUILT, {"PATH": f"{tmp_path}:/bin"})
    assert variables["PATH"] == f"/cache/bin:{tmp_path}:/bin"


class TestLanguageHost:
    def test_a_built_cli_gets_the_stand_in_of_this_interpreter(self):
        module = ["-P", "-m", "verdazure.sandbox.language_host", "--executor", "/cache/bin/exec"]
        assert language_host_command(BUILT, "/venv/bin/python") == ["/venv/bin/python", *module]

    def test_a_host_beside_the_cli_needs_nothing(self, tmp_path):
        own = Toolchain(tmp_path / "pulumi", "3.250.0", "PATH", language_host=tmp_path / "pulumi-language-python")
        assert language_host_command(own, "/venv/bin/python") is None

    def test_a_host_elsewhere_on_path_is_started_from_there(self, tmp_path):
        host = tmp_path / "other" / "pulumi-language-python"
        apart = Toolchain(tmp_path / "pulumi", "3.250.0", "PATH", language_host=host)
        assert language_host_command(apart, "/venv/bin/python") == [str(host)]


@pytest.fixture
def tools(monkeypatch):
    """`tools(toolchain)` sets the toolchain that `prepare` finds."""
    return lambda found: monkeypatch.setattr(toolchain, "ensure", lambda report=None: found)


class TestPrepare:
    def host(self, folder: Path, version: str = "3.250.0") -> Path:
        return folder / "home" / "plugins" / f"language-python-v{version}" / "pulumi-language-python"

    def test_makes_the_folders_and_installs_both_plugins(self, tmp_path, tools):
        tools(BUILT)
        folder = tmp_path / "a b"
        assert prepare(folder, {"PATH": "/bin"}).exports["PULUMI_HOME"] == str(folder / "home")
        assert sorted(path.name for path in folder.iterdir()) == ["backend", "home"]
        plugins = sorted(path.name.split("-v")[0] for path in (folder / "home" / "plugins").iterdir())
        assert plugins == ["language-python", "resource-azure-native"]

    def test_the_language_host_runs_whatever_its_paths_hold(self, tmp_path, tools, monkeypatch):
        python = tmp_path / "it's $HOME" / "python"
        python.parent.mkdir()
        python.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
        python.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(python))
        tools(BUILT)
        prepare(tmp_path / "s")
        said = subprocess.run([self.host(tmp_path / "s"), "127.0.0.1:1"], capture_output=True, text=True, check=True)
        assert said.stdout == "-P|-m|verdazure.sandbox.language_host|--executor|/cache/bin/exec|127.0.0.1:1|"

    def test_repeating_it_rewrites_nothing(self, tmp_path, tools):
        tools(BUILT)
        prepare(tmp_path)
        before = self.host(tmp_path).stat()
        prepare(tmp_path)
        assert self.host(tmp_path).stat().st_ino == before.st_ino

    def test_a_cli_with_its_own_host_gets_rid_of_the_stand_in(self, tmp_path, tools):
        tools(BUILT)
        prepare(tmp_path)
        tools(Toolchain(tmp_path / "pulumi", "3.251.0", "PATH", language_host=tmp_path / "pulumi-language-python"))
        prepare(tmp_path)
        assert not self.host(tmp_path).parent.exists()


class TestRemove:
    def test_removes_what_a_sandbox_makes_and_keeps_what_else_is_there(self, tmp_path, tools):
        tools(BUILT)
        layout = prepare(tmp_path / "s").layout
        for name in ("azure.db", "azure.db-wal", "azure.log", "notes.txt"):
            (layout.folder / name).touch()
        assert remove(layout) is True
        assert [path.name for path in layout.folder.iterdir()] == ["notes.txt"]

    def test_removes_the_folder_when_nothing_is_left(self, tmp_path, tools):
        tools(BUILT)
        layout = prepare(tmp_path / "s").layout
        remove(layout)
        assert not layout.folder.exists()

    def test_says_that_there_was_nothing(self, tmp_path):
        assert remove(Layout(tmp_path / "none")) is False


def test_preparing_needs_neither_pulumi_nor_azure_native():
    """They take longer to import than all that a command of the sandbox does."""
    loaded = "import sys, verdazure.sandbox.environment; print({'pulumi', 'pulumi_azure_native'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "set()\n"
    )
