"""The functions that stacks call: `azure-native:<module>:get…` and `list…`."""

from collections.abc import Mapping
from typing import Any

from verdazure.sandbox.azure import identity
from verdazure.sandbox.azure.errors import AzureNativeError


def invoke(token: str, arguments: Mapping[str, Any], subscription: str, tenant: str) -> dict[str, Any]:
    """What a function returns. Raises `AzureNativeError` for one that is not simulated."""
    if token == "azure-native:authorization:getClientConfig":
        return {
            "clientId": identity.CALLER_CLIENT_ID,
            "objectId": identity.CALLER_OBJECT_ID,
            "subscriptionId": subscription,
            "tenantId": tenant,
        }
    raise AzureNativeError(f"the function {token} is not simulated")
