"""Components without an engine: what they would register, as plain data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-0000000000aa"
SITE = {
    "resource_group_name": "rg-ml",
    "location": "swedencentral",
    "name_suffix": "abc123",
    "log_workspace_id": f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/Microsoft.OperationalInsights/workspaces/log",
    "tags": {"workload": "ml", "owner": "vision", "environment": "dev"},
}

# The property that names a resource, for the types whose name a component reads back.
NAME_KEYS = {
    "cognitiveservices:Account": "accountName",
    "deviceregistry:SchemaRegistry": "schemaRegistryName",
    "iotoperations:Broker": "brokerName",
    "iotoperations:BrokerAuthentication": "authenticationName",
    "iotoperations:BrokerAuthorization": "authorizationName",
    "iotoperations:DataflowEndpoint": "dataflowEndpointName",
    "iotoperations:DataflowProfile": "dataflowProfileName",
    "iotoperations:Instance": "instanceName",
    "iotoperations:RegistryEndpoint": "registryEndpointName",
    "machinelearningservices:Compute": "computeName",
    "machinelearningservices:Workspace": "workspaceName",
    "resources:ResourceGroup": "resourceGroupName",
    "storage:BlobContainer": "containerName",
    "storage:StorageAccount": "accountName",
}


@dataclass(frozen=True)
class Registered:
    """What a program registered: inputs by (type without provider, logical name), the warnings, the outputs."""

    inputs: Mapping[tuple[str, str], dict[str, Any]]
    warnings: list[str]
    outputs: dict[str, Any]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """The inputs of all resources of one type, such as `storage:StorageAccount`, by logical name."""
        return {name: inputs for (found, name), inputs in self.inputs.items() if found == kind}


Deploy = Callable[..., Registered]


@pytest.fixture(scope="session")
def deploy() -> Deploy:
    """`deploy(program)` runs a callable that registers resources; the mapping of outputs it returns is resolved."""

    def run(program: Callable[[], Mapping[str, Any] | None]) -> Registered:
        azure = _Azure()
        warnings: list[str] = []
        outputs: dict[str, Any] = {}

        @pulumi.runtime.test
        def body() -> pulumi.Output[None]:
            return pulumi.Output.from_input(dict(program() or {})).apply(outputs.update)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(pulumi.log, "warn", lambda message, *_, **__: warnings.append(message))
            mocks.set_mocks(azure, project="unit", stack="test", preview=False)
            try:
                body()
            finally:
                settings.reset_options()
        return Registered(azure.inputs, warnings, outputs)

    return run


_PLACES = {"cdn:AFDOrigin": "Microsoft.Cdn/profiles/afd/originGroups/all/origins"}
_ANSWERED = {
    "cdn:AFDEndpoint": {"hostName": "made.z01.azurefd.net"},
    "managedidentity:UserAssignedIdentity": {"clientId": "client", "tenantId": "tenant"},
    "monitor:DataCollectionEndpoint": {"logsIngestion": {"endpoint": "https://made.ingest.monitor.azure.com"}},
}


class _Azure(pulumi.runtime.Mocks):
    """Answers as Azure does, as far as components look at the answer."""

    def __init__(self) -> None:
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.removeprefix("azure-native:")
        self.inputs[kind, args.name] = args.inputs
        physical = args.inputs.get(NAME_KEYS.get(kind, ""), args.name)
        state = {"name": physical, "principalId": f"principal of {args.name}", **args.inputs}
        state |= _ANSWERED.get(kind, {})
        if kind == "iothub:IotHubResource":
            state["properties"] = {**args.inputs["properties"], "hostName": f"{args.name}.azure-devices.net"}
        if kind == "pulumi:index:Stash":
            state["output"] = args.inputs["input"]
        if assigned := args.inputs.get("identity", {}).get("userAssignedIdentities"):
            state["identity"] = {**args.inputs["identity"], "userAssignedIdentities": {key: {} for key in assigned}}
        elif args.inputs.get("identity", {}).get("type") == "SystemAssigned":
            state["identity"] = {"type": "SystemAssigned", "principalId": f"principal of {args.name}"}
        return f"{SUBSCRIPTION}/resourceGroups/rg-ml/providers/{_PLACES.get(kind, kind)}/{state['name']}", state

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        if args.token == "azure-native:deviceprovisioningservices:getIotDpsResource":
            host = f"{args.args['provisioningServiceName']}.azure-devices-provisioning.net"
            return {"properties": {"serviceOperationsHostName": host, "idScope": "0ne00ABCDEF"}}
        assert args.token == "azure-native:authorization:getClientConfig"
        return {"clientId": "", "objectId": "", "subscriptionId": "", "tenantId": "tenant"}
