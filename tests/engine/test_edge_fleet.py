"""The edge fleet: hub and provisioning service, 500 devices, a base and three layers, through the engine.

What Resource Manager holds is the simulated Azure's. The services' own interfaces are served on this machine, under the
names that the simulated Azure gives the hub and the provisioning service: a proxy leads there.
"""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import trustme
from verdazure.edge.manifest import effective

from tests.azurite.servers import identity, serving, tunnelling
from tests.unit.edge.manifests import public_schema
from tests.unit.edge.services import Services

ROOT = Path(__file__).parents[2]
DEPLOYER = "7f1c1b2e-6f0e-4a38-9a0c-5b7f0c8f3d11"
SITES, WORK = ("malmo", "lund", "gavle"), ("welding", "painting")


@pytest.fixture
def azure(tmp_path):
    """The services with 500 devices, and what a stack needs to reach them: hosts, a way to sign in, trust."""
    authority, services, asked = trustme.CA(), Services(), []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    for number in range(500):
        tags = {"role": "vision", "site": SITES[number % 3], "work": WORK[number % 2]}
        services.register(f"line-{number:03}", tags | ({"shift": "day"} if number % 5 == 0 else {}))
    names = ("localhost", "*.azure-devices.net", "*.azure-devices-provisioning.net")
    with (
        serving(services, authority.issue_cert(*names)) as hub,
        serving(identity(asked)) as signing_in,
        tunnelling(int(hub.rpartition(":")[2]), services.hosts) as proxy,
    ):
        variables = {
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "localhost,127.0.0.1",
            "REQUESTS_CA_BUNDLE": str(tmp_path / "ca.pem"),
            "IDENTITY_ENDPOINT": f"{signing_in}/msi/token",
            "IDENTITY_HEADER": "here",
        }
        yield services, hub.removeprefix("https://"), variables, asked


def told(services):
    """What each device ends up with: base and layers."""
    deployments = services.deployments()
    meant = {}
    for name, twin in services.held["twins"].items():
        found = effective(twin, deployments, date(2026, 11, 24))
        assert list(public_schema().iter_errors(found.content)) == []
        meant[name] = [each.rpartition("-")[0] for each in (found.base, *found.layers)]
    return meant


def test_it_comes_up_settles_is_mended_after_an_outside_edit_and_goes(stack_to_copy, pulumi, azure):
    services, _, variables, asked = azure
    fleet = stack_to_copy("edge-fleet")
    certificate = trustme.CA().cert_pem.bytes().decode()
    pulumi("config", "set", "certificate", "--", certificate, cwd=fleet)
    pulumi("config", "set", "deployer", DEPLOYER, cwd=fleet)

    def run(*arguments, **more):
        return pulumi(*arguments, cwd=fleet, env=variables, **more)

    first = run("up", "--yes", "--policy-pack", str(ROOT / "policies"))
    assert not any(word in first.stdout for word in ("[mandatory]", "[advisory]", "can't run policy", "warning:"))
    assert set(asked) == {"https://iothubs.azure.net", "https://azure-devices-provisioning.net"}
    assert {re.sub("-[a-z0-9]{6}[.]", "-SUFFIX.", host) for host in services.hosts} == {
        "iot-line-SUFFIX.azure-devices.net:443",
        "provs-line-SUFFIX.azure-devices-provisioning.net:443",
    }
    (group,) = services.held["enrollmentGroups"].values()
    assert f"{group['iotHubs'][0]}:443" in services.hosts, "devices are let in to the hub that the stack made"
    assert {kind: len(held) for kind, held in services.held.items()} == {
        "configurations": 4, "devices": 1, "twins": 501, "enrollmentGroups": 1, "enrollments": 0,
    }  # fmt: skip
    meant = told(services)
    assert meant["gateway-malmo"] == ["vision"]
    assert meant["line-000"] == ["vision", "welding", "heat", "night"]
    assert meant["line-001"] == ["vision"]
    assert meant["line-003"] == ["vision", "heat"]
    assert [sum(layer in each for each in meant.values()) for layer in ("welding", "heat", "night")] == [250, 167, 100]
    exported = run("stack", "export").stdout
    assert "Bearer" not in exported
    assert "eyJ" not in exported
    assert "SharedAccess" not in exported
    _rendered_alike(fleet, exported, services)

    before = services.asked.copy()
    run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert services.asked == before, "an up without a change asks nothing"
    run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    run("up", "--yes", "--skip-preview", "--expect-no-changes")

    welding, heat = (_named(services, name) for name in ("welding", "heat"))
    welding |= {"priority": 99, "etag": '"outside"'}
    del services.held["configurations"][heat["id"]]
    services.held["twins"]["gateway-malmo"]["tags"]["role"] = "toaster"
    stale = run("up", "--yes", "--skip-preview", "--config", "zoom=3", check=False)
    assert "unchanged" in stale.stdout, "without a refresh nobody looks"
    run("refresh", "--yes", "--skip-preview")
    run("up", "--yes", "--skip-preview")
    assert _named(services, "welding")["priority"] == 10
    assert told(services) == meant

    run("up", "--yes", "--skip-preview", "--config", "zoom=4")
    assert len(services.held["configurations"]) == 4, "new content came, the old went"
    found = effective(services.held["twins"]["line-000"], services.deployments(), date(2026, 11, 24))
    assert found.content["modulesContent"]["camera"]["properties.desired"]["lens"] == {"zoom": 4}

    run("destroy", "--yes", "--skip-preview")
    assert {kind for kind, held in services.held.items() if held} == {"twins"}
    assert len(services.held["twins"]) == 500
    assert json.loads(run("stack", "export").stdout)["deployment"].get("resources", []) == []


def _named(services, prefix):
    return next(each for name, each in services.held["configurations"].items() if name.startswith(f"{prefix}-"))


def _rendered_alike(folder: Path, exported: str, services: Services) -> None:
    (folder / "state.json").write_text(exported)
    (folder / "twin.json").write_text(json.dumps(services.held["twins"]["line-000"]))
    command = [str(Path(sys.executable).with_name("verdazure")), "edge", "render", "--device", "line-000"]
    shown = subprocess.run(
        [*command, "--from", "state.json", "--twin", "twin.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    hub_says = effective(services.held["twins"]["line-000"], services.deployments(), date.today())
    assert json.loads(shown.stdout) == hub_says.content


def test_what_a_service_refuses_is_one_line(project, pulumi, azure):
    services, host, variables, _ = azure
    folder = project(
        f"""
        import verdazure
        lens = {{"properties": {{"camera.lens": {{"zoom": 1}}}}}}
        verdazure.EdgeDeployment("all", {{"hub_hostname": "{host}", "target_condition": "*", "priority": 1, **lens}})
        """
    )
    services.failing += [(429, {"Retry-After": "0"})] * 2
    pulumi("up", "--yes", "--skip-preview", cwd=folder, env=variables)
    assert len(services.held["configurations"]) == 1, "throttled twice, and tried again"

    _named(services, "all")["etag"] = '"outside"'
    refused = pulumi("destroy", "--yes", "--skip-preview", cwd=folder, env=variables, check=False)
    said = refused.stdout + refused.stderr
    assert "412 the ETag is another; somebody changed it since; `pulumi refresh` takes over what it is now" in said
    assert "Traceback" not in said
    pulumi("refresh", "--yes", "--skip-preview", cwd=folder, env=variables)
    pulumi("destroy", "--yes", "--skip-preview", cwd=folder, env=variables)
    assert services.held["configurations"] == {}


def test_a_manifest_that_becomes_known_late_is_still_judged(project, pulumi, azure):
    _, host, variables, _ = azure
    folder = project(
        f"""
        import pulumi
        import verdazure
        image = pulumi.Output.from_input("contoso.azurecr.io/camera").apply(lambda name: name + ":3")
        verdazure.EdgeDeployment(
            "all",
            {{
                "hub_hostname": "{host}", "target_condition": "*", "priority": 1,
                "modules": {{"camera": {{"image": image, "memory_mb": 64, "cpus": 0.5}}}},
            }},
        )
        """
    )
    refused = pulumi("preview", cwd=folder, env=variables, check=False)
    said = " ".join((refused.stdout + refused.stderr).split())
    assert (
        "modulesContent.$edgeAgent.properties.desired.modules.camera.settings.image is 'contoso.azurecr.io/camera:3'"
        in said
    )
    assert refused.returncode != 0


def test_a_hub_that_is_made_in_the_same_stack_is_known_only_later(project, pulumi, azure):
    services, host, variables, _ = azure
    folder = project(
        f"""
        import verdazure
        from pulumi_azure_native import resources
        group = resources.ResourceGroup("edge", location="swedencentral")
        hub = group.id.apply(lambda _: "{host}")
        gateway = verdazure.DeviceIdentity("gateway", {{"hub_hostname": hub, "primary_thumbprint": group.name}})
        verdazure.DeviceIdentity("below", {{"hub_hostname": hub, "parent_scope": gateway.device_scope}})
        verdazure.EdgeDeployment(
            "all",
            {{
                "hub_hostname": hub, "target_condition": "*", "priority": 1,
                "modules": {{
                    "camera": {{
                        "image": group.name.apply(lambda _: "contoso.azurecr.io/camera:3@sha256:" + "ab" * 32),
                        "memory_mb": 64, "cpus": 0.5,
                    }}
                }},
            }},
        )
        """
    )
    shown = pulumi("up", "--yes", cwd=folder, env=variables)
    assert "5 created" in shown.stdout
    assert services.held["devices"]["below"]["parentScopes"] == ["ms-azure-iot-edge://gateway-1"]
    (made,) = services.held["configurations"]
    assert made.startswith("all-")
    pulumi("up", "--yes", "--expect-no-changes", cwd=folder, env=variables)
    pulumi("destroy", "--yes", "--skip-preview", cwd=folder, env=variables)
    assert {kind for kind, held in services.held.items() if held} == {"twins"}
