"""What the provider stands on: values on the wire, the SDK's schema, the store, the installed plugin."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.sandbox.azure import plugin, schema
from verdazure.sandbox.azure.store import Store, StoredResource
from verdazure.sandbox.azure.wire import UNKNOWN, decode, encode, is_asset

VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.text(), st.just(UNKNOWN)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)


@settings(max_examples=30)
@given(st.dictionaries(st.text(), VALUES))
def test_what_is_written_is_read(properties):
    assert decode(encode(properties)) == properties


def test_nulls_are_nothing_and_secrets_are_their_value():
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hush"}
    assert decode(encode({"a": None, "b": secret, "c": [secret]})) == {"b": "hush", "c": ["hush"]}


@pytest.mark.parametrize(
    "placeholder", ["3eeb2bf0-c639-47a8-9e75-3b44932eb421", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"]
)
def test_all_placeholders_are_unknown(placeholder):
    assert decode(encode({"a": placeholder}))["a"] is UNKNOWN


def test_assets_stay_assets():
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "x"}
    assert is_asset(decode(encode({"a": asset}))["a"])
    assert not is_asset({"text": "x"})


# The SDK's schema


def test_a_type_as_the_sdk_has_it():
    kind = schema.resource("azure-native:machinelearningservices:Compute")
    assert kind.path_parameters == {"resourceGroupName", "workspaceName", "computeName"}
    assert kind.inputs["workspaceName"].required
    assert not kind.inputs["computeName"].required
    assert kind.types["AmlComputeArgs"]["computeType"].const == "AmlCompute"
    assert kind.types["AmlComputePropertiesArgs"]["vmPriority"].shape.kind == "enum"
    assert kind.enums["VmPriority"] == ("Dedicated", "LowPriority")
    assert kind.outputs["properties"].shape.kind == "any"
    assert kind.api_version[:2] == "20"


def test_a_schema_is_kept_for_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("VERDAZURE_CACHE_DIR", str(tmp_path))
    schema.resource.cache_clear()
    token = "azure-native:managedidentity:UserAssignedIdentity"
    derived = schema.resource(token)
    (kept,) = tmp_path.rglob("*.json")
    assert kept.name == "managedidentity.UserAssignedIdentity.json"
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
    schema.resource.cache_clear()
    monkeypatch.setattr(schema, "derive", lambda _: pytest.fail("derived again"))
    assert schema.resource(token) == derived
    schema.resource.cache_clear()


# The store

WRITER = """
import sys, time
from pathlib import Path
from verdazure.sandbox.azure.store import Store, StoredResource

store, who = Store(Path(sys.argv[1])), sys.argv[2]
for number in range(40):
    with store.transaction() as held:
        taken = held.get(f"/shared/{number}")
        time.sleep(0.001)  # long enough for the other to look as well, if it could
        if taken is None:
            held.put(StoredResource(f"/shared/{number}", "t", "T", str(number), "", "", {"by": who}, {}))
        held.put(StoredResource(f"/{who}/{number}", "t", "T", str(number), "", "", {"won": taken is None}, {}))
"""


def test_two_engines_share_one_store(tmp_path):
    path = tmp_path / "azure.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), who], stderr=subprocess.PIPE) for who in ("a", "b")
    ]
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    held = {resource.id: resource.inputs for resource in Store(path).resources()}
    assert len(held) == 120
    for number in range(40):
        winners = [who for who in ("a", "b") if held[f"/{who}/{number}"]["won"]]
        assert winners == [held[f"/shared/{number}"]["by"]]


def test_a_failed_transaction_leaves_nothing(tmp_path):
    store = Store(tmp_path / "deep" / "azure.db")

    def fail_after_writing():
        with store.transaction() as held:
            held.put(StoredResource("/x", "t", "T", "x", "", "", {}, {}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    assert store.resources() == []


# The plugin


def test_the_plugin_is_installed_once(tmp_path):
    executable = plugin.install(tmp_path / "home")
    assert executable == (
        tmp_path
        / "home"
        / "plugins"
        / f"resource-azure-native-v{plugin.sdk_version()}"
        / "pulumi-resource-azure-native"
    )
    assert os.access(executable, os.X_OK)
    written = executable.stat().st_mtime_ns
    assert plugin.install(tmp_path / "home") == executable
    assert executable.stat().st_mtime_ns == written
    assert [file.name for file in executable.parent.iterdir()] == [executable.name]
