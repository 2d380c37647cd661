"""The simulated provider in this process, driven as an engine drives it: check, diff, create, read, update, delete."""

from pathlib import Path
from typing import Any

import grpc
import pytest
from verdazure.sandbox.azure.host import Host
from verdazure.sandbox.azure.plugin import sdk_version
from verdazure.sandbox.azure.provider import AzureNative
from verdazure.sandbox.azure.store import Store
from verdazure.sandbox.azure.wire import decode, encode, provider_pb2


class Refused(Exception):
    """What the engine would show as the provider's error."""

    def __init__(self, message: str, code: grpc.StatusCode, trailing: dict[str, bytes]) -> None:
        super().__init__(message)
        self.code = code
        self.trailing = trailing


class _Context:
    def __init__(self) -> None:
        self.trailing: tuple[tuple[str, bytes], ...] = ()

    def set_trailing_metadata(self, trailing: tuple[tuple[str, bytes], ...]) -> None:
        self.trailing = trailing

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        raise Refused(details, code, dict(self.trailing))


class Engine:
    """One stack of one engine: names by logical name, in plain dicts."""

    def __init__(self, provider: AzureNative, store: Store) -> None:
        self.provider = provider
        self.store = store

    def urn(self, token: str, name: str) -> str:
        return f"urn:pulumi:dev::test::azure-native:{token}::{name}"

    def call(self, method: str, request: Any) -> Any:
        return getattr(self.provider, method)(request, _Context())

    def configure(self, **variables: str) -> None:
        named = {f"azure-native:config:{key}": value for key, value in variables.items()}
        self.call("Configure", provider_pb2.ConfigureRequest(variables=named))

    def check(self, token: str, news: dict, name: str = "x", olds: dict | None = None, **more: Any) -> Any:
        request = provider_pb2.CheckRequest(
            urn=self.urn(token, name),
            name=name,
            news=encode(news),
            olds=encode(olds or {}),
            randomSeed=more.pop("seed", b"seed"),
            **more,
        )
        return self.call("Check", request)

    def findings(self, token: str, news: dict) -> dict[str, str]:
        """Path -> reason of everything that is wrong with the inputs."""
        return {failure.property: failure.reason for failure in self.check(token, news).failures}

    def checked(self, token: str, news: dict, name: str = "x", olds: dict | None = None) -> dict[str, Any]:
        answer = self.check(token, news, name, olds)
        assert not answer.failures, list(answer.failures)
        return decode(answer.inputs)

    def create(self, token: str, news: dict, name: str = "x") -> tuple[str, dict[str, Any]]:
        """Id and outputs of a new resource."""
        inputs = self.checked(token, news, name)
        made = self.call(
            "Create", provider_pb2.CreateRequest(urn=self.urn(token, name), properties=encode(inputs), preview=False)
        )
        return made.id, decode(made.properties)

    def preview(self, token: str, news: dict, name: str = "x") -> dict[str, Any]:
        inputs = self.checked(token, news, name)
        request = provider_pb2.CreateRequest(urn=self.urn(token, name), properties=encode(inputs), preview=True)
        return decode(self.call("Create", request).properties)

    def update(self, token: str, resource_id: str, olds: dict, news: dict, preview: bool = False) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            id=resource_id, urn=self.urn(token, "x"), olds=encode(olds), news=encode(news), preview=preview
        )
        return decode(self.call("Update", request).properties)

    def diff(self, token: str, old: dict, new: dict, state: dict | None = None) -> Any:
        return self.call(
            "Diff",
            provider_pb2.DiffRequest(
                urn=self.urn(token, "x"), old_inputs=encode(old), news=encode(new), olds=encode(state or {})
            ),
        )

    def read(self, token: str, resource_id: str, inputs: dict | None = None, state: dict | None = None) -> Any:
        request = provider_pb2.ReadRequest(id=resource_id, urn=self.urn(token, "x"), properties=encode(state or {}))
        if inputs is not None:
            request.inputs.CopyFrom(encode(inputs))
        return self.call("Read", request)

    def delete(self, token: str, resource_id: str) -> None:
        self.call("Delete", provider_pb2.DeleteRequest(id=resource_id, urn=self.urn(token, "x")))

    def invoke(self, token: str, **arguments: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=f"azure-native:{token}", args=encode(arguments))
        return decode(getattr(self.call("Invoke", request), "return"))

    def group(self, name: str = "rg", location: str = "swedencentral") -> str:
        return self.create("resources:ResourceGroup", {"resourceGroupName": name, "location": location})[0]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    store = Store(tmp_path / "azure.db")
    return Engine(AzureNative(store, sdk_version(), Host(None)), store)


@pytest.fixture
def refused() -> type[Refused]:
    return Refused
