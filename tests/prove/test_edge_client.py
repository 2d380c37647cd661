"""Microsoft's own client of IoT Hub, azure-iot-hub, sends what we send, and reads what we made."""

import json
import os
import subprocess

import pytest
import trustme
from verdazure.edge.dataplane import service
from verdazure.edge.dataplane.deployments import EdgeDeploymentProvider
from verdazure.edge.dataplane.devices import DeviceIdentityProvider

from tests.azurite.servers import identity, serving
from tests.prove.conftest import ROOT
from tests.unit.edge.manifests import BASE, content
from tests.unit.edge.services import SERVER_MADE, Services

# What may differ, and why.
ACCEPTED = {
    "deviceScope": "made by the hub",
    "connectionState": "made by the hub",
    "etag": "made by the hub, and its older spelling eTag is sent as nothing",
}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    authority, services, asked = trustme.CA(), Services(), []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with serving(services, authority.issue_cert("localhost")) as address, serving(identity(asked)) as signing_in:
        for name, value in (
            ("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem")),
            ("IDENTITY_ENDPOINT", f"{signing_in}/msi/token"),
            ("IDENTITY_HEADER", "here"),
        ):
            monkeypatch.setenv(name, value)
        service._client.cache_clear()
        yield services, address.removeprefix("https://"), asked
        service._client.cache_clear()


def test_both_send_the_same_and_each_reads_the_other(hub, checks):
    services, host, asked = hub
    said = {"targetCondition": "tags.site = 'malmo'", "priority": 5, "labels": {"team": "vision"}}
    metrics = {"there": "SELECT deviceId FROM devices WHERE tags.site = 'malmo'"}
    news = {"hubHostname": host, "prefix": "ours", "content": content(BASE), **said, "metrics": metrics}
    wanted = EdgeDeploymentProvider().check({}, news).inputs
    made = EdgeDeploymentProvider().create(wanted)
    device = {"hubHostname": host, "edge": True, "status": "enabled", "tags": {"site": "malmo"}}
    thumbprints = {"primaryThumbprint": "AB12", "secondaryThumbprint": "CD34"}
    DeviceIdentityProvider().create({**device, "deviceId": "gw"})
    DeviceIdentityProvider().create({**device, **thumbprints, "deviceId": "gw-too"})

    asked.clear()
    request = json.dumps({"host": host, "ours": made.id, "deployment": wanted})
    command = [str(checks / "python"), str(ROOT / "tests" / "prove" / "edge" / "client.py")]
    ran = subprocess.run(command, input=request, capture_output=True, text=True, env=os.environ, check=False)
    assert set(asked) == {"https://iothubs.azure.net"}, "the audience that we sign in to is theirs"
    assert ran.stdout, ran.stderr
    read = json.loads(ran.stdout)
    assert read.pop("device") == ["gw", "enabled", True, "ms-azure-iot-edge://gw-1"]
    assert read == {key: made.outs[key] for key in read}
    assert ran.returncode != 0, "the last call has a wrong ETag"
    assert "the ETag is another" in ran.stderr or "Precondition Failed" in ran.stderr or "412" in ran.stderr

    assert sent(services, "configurations", "theirs") == sent(services, "configurations", made.id)
    assert sent(services, "devices", "theirs") == sent(services, "devices", "gw")
    assert sent(services, "devices", "theirs-too") == sent(services, "devices", "gw-too")
    assert services.held["twins"]["theirs"]["tags"] == services.held["twins"]["gw"]["tags"]


def sent(services, kind, name):
    """What was put there, without the name and what the hub made of it."""
    named = ("id", "deviceId", *SERVER_MADE, *ACCEPTED, "systemMetrics")
    return {key: value for key, value in services.held[kind][name].items() if key not in named}
