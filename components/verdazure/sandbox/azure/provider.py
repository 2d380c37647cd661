"""The `ResourceProvider` that the engine talks to: reads a request, asks the modules beside it, writes the answer."""
# ruff: noqa: N802 - the names of the service's methods are those of its protocol

import functools
import json
import logging
import os
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import grpc
from google.protobuf import empty_pb2

from verdazure.sandbox.azure import arm, check, diff, drift, functions, identity, naming, outputs, replace, schema
from verdazure.sandbox.azure.azure import Azure
from verdazure.sandbox.azure.errors import InitFailedError, LostAnswerError, RefusalError
from verdazure.sandbox.azure.faults import Faults, Operation, PartialFailureError
from verdazure.sandbox.azure.host import Host
from verdazure.sandbox.azure.schema import ResourceSchema
from verdazure.sandbox.azure.store import Store, StoredResource
from verdazure.sandbox.azure.wire import decode, encode, plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2


def _answers(method: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal becomes one error that a person can read; what is unforeseen goes to the log as well."""

    @functools.wraps(method)
    def answer(self: "AzureNative", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request)
        except InitFailedError as failed:
            context.set_trailing_metadata((("grpc-status-details-bin", _details(failed)),))
            context.abort(grpc.StatusCode.UNKNOWN, str(failed))
        except LostAnswerError as lost:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(lost))
        except RefusalError as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        except Exception as error:
            logging.exception("%s failed", method.__name__)
            what = f"the simulated Azure failed in {method.__name__}: {type(error).__name__}: {error}"
            context.abort(grpc.StatusCode.INTERNAL, f"{what}. Traceback: {self.log_file}")

    return answer


class AzureNative(provider_pb2_grpc.ResourceProviderServicer):
    """The simulated azure-native provider over one store. Safe to call from several threads."""

    def __init__(self, store: Store, version: str, host: Host) -> None:
        self._store = store
        self._azure = Azure(store)
        self._faults = Faults(store.path)
        self._version = version
        self._host = host
        self._config: dict[str, str] = {}
        self.log_file = store.path.with_suffix(".log")

    # The plugin

    @_answers
    def Handshake(self, request: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    @_answers
    def Attach(self, request: Any) -> Any:
        self._host.attach(request.address)
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
        kind = _kind(request)
        path = arm.path(kind)
        if not path.exact:
            self._host.warn_once(request.urn, f"{kind.token} is simulated by its general shape only: {path.template}")
        news = naming.with_defaults(kind, path, request, decode(request.olds), decode(request.news), self._places())
        failures = [
            provider_pb2.CheckFailure(property=finding.path, reason=finding.reason)
            for finding in check.findings(kind, path, news)
        ]
        return provider_pb2.CheckResponse(inputs=encode(news), failures=failures)

    @_answers
    def Diff(self, request: Any) -> Any:
        kind = _kind(request)
        old, new = decode(request.old_inputs), decode(request.news)
        changes = diff.changes(old, new, replace.replacing_properties(kind, arm.path(kind)))
        changes = diff.without_confirmations(changes, new, decode(request.olds))
        replaces = [change.path for change in changes if change.replaces]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and old.get(naming.CREATE_BEFORE_DELETE) is not True,
            diffs=list(dict.fromkeys(change.top_level for change in changes)),
            detailedDiff={change.path: _detail(change) for change in changes},
            hasDetailedDiff=True,
        )

    @_answers
    def Create(self, request: Any) -> Any:
        kind, inputs = _kind(request), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(outputs.predicted(kind, inputs, {})))
        resource_id = arm.path(kind).resource_id(self._subscription, inputs)
        made = self._written(Operation.CREATE, request, lambda: self._azure.create(kind, resource_id, inputs))
        return provider_pb2.CreateResponse(id=made.id, properties=encode(made.outputs))

    @_answers
    def Read(self, request: Any) -> Any:
        kind = _kind(request)
        with self._faults.around(Operation.READ, *_subject(request)):
            found = self._azure.read(request.id)
        if found is None:
            return provider_pb2.ReadResponse(id="")
        if request.HasField("inputs"):
            inputs = drift.inputs_now(kind, decode(request.inputs), decode(request.properties), found.outputs)
        else:  # an import
            inputs = {**outputs.as_inputs(kind, found.outputs), **arm.path(kind).parameters_of(found.id)}
        return provider_pb2.ReadResponse(id=found.id, properties=encode(found.outputs), inputs=encode(inputs))

    @_answers
    def Update(self, request: Any) -> Any:
        kind, inputs = _kind(request), decode(request.news)
        if request.preview:
            old = decode(request.olds)
            stable: dict[str, Any] = {name: old[name] for name in ("name", "location") if name in old}
            return provider_pb2.UpdateResponse(properties=encode(outputs.predicted(kind, inputs, stable)))
        made = self._written(Operation.UPDATE, request, lambda: self._azure.update(kind, request.id, inputs))
        return provider_pb2.UpdateResponse(properties=encode(made.outputs))

    def _written(self, operation: Operation, request: Any, write: Callable[[], StoredResource]) -> StoredResource:
        try:
            with self._faults.around(operation, *_subject(request)):
                made = write()
        except PartialFailureError as failure:
            raise InitFailedError(str(failure), made.id, made.outputs, made.inputs) from None
        return made

    @_answers
    def Delete(self, request: Any) -> Any:
        with self._faults.around(Operation.DELETE, *_subject(request)):
            self._azure.delete(request.id)
        return empty_pb2.Empty()

    # Functions

    @_answers
    def Invoke(self, request: Any) -> Any:
        caller = functions.Caller(self._subscription, self._config.get("tenantId") or _environment("ARM_TENANT_ID"))
        asking = self._faults.around(Operation.INVOKE, request.tok, request.tok)
        with asking if functions.sends_a_request(request.tok) else nullcontext():
            result = functions.invoke(request.tok, decode(request.args), caller, self._store)
        return provider_pb2.InvokeResponse(**{"return": encode(result)})

    # Configuration

    @property
    def _subscription(self) -> str:
        return self._config.get("subscriptionId") or _environment("ARM_SUBSCRIPTION_ID")

    def _places(self) -> naming.Places:
        subscription = self._subscription
        return naming.Places(
            configured=self._config.get("location"),
            of_group=lambda group: self._azure.location_of_group(subscription, group),
        )


def _environment(variable: str) -> str:
    """What azure-native reads from the environment, else the simulated tenant's own."""
    simulated = {"ARM_SUBSCRIPTION_ID": identity.SUBSCRIPTION_ID, "ARM_TENANT_ID": identity.TENANT_ID}
    return os.environ.get(variable) or simulated[variable]


def _kind(request: Any) -> ResourceSchema:
    """The type of the resource that a request is about: the last of the types in its URN."""
    return schema.resource(request.urn.split("::")[2].rpartition("$")[2])


def _subject(request: Any) -> tuple[str, str]:
    """Token and logical name of the resource that a request is about."""
    _, _, types, name = request.urn.split("::", 3)
    return types.rpartition("$")[2], name


def _details(failed: InitFailedError) -> bytes:
    """The error with what was made, as gRPC carries it: the engine keeps the resource and what is wrong with it."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failed))
    made = provider_pb2.ErrorResourceInitFailed(
        id=failed.resource_id,
        properties=encode(failed.outputs),
        reasons=[str(failed)],
        inputs=encode(failed.inputs),
    )
    status.details.add().Pack(made)
    return bytes(status.SerializeToString())


def _detail(change: diff.Change) -> Any:
    kind = f"{change.kind.upper()}_REPLACE" if change.replaces else change.kind.upper()
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(kind), inputDiff=True)
