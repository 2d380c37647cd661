"""The functions that stacks call: `azure-native:<module>:get…` and `list…`.

azure-native answers keys in the clear and leaves it to the program to mark them secret, and so does this: a stack that
would leak a key on Azure leaks a made-up one here, where a test can see it.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from verdazure.sandbox.azure import arm, errors, identity, schema
from verdazure.sandbox.azure.errors import ProviderError
from verdazure.sandbox.azure.schema import FunctionSchema, Shape, UnknownTypeError
from verdazure.sandbox.azure.store import Store

Arguments = Mapping[str, Any]


class Caller(NamedTuple):
    """Who calls: the provider's subscription and tenant."""

    subscription: str
    tenant: str


def invoke(token: str, arguments: Arguments, caller: Caller, store: Store) -> dict[str, Any]:
    """What a function returns.

    Raises `AzureError` when what it asks about does not exist, `ProviderError` for a function that is not simulated.
    """
    if token == "azure-native:authorization:getClientConfig":  # noqa: S105 - a type token, not a secret
        return {
            "clientId": identity.CALLER_CLIENT_ID,
            "objectId": identity.CALLER_OBJECT_ID,
            "subscriptionId": caller.subscription,
            "tenantId": caller.tenant,
        }
    if token == "azure-native:authorization:getClientToken":  # noqa: S105
        raise ProviderError(
            "getClientToken: the simulated Azure issues no tokens, as nothing could be reached with one"
        )
    _, module, name = token.split(":")
    if name.startswith("list"):
        return _listed(schema.function(token), arguments)
    if name.startswith("get"):
        return _got(f"azure-native:{module}:{name.removeprefix('get')}", token, arguments, caller, store)
    raise ProviderError(f"the function {token} is not simulated")


def _got(resource_token: str, token: str, arguments: Arguments, caller: Caller, store: Store) -> dict[str, Any]:
    try:
        kind = schema.resource(resource_token)
    except UnknownTypeError:
        if token in _MADE:
            return _listed(schema.function(token), arguments)
        raise ProviderError(f"the function {token} is not simulated") from None
    path = arm.path(kind)
    missing = [name for name in path.parameters if name not in arguments]
    if missing:
        raise ProviderError(f"{token}: missing argument '{missing[0]}'")
    resource_id = path.resource_id(caller.subscription, arguments)
    found = store.get(resource_id)
    if found is None:
        refusal = errors.resource_not_found(
            arm.arm_type(resource_id), arm.name(resource_id), arm.resource_group(resource_id)
        )
        raise ProviderError(f"request failed {resource_id}: {refusal}")
    return {"id": found.id, **found.outputs}


def _listed(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    made = _MADE.get(function.token, _filled)
    return made(function, arguments)


def secret(*parts: str, length: int = 32) -> str:
    """A made-up key, base64, that depends on these parts alone."""
    digest = hashlib.shake_256("|".join(parts).lower().encode()).digest(length)
    return base64.b64encode(digest).decode()


def _filled(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    """One of everything that the result declares: made-up keys for strings, one item a list."""
    where = "/".join(str(value) for _, value in sorted(arguments.items()))

    def fill(shape: Shape, path: str, depth: int) -> Any:
        if shape.kind == "array":
            return [fill(shape.of[0], path, depth)]
        if shape.kind == "object" and depth < 4:
            return {
                name: fill(each.shape, f"{path}.{name}", depth + 1) for name, each in function.types[shape.ref].items()
            }
        return {"string": secret(function.token, where, path), "integer": 0, "number": 0, "boolean": False}.get(
            shape.kind
        )

    return {name: fill(declared.shape, name, 0) for name, declared in function.outputs.items()}


def _storage_keys(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    account = str(arguments.get("accountName"))
    keys = ("key1", "key2")
    return {
        "keys": [
            {"keyName": key, "permissions": "FULL", "value": secret("storage", account, key, length=64)} for key in keys
        ]
    }


def _registry_credentials(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    registry = str(arguments.get("registryName"))
    names = ("password", "password2")
    return {
        "username": registry,
        "passwords": [{"name": name, "value": secret("registry", registry, name)} for name in names],
    }


def _shared_keys(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    workspace = str(arguments.get("workspaceName"))
    return {f"{which}SharedKey": secret("logs", workspace, which, length=64) for which in ("primary", "secondary")}


def _kubeconfig(function: FunctionSchema, arguments: Arguments) -> dict[str, Any]:
    cluster = str(arguments.get("resourceName"))
    config = f"""apiVersion: v1
kind: Config
clusters:
- name: {cluster}
  cluster:
    server: https://{cluster}.hcp.simulated.azmk8s.io:443
contexts:
- name: {cluster}
  context:
    cluster: {cluster}
    user: clusterUser_{cluster}
current-context: {cluster}
users:
- name: clusterUser_{cluster}
  user:
    token: {secret("kubernetes", cluster)}
"""
    return {"kubeconfigs": [{"name": "clusterUser", "value": base64.b64encode(config.encode()).decode()}]}


_MADE: Mapping[str, Callable[[FunctionSchema, Arguments], dict[str, Any]]] = {
    "azure-native:containerregistry:listRegistryCredentials": _registry_credentials,
    "azure-native:containerservice:listManagedClusterAdminCredentials": _kubeconfig,
    "azure-native:containerservice:listManagedClusterUserCredentials": _kubeconfig,
    "azure-native:operationalinsights:getSharedKeys": _shared_keys,
    "azure-native:storage:listStorageAccountKeys": _storage_keys,
}
