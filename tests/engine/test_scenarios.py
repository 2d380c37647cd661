"""Every scenario under the real engine: up under the strict profile, up again without a change, and down to nothing.

The scenarios are the examples that the documentation shows. Their URNs are frozen: a child that is renamed or moved
would be replaced in every stack out there, so a change here needs an alias and a line in the changelog.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# What `defaults` deploys, `max` does too: `make prove` takes all of them, `make test` the README's own among them.
EVERY = os.environ.get("VERDAZURE_SCENARIOS") == "all"
SCENARIOS = sorted(
    path
    for path in (ROOT / "tests" / "scenarios").glob("*/*.py")
    if path.stem in ("max", "waf_aligned") or (path.stem == "defaults" and (EVERY or path.parent.name == "compute"))
)
FINDING = re.compile(r"\[(mandatory|advisory)\]|violation|can't run policy")
STRICT = {"VERDAZURE_SETTINGS": str(ROOT / "tests" / "scenarios" / "verdazure.yaml")}
GOLDEN = Path(__file__).parent / "golden"


def label(scenario: Path) -> str:
    return f"{scenario.parent.name}-{scenario.stem}"


@pytest.fixture
def deployed(project, pulumi):
    """`deployed(scenario)` writes the scenario as a project of its own, beside the modules that it imports."""

    def write(scenario: Path) -> Path:
        folder = project(scenario.read_text(), name="scenario")
        for module in (*scenario.parent.parent.glob("*.py"), *scenario.parent.glob("*.py")):
            if module != scenario:
                shutil.copy(module, folder)
        return folder

    return write


@pytest.mark.parametrize("scenario", SCENARIOS, ids=label)
def test_a_scenario_comes_up_complies_settles_and_goes(scenario: Path, deployed, pulumi):
    folder = deployed(scenario)
    first = pulumi("up", "--yes", "--skip-preview", "--policy-pack", str(ROOT / "policies"), cwd=folder, env=STRICT)
    assert not FINDING.search(first.stdout), "the components' own choices must comply"
    there = resources(pulumi, folder)
    assert urns(there) == (GOLDEN / f"{label(scenario)}.txt").read_text().splitlines()

    pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", cwd=folder)

    if any(each.get("protect") for each in there):
        pulumi("state", "unprotect", "--all", "--yes", cwd=folder)
    pulumi("destroy", "--yes", "--skip-preview", cwd=folder)
    assert urns(resources(pulumi, folder)) == []


def resources(pulumi, folder: Path) -> list[dict[str, Any]]:
    """What the stack holds."""
    deployment = json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"]
    return deployment.get("resources", [])


def urns(there: list[dict[str, Any]]) -> list[str]:
    """Their URNs without stack and project, providers and the stack itself left out."""
    found = (resource["urn"].split("::", 2)[2] for resource in there)
    return sorted(urn for urn in found if not urn.startswith("pulumi:p"))
