"""The quick-start under faults drawn from many seeds: each run ends well after another `up`, or in one clear error.

VERDAZURE_FAULT_SEEDS says how many seeds; `make prove` runs 200 of them.
"""

import json
import os
from pathlib import Path

import pytest
from verdazure.sandbox.azure.faults import Document, Fault, Faults, Kind
from verdazure.sandbox.azure.store import Store

SEEDS = int(os.environ.get("VERDAZURE_FAULT_SEEDS", "4"))

# Of each request. A throttle or a timeout is seen only when four draws in a row hit.
PROBABILITIES = {
    Kind.CONFLICT: 0.02,
    Kind.LOST: 0.01,
    Kind.PARTIAL: 0.02,
    Kind.QUOTA: 0.02,
    Kind.THROTTLED: 0.4,
    Kind.TIMEOUT: 0.4,
}
IN_AZURES_WORDS = (
    'Status=409 Code="AnotherOperationInProgress"',
    'Status=409 Code="QuotaExceeded"',
    'Status=429 Code="TooManyRequests"',
    'Status=504 Code="GatewayTimeout"',
    "reached terminal provisioning state 'Failed'",
    "the connection was lost before Azure's answer",
)
THERE_ALREADY = ("cannot create already existing resource", 'Code="RoleAssignmentExists"')


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_seed_of_faults_ends_well_or_clearly(quickstart, pulumi, sandbox_env, seed):
    state = Path(sandbox_env["VERDAZURE_SANDBOX_DIR"]) / "azure.db"
    faults, azure = Faults(state), Store(state)
    drawn = (Fault(fault=kind, probability=probability, seed=seed) for kind, probability in PROBABILITIES.items())
    faults.save(Document(faults=list(drawn)))
    first = pulumi("up", "--yes", "--skip-preview", cwd=quickstart, check=False)
    said = first.stdout + first.stderr
    assert "Traceback" not in said
    assert "panic" not in said
    if first.returncode == 0:
        assert in_stack(pulumi, quickstart) == in_azure(azure)
        return
    assert any(words in said for words in IN_AZURES_WORDS), said

    faults.clear()
    lost = in_azure(azure) - in_stack(pulumi, quickstart)
    second = pulumi("up", "--yes", "--skip-preview", cwd=quickstart, check=False)
    if lost:  # Azure made them, and nobody was told: the second run says so, and has made none of them twice
        assert any(words in second.stdout + second.stderr for words in THERE_ALREADY), second.stdout
        assert in_azure(azure) - in_stack(pulumi, quickstart) == lost
    else:
        assert second.returncode == 0, second.stdout
        assert in_stack(pulumi, quickstart) == in_azure(azure)


def in_stack(pulumi, folder: Path) -> set[str]:
    state = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"].get("resources", [])
    return {each["id"].lower() for each in state if each["type"].startswith("azure-native:")}


def in_azure(azure: Store) -> set[str]:
    return {each.id.lower() for each in azure.resources()}
