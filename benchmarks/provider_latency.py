"""What the simulated azure-native provider costs a resource: median and 95th percentile of each call, in milliseconds.

    python benchmarks/provider_latency.py [--resources N]

Drives the provider in this process over storage accounts, containers, role assignments and clusters; exits with 1 when
the median of a resource's preview (check and predicted creation) is above the limit.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verdazure.sandbox.azure.host import Host
from verdazure.sandbox.azure.plugin import sdk_version
from verdazure.sandbox.azure.provider import AzureNative
from verdazure.sandbox.azure.store import Store
from verdazure.sandbox.azure.wire import encode, provider_pb2

LIMIT_MS = 5.0


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
    yield "machinelearningservices:Workspace", {**group, "workspaceName": "mlw"}
    nodes = {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": {"maxNodeCount": 2, "minNodeCount": 0}}
    for number in range((count - 2) // 4):
        account = {**group, "accountName": f"st{number}"}
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


def main() -> int:
    """Print the table; 1 when a preview is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resources", type=int, default=1000)
    count = parser.parse_args().resources
    with tempfile.TemporaryDirectory() as folder:
        milliseconds = measure(count, Path(folder) / "azure.db")
    print(f"{'call':<22}{'median ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for what, taken in milliseconds.items():
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"{what:<22}{statistics.median(taken):>10.2f}{p95:>10.2f}{max(taken):>10.2f}")
    preview = [sum(pair) for pair in zip(milliseconds["Check"], milliseconds["Create in a preview"], strict=True)]
    median = statistics.median(preview)
    print(f"a resource in a preview: median {median:.2f} ms, limit {LIMIT_MS:g} ms")
    return int(median > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
