"""Where the Pulumi CLI comes from: the order of the search, why a step fails, and what a failed attempt leaves."""

import stat
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock
from verdazure.sandbox import toolchain
from verdazure.sandbox.toolchain import VERSION, StepFailedError, Toolchain, ToolchainError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and a PATH with nothing but the system's basic commands."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("VERDAZURE_CACHE_DIR", str(folder))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return folder


def script(path: Path, text: str) -> Path:
    """A small executable that stands for one of Pulumi's or Go's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def cli(folder: Path, version: str = VERSION) -> Path:
    return script(folder / "pulumi", f"echo v{version}")


def fill_cache(cache: Path, *names: str) -> Path:
    bin_dir = cache / "pulumi" / VERSION / "bin"
    cli(bin_dir)
    for name in names:
        script(bin_dir / name, "true")
    return bin_dir


def silent(_text: str, _seconds: int) -> None:
    """A report that nobody reads."""


class TestOnPath:
    def found_in(self, folder: Path) -> Toolchain:
        return toolchain.on_path({"PATH": f"{folder}:/usr/bin:/bin", "VERDAZURE_CACHE_DIR": "/nowhere"})

    def test_takes_a_recent_cli_with_its_language_host(self, tmp_path):
        pulumi = cli(tmp_path, "3.251.2")
        host = script(tmp_path / "pulumi-language-python", "true")
        script(tmp_path / "pulumi-language-python-exec", "true")
        assert self.found_in(tmp_path) == Toolchain(pulumi, "3.251.2", "PATH", language_host=host)

    def test_refuses_an_old_one(self, tmp_path):
        cli(tmp_path, "3.99.0")
        with pytest.raises(StepFailedError, match=rf"pulumi is version 3\.99\.0, older than {VERSION}$"):
            self.found_in(tmp_path)

    def test_refuses_one_without_a_language_host(self, tmp_path):
        cli(tmp_path)
        with pytest.raises(StepFailedError, match=r"pulumi has no pulumi-language-python beside it or on PATH$"):
            self.found_in(tmp_path)

    def test_refuses_a_language_host_without_the_script_that_it_runs(self, tmp_path):
        cli(tmp_path)
        script(tmp_path / "pulumi-language-python", "true")
        with pytest.raises(StepFailedError, match="has no pulumi-language-python"):
            self.found_in(tmp_path)

    def test_refuses_one_that_does_not_run(self, tmp_path):
        script(tmp_path / "pulumi", "exit 3")
        with pytest.raises(StepFailedError, match=r"pulumi version` does not work: .*exit status 3"):
            self.found_in(tmp_path)

    def test_does_not_take_the_cached_one_that_a_sandbox_puts_on_path(self, cache):
        bin_dir = fill_cache(cache, "pulumi-language-python", "pulumi-language-python-exec")
        with pytest.raises(StepFailedError, match=r"^no `pulumi` there$"):
            toolchain.on_path({"PATH": f"{bin_dir}:/usr/bin:/bin", "VERDAZURE_CACHE_DIR": str(cache)})


class TestInCache:
    def test_an_installed_one_has_its_own_language_host(self, cache):
        bin_dir = fill_cache(cache, "pulumi-language-python", "pulumi-language-python-exec")
        host = bin_dir / "pulumi-language-python"
        assert toolchain.in_cache() == Toolchain(bin_dir / "pulumi", VERSION, "official installer", language_host=host)

    def test_a_built_one_has_the_script_for_the_stand_in(self, cache):
        bin_dir = fill_cache(cache, "pulumi-language-python-exec")
        executor = bin_dir / "pulumi-language-python-exec"
        assert toolchain.in_cache() == Toolchain(
            bin_dir / "pulumi", VERSION, "built from Go modules", executor=executor
        )

    def test_an_incomplete_one_says_what_to_delete(self, cache):
        bin_dir = fill_cache(cache)
        with pytest.raises(StepFailedError, match=f"is incomplete; delete {bin_dir.parent}$"):
            toolchain.in_cache()


def fails_with(why: str):
    def step(*_: object) -> Toolchain:
        raise StepFailedError(why)

    return step


def test_the_search_prefers_path_then_cache_then_installer_then_go(monkeypatch):
    found = {name: Toolchain(Path(name), VERSION, name) for name in ("on_path", "in_cache", "installed", "built")}
    for name, tools in found.items():
        monkeypatch.setattr(toolchain, name, lambda *_, tools=tools: tools)
    for name in found:
        assert toolchain.ensure(silent) == found[name]
        monkeypatch.setattr(toolchain, name, fails_with("not here"))


def test_when_all_fail_one_error_lists_each_step_with_its_reason(monkeypatch):
    monkeypatch.setattr(toolchain, "installed", fails_with("the network is down"))
    monkeypatch.setattr(toolchain, "built", fails_with("no `go` on PATH"))
    with pytest.raises(ToolchainError) as caught:
        toolchain.ensure(silent)
    lines = str(caught.value).splitlines()
    assert lines[0] == "the Pulumi CLI could neither be found nor obtained:"
    assert lines[1] == "  - pulumi on PATH: no `pulumi` there"
    assert lines[2].startswith("  - cache: no ")
    assert lines[3:5] == ["  - official installer: the network is down", "  - build from Go modules: no `go` on PATH"]
    assert lines[5].startswith(f"Install Pulumi {VERSION} or newer")
    assert len(lines) == 6


def test_each_step_that_fails_is_reported_before_the_next_is_tried(monkeypatch, go):
    go()
    monkeypatch.setattr(toolchain, "installed", fails_with("the network is down"))
    reports: list[str] = []
    toolchain.ensure(lambda text, _seconds: reports.append(text))
    assert reports[0] == "pulumi on PATH: no `pulumi` there"
    assert reports[1].startswith("cache: no ")
    assert reports[2] == "official installer: the network is down"
    assert reports[3] == f"building Pulumi {VERSION} from Go modules: about 5 minutes, once"


def test_a_cache_that_cannot_be_written_names_the_variable(cache, monkeypatch):
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file is in the way")
    with pytest.raises(ToolchainError, match=r"cannot be kept in .*Set VERDAZURE_CACHE_DIR to a folder"):
        toolchain.ensure(silent)


GO = """
case "$1" in
  build)
    while [ "$1" != -o ]; do shift; done
    mkdir -p "$(dirname "$2")"
    printf '#!/bin/sh\\necho v{version}\\n' > "$2"
    chmod +x "$2" ;;
  list) echo {sdk} ;;
esac
"""


@pytest.fixture
def go(tmp_path, monkeypatch):
    """`go(text)` puts a `go` on PATH; by default one that "builds" a CLI that tells its version."""
    sdk = tmp_path / "sdk"
    script(sdk / "python/cmd/pulumi-language-python-exec", "true").chmod(0o444)
    script(sdk / "python/dist/pulumi-resource-pulumi-python", "true").chmod(0o444)

    def put(text: str = GO.format(version=VERSION, sdk=sdk)) -> None:
        script(tmp_path / "go" / "go", text)
        monkeypatch.setenv("PATH", f"{tmp_path / 'go'}:/usr/bin:/bin")

    return put


class TestBuilt:
    @pytest.fixture(autouse=True)
    def _quickly(self, cache, monkeypatch):
        (cache / "pulumi").mkdir(parents=True)
        monkeypatch.setattr(toolchain, "_REPORT_EVERY_SECONDS", 0.05)

    def test_puts_the_cli_and_pulumis_scripts_into_the_cache_and_nothing_else(self, cache, go):
        go()
        assert toolchain.built(silent).origin == "built from Go modules"
        bin_dir = cache / "pulumi" / VERSION / "bin"
        names = ["pulumi", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"]
        assert sorted(path.name for path in bin_dir.iterdir()) == names
        assert all(path.stat().st_mode & stat.S_IXUSR for path in bin_dir.iterdir())
        assert [path.name for path in (cache / "pulumi").iterdir()] == [VERSION]
        assert [path.name for path in (cache / "pulumi" / VERSION).iterdir()] == ["bin"]

    def test_without_go_says_so(self):
        with pytest.raises(StepFailedError, match=r"^no `go` on PATH$"):
            toolchain.built(silent)

    def test_a_failing_build_gives_its_last_line_and_leaves_nothing(self, cache, go):
        go("echo 'go: downloading' >&2; echo 'go: module lookup disabled by GOPROXY=off' >&2; exit 1")
        with pytest.raises(StepFailedError, match=r"^go: module lookup disabled by GOPROXY=off$"):
            toolchain.built(silent)
        assert list((cache / "pulumi").iterdir()) == []

    def test_an_interrupted_build_leaves_nothing_and_ends_what_go_started(self, cache, go, tmp_path):
        alive = tmp_path / "alive"
        go(f"(while true; do touch {alive}; sleep 0.05; done) &\nwait")

        def interrupt(_text: str, seconds: int) -> None:
            if alive.exists():
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            toolchain.built(interrupt)
        assert list((cache / "pulumi").iterdir()) == []
        alive.unlink()
        time.sleep(0.2)
        assert not alive.exists()

    def test_a_cli_of_another_version_is_not_kept(self, cache, go, tmp_path):
        go(GO.format(version="3.1.0", sdk=tmp_path / "sdk"))
        with pytest.raises(StepFailedError, match=rf"^what was obtained is version 3\.1\.0, not {VERSION}$"):
            toolchain.built(silent)
        assert list((cache / "pulumi").iterdir()) == []


def test_the_pinned_modules_are_those_of_the_version():
    pins = (Path(toolchain.__file__).with_name("gomod") / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{VERSION} " in pins
    assert f"github.com/pulumi/pulumi/sdk/v3 v{VERSION} " in pins


def test_a_second_run_waits_for_the_first_and_takes_its_result(cache, monkeypatch):
    monkeypatch.setattr(toolchain, "installed", fails_with("not reached"))
    (cache / "pulumi").mkdir(parents=True)
    first = FileLock(cache / "pulumi" / f"{VERSION}.lock")
    first.acquire()
    reports: list[tuple[str, int]] = []

    def finish_first(text: str, seconds: int) -> None:
        reports.append((text, seconds))
        if first.is_locked:
            fill_cache(cache, "pulumi-language-python-exec")
            first.release()

    assert toolchain.ensure(finish_first).origin == "built from Go modules"
    assert reports[0] == ("another run is obtaining the Pulumi CLI; waiting for it", 0)


def test_two_runs_at_once_obtain_one_toolchain(go, monkeypatch):
    go()
    builds = []
    built = toolchain.built
    monkeypatch.setattr(toolchain, "installed", fails_with("no network"))
    monkeypatch.setattr(toolchain, "built", lambda report: builds.append(1) or built(report))
    results: list[Toolchain] = []
    runs = [threading.Thread(target=lambda: results.append(toolchain.ensure(silent))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(builds) == 1
    assert results[0] == results[1]


def test_what_a_killed_run_left_is_removed(cache, go, monkeypatch):
    go()
    monkeypatch.setattr(toolchain, "installed", fails_with("no network"))
    leftover = cache / "pulumi" / f".{VERSION}-unfinished-abc"
    (leftover / "bin").mkdir(parents=True)
    toolchain.ensure(silent)
    assert not leftover.exists()


def test_find_obtains_nothing(go):
    go()
    assert toolchain.find() is None


def test_a_step_that_takes_too_long_is_given_up():
    with pytest.raises(StepFailedError, match=r"^`sleep` had not ended after 0\.1 seconds$"):
        toolchain._run(["sleep", "60"], "sleeping", silent, seconds=0.1)
