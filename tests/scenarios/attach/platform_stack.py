"""What a platform team has already: a cluster whose nodes are there while pods need them."""

from pulumi_azure_native import containerservice
from verdazure import Landing


def cluster(landing: Landing) -> containerservice.ManagedCluster:
    """An AKS cluster with a pool of spot nodes beside its own."""
    pool = {"os_type": "Linux", "vm_size": "Standard_D4ads_v5", "enable_auto_scaling": True, "max_count": 3}
    spot = {"scale_set_priority": "Spot", "scale_set_eviction_policy": "Delete"}
    return containerservice.ManagedCluster(
        "platform",
        resource_group_name=landing.ref["resource_group_name"],
        location=landing.ref["location"],
        dns_prefix="platform",
        disable_local_accounts=True,
        identity={"type": "SystemAssigned"},
        agent_pool_profiles=[
            {**pool, "name": "system", "mode": "System", "min_count": 1},
            {**pool, **spot, "name": "jobs", "mode": "User", "min_count": 0},
        ],
        # Nothing says that Azure ML's extension runs on Arm nodes: rule CM09 is told so.
        tags={**landing.ref["tags"], "architecture": "x64"},
    )
