"""What Azure says when it refuses, as azure-native shows it: an HTTP status, a code, a message in Azure's words.

Codes and messages: Azure Resource Manager, "Common deployment errors", and the services' own error references.
"""


class AzureError(Exception):
    """Azure refused a request. `status` is the HTTP status, `code` Azure's error code; str() is what a user reads."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f'Status={status} Code="{code}" Message="{message}"')
        self.status = status
        self.code = code


def resource_group_not_found(name: str) -> AzureError:
    """404: the resource group of a request does not exist."""
    return AzureError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def parent_not_found(parent: str) -> AzureError:
    """404: the resource that should hold this one does not exist."""
    message = f"Can not perform requested operation on nested resource. Parent resource '{parent}' not found."
    return AzureError(404, "ParentResourceNotFound", message)


def resource_not_found(arm_type: str, name: str, group: str) -> AzureError:
    """404: a resource that a request names does not exist."""
    where = f" under resource group '{group}'" if group else ""
    message = f"The Resource '{arm_type}/{name}'{where} was not found."
    return AzureError(404, "ResourceNotFound", message)


def already_managed(resource_id: str) -> Exception:
    """azure-native's own refusal to take over a resource that exists."""
    return AzureNativeError(f"cannot create already existing resource '{resource_id}'")


class AzureNativeError(Exception):
    """The provider itself refused; Azure was not asked."""
