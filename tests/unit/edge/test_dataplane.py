"""Resources of the data plane, each call against services that speak as Azure's do: what is sent, told and refused."""

import base64
import re

import pytest
import trustme
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown
from verdazure import (
    ArgumentError,
    DeviceIdentity,
    DeviceIdentityArgs,
    EdgeDeployment,
    EdgeDeploymentArgs,
    EdgeModuleArgs,
    EdgeRouteArgs,
    EdgeRuntimeArgs,
    EnrolmentGroup,
    EnrolmentGroupArgs,
    TpmEnrolment,
    TpmEnrolmentArgs,
)
from verdazure.edge.dataplane import service
from verdazure.edge.dataplane.deployments import EdgeDeploymentProvider, _EdgeDeployment
from verdazure.edge.dataplane.devices import DeviceIdentityProvider, _DeviceIdentity
from verdazure.edge.dataplane.enrolments import (
    EnrolmentGroupProvider,
    TpmEnrolmentProvider,
    _EnrolmentGroup,
    _TpmEnrolment,
)
from verdazure.edge.dataplane.service import DataPlaneError
from verdazure.edge.manifest.building import ModulePlan, RoutePlan, RuntimePlan

from tests.azurite.servers import identity, serving
from tests.unit.edge.manifests import BASE, LAYER, content
from tests.unit.edge.services import Services


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """One pair for all tests, as a client keeps its connections; each test empties it."""
    authority, services, bundle = trustme.CA(), Services(), tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    with (
        serving(services, authority.issue_cert("localhost")) as hub,
        serving(identity([])) as signing_in,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        patch.setenv("IDENTITY_ENDPOINT", f"{signing_in}/msi/token")
        patch.setenv("IDENTITY_HEADER", "here")
        service._client.cache_clear()
        yield services, hub.removeprefix("https://")
        service._client.cache_clear()


@pytest.fixture
def azure(servers, monkeypatch):
    services, host = servers
    for held in services.held.values():
        held.clear()
    services.failing.clear()
    services.asked.clear()
    monkeypatch.setattr("sys.tracebacklimit", 1000, raising=False)
    return services, host


def deployment(host, plan=LAYER, **more):
    said = {"targetCondition": "*", "priority": 5, "labels": {}, "metrics": {}}
    news = {"hubHostname": host, "prefix": "night", "content": content(plan), **said, **more}
    checked = EdgeDeploymentProvider().check({}, news)
    assert checked.failures == []
    return checked.inputs


def device(host, **more):
    return {"hubHostname": host, "deviceId": "gw", "edge": True, "status": "enabled", "tags": {"site": "malmo"}, **more}


def group(host, **more):
    twin = {"tags": {"role": "vision"}, "properties": {"desired": {}}}
    said = {"capabilities": {"iotEdge": True}, "initialTwin": twin, "allocationPolicy": "hashed"}
    common = {"provisioningHostname": host, "iotHubs": ["a.azure-devices.net"], "provisioningStatus": "enabled", **said}
    return {**common, "enrolmentGroupId": "line", "certificate": "-----BEGIN CERTIFICATE-----", **more}


def tpm(host, **more):
    without = {key: value for key, value in group(host).items() if key not in ("enrolmentGroupId", "certificate")}
    return {**without, "registrationId": "press-1", "endorsementKey": "AToA", **more}


KINDS = {
    "deployment": (EdgeDeploymentProvider, deployment, "configurations", {"priority": 9}),
    "device": (DeviceIdentityProvider, device, "devices", {"status": "disabled"}),
    "group": (EnrolmentGroupProvider, group, "enrollmentGroups", {"provisioningStatus": "disabled"}),
    "tpm": (TpmEnrolmentProvider, tpm, "enrollments", {"provisioningStatus": "disabled"}),
}


@pytest.fixture(params=KINDS)
def kind(request, azure):
    provider, properties, table, change = KINDS[request.param]
    return provider(), properties(azure[1]), azure[0].held[table], change


def test_it_is_made_read_changed_and_taken_away(kind):
    provider, properties, table, change = kind
    made = provider.create(properties)
    assert list(table) == [made.id]
    assert provider.diff(made.id, made.outs, properties).changes is False
    read = provider.read(made.id, made.outs)
    assert (read.id, read.outs) == (made.id, made.outs)
    wanted = {**properties, **change}
    told = provider.diff(made.id, made.outs, wanted)
    assert (told.changes, told.replaces) == (True, [])
    updated = provider.update(made.id, made.outs, wanted)
    assert updated.outs["etag"] != made.outs["etag"]
    assert {key: updated.outs[key] for key in change} == change
    provider.delete(made.id, updated.outs)
    assert table == {}
    provider.delete(made.id, updated.outs)  # gone already is as good


def test_what_was_taken_away_outside_is_seen(kind):
    provider, properties, table, _ = kind
    made = provider.create(properties)
    table.clear()
    assert (provider.read(made.id, made.outs).id, provider.read(made.id, made.outs).outs) == ("", {})


def test_an_outside_change_is_told_and_never_overwritten_unseen(kind):
    provider, properties, table, change = kind
    made = provider.create(properties)
    table[made.id] |= {**change, "etag": '"outside"'}
    with pytest.raises(DataPlaneError, match=r"412 the ETag is another; somebody changed it since; `pulumi refresh`"):
        provider.update(made.id, made.outs, {**properties, **change})
    with pytest.raises(DataPlaneError, match="412"):
        provider.delete(made.id, made.outs)
    seen = provider.read(made.id, made.outs)
    assert {key: seen.inputs[key] for key in change} == change
    assert provider.diff(made.id, seen.outs, properties).changes is True
    mended = provider.update(made.id, seen.outs, properties)
    assert {key: mended.outs[key] for key in change} == {key: properties[key] for key in change}


def test_an_attempt_whose_answer_was_lost_is_taken_up(kind):
    provider, properties, table, change = kind
    provider.create(properties)
    again = provider.create(properties)
    assert list(table) == [again.id]
    table[again.id] |= change
    with pytest.raises(DataPlaneError, match=f"409 .* is there; what is there differs in {next(iter(change))}: choose"):
        provider.create(properties)


def test_throttling_is_waited_out(kind, azure):
    provider, properties, table, _ = kind
    azure[0].failing += [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]
    made = provider.create(properties)
    assert list(table) == [made.id]


def test_content_makes_a_deployment_another_beside_the_old(azure):
    provider, old = EdgeDeploymentProvider(), deployment(azure[1])
    other = deployment(azure[1], {"properties": {"camera.lens": {"zoom": 9}}})
    assert re.fullmatch(r"night-[0-9a-f]{8}", old["deploymentId"])
    told = provider.diff(old["deploymentId"], old, other)
    assert (told.replaces, told.delete_before_replace) == (["content", "deploymentId"], False)
    kept = provider.diff("x", {**old, "deploymentId": "x"}, {**other, "deploymentId": "x"})
    assert (kept.replaces, kept.delete_before_replace) == (["content"], True), "under one name the old goes first"


def test_numbers_come_from_the_engine_as_floats_and_go_out_whole(azure):
    floats = {**content(BASE)}
    floats["modulesContent"]["$edgeHub"]["properties.desired"]["storeAndForwardConfiguration"]["timeToLiveSecs"] = (
        7200.0
    )
    whole = deployment(azure[1], BASE)
    assert deployment(azure[1], content=floats)["deploymentId"] == whole["deploymentId"]
    EdgeDeploymentProvider().create(deployment(azure[1], content=floats))
    sent = azure[0].held["configurations"][whole["deploymentId"]]["content"]["modulesContent"]["$edgeHub"]
    assert repr(sent["properties.desired"]["storeAndForwardConfiguration"]) == "{'timeToLiveSecs': 7200}"


def test_what_is_not_known_yet_is_not_judged_yet(azure):
    unknown = content(LAYER)
    unknown["modulesContent"]["$edgeAgent"]["properties.desired.modules.filter"]["settings"]["image"] = Unknown()
    news = {"hubHostname": azure[1], "prefix": "night", "content": unknown}
    checked = EdgeDeploymentProvider().check({}, news)
    assert (checked.failures, checked.inputs) == ([], news)


def test_a_bad_manifest_is_a_failure_of_its_path(azure):
    bad = content(LAYER)
    bad["modulesContent"]["$edgeAgent"]["properties.desired.modules.filter"]["settings"]["image"] = "filter:latest"
    checked = EdgeDeploymentProvider().check({}, {"hubHostname": "h", "prefix": "night", "content": bad})
    path = "modulesContent.$edgeAgent.properties.desired.modules.filter.settings.image"
    assert [failure.property for failure in checked.failures] == [path]


def test_an_edge_device_cannot_become_another_kind(azure):
    provider = DeviceIdentityProvider()
    told = provider.diff("gw", device(azure[1]), device(azure[1], edge=False))
    assert (told.replaces, told.delete_before_replace) == (["edge"], True)


def test_a_device_proves_itself_by_certificate_and_is_tagged(azure):
    services, host = azure
    DeviceIdentityProvider().create(device(host, primaryThumbprint="AB12", parentScope="ms-azure-iot-edge://up-1"))
    held = services.held["devices"]["gw"]
    assert held["authentication"] == {"type": "selfSigned", "x509Thumbprint": {"primaryThumbprint": "AB12"}}
    assert held["parentScopes"] == ["ms-azure-iot-edge://up-1"]
    assert services.held["twins"]["gw"]["tags"] == {"site": "malmo"}
    DeviceIdentityProvider().create(device(host, deviceId="signed"))
    assert services.held["devices"]["signed"]["authentication"] == {"type": "certificateAuthority"}


def test_a_tag_set_by_others_is_left_and_one_of_ours_is_put_back(azure):
    services, host = azure
    provider = DeviceIdentityProvider()
    made = provider.create(device(host))
    services.held["twins"]["gw"]["tags"] |= {"site": "lund", "theirs": 1}
    seen = provider.read("gw", made.outs)
    assert seen.inputs["tags"] == {"site": "lund"}
    provider.update("gw", seen.outs, device(host))
    assert services.held["twins"]["gw"]["tags"] == {"site": "malmo", "theirs": 1}


def test_what_is_sent_of_enrolments(azure):
    services, host = azure
    EnrolmentGroupProvider().create(group(host))
    EnrolmentGroupProvider().create(
        group(host, enrolmentGroupId="by-name", certificate=None, certificateAuthority="root")
    )
    TpmEnrolmentProvider().create(tpm(host, deviceId="press"))
    assert services.asked["PUT", "enrollmentGroups"] == 2
    told = services.held["enrollments"]["press-1"]
    assert (told["attestation"], told["deviceId"]) == ({"type": "tpm", "tpm": {"endorsementKey": "AToA"}}, "press")
    bodies = [EnrolmentGroupProvider().body(group(host, **each))["attestation"]["x509"] for each in (
        {}, {"certificate": None, "certificateAuthority": "root"},
    )]  # fmt: skip
    assert bodies == [
        {"signingCertificates": {"primary": {"certificate": "-----BEGIN CERTIFICATE-----"}}},
        {"caReferences": {"primary": "root"}},
    ]


PAIRS = {
    EdgeDeploymentArgs: _EdgeDeployment,
    EdgeModuleArgs: ModulePlan,
    EdgeRouteArgs: RoutePlan,
    EdgeRuntimeArgs: RuntimePlan,
    DeviceIdentityArgs: _DeviceIdentity,
    EnrolmentGroupArgs: _EnrolmentGroup,
    TpmEnrolmentArgs: _TpmEnrolment,
}


@pytest.mark.parametrize(("args", "record"), PAIRS.items())
def test_what_callers_read_is_what_is_checked(args, record):
    required = {name for name, each in record.model_fields.items() if each.is_required()}
    assert args.__annotations__.keys() == record.model_fields.keys()
    assert args.__required_keys__ == required


def test_a_provider_is_kept_by_its_name_alone():
    """By value it would change with every version of the library, and the state would hold code."""
    for provider in (kind[0] for kind in KINDS.values()):
        kept = base64.b64decode(serialize_provider(provider()))
        assert len(kept) < 150
        assert provider.__name__.encode() in kept


HUB = {"hub_hostname": "a.azure-devices.net"}
PROVISIONING = {"provisioning_hostname": "a.azure-devices-provisioning.net", "hub_hostnames": ["a.azure-devices.net"]}
REFUSED = {
    "a condition": (
        EdgeDeployment, {**HUB, "target_condition": "site = 'a'", "priority": 1, **LAYER},
        "EdgeDeployment 'x': target_condition is \"site = 'a'\". Allowed: a condition that the hub can read. Fix: site",
    ),
    "a module's memory": (
        EdgeDeployment,
        {**HUB, "target_condition": "*", "priority": 1, "modules": {"a": {"image": "b", "cpus": 1.0}}},
        "EdgeDeployment 'x': modules.a.memory_mb is required",
    ),
    "a typing error": (
        EdgeDeployment, {**HUB, "target_condition": "*", "priority": 1, "modul": {}},
        "unknown key 'modul'. Allowed: deployment_id, hub_hostname, labels, metrics, modules",
    ),
    "nothing": (
        EdgeDeployment, {**HUB, "target_condition": "*", "priority": 1}, "modules is missing. Allowed: a module",
    ),
    "a private key": (
        EnrolmentGroup, {**PROVISIONING, "certificate": "-----BEGIN PRIVATE KEY-----hush"},
        "certificate is '<a private key>'. Allowed: a certificate alone",
    ),
    "no proof": (EnrolmentGroup, PROVISIONING, "certificate is missing. Allowed: certificate or certificate_authority"),
    "two hubs, one place": (
        TpmEnrolment,
        {**PROVISIONING, "endorsement_key": "a", "allocation_policy": "static", "hub_hostnames": ["a", "b"]},
        "hub_hostnames is '2 hubs'. Allowed: one hub with a static policy",
    ),
    "a second thumbprint alone": (
        DeviceIdentity, {**HUB, "secondary_thumbprint": "AB"}, "primary_thumbprint is missing. Allowed: a thumbprint",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_are_refused_before_anything_is_registered(name):
    resource, args, said = REFUSED[name]
    with pytest.raises(ArgumentError, match=re.escape(said)) as refused:
        resource("x", args)
    assert "hush" not in str(refused.value)
