"""Manifests: what plans become, that the public schema takes it, and what is refused with its place."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from verdazure.edge.manifest import ManifestError, check_base, check_layer, is_layered, oldest_supported
from verdazure.edge.manifest.building import ContentPlan
from verdazure.edge.manifest.containers import REASON_LABEL

from tests.unit.edge.manifests import AGENT, BASE, DIGEST, HUB, LAYER, ON, UPSTREAM, content, public_schema

ROTATED = '"LogConfig":{"Config":{"max-file":"3","max-size":"10m"},"Type":"json-file"}'


def test_a_base_becomes_the_manifest_that_microsoft_describes():
    modules = content(BASE)["modulesContent"]
    agent = modules["$edgeAgent"]["properties.desired"]
    assert list(modules) == ["$edgeAgent", "$edgeHub", "camera"]
    assert agent["schemaVersion"] == "1.1"
    assert agent["systemModules"]["edgeAgent"]["settings"] == {
        "image": AGENT,
        "createOptions": f'{{"HostConfig":{{{ROTATED}}}}}',
    }
    assert agent["modules"]["filter"] == {
        "version": "1.0",
        "type": "docker",
        "status": "running",
        "restartPolicy": "always",
        "settings": {
            "image": f"contoso.azurecr.io/edge/filter:2{DIGEST}",
            "createOptions": f'{{"HostConfig":{{{ROTATED},"Memory":134217728,"NanoCpus":250000000}}}}',
        },
    }
    hub = modules["$edgeHub"]["properties.desired"]
    assert hub["storeAndForwardConfiguration"] == {"timeToLiveSecs": 7200}
    assert hub["routes"]["results"] == {"route": UPSTREAM, "priority": 0}
    assert modules["camera"] == {"properties.desired": {"interval": 5, "lens": {"zoom": 1}}}


def test_a_layer_names_what_it_sets_by_its_path():
    modules = content(LAYER)["modulesContent"]
    assert {owner: list(keys) for owner, keys in modules.items()} == {
        "$edgeAgent": ["properties.desired.modules.filter"],
        "$edgeHub": ["properties.desired.routes.results"],
        "camera": ["properties.desired.lens", "properties.desired.night"],
    }
    assert is_layered(content(LAYER))
    assert not is_layered(content(BASE))


def test_ours_pass_our_own_checks_and_the_public_schema():
    check_base(content(BASE), ON)
    assert list(public_schema().iter_errors(content(BASE))) == []
    layer = check_layer(content(LAYER), ON)
    assert set(layer.modules) == {"filter"}
    assert layer.properties == {("camera", "lens"): {"zoom": 3}, ("camera", "night"): {"from": 22}}


names = st.from_regex(r"[a-zA-Z0-9_-]{1,12}", fullmatch=True)
modules = st.fixed_dictionaries(
    {
        "image": st.from_regex(r"[a-z]{2,9}\.azurecr\.io/[a-z]{1,9}:[a-z0-9]{1,5}", fullmatch=True).map(
            lambda name: name + DIGEST
        ),
        "memory_mb": st.integers(8, 65536),
        "cpus": st.floats(0.01, 64),
    },
    optional={
        "status": st.sampled_from(["running", "stopped"]),
        "restart_policy": st.sampled_from(["never", "on-failure", "on-unhealthy", "always"]),
        "startup_order": st.integers(0, 2**32 - 1),
        "environment": st.dictionaries(
            st.from_regex(r"[A-Z_]{1,9}", fullmatch=True), st.one_of(st.booleans(), st.integers(), st.text(max_size=9))
        ),
        "create_options": st.fixed_dictionaries(
            {"HostConfig": st.fixed_dictionaries({"Binds": st.lists(st.text("abc/:", max_size=60), max_size=30)})}
        ),
        "privileged_reason": st.just("the camera's driver needs it"),
    },
)


@given(st.dictionaries(names, modules, max_size=4), st.integers(1, 604800))
@settings(max_examples=60, deadline=None)
def test_whatever_is_built_passes_both(some, seconds):
    plan = {"runtime": {**BASE["runtime"], "store_and_forward_seconds": seconds}, "modules": some}
    made = content(plan)
    check_base(made, ON)
    assert list(public_schema().iter_errors(made)) == []


def test_long_create_options_go_on_in_further_pieces_and_are_read_as_one():
    binds = [f"/var/data/{place}:/data/{place}" for place in range(60)]
    plan = copy.deepcopy(BASE)
    plan["modules"]["camera"]["create_options"] = {"HostConfig": {"Binds": binds}}
    made = content(plan)
    written = made["modulesContent"]["$edgeAgent"]["properties.desired"]["modules"]["camera"]["settings"]
    assert sorted(written) == ["createOptions", "createOptions01", "createOptions02", "createOptions03", "image"]
    assert all(len(text) <= 512 for key, text in written.items() if key != "image")
    joined = "".join(written[key] for key in sorted(written) if key != "image")
    assert json.loads(joined)["HostConfig"]["Binds"] == binds
    check_base(made, ON)


def test_a_privileged_module_carries_its_reason_to_the_device():
    plan = copy.deepcopy(BASE)
    plan["modules"]["camera"]["privileged_reason"] = "the camera's driver needs it"
    settings_ = content(plan)["modulesContent"]["$edgeAgent"]["properties.desired"]["modules"]["camera"]["settings"]
    options = json.loads(settings_["createOptions"])
    assert options["HostConfig"]["Privileged"] is True
    assert options["Labels"] == {REASON_LABEL: "the camera's driver needs it"}


def test_the_oldest_supported_version_goes_by_the_day():
    assert oldest_supported(ON.replace(day=10)) == "1.5"
    assert oldest_supported(ON.replace(day=11)) == "1.6"


AT_AGENT = "modulesContent.$edgeAgent.properties.desired"
AT_HUB = "modulesContent.$edgeHub.properties.desired"
CAMERA = f"{AT_AGENT}.modules.camera"
REMOVED = object()


def options(**host):
    whole = {"LogConfig": {"Type": "local"}, "Memory": 1, "NanoCpus": 1, **host}
    return json.dumps({"HostConfig": {key: value for key, value in whole.items() if value is not REMOVED}})


# Where a base is spoilt, with what, and where the fault is said to be if not there.
BAD_BASES = {
    "no modulesContent": ("modulesContent", REMOVED, None),
    "a foreign key": ("content", {}, None),
    "no agent": ("modulesContent.$edgeAgent", REMOVED, None),
    "no hub": ("modulesContent.$edgeHub", REMOVED, None),
    "agent without desired": ("modulesContent.$edgeAgent|properties.desired", REMOVED, None),
    "schema of the agent": (f"{AT_AGENT}|schemaVersion", "9", None),
    "schema of the hub": (f"{AT_HUB}|schemaVersion", "9", None),
    "no runtime": (f"{AT_AGENT}|runtime", REMOVED, None),
    "a runtime without docker": (f"{AT_AGENT}|runtime.type", "podman", None),
    "a password": (
        f"{AT_AGENT}|runtime.settings.registryCredentials",
        {"contoso": {"username": "a", "password": "b", "address": "c"}},
        f"{AT_AGENT}.runtime.settings.registryCredentials.contoso.password",
    ),
    "no edge hub": (f"{AT_AGENT}|systemModules.edgeHub", REMOVED, None),
    "an edge hub that is stopped": (f"{AT_AGENT}|systemModules.edgeHub.status", "stopped", None),
    "an edge hub that stays down": (f"{AT_AGENT}|systemModules.edgeHub.restartPolicy", "never", None),
    "an old agent": (
        f"{AT_AGENT}|systemModules.edgeAgent.settings.image",
        f"mcr.microsoft.com/azureiotedge-agent:1.5{DIGEST}",
        None,
    ),
    "an agent of no version": (
        f"{AT_AGENT}|systemModules.edgeAgent.settings.image",
        f"mcr.microsoft.com/azureiotedge-agent{DIGEST}",
        None,
    ),
    "an agent by its tag": (
        f"{AT_AGENT}|systemModules.edgeAgent.settings.image",
        "mcr.microsoft.com/azureiotedge-agent:1.6",
        None,
    ),
    "two versions": (f"{AT_AGENT}|systemModules.edgeHub.settings.image", HUB.replace("1.6.0", "1.7.0"), None),
    "logs of the hub without bound": (
        f"{AT_AGENT}|systemModules.edgeHub.settings.createOptions",
        "{}",
        f"{AT_AGENT}.systemModules.edgeHub.settings.createOptions.HostConfig.LogConfig",
    ),
    "a module of a bad name": (f"{AT_AGENT}|modules.came ra", {}, None),
    "a module without image": (f"{AT_AGENT}|modules.camera.settings.image", REMOVED, None),
    "an image by its tag": (f"{AT_AGENT}|modules.camera.settings.image", "contoso.azurecr.io/camera:3", None),
    "an image of the latest": (f"{AT_AGENT}|modules.camera.settings.image", "contoso.azurecr.io/camera", None),
    "a short digest": (f"{AT_AGENT}|modules.camera.settings.image", "contoso.azurecr.io/camera@sha256:ab", None),
    "a foreign key of a module": (f"{AT_AGENT}|modules.camera.restart", "always", None),
    "a restart policy": (f"{AT_AGENT}|modules.camera.restartPolicy", "sometimes", None),
    "a status": (f"{AT_AGENT}|modules.camera.status", "up", None),
    "a pull policy": (f"{AT_AGENT}|modules.camera.imagePullPolicy", "always", None),
    "a startup order": (f"{AT_AGENT}|modules.camera.startupOrder", -1, None),
    "options that are an object": (f"{AT_AGENT}|modules.camera.settings.createOptions", {}, None),
    "options that are no JSON": (f"{AT_AGENT}|modules.camera.settings.createOptions", "{", None),
    "no memory limit": (
        f"{AT_AGENT}|modules.camera.settings.createOptions",
        options(Memory=REMOVED),
        f"{CAMERA}.settings.createOptions.HostConfig.Memory",
    ),
    "no processor limit": (
        f"{AT_AGENT}|modules.camera.settings.createOptions",
        options(NanoCpus=REMOVED),
        f"{CAMERA}.settings.createOptions.HostConfig.NanoCpus",
    ),
    "logs without rotation": (
        f"{AT_AGENT}|modules.camera.settings.createOptions",
        options(LogConfig={"Type": "json-file", "Config": {"max-size": "10m"}}),
        f"{CAMERA}.settings.createOptions.HostConfig.LogConfig.Config.max-file",
    ),
    "privileged without a reason": (
        f"{AT_AGENT}|modules.camera.settings.createOptions",
        options(Privileged=True),
        f"{CAMERA}.settings.createOptions.HostConfig.Privileged",
    ),
    "a variable's name": (f"{AT_AGENT}|modules.camera.env", {"A B": {"value": "1"}}, f"{CAMERA}.env.A B"),
    "a variable's object": (f"{AT_AGENT}|modules.camera.env", {"A": {"value": {}}}, f"{CAMERA}.env.A.value"),
    "a key in a variable": (
        f"{AT_AGENT}|modules.camera.env",
        {"HUB": {"value": "HostName=a;SharedAccessKey=b"}},
        f"{CAMERA}.env.HUB.value",
    ),
    "no routes": (f"{AT_HUB}|routes", REMOVED, None),
    "a route's name": (f"{AT_HUB}|routes", {"a b": "FROM /messages/* INTO $upstream"}, f"{AT_HUB}.routes.a b"),
    "a route that is none": (f"{AT_HUB}|routes.results", "FROM /messages/* TO $upstream", None),
    "a condition that is none": (f"{AT_HUB}|routes.results", "FROM /messages/* WHERE a = INTO $upstream", None),
    "a route's priority": (f"{AT_HUB}|routes.results.priority", 10, None),
    "a route to nobody": (
        f"{AT_HUB}|routes.results",
        'FROM /messages/modules/filter/* INTO BrokeredEndpoint("/modules/nobody/inputs/in")',
        None,
    ),
    "no time to live": (f"{AT_HUB}|storeAndForwardConfiguration", REMOVED, None),
    "a time to live of a year": (f"{AT_HUB}|storeAndForwardConfiguration.timeToLiveSecs", 31536000, None),
    "a twin of nobody": ("modulesContent.nobody", {"properties.desired": {}}, None),
    "a property's name": (
        "modulesContent.camera|properties.desired",
        {"a.b": 1},
        "modulesContent.camera.properties.desired.a.b",
    ),
    "a long text": (
        "modulesContent.camera|properties.desired",
        {"text": "x" * 4097},
        "modulesContent.camera.properties.desired.text",
    ),
    "a large twin": ("modulesContent.camera|properties.desired", {f"k{n}": "x" * 4000 for n in range(9)}, None),
    "a deep twin": (
        "modulesContent.camera|properties.desired",
        json.loads('{"a":' * 11 + "1" + "}" * 11),
        "modulesContent.camera.properties.desired." + ".".join("a" * 10),
    ),
    "many modules": (
        f"{AT_AGENT}|modules",
        {
            f"m{n}": content(BASE)["modulesContent"]["$edgeAgent"]["properties.desired"]["modules"]["camera"]
            for n in range(51)
        },
        None,
    ),
}


def spoilt(document, path, value):
    made = copy.deepcopy(document)
    keys = []
    for part in path.split("|"):
        head, marked, rest = part.partition("properties.desired")
        keys += [key for key in head.split(".") if key]
        keys += [marked] if marked else []
        keys += [key for key in rest.split(".") if key]
    *steps, last = keys
    place = made
    for step in steps:
        place = place[step]
    if value is REMOVED:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize("name", BAD_BASES)
def test_a_bad_manifest_is_refused_with_its_path(name):
    path, value, said = BAD_BASES[name]
    wanted = said or path.replace("|", ".")
    with pytest.raises(ManifestError) as refused:
        check_base(spoilt(content(BASE), path, value), ON)
    assert wanted in [fault.path for fault in refused.value.faults]
    assert all(fault.path in fault.text and "Fix: " in fault.text for fault in refused.value.faults)


BAD_LAYERS = {
    "nothing": ({}, "modulesContent"),
    "the runtime": (
        {"$edgeAgent": {"properties.desired.systemModules.edgeHub": {}}},
        f"{AT_AGENT}.systemModules.edgeHub",
    ),
    "half a module": (
        {"$edgeAgent": {"properties.desired.modules.camera.status": "stopped"}},
        f"{AT_AGENT}.modules.camera.status",
    ),
    "a module by its tag": (
        {"$edgeAgent": {"properties.desired.modules.camera": {"settings": {"image": "contoso.azurecr.io/a:1"}}}},
        f"{AT_AGENT}.modules.camera.settings.image",
    ),
    "a route that is none": (
        {"$edgeHub": {"properties.desired.routes.results": "FROM nowhere INTO $upstream"}},
        f"{AT_HUB}.routes.results",
    ),
    "how long the hub stores": (
        {"$edgeHub": {"properties.desired.storeAndForwardConfiguration": {"timeToLiveSecs": 1}}},
        f"{AT_HUB}.storeAndForwardConfiguration",
    ),
    "a reported property": (
        {"camera": {"properties.reported.lens": {}}},
        "modulesContent.camera.properties.reported.lens",
    ),
    "a key in a twin": (
        {"camera": {"properties.desired.link": {"to": "AccountKey=abc"}}},
        "modulesContent.camera.properties.desired.link.to",
    ),
}


@pytest.mark.parametrize("name", BAD_LAYERS)
def test_a_bad_layer_is_refused_with_its_path(name):
    written, path = BAD_LAYERS[name]
    with pytest.raises(ManifestError) as refused:
        check_layer({"modulesContent": written}, ON)
    assert path in [fault.path for fault in refused.value.faults]


def test_there_are_forty_bad_manifests_and_more():
    assert len(BAD_BASES) + len(BAD_LAYERS) >= 40


def test_a_key_is_never_printed():
    bad = spoilt(content(BASE), f"{AT_AGENT}|modules.camera.env", {"HUB": {"value": "SharedAccessKey=hush"}})
    with pytest.raises(ManifestError) as refused:
        check_base(bad, ON)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("name", BAD_BASES)
def test_what_the_public_schema_refuses_we_refuse_and_more(name):
    path, value, _ = BAD_BASES[name]
    judged = list(public_schema().iter_errors(spoilt(content(BASE), path, value)))
    found_by_schema = {
        "no modulesContent", "a foreign key", "no agent", "no hub", "agent without desired", "no runtime",
        "a runtime without docker", "no edge hub", "a module of a bad name", "a module without image",
        "a foreign key of a module", "a restart policy", "a status", "a pull policy", "a startup order",
        "options that are an object", "a variable's name", "a variable's object", "no routes", "a route's name",
        "a route's priority",
    }  # fmt: skip
    assert bool(judged) is (name in found_by_schema)


BAD_PLANS = {
    "nothing at all": ({}, "modules is missing"),
    "memory twice": (
        {"modules": {"a": {**BASE["modules"]["camera"], "create_options": {"HostConfig": {"Memory": 5}}}}},
        "create_options.HostConfig.Memory is 5. Allowed: said by memory_mb",
    ),
    "a path in a base": (
        {**BASE, "properties": {"camera.lens": {}}},
        "properties.camera.lens is 'camera.lens'. Allowed: the name of a module in a base deployment",
    ),
}


@pytest.mark.parametrize("name", BAD_PLANS)
def test_a_plan_that_cannot_be_is_refused(name):
    plan, said = BAD_PLANS[name]
    with pytest.raises(ValidationError, match=said.replace("(", r"\(")):
        ContentPlan.model_validate(plan)
