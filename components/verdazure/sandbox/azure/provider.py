"""The `ResourceProvider` that the engine talks to: reads each request, asks the modules beside it, writes the answer."""
# ruff: noqa: N802 - the names of the service's methods are those of its protocol

import functools
import json
import logging
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import empty_pb2

from verdazure.sandbox.azure import arm, check, functions, identity, naming, outputs, replace, schema
from verdazure.sandbox.azure.azure import Azure
from verdazure.sandbox.azure.diff import changes
from verdazure.sandbox.azure.errors import AzureError, AzureNativeError
from verdazure.sandbox.azure.schema import ResourceSchema, UnknownTypeError
from verdazure.sandbox.azure.store import Store
from verdazure.sandbox.azure.wire import decode, encode, plugin_pb2, provider_pb2, provider_pb2_grpc

_KINDS = provider_pb2.PropertyDiff.Kind


def _answers(method: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal becomes one gRPC error that a person can read; anything unforeseen also goes to the log."""

    @functools.wraps(method)
    def answer(self: "AzureNative", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request)
        except (AzureError, AzureNativeError, UnknownTypeError) as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        except Exception as error:
            logging.exception("%s failed", method.__name__)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"the simulated Azure failed in {method.__name__}: {type(error).__name__}: {error}. "
                f"Its log is {self.log_file}",
            )

    return answer


class AzureNative(provider_pb2_grpc.ResourceProviderServicer):
    """The simulated azure-native provider over one store."""

    def __init__(self, store: Store, version: str, engine: str | None = None) -> None:
        self._azure = Azure(store)
        self._version = version
        self._engine = engine
        self._config: dict[str, str] = {}
        self.log_file = store.path.with_suffix(".log")

    @property
    def _subscription(self) -> str:
        return self._config.get("subscriptionId") or identity.SUBSCRIPTION_ID

    # The plugin

    @_answers
    def Handshake(self, request: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    @_answers
    def Attach(self, request: Any) -> Any:
        self._engine = request.address
        return empty_pb2.Empty()

    @_answers
    def GetPluginInfo(self, request: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self._version)

    @_answers
    def GetSchema(self, request: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": "azure-native", "version": self._version}))

    @_answers
    def CheckConfig(self, request: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    @_answers
    def DiffConfig(self, request: Any) -> Any:
        return provider_pb2.DiffResponse()

    @_answers
    def Configure(self, request: Any) -> Any:
        for key, value in request.variables.items():
            self._config[key.removeprefix("azure-native:config:")] = value
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    @_answers
    def Cancel(self, request: Any) -> Any:
        return empty_pb2.Empty()

    # Resources

    @_answers
    def Check(self, request: Any) -> Any:
        kind = _kind(request.urn)
        path = arm.path(kind)
        news = naming.with_defaults(
            kind,
            path,
            request,
            decode(request.olds),
            decode(request.news),
            lambda group: self._azure.location_of_group(self._subscription, group),
            self._config.get("location"),
        )
        failures = [
            provider_pb2.CheckFailure(property=finding.path, reason=finding.reason)
            for finding in check.findings(kind, path, news)
        ]
        return provider_pb2.CheckResponse(inputs=encode(news), failures=failures)

    @_answers
    def Diff(self, request: Any) -> Any:
        kind = _kind(request.urn)
        old, new = decode(request.old_inputs), decode(request.news)
        found = changes(old, new, replace.replacing_properties(kind, arm.path(kind)))
        replaces = [change.path for change in found if change.replaces]
        detailed = {
            change.path: provider_pb2.PropertyDiff(
                kind=_KINDS.Value(change.kind.upper() + ("_REPLACE" if change.replaces else "")), inputDiff=True
            )
            for change in found
        }
        beside = old.get(naming.CREATE_BEFORE_DELETE) is True
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if found else none,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and not beside,
            diffs=[change.path.split(".")[0].split("[")[0] for change in found],
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    @_answers
    def Create(self, request: Any) -> Any:
        kind, inputs = _kind(request.urn), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(outputs.predicted(kind, inputs, {})))
        made = self._azure.create(kind, arm.path(kind).resource_id(self._subscription, inputs), inputs)
        return provider_pb2.CreateResponse(id=made.id, properties=encode(made.outputs))

    @_answers
    def Read(self, request: Any) -> Any:
        found = self._azure.read(request.id)
        if found is None:
            return provider_pb2.ReadResponse(id="")
        return provider_pb2.ReadResponse(id=found.id, properties=encode(found.outputs), inputs=encode(found.inputs))

    @_answers
    def Update(self, request: Any) -> Any:
        kind, inputs = _kind(request.urn), decode(request.news)
        if request.preview:
            old = decode(request.olds)
            stable = {name: old[name] for name in ("name", "location") if name in old}
            return provider_pb2.UpdateResponse(properties=encode(outputs.predicted(kind, inputs, stable)))
        made = self._azure.update(kind, request.id, inputs)
        return provider_pb2.UpdateResponse(properties=encode(made.outputs))

    @_answers
    def Delete(self, request: Any) -> Any:
        self._azure.delete(request.id)
        return empty_pb2.Empty()

    # Functions

    @_answers
    def Invoke(self, request: Any) -> Any:
        tenant = self._config.get("tenantId") or identity.TENANT_ID
        result = functions.invoke(request.tok, decode(request.args), self._subscription, tenant)
        return provider_pb2.InvokeResponse(**{"return": encode(result)})


def _kind(urn: str) -> ResourceSchema:
    """The type of a resource: the last of the types in its URN."""
    return schema.resource(urn.split("::")[2].rpartition("$")[2])
