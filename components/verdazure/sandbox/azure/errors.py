"""What Azure says when it refuses, as azure-native shows it: an HTTP status, a code, a message in Azure's words.

Codes and messages: Azure Resource Manager, "Resolve common Azure deployment errors", and what the services are seen to
answer in public issue trackers where their own reference does not give the words.
"""

from collections.abc import Mapping
from typing import Any


class RefusalError(Exception):
    """The request cannot be done; str() is what a user reads."""


class AzureError(RefusalError):
    """Azure refused a request. `status` is the HTTP status, `code` Azure's error code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f'Status={status} Code="{code}" Message="{message}"')
        self.status = status
        self.code = code


class LostAnswerError(RefusalError):
    """The connection broke before the answer came: nobody knows whether the request was done."""


class InitFailedError(RefusalError):
    """A resource was made, but did not become ready: `resource_id`, and its `outputs` as far as they are."""

    def __init__(self, message: str, resource_id: str, outputs: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.outputs = outputs
        self.inputs = inputs


class ProviderError(RefusalError):
    """The provider itself refused; Azure was not asked."""


def already_managed(resource_id: str) -> ProviderError:
    """azure-native does not take over a resource that exists: importing it is a decision of its own."""
    return ProviderError(f"cannot create already existing resource '{resource_id}'")


def resource_group_not_found(name: str) -> AzureError:
    """404: the resource group of a request does not exist."""
    return AzureError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def parent_not_found(parent: str) -> AzureError:
    """404: the resource that should hold this one does not exist. `parent` is its id from the type on."""
    message = f"Can not perform requested operation on nested resource. Parent resource '{parent}' not found."
    return AzureError(404, "ParentResourceNotFound", message)


def resource_not_found(arm_type: str, name: str, group: str) -> AzureError:
    """404: a resource that a request names does not exist. `group` is empty outside resource groups."""
    where = f" under resource group '{group}'" if group else ""
    message = f"The Resource '{arm_type}/{name}'{where} was not found."
    return AzureError(404, "ResourceNotFound", message)


def other_location(name: str, group: str, location: str, asked: str) -> AzureError:
    """409: a resource stays in the region where it was created."""
    message = (
        f"The resource '{name}' already exists in location '{location}' in resource group '{group}'. A resource with "
        f"the same name cannot be created in location '{asked}'. Please select a new resource name."
    )
    return AzureError(409, "InvalidResourceLocation", message)


def locked(scope: str, operation: str, locked_scope: str) -> AzureError:
    """409: a lock on this or a higher scope forbids the operation (`write` or `delete`)."""
    message = (
        f"The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: "
        f"'{locked_scope}'. Please remove the lock and try again."
    )
    return AzureError(409, "ScopeLocked", message)
