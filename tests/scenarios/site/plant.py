"""What a plant has already: a cluster that is connected by Azure Arc, and where its results go."""

from pulumi_azure_native import eventhub, kubernetes
from verdazure import DataClass, Landing, TieredStorage

ISSUER = "https://northeurope.oic.prod-arc.azure.com/00000000-0000-0000-0000-000000000000/plant/"


def cluster(landing: Landing) -> kubernetes.ConnectedCluster:
    """The agents of the cluster connect it; here it is made, so that there is one."""
    return kubernetes.ConnectedCluster(
        "plant",
        resource_group_name=landing.ref["resource_group_name"],
        location=landing.ref["location"],
        agent_public_key_certificate="",
        distribution="k3s",
        identity={"type": "SystemAssigned"},
        tags=landing.ref["tags"],
    )


def lake(landing: Landing) -> TieredStorage:
    """A storage account with hierarchical namespace."""
    return TieredStorage("data", {"landing": landing.ref, "classes": {DataClass.DATASET: {}}})


def hub(landing: Landing) -> eventhub.Namespace:
    """A namespace with a hub for results."""
    group = landing.ref["resource_group_name"]
    namespace = eventhub.Namespace(
        "results",
        resource_group_name=group,
        location=landing.ref["location"],
        sku={"name": "Standard", "tier": "Standard", "capacity": 1},
        disable_local_auth=True,
        minimum_tls_version="1.2",
        is_auto_inflate_enabled=True,
        maximum_throughput_units=2,
        tags=landing.ref["tags"],
    )
    eventhub.EventHub(
        "vibration",
        event_hub_name="vibration",
        namespace_name=namespace.name,
        resource_group_name=group,
        partition_count=2,
        message_retention_in_days=1,
    )
    return namespace
