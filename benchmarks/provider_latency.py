"""What the simulated azure-native provider costs a resource: median and 95th percentile of each call, in milliseconds.

    python benchmarks/provider_latency.py [--resources N] [--without-engine]

Drives the provider in this process over storage accounts, containers, role assignments and clusters, then has the real
engine preview a program with the same resources in a sandbox of its own, and prints the provider's share of that time.
Exits with 1 when the median of a resource's preview (check and predicted creation) is above the limit.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verdazure.sandbox import environment
from verdazure.sandbox.azure.host import Host
from verdazure.sandbox.azure.plugin import sdk_version
from verdazure.sandbox.azure.provider import AzureNative
from verdazure.sandbox.azure.store import Store
from verdazure.sandbox.azure.wire import encode, provider_pb2

LIMIT_MS = 5.0

# The same resources as `resources`, as a person writes them: a resource names its parents by their outputs.
PROGRAM = """
import pulumi
from pulumi_azure_native import authorization, machinelearningservices as ml, resources, storage

group = resources.ResourceGroup("rg", location="swedencentral")
elsewhere = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/shared/providers"
workspace = ml.Workspace(
    "mlw",
    resource_group_name=group.name,
    identity={{"type": "SystemAssigned"}},
    storage_account=elsewhere + "/Microsoft.Storage/storageAccounts/stshared",
    key_vault=elsewhere + "/Microsoft.KeyVault/vaults/kv-shared",
)
for number in range({quarters}):
    account = storage.StorageAccount(
        f"st{{number}}",
        resource_group_name=group.name,
        kind="StorageV2",
        sku={{"name": "Standard_LRS"}},
        tags={{"n": str(number)}},
    )
    storage.BlobContainer(f"raw{{number}}", resource_group_name=group.name, account_name=account.name)
    ml.Compute(
        f"gpu{{number}}",
        resource_group_name=group.name,
        workspace_name=workspace.name,
        properties={{
            "compute_type": "AmlCompute",
            "properties": {{
                "vm_size": "Standard_NC4as_T4_v3",
                "scale_settings": {{"max_node_count": 2, "min_node_count": 0}},
            }},
        }},
    )
    authorization.RoleAssignment(
        f"role{{number}}", scope=account.id, principal_id=str(number), role_definition_id="/subscriptions/s"
    )
"""


class Stopwatch:
    """Calls a provider and remembers how long each method took."""

    def __init__(self, provider: AzureNative) -> None:
        self._provider = provider
        self.milliseconds: dict[str, list[float]] = defaultdict(list)

    def call(self, what: str, request: Any) -> Any:
        """One call; `what` is the method's name, followed by what tells its uses apart."""
        start = time.perf_counter()
        answer = getattr(self._provider, what.split()[0])(request, None)
        self.milliseconds[what].append((time.perf_counter() - start) * 1000)
        return answer


def resources(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Type and inputs of `count` resources, parents first."""
    group = {"resourceGroupName": "rg"}
    yield "resources:ResourceGroup", {**group, "location": "swedencentral"}
    elsewhere = "/subscriptions/5d0cbd32-6f0e-4c1e-8f0b-2f1b6a1c9c11/resourceGroups/shared/providers"
    yield (
        "machinelearningservices:Workspace",
        {
            **group,
            "workspaceName": "mlw",
            "identity": {"type": "SystemAssigned"},
            "storageAccount": f"{elsewhere}/Microsoft.Storage/storageAccounts/stshared",
            "keyVault": f"{elsewhere}/Microsoft.KeyVault/vaults/kv-shared",
        },
    )
    nodes = {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0}}
    for number in range((count - 2) // 4):
        account = {**group, "accountName": f"st{number:04}"}
        yield (
            "storage:StorageAccount",
            {**account, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "tags": {"n": str(number)}},
        )
        yield "storage:BlobContainer", {**account, "containerName": "raw"}
        yield (
            "machinelearningservices:Compute",
            {
                **group,
                "workspaceName": "mlw",
                "computeName": f"gpu{number:04}",
                "properties": {"computeType": "AmlCompute", "properties": nodes},
            },
        )
        scope = "/subscriptions/s"
        yield "authorization:RoleAssignment", {"scope": scope, "principalId": str(number), "roleDefinitionId": scope}


def measure(count: int, state: Path) -> dict[str, list[float]]:
    """Milliseconds of every call by method, over the life of `count` resources."""
    watch = Stopwatch(AzureNative(Store(state), sdk_version(), Host(None)))
    for number, (token, news) in enumerate(resources(count)):
        urn = f"urn:pulumi:dev::bench::azure-native:{token}::r{number}"
        checked = watch.call("Check", provider_pb2.CheckRequest(urn=urn, name=f"r{number}", news=encode(news)))
        inputs = checked.inputs
        watch.call("Create in a preview", provider_pb2.CreateRequest(urn=urn, properties=inputs, preview=True))
        made = watch.call("Create", provider_pb2.CreateRequest(urn=urn, properties=inputs))
        watch.call("Diff", provider_pb2.DiffRequest(urn=urn, old_inputs=inputs, news=inputs, olds=made.properties))
        watch.call("Read", provider_pb2.ReadRequest(id=made.id, urn=urn, inputs=inputs, properties=made.properties))
    return watch.milliseconds


def engine_seconds(count: int, folder: Path) -> float:
    """Wall seconds of a real `pulumi preview` of `count` resources; the second one, so that caches are warm."""
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM.format(quarters=(count - 2) // 4))
    variables = {**os.environ, **environment.prepare(folder / "sandbox").exports}

    def pulumi(*arguments: str) -> float:
        start = time.perf_counter()
        command = ["pulumi", "--non-interactive", *arguments]
        subprocess.run(command, cwd=folder, env=variables, check=True, capture_output=True)
        return time.perf_counter() - start

    pulumi("stack", "init", "bench")
    pulumi("preview")
    return pulumi("preview")


def main() -> int:
    """Print the table; 1 when a preview is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--without-engine", action="store_true", help="leave the real preview out")
    arguments = parser.parse_args()
    count = arguments.resources
    with tempfile.TemporaryDirectory() as folder:
        milliseconds = measure(count, Path(folder) / "azure.db")
    print(f"{'call':<22}{'median ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for what, taken in milliseconds.items():
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"{what:<22}{statistics.median(taken):>10.2f}{p95:>10.2f}{max(taken):>10.2f}")
    preview = [sum(pair) for pair in zip(milliseconds["Check"], milliseconds["Create in a preview"], strict=True)]
    median = statistics.median(preview)
    print(f"a resource in a preview: median {median:.2f} ms, limit {LIMIT_MS:g} ms")
    if not arguments.without_engine:
        with tempfile.TemporaryDirectory() as folder:
            whole, own = engine_seconds(count, Path(folder)), sum(preview) / 1000
        print(f"pulumi preview of {count} resources: {whole:.1f} s; the provider's calls, as timed above: {own:.2f} s")
        print(f"share: provider {own / whole:.1%}, engine and program {1 - own / whole:.1%}")
    return int(median > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
