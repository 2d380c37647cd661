"""Extensions of a Kubernetes cluster that is there already: in Azure, or of your own and connected by Azure Arc."""

from collections.abc import Mapping

from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import kubernetesconfiguration

from verdazure.interfaces import name_of, resource_group_of


def extend(
    name: str,
    cluster_id: Input[str],
    extension: str,
    kind: str,
    settings: Mapping[str, Input[str]],
    opts: ResourceOptions,
    *,
    namespace: str | None = None,
    version: str | None = None,
    train: str = "stable",
) -> kubernetesconfiguration.Extension:
    """Installs the extension of type `kind` under the name `extension`, with an identity of its own.

    Azure keeps one without a `version` at the newest minor one, and leaves one with a version alone.
    """
    cluster = Output.from_input(cluster_id)
    return kubernetesconfiguration.Extension(
        name,
        extension_name=extension,
        extension_type=kind,
        auto_upgrade_minor_version=version is None,
        version=version,
        release_train=train,
        identity={"type": "SystemAssigned"},
        scope={"cluster": {"release_namespace": namespace}} if namespace else None,
        configuration_settings=settings,
        cluster_rp=cluster.apply(lambda own: own.split("/")[6]),
        cluster_resource_name=cluster.apply(lambda own: own.split("/")[7]),
        cluster_name=cluster.apply(name_of),
        resource_group_name=cluster.apply(resource_group_of),
        opts=opts,
    )
