"""What the export holds is judged by tools that nobody here wrote."""

import copy
import json
import subprocess

import pytest

from tests.prove.conftest import ROOT

PROGRAMS = [
    "quickstart",
    "landing/max",
    "workspace/max",
    "storage/max",
    "compute/max",
    "catalogue/max",
    "datasets/max",
    "ingestion/max",
    "deduplication/max",
    "recovery/max",
    "recovery/waf_aligned",
    "models/max",
    "training/defaults",
    "training/max",
    "dev/defaults",
    "attach/defaults",
    "attach/max",
    "caching/max",
    "gateway/max",
    "serving/max",
    "operations/max",
    "edge/max",
    "site/max",
]
ACCEPTED = json.loads((ROOT / "tests" / "prove" / "checkov_accepted.json").read_text())

# Types that the project uses and that no package here can judge, with the reason.
WITHOUT_A_CHECK: dict[str, str] = {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_microsofts_models_accept_every_body(program, exported, judge):
    verdict = judge(exported(program))
    assert {kind: each["problems"] for kind, each in verdict.items() if each["problems"]} == {}
    assert {kind for kind, each in verdict.items() if each["model"] is None} <= WITHOUT_A_CHECK.keys()


def test_every_type_in_use_is_judged(exported, judge):
    used = set().union(*(judge(exported(program)) for program in PROGRAMS))
    assert len(used) == 108
    assert used >= WITHOUT_A_CHECK.keys(), "listed without being used"


def test_each_model_refuses_what_is_wrong(exported, judge, tmp_path):
    """A judge that accepts everything would prove nothing: each type's model must find an unknown property."""
    for program in (
        "quickstart",
        "workspace/max",
        "catalogue/max",
        "datasets/max",
        "ingestion/max",
        "deduplication/max",
        "recovery/max",
        "models/max",
        "training/max",
        "attach/defaults",
        "gateway/max",
        "serving/max",
        "operations/max",
        "edge/max",
        "site/max",
    ):
        template = json.loads(exported(program).read_text())
        spoilt = copy.deepcopy(template)
        for resource in spoilt["resources"]:
            resource["tagz"] = {}
            resource.get("properties", {})["zone"] = 1
        file = tmp_path / "spoilt.json"
        file.write_text(json.dumps(spoilt))
        for kind, verdict in judge(file).items():
            assert "tagz: unknown" in verdict["problems"], kind
            has_properties = any("properties" in each for each in template["resources"] if each["type"] == kind)
            assert ("properties.zone: unknown" in verdict["problems"]) == has_properties, kind


@pytest.mark.parametrize(
    ("kind", "path", "value", "problem"),
    [
        ("Microsoft.Storage/storageAccounts", ["sku", "name"], "Standard_XRS", "'Standard_XRS' is not in SkuName"),
        ("Microsoft.Storage/storageAccounts", ["properties", "accessTier"], 3, "3 is not in AccessTier"),
        ("Microsoft.Storage/storageAccounts", ["sku"], None, "sku: missing"),
        ("Microsoft.ContainerRegistry/registries", ["sku", "name"], "Huge", "'Huge' is not in SkuName"),
        ("Microsoft.Insights/components", ["kind"], None, "kind: missing"),
        (
            "Microsoft.MachineLearningServices/workspaces/computes",
            ["properties", "properties", "scaleSettings", "maxNodeCount"],
            None,
            "properties.properties.scaleSettings.maxNodeCount: missing",
        ),
    ],
)
def test_each_kind_of_model_finds_wrong_values(kind, path, value, problem, exported, judge, tmp_path):
    template = json.loads(exported("quickstart").read_text())
    body = next(each for each in template["resources"] if each["type"] == kind)
    for step in path[:-1]:
        body = body[step]
    if value is None:
        del body[path[-1]]
    else:
        body[path[-1]] = value
    file = tmp_path / "spoilt.json"
    file.write_text(json.dumps(template))
    assert any(each.endswith(problem) for each in judge(file)[kind]["problems"])


def test_checkov_reads_it_and_finds_only_what_is_accepted(exported, checks):
    command = [str(checks / "checkov"), "--framework", "arm", "--skip-download", "-o", "json"]
    done = subprocess.run([*command, "-f", str(exported("quickstart"))], capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0
    resources = json.loads(exported("quickstart").read_text())["resources"]
    assert report["summary"]["passed"] > len(resources) / 2
    failed = {check["check_id"] for check in report["results"]["failed_checks"]}
    assert failed - ACCEPTED.keys() == set(), "new: fix it, or accept it with a reason in checkov_accepted.json"
    assert ACCEPTED.keys() - failed == set(), "fails no longer: take it out of checkov_accepted.json"
    assert all(len(reason.split()) >= 10 for reason in ACCEPTED.values())
