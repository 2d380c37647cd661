"""What makes a workspace a feature store: where features are materialised, and who may write them there.

As azure-ai-ml makes one (its feature store operations, version 1.35.2): a connection of category ADLSGen2 by managed
identity, which may write to the container and reads definitions as a data scientist of the store.
"""

from typing import Annotated, Any, NamedTuple, NotRequired, Optional, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field

from verdazure.args import Record, Text, TextLeaf
from verdazure.interfaces import PrincipalType, grant

CONNECTION = "offline-store"


class FeatureStoreArgs(TypedDict):
    """Where features are kept for training."""

    account_id: Input[str]
    """ARM id of a storage account with a hierarchical namespace: `storage.account_ids["lake"]`."""
    container: str
    """Its container."""
    spark_runtime_version: NotRequired[Optional[str]]
    """Of the jobs that materialise, for instance `3.4`. Default: Azure ML's own."""


class FeatureStore(Record):
    """Checked `FeatureStoreArgs`."""

    account_id: TextLeaf
    container: Annotated[Text, Field(pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$")]
    spark_runtime_version: Annotated[Text, Field(pattern=r"^\d+\.\d+(\.\d+)?$")] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What the workspace says of itself."""
        spark = self.spark_runtime_version
        runtime = {} if spark is None else {"compute_runtime": {"spark_runtime_version": spark}}
        return {"offline_store_connection_name": CONNECTION, **runtime}


class Acting(NamedTuple):
    """The identity that materialises."""

    resource_id: Input[str]
    client_id: Input[str]
    principal_id: Input[str]


def materialise(
    name: str, store: FeatureStore, workspace: ml.Workspace, group: Input[str], acting: Acting, opts: ResourceOptions
) -> None:
    """The connection to the container, after what its identity may do there."""
    container = Output.concat(store.account_id, "/blobServices/default/containers/", store.container)
    kind = PrincipalType.SERVICE_PRINCIPAL
    granted = [
        grant(f"{name}-features-write", container, "Storage Blob Data Contributor", acting.principal_id, kind, opts),
        grant(f"{name}-features-define", workspace.id, "AzureML Data Scientist", acting.principal_id, kind, opts),
    ]
    ml.WorkspaceConnection(
        f"{name}-features",
        connection_name=CONNECTION,
        workspace_name=workspace.name,
        resource_group_name=group,
        properties=ml.ManagedIdentityAuthTypeWorkspaceConnectionPropertiesArgs(
            auth_type="ManagedIdentity",
            category="ADLSGen2",
            target=container,
            credentials=ml.WorkspaceConnectionManagedIdentityArgs(
                client_id=acting.client_id, resource_id=acting.resource_id
            ),
        ),
        opts=ResourceOptions.merge(opts, ResourceOptions(depends_on=granted)),
    )
