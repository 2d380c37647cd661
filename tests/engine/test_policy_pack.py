"""The pack with a team's settings under the engine: exemptions, a baseline, what mends itself, and from a wheel."""

import json
import subprocess
import sys
import sysconfig
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.conftest import Project, Pulumi

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
UNTIL = date.today() + timedelta(20)

OPEN_STORE = """
    import pulumi
    import pulumi_azure_native as azure

    tags = {"workload": "shop", "owner": "ml", "environment": "dev"}
    group = azure.resources.ResourceGroup("group", location="swedencentral", tags=tags)
    azure.storage.StorageAccount(
        "data",
        resource_group_name=group.name,
        location="swedencentral",
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        minimum_tls_version=pulumi.Output.secret("TLS1_0"),
        allow_blob_public_access=True,
        allow_shared_key_access=False,
        public_network_access="Disabled",
        tags=tags,
    )
"""
ONLY = {"all": "disabled", "SE01": "mandatory", "SE02": "mandatory"}
EXEMPTION = {
    "rule": "SE02",
    "resource": "urn:pulumi:*::data",
    "category": "Waiver",
    "reason": "The data are public anyway.",
    "owner": "us",
    "expires": UNTIL,
}


def pack(folder: Path, settings: dict[str, Any], verdazure: Path = BIN / "verdazure") -> str:
    """What `$(verdazure policy-pack)` gives in a stack's folder with these settings beside it."""
    (folder / "verdazure.yaml").write_text(yaml.safe_dump(settings))
    return subprocess.run(
        [str(verdazure), "policy-pack"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_an_exemption_lets_a_stack_pass_and_is_shown(pulumi: Pulumi, project: Project) -> None:
    folder = project(OPEN_STORE)
    rules = {**ONLY, "SE01": "disabled"}
    unused = {**EXEMPTION, "resource": "urn:pulumi:*::elsewhere", "category": "Mitigated"}
    told = pack(folder, {"rules": rules, "exemptions": [EXEMPTION, unused]})
    shown = pulumi("preview", "--policy-pack", told, cwd=folder).stdout
    assert f"Exempt (Waiver by us until {UNTIL}: The data are public anyway.)." in shown
    assert "[mandatory]" not in shown
    assert f"the exemption from SE02 of urn:pulumi:*::data ends on {UNTIL}." in shown
    assert "the exemption from SE02 of urn:pulumi:*::elsewhere covers nothing." in shown

    ended = {**EXEMPTION, "expires": date.today() - timedelta(1)}
    refused = pulumi(
        "preview", "--policy-pack", pack(folder, {"rules": rules, "exemptions": [ended]}), cwd=folder, check=False
    )
    assert refused.returncode != 0
    assert "SE02 storage-no-public-blob: data: allowBlobPublicAccess is true" in refused.stdout
    assert "Its exemption has ended (Waiver by us" in refused.stdout


def test_a_baseline_is_of_what_the_engine_finds_too(pulumi: Pulumi, project: Project) -> None:
    folder = project(OPEN_STORE)
    plan = folder / "plan.json"
    plan.write_text(pulumi("preview", "--json", "--show-sames", cwd=folder).stdout)
    pack(folder, {"rules": ONLY})
    check = [str(BIN / "verdazure"), "check", str(plan)]
    found = subprocess.run([*check, "--format", "json"], cwd=folder, capture_output=True, text=True, check=False)
    findings = json.loads(found.stdout)["findings"]
    assert [(each["rule"], each["outcome"]) for each in findings] == [("SE02", "violation"), ("SE01", "unverified")]
    assert {each["location"]["file"] for each in findings} == {"__main__.py"}
    subprocess.run([*check, "--write-baseline", "base.json"], cwd=folder, check=True, capture_output=True)
    rules = {"all": "disabled", "SE02": "mandatory"}
    passed = pulumi("preview", "--policy-pack", pack(folder, {"rules": rules, "baseline": "base.json"}), cwd=folder)
    assert "[mandatory]" not in passed.stdout
    assert "1 of the baseline still stands. Fix: mend it when you can." in passed.stdout


def test_events_and_a_running_stack_are_judged_as_its_plan_is(
    pulumi: Pulumi, project: Project, sandbox_env: dict[str, str]
) -> None:
    folder = project(OPEN_STORE)
    (folder / "verdazure.yaml").write_text(yaml.safe_dump({"rules": ONLY}))

    def judged(*source: str) -> tuple[int, str, list[tuple[str, str]]]:
        command = [str(BIN / "verdazure"), "check", *source, "--format", "json"]
        done = subprocess.run(command, cwd=folder, env=sandbox_env, capture_output=True, text=True, check=False)
        report = json.loads(done.stdout)
        return done.returncode, report["kind"], [(each["rule"], each["outcome"]) for each in report["findings"]]

    expected = [("SE02", "violation"), ("SE01", "unverified")]
    streaming = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
    (folder / "events.json").write_text(pulumi("preview", "--json", cwd=folder, env=streaming).stdout)
    assert judged("events.json") == (1, "events", expected)
    pulumi("up", "--yes", "--skip-preview", cwd=folder)
    assert judged("--stack", "test") == (1, "state", expected)
    assert judged() == (1, "state", expected), "of the stack that is selected"


def test_what_can_be_mended_is_mended_and_said(pulumi: Pulumi, project: Project, held: Any) -> None:
    folder = project(OPEN_STORE)
    told = pack(folder, {"profile": "autofix", "rules": {"all": "disabled", "SE01": "remediate", "SE02": "remediate"}})
    done = pulumi("up", "--yes", "--skip-preview", "--policy-pack", told, cwd=folder)
    assert "SE02 storage-no-public-blob: data: mended: allowBlobPublicAccess: true -> false" in done.stdout
    assert "[mandatory]" not in done.stdout
    inputs = held(folder)["data"]
    assert inputs["allowBlobPublicAccess"] is False
    assert inputs["minimumTlsVersion"]["4dabf18193072939515e22adb298388d"], "what was secret still is"
    assert "SE01 storage-transport: data: mended: minimumTlsVersion: [secret]" in done.stdout
    assert "TLS1_0" not in done.stdout
    again = pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--policy-pack", told, cwd=folder)
    assert again.returncode == 0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`verdazure` of a wheel in an environment of its own, whose dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["build", "--wheel", "--no-build-isolation", "--quiet", "--out-dir", str(folder), str(ROOT)]
    environment = folder / "venv"
    uv = [str(BIN / "uv")]
    subprocess.run([*uv, *build, "--python", sys.executable], check=True)
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    [wheel] = folder.glob("*.whl")
    python = environment / "bin" / "python"
    install = [*uv, "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel)]
    subprocess.run(install, check=True)
    told = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (Path(told.stdout.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "verdazure"


def test_the_pack_of_an_installed_wheel_judges_as_that_of_a_checkout(
    pulumi: Pulumi, project: Project, installed: Path
) -> None:
    folder = project(OPEN_STORE)
    from_wheel = pack(folder, {"rules": ONLY}, installed)
    assert str(installed.parents[1]) in (Path(from_wheel) / "PulumiPolicy.yaml").read_text()
    refused = pulumi("preview", "--policy-pack", from_wheel, cwd=folder, check=False)
    assert refused.returncode != 0
    assert "verdazure@v0.1.0" in refused.stdout
    by_path = pulumi(
        "preview", "--policy-pack", str(ROOT / "policies"), cwd=folder, check=False,
        env={"VERDAZURE_SETTINGS": str(folder / "verdazure.yaml")},
    )  # fmt: skip
    told = [line for line in refused.stdout.splitlines() if "SE0" in line]
    assert len(told) == 2
    assert told == [line for line in by_path.stdout.splitlines() if "SE0" in line]


def test_settings_that_cannot_be_used_are_refused_before_pulumi_runs(project: Project) -> None:
    folder = project(OPEN_STORE)
    (folder / "verdazure.yaml").write_text("profile: strikt\n")
    refused = subprocess.run(
        [str(BIN / "verdazure"), "policy-pack"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "error: verdazure.yaml: profile is 'strikt'. Allowed: a profile's name. Fix: did you mean 'strict'?\n"
    )
