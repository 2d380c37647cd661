"""What a workspace knows of: data stores and connections to other services, by identity, so that none keeps a key."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field

from verdazure.args import Flag, Record, Text, TextLeaf
from verdazure.interfaces import PrincipalType, grant, name_of, resource_group_of, subscription_of

# The workspace has one identity, which is user-assigned.
BY_IDENTITY = "WorkspaceUserAssignedIdentity"


class DatastoreArgs(TypedDict):
    """A container that jobs read and write by a name that stays with it: small letters, digits and underscores."""

    account_id: Input[str]
    """ARM id of the storage account."""
    container: str
    """The container."""
    lake: NotRequired[bool]
    """Whether the account has a hierarchical namespace. Default false."""
    writable: NotRequired[bool]
    """Whether the workspace's identity may write. Default false."""


class ConnectionArgs(TypedDict):
    """Another service that jobs and flows call by a name that stays with it."""

    category: str
    """What it is, in Azure's words: `AzureOpenAI`, `CognitiveSearch`, `AIServices`."""
    target: Input[str]
    """Its endpoint: `https://...`."""
    resource_id: NotRequired[Input[str]]
    """Its ARM id."""
    shared: NotRequired[bool]
    """Whether everybody in the workspace may use it. Default true."""


class Datastore(Record):
    """Checked `DatastoreArgs`."""

    account_id: TextLeaf
    container: Annotated[Text, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")]
    lake: Flag = False
    writable: Flag = False


class Connection(Record):
    """Checked `ConnectionArgs`."""

    category: Annotated[Text, Field(pattern=r"^[A-Za-z0-9]+$")]
    target: TextLeaf
    resource_id: TextLeaf | None = None
    shared: Flag = True


def know_data(
    name: str,
    stores: Mapping[str, Datastore],
    workspace: ml.Workspace,
    group: Input[str],
    principal: Input[str] | None,
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """Each store after its grant on the container, which an adopted identity brings itself."""
    made: list[pulumi.Resource] = []
    for key, store in stores.items():
        account = Output.from_input(store.account_id)
        granted: list[pulumi.Resource] = []
        if principal is not None:
            scope = Output.concat(account, "/blobServices/default/containers/", store.container)
            role = f"Storage Blob Data {'Contributor' if store.writable else 'Reader'}"
            kind = PrincipalType.SERVICE_PRINCIPAL
            granted.append(grant(f"{name}-datastore-{key}", scope, role, principal, kind, opts))
        place = {
            "account_name": account.apply(name_of),
            "resource_group": account.apply(resource_group_of),
            "subscription_id": account.apply(subscription_of),
            "credentials": ml.NoneDatastoreCredentialsArgs(credentials_type="None"),
            "service_data_access_auth_identity": BY_IDENTITY,
        }
        properties = (
            ml.AzureDataLakeGen2DatastoreArgs(datastore_type="AzureDataLakeGen2", filesystem=store.container, **place)
            if store.lake
            else ml.AzureBlobDatastoreArgs(datastore_type="AzureBlob", container_name=store.container, **place)
        )
        known = ml.Datastore(
            f"{name}-datastore-{key}",
            name=key,
            workspace_name=workspace.name,
            resource_group_name=group,
            properties=properties,
            opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=granted)),
        )
        made += [*granted, known]
    return made


def know_services(
    name: str,
    connections: Mapping[str, Connection],
    workspace: ml.Workspace,
    group: Input[str],
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """By Entra ID: whoever calls does so as themselves, or as their job's identity."""
    return [
        ml.WorkspaceConnection(
            f"{name}-connection-{key}",
            connection_name=key,
            workspace_name=workspace.name,
            resource_group_name=group,
            properties=ml.AADAuthTypeWorkspaceConnectionPropertiesArgs(
                auth_type="AAD",
                category=asked.category,
                target=asked.target,
                is_shared_to_all=asked.shared,
                metadata=None if asked.resource_id is None else {"ResourceId": asked.resource_id},
            ),
            opts=opts,
        )
        for key, asked in connections.items()
    ]
