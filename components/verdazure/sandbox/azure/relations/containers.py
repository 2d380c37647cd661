"""Kubernetes clusters and container apps."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid


def _identity_of_cluster(inputs: Inputs) -> Iterator[Finding]:
    # Azure Kubernetes Service, "Use a service principal" and "Use a managed identity".
    if unsaid(inputs, "identity") and unsaid(inputs, "servicePrincipalProfile"):
        yield Finding("identity", "is required, unless servicePrincipalProfile is given")


def _dns_prefix(inputs: Inputs) -> Iterator[Finding]:
    # Managed Clusters - Create Or Update: one of the two, fixed for the cluster's life.
    if unsaid(inputs, "dnsPrefix") and unsaid(inputs, "fqdnSubdomain"):
        yield Finding("dnsPrefix", "is required, unless fqdnSubdomain is given")


def _pools(inputs: Inputs) -> Iterator[Finding]:
    # Azure Kubernetes Service, "Manage system node pools": a cluster has at least one.
    pools = list(items(inputs, "agentPoolProfiles"))
    for where, pool in pools:
        yield from _pool(f"{where}.", pool)
    modes = [known(pool, "mode") for _, pool in pools]
    told = not unsaid(inputs, "agentPoolProfiles") and all(
        "mode" not in pool or known(pool, "mode") for _, pool in pools
    )
    if pools and told and "System" not in modes:
        yield Finding("agentPoolProfiles[0].mode", "must be System: a cluster has at least one system pool")
    names = Counter(known(pool, "name") for _, pool in pools)
    for where, pool in pools:
        name = known(pool, "name")
        if name and names[name] > 1:
            yield Finding(f"{where}.name", f"'{name}' is the name of two pools; each has its own")


def _one_pool(inputs: Inputs) -> Iterator[Finding]:
    yield from _pool("", inputs)


def _pool(path: str, pool: Any) -> Iterator[Finding]:
    least, count, most = (known(pool, name) for name in ("minCount", "count", "maxCount"))
    if known(pool, "enableAutoScaling"):
        for name in ("minCount", "maxCount"):
            if unsaid(pool, name):
                yield Finding(f"{path}{name}", "is required when enableAutoScaling is true")
        if least is not None and most is not None and least > most:
            yield Finding(f"{path}minCount", f"{least:g} must not be more than maxCount, {most:g}")
        elif None not in (least, count, most) and not least <= count <= most:
            yield Finding(f"{path}count", f"{count:g} must be between minCount, {least:g}, and maxCount, {most:g}")
    elif known(pool, "enableAutoScaling") is False or unsaid(pool, "enableAutoScaling"):
        for name in ("minCount", "maxCount"):
            if not unsaid(pool, name):
                yield Finding(f"{path}{name}", "goes with enableAutoScaling only: set it to true")
    yield from _mode_of_pool(path, pool, least)


def _mode_of_pool(path: str, pool: Any, least: Any) -> Iterator[Finding]:
    # Azure Kubernetes Service, "Add an Azure Spot node pool" and "Manage system node pools".
    system = known(pool, "mode") == "System"
    if system and known(pool, "scaleSetPriority") == "Spot":
        yield Finding(f"{path}scaleSetPriority", "cannot be Spot in a system pool")
    if system and known(pool, "osType") == "Windows":
        yield Finding(f"{path}osType", "cannot be Windows in a system pool")
    if system and least is not None and least < 1:
        yield Finding(f"{path}minCount", f"{least:g} is too few: a system pool has 1 node or more")
    regular = unsaid(pool, "scaleSetPriority") or known(pool, "scaleSetPriority") == "Regular"
    if regular and not unsaid(pool, "spotMaxPrice"):
        yield Finding(f"{path}spotMaxPrice", "goes with scaleSetPriority Spot only")


# Container apps. Azure Container Apps, "Set scaling rules" and "Traffic splitting".
_MOST_REPLICAS = 1000


def _replicas(inputs: Inputs) -> Iterator[Finding]:
    least, most = known(inputs, "template.scale.minReplicas"), known(inputs, "template.scale.maxReplicas")
    if most is not None and not 1 <= most <= _MOST_REPLICAS:
        yield Finding("template.scale.maxReplicas", f"{most:g} is out of range; it must be 1 to {_MOST_REPLICAS}")
    if least is not None and least < 0:
        yield Finding("template.scale.minReplicas", f"{least:g} is out of range; it must be 0 or more")
    if least is not None and most is not None and least > most:
        yield Finding("template.scale.minReplicas", f"{least:g} must not be more than maxReplicas, {most:g}")


def _traffic(inputs: Inputs) -> Iterator[Finding]:
    weights = [known(entry, "weight") for _, entry in items(inputs, "configuration.ingress.traffic")]
    if weights and None not in weights and sum(weights) != 100:
        yield Finding("configuration.ingress.traffic", f"sums to {sum(weights):g}; the weights must sum to 100")


def _ports(inputs: Inputs) -> Iterator[Finding]:
    port = known(inputs, "configuration.ingress.targetPort")
    if port is not None and not 0 <= port <= 65535:
        yield Finding("configuration.ingress.targetPort", f"{port:g} is out of range; it must be 0 to 65535")


def _environment(inputs: Inputs) -> Iterator[Finding]:
    if unsaid(inputs, "managedEnvironmentId") and unsaid(inputs, "environmentId"):
        yield Finding("managedEnvironmentId", "is required: an app runs in a managed environment")
    names = Counter(known(secret, "name") for _, secret in items(inputs, "configuration.secrets"))
    for where, secret in items(inputs, "configuration.secrets"):
        name = known(secret, "name")
        if name and names[name] > 1:
            yield Finding(f"{where}.name", f"'{name}' is the name of two secrets; each has its own")


RULES = {
    "app:ContainerApp": (_environment, _replicas, _traffic, _ports),
    "containerservice:AgentPool": (_one_pool,),
    "containerservice:ManagedCluster": (_identity_of_cluster, _dns_prefix, _pools),
}
