"""What the rulebook costs: all rules over stacks of up to 1,000 resources, through the engine's protocol and as a file.

    python benchmarks/policies.py

The pack is the process that the engine would start, asked over gRPC what the engine would ask. For comparison the same
policies answer through the SDK's own servicer, in a process of their own as well.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import grpc  # noqa: E402
from google.protobuf import empty_pb2  # noqa: E402
from pulumi.runtime.proto import analyzer_pb2_grpc  # noqa: E402
from verdazure_policies import samples  # noqa: E402
from verdazure_policies.rulebook import RULEBOOK  # noqa: E402
from verdazure_policies.samples import Sample  # noqa: E402

from tests.unit.policies.files import state_of  # noqa: E402
from tests.unit.policies.wire import resource_request, stack_request  # noqa: E402

SIZES = (250, 500, 1000)
LIMIT_PROTOCOL, LIMIT_CHECK = 3.0, 1.0
OURS = "from verdazure_policies.serving import serve; serve()"
THE_SDKS = (
    "from pulumi_policy import PolicyPack; from verdazure_policies.pack import policies; "
    "PolicyPack('verdazure', policies=policies())"
)


def stack_of(count: int) -> list[Sample]:
    """So many resources: one of each kind that the rulebook has samples of, then again under other names."""
    made = []
    for number in range(count):
        sample, copy = samples.ALL[number % len(samples.ALL)], number // len(samples.ALL)
        links = {path: f"{source}-{copy}" for path, source in sample.links.items()}
        made.append(replace(sample, name=f"{sample.name}-{copy}", links=links))
    return made


@dataclass(frozen=True)
class Took:
    """Seconds."""

    resources: float
    stack: float

    @property
    def whole(self) -> float:
        return self.resources + self.stack


def over_the_wire(program: str, stack: list[Sample]) -> Took:
    """Each resource as it is registered, then all of them, as the engine asks."""
    process = subprocess.Popen([sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        port = next(iter(process.stdout or ())).strip()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", 1 << 28)])
        stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        stub.GetAnalyzerInfo(empty_pb2.Empty())
        requests, whole = [resource_request(each) for each in stack], stack_request(stack)
        began = time.perf_counter()
        for request in requests:
            stub.Analyze(request)
        between = time.perf_counter()
        stub.AnalyzeStack(whole)
        return Took(between - began, time.perf_counter() - between)
    finally:
        process.kill()
        process.wait()


JUDGING = """
import sys, time
from pathlib import Path
from verdazure_policies.checking import check
from verdazure_policies.plans import read
from verdazure_policies.reports import FORMATS
from verdazure_policies.settings import Settings
began = time.perf_counter()
FORMATS["json"](check(read(Path(sys.argv[1]).read_text()), Settings(), {}))
print(time.perf_counter() - began)
"""


def as_a_file(stack: list[Sample], folder: Path) -> tuple[float, float]:
    """The whole command, and what of it is reading, judging and writing once Python has started: the best of three."""
    state = folder / "state.json"
    state.write_text(state_of(stack))
    command = [str(Path(sys.executable).with_name("verdazure")), "check", str(state), "--format", "json"]
    whole = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False, cwd=folder)
        whole.append(time.perf_counter() - began)
    alone = [sys.executable, "-c", JUDGING, str(state)]
    judging = [float(subprocess.run(alone, capture_output=True, text=True, check=True).stdout) for _ in range(3)]
    return min(whole), min(judging)


def lines() -> Iterator[str]:
    yield f"{len(RULEBOOK)} rules over stacks of {len(samples.ALL)} kinds of resources"
    heads = ("resources", "each", "the stack", "together", "the SDK", "ratio", "a file", "judging")
    yield "".join(f"{head:>{width}}" for head, width in zip(heads, (10, 9, 11, 10, 10, 8, 9, 9), strict=True))
    first: float | None = None
    with TemporaryDirectory() as folder:
        for count in SIZES:
            stack = stack_of(count)
            ours, theirs = over_the_wire(OURS, stack), over_the_wire(THE_SDKS, stack)
            whole, judging = as_a_file(stack, Path(folder))
            first = first or ours.whole / count
            yield (
                f"{count:>10}{ours.resources:>8.2f}s{ours.stack:>10.2f}s{ours.whole:>9.2f}s{theirs.whole:>9.2f}s"
                f"{theirs.whole / ours.whole:>7.1f}x{whole:>8.2f}s{judging:>8.2f}s"
            )
    yield f"a resource of {SIZES[-1]} costs {ours.whole / count / first:.2f} times what one of {SIZES[0]} costs"
    yield f"allowed: {LIMIT_PROTOCOL:g} s through the protocol, {LIMIT_CHECK:g} s as a file, for {SIZES[-1]}"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
