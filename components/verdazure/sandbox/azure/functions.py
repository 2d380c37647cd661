"""The functions that stacks call: `azure-native:<module>:get…` and `list…`.

azure-native answers keys in the clear and leaves it to the program to mark them secret, and so does this: a stack that
would leak a key on Azure leaks a made-up one here, where a test can see it.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from verdazure.sandbox.azure import arm, errors, identity, schema
from verdazure.sandbox.azure.errors import ProviderError
from verdazure.sandbox.azure.schema import FunctionSchema, Shape, UnknownTypeError
from verdazure.sandbox.azure.store import Store, StoredResource

Arguments = Mapping[str, Any]
Outputs = Mapping[str, Any]

# Functions whose answer depends on more than a name: ARM type of what they ask about, argument that names it.
_ASKED_ABOUT: Mapping[str, tuple[str, str]] = {
    "listDatabaseAccountConnectionStrings": ("Microsoft.DocumentDB/databaseAccounts", "accountName"),
    "listManagedClusterAdminCredentials": ("Microsoft.ContainerService/managedClusters", "resourceName"),
    "listManagedClusterUserCredentials": ("Microsoft.ContainerService/managedClusters", "resourceName"),
    "listWorkflowTriggerCallbackUrl": ("Microsoft.Logic/workflows", "workflowName"),
}


# What azure-native takes from the token that it already holds: no request is sent, so none can be throttled or lost.
# Source: GetClientConfig in provider/pkg/provider/auth_getclientconfig.go.
_WITHOUT_A_REQUEST = ("azure-native:authorization:getClientConfig",)


class Caller(NamedTuple):
    """Who calls: the provider's subscription and tenant."""

    subscription: str
    tenant: str


def sends_a_request(token: str) -> bool:
    """Whether the function asks Azure, so that the request can fail."""
    return token not in _WITHOUT_A_REQUEST


def invoke(token: str, arguments: Arguments, caller: Caller, store: Store) -> dict[str, Any]:
    """What a function returns.

    Raises `AzureError` when what it asks about does not exist, `ProviderError` for a function that is not simulated.
    """
    if not sends_a_request(token):
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
        return _listed(token, arguments, store)
    if name.startswith("get"):
        return _got(f"azure-native:{module}:{name.removeprefix('get')}", token, arguments, caller, store)
    raise ProviderError(f"the function {token} is not simulated")


def _got(resource_token: str, token: str, arguments: Arguments, caller: Caller, store: Store) -> dict[str, Any]:
    try:
        kind = schema.resource(resource_token)
    except UnknownTypeError:
        if token in _MADE:
            return _listed(token, arguments, store)
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
    return {"id": found.id, **found.outputs, **_given_by_use(found, store)}


def _given_by_use(found: StoredResource, store: Store) -> dict[str, Any]:
    """The address that a dynamic public IP address has from the moment that something uses it."""
    if found.type != "Microsoft.Network/publicIPAddresses" or "ipAddress" in found.outputs:
        return {}
    used = any(found.id.lower() in json.dumps(other.inputs).lower() for other in store.resources())
    return {"ipAddress": identity.public_address(found.id)} if used else {}


def _listed(token: str, arguments: Arguments, store: Store) -> dict[str, Any]:
    function = schema.function(token)
    return _MADE.get(token, _filled)(function, arguments, _asked_about(token, arguments, store))


def _asked_about(token: str, arguments: Arguments, store: Store) -> Outputs:
    """What the store holds of the resource that a function asks about; empty where it is not told or not held."""
    kind = _ASKED_ABOUT.get(token.rpartition(":")[2])
    if kind is None:
        return {}
    arm_type, named_by = kind
    with store.transaction() as held:
        found = held.of_type(arm_type, str(arguments.get(named_by)))
    group = str(arguments.get("resourceGroupName")).lower()
    return next((each.outputs for each in found if arm.resource_group(each.id).lower() == group), {})


def secret(*parts: str, length: int = 32) -> str:
    """A made-up key, base64, that depends on these parts alone."""
    digest = hashlib.shake_256("|".join(parts).lower().encode()).digest(length)
    return base64.b64encode(digest).decode()


def _filled(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
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


def _storage_keys(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    account = str(arguments.get("accountName"))
    keys = ("key1", "key2")
    return {
        "keys": [
            {"keyName": key, "permissions": "FULL", "value": secret("storage", account, key, length=64)} for key in keys
        ]
    }


def _registry_credentials(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    registry = str(arguments.get("registryName"))
    names = ("password", "password2")
    return {
        "username": registry,
        "passwords": [{"name": name, "value": secret("registry", registry, name)} for name in names],
    }


def _shared_keys(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    workspace = str(arguments.get("workspaceName"))
    return {f"{which}SharedKey": secret("logs", workspace, which, length=64) for which in ("primary", "secondary")}


def _kubeconfig(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    cluster = str(arguments.get("resourceName"))
    host = held.get("fqdn", f"{cluster}.hcp.simulated.azmk8s.io")
    config = f"""apiVersion: v1
kind: Config
clusters:
- name: {cluster}
  cluster:
    server: https://{host}:443
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


def _account_strings(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    account = str(arguments.get("accountName"))
    keys = _account_keys(function, arguments, held)
    if held.get("kind") == "MongoDB":
        return {"connectionStrings": [_mongo_string(account, which, keys) for which in ("Primary", "Secondary")]}
    endpoint = f"AccountEndpoint=https://{account}.documents.azure.com:443/"
    described = {
        "Primary SQL Connection String": ("Primary", "primaryMasterKey"),
        "Secondary SQL Connection String": ("Secondary", "secondaryMasterKey"),
        "Primary Read-Only SQL Connection String": ("PrimaryReadonly", "primaryReadonlyMasterKey"),
        "Secondary Read-Only SQL Connection String": ("SecondaryReadonly", "secondaryReadonlyMasterKey"),
    }
    return {
        "connectionStrings": [
            {
                "connectionString": f"{endpoint};AccountKey={keys[key]};",
                "description": description,
                "keyKind": kind,
                "type": "Sql",
            }
            for description, (kind, key) in described.items()
        ]
    }


def _mongo_string(account: str, which: str, keys: Mapping[str, str]) -> dict[str, str]:
    # Source: Azure Cosmos DB for MongoDB, "Connect a MongoDB application to Azure Cosmos DB".
    user = f"{account}:{quote(keys[f'{which.lower()}MasterKey'], safe='')}"
    options = "ssl=true&replicaSet=globaldb&retrywrites=false&maxIdleTimeMS=120000"
    return {
        "connectionString": f"mongodb://{user}@{account}.mongo.cosmos.azure.com:10255/?{options}&appName=@{account}@",
        "description": f"{which} MongoDB Connection String",
        "keyKind": which,
        "type": "MongoDB",
    }


def _account_keys(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    account = str(arguments.get("accountName"))
    names = ("primaryMasterKey", "primaryReadonlyMasterKey", "secondaryMasterKey", "secondaryReadonlyMasterKey")
    return {name: secret("cosmosdb", account, name, length=64) for name in names}


def _message_keys(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    """Keys of a namespace, or of a queue, topic or hub in it: a connection string names the latter as its path."""
    where = "/".join(str(value) for _, value in sorted(arguments.items()))
    rule = str(arguments.get("authorizationRuleName"))
    inside = next((arguments[name] for name in ("eventHubName", "queueName", "topicName") if name in arguments), None)
    answer = {"keyName": rule}
    for which in ("primary", "secondary"):
        key = secret("messages", where, which)
        answer[f"{which}Key"] = key
        answer[f"{which}ConnectionString"] = (
            f"Endpoint=sb://{arguments.get('namespaceName')}.servicebus.windows.net/;"
            f"SharedAccessKeyName={rule};SharedAccessKey={key}" + (f";EntityPath={inside}" if inside else "")
        )
    return answer


def _callback(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    """Where a workflow's trigger is called. Source: Logic Apps REST API, "Workflow Triggers - List Callback Url"."""
    workflow, trigger = str(arguments.get("workflowName")), str(arguments.get("triggerName"))
    where = (str(arguments.get("resourceGroupName")), workflow)
    host = f"prod-00.{held.get('location', 'simulated')}.logic.azure.com"
    path = f"/workflows/{hashlib.shake_256('/'.join(where).encode()).hexdigest(16)}/triggers/{trigger}/paths/invoke"
    signed = {"sp": f"/triggers/{trigger}/run", "sv": "1.0", "sig": secret("callback", *where, trigger)}
    return {
        "basePath": f"https://{host}{path}",
        "method": "POST",
        "queries": {"apiVersion": "2016-10-01", **signed},
        "value": f"https://{host}:443{path}?{urlencode({'api-version': '2016-10-01', **signed})}",
    }


def _service_signature(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    return {"serviceSasToken": _signature(arguments, {"sr": arguments.get("resource", "c")})}


def _account_signature(function: FunctionSchema, arguments: Arguments, held: Outputs) -> dict[str, Any]:
    asked = {"ss": arguments.get("services"), "srt": arguments.get("resourceTypes")}
    return {"accountSasToken": _signature(arguments, asked)}


def _signature(arguments: Arguments, more: Mapping[str, Any]) -> str:
    """A shared access signature. Source: Azure Storage, "Create a service SAS" and "Create an account SAS"."""
    fields = {
        "sv": "2015-04-05",
        **more,
        "spr": arguments.get("protocols"),
        "st": arguments.get("sharedAccessStartTime"),
        "se": arguments.get("sharedAccessExpiryTime"),
        "sp": arguments.get("permissions"),
        "sig": secret("signature", *(str(value) for _, value in sorted(arguments.items()))),
    }
    return urlencode({name: value for name, value in fields.items() if value is not None})


_MADE: Mapping[str, Callable[[FunctionSchema, Arguments, Outputs], dict[str, Any]]] = {
    "azure-native:containerregistry:listRegistryCredentials": _registry_credentials,
    "azure-native:containerservice:listManagedClusterAdminCredentials": _kubeconfig,
    "azure-native:containerservice:listManagedClusterUserCredentials": _kubeconfig,
    "azure-native:cosmosdb:listDatabaseAccountConnectionStrings": _account_strings,
    "azure-native:cosmosdb:listDatabaseAccountKeys": _account_keys,
    "azure-native:eventhub:listEventHubKeys": _message_keys,
    "azure-native:eventhub:listNamespaceKeys": _message_keys,
    "azure-native:logic:listWorkflowTriggerCallbackUrl": _callback,
    "azure-native:operationalinsights:getSharedKeys": _shared_keys,
    "azure-native:operationalinsights:getWorkspaceSharedKeys": _shared_keys,
    "azure-native:servicebus:listNamespaceKeys": _message_keys,
    "azure-native:servicebus:listQueueKeys": _message_keys,
    "azure-native:servicebus:listTopicKeys": _message_keys,
    "azure-native:storage:listStorageAccountKeys": _storage_keys,
    "azure-native:storage:listStorageAccountSAS": _account_signature,
    "azure-native:storage:listStorageAccountServiceSAS": _service_signature,
}
