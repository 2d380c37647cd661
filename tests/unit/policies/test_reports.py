"""One result, five forms: each says all of it, in the words of its readers."""

import json
from datetime import date, timedelta

import pytest
from junitparser import Failure, JUnitXml, Skipped
from verdazure_policies.checking import Report, check
from verdazure_policies.reports import FORMATS
from verdazure_policies.reports.document import baseline
from verdazure_policies.samples import AML_CLUSTER, RESOURCE_GROUP, STORAGE_ACCOUNT, UNKNOWN
from verdazure_policies.settings import Settings

from tests.unit.edge.manifests import public_schema
from tests.unit.policies.files import plan_of

UNTIL = date.today() + timedelta(90)
RULES = {"all": "disabled", "SE02": "mandatory", "SE03": "advisory", "CR01": "mandatory", "CM01": "mandatory"}
EXEMPTION = {"rule": "CM01", "resource": "urn:pulumi:*::compute", "category": "Waiver", "reason": "A demo.",
             "owner": "us", "expires": UNTIL}  # fmt: skip


@pytest.fixture
def report() -> Report:
    """One of each: what blocks, what is advice, what nobody can tell, what is exempt, what was there, what passes."""
    case = [
        STORAGE_ACCOUNT.having("allowBlobPublicAccess", True).having("allowSharedKeyAccess", True),
        AML_CLUSTER.having("properties.properties.scaleSettings.minNodeCount", 2),
        RESOURCE_GROUP.having("location", UNKNOWN),
    ]
    settings = Settings(rules=RULES, exemptions=[EXEMPTION])
    return check(plan_of(case), settings, {"CR01-00000000": {}})


def test_text_says_what_it_comes_to(report: Report) -> None:
    lines = FORMATS["text"](report).splitlines()
    assert lines[0].startswith("blocks     SE02 storage-no-public-blob  critical  storageaccount  __main__.py:7  SE02-")
    assert lines[1] == "    allowBlobPublicAccess is true, wanted false. Fix: set allowBlobPublicAccess to false."
    assert lines[-1].startswith(
        "3 resources judged: 1 blocks, 1 advises, 1 cannot be verified, 1 is exempt. (profile recommended, facts "
    )
    assert "note: 1 of the baseline is gone. Fix: write it anew, it shrinks." in lines


def test_json_has_the_parts_of_each_finding(report: Report) -> None:
    document = json.loads(FORMATS["json"](report))
    assert (document["blocks"], document["judged"], document["profile"]) == (True, 3, "recommended")
    first = document["findings"][0]
    assert {key: first[key] for key in ("rule", "severity", "outcome", "property", "found", "wanted", "location")} == {
        "rule": "SE02", "severity": "critical", "outcome": "violation", "property": "allowBlobPublicAccess",
        "found": "true", "wanted": "false", "location": {"file": "__main__.py", "line": 7},
    }  # fmt: skip
    [exempt] = [each for each in document["findings"] if each["outcome"] == "exempt"]
    assert exempt["exemption"] == {key: str(value) for key, value in EXEMPTION.items()}


def test_a_baseline_keeps_violations_alone(report: Report) -> None:
    kept = json.loads(baseline(report))["findings"]
    assert [each["rule"] for each in kept] == ["SE02", "SE03"]


def test_sarif_is_what_its_schema_asks_for(report: Report) -> None:
    document = json.loads(FORMATS["sarif"](report))
    assert list(public_schema("sarif-2.1.0").iter_errors(document)) == []
    [run] = document["runs"]
    told = {each["ruleId"]: each for each in run["results"]}
    assert {rule: (each["kind"], each["level"]) for rule, each in told.items()} == {
        "SE02": ("fail", "error"), "SE03": ("fail", "warning"), "CR01": ("open", "none"), "CM01": ("fail", "warning"),
    }  # fmt: skip
    assert [each["status"] for each in told["CM01"]["suppressions"]] == ["accepted"]
    assert told["SE02"]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "__main__.py", "uriBaseId": "PROJECT"}, "region": {"startLine": 7},
    }  # fmt: skip
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["partialFingerprints"]["verdazureFinding/v1"].startswith(each["ruleId"])


def test_junit_is_read_by_a_parser(report: Report) -> None:
    read = JUnitXml.fromstring(FORMATS["junit"](report))
    cases = {(case.classname, case.name): case for suite in read for case in suite}
    assert (read.tests, read.failures, read.skipped) == (len(cases), 1, 2)
    [failure] = cases["SE02 storage-no-public-blob", "storageaccount"].result
    assert isinstance(failure, Failure)
    assert failure.message.startswith("allowBlobPublicAccess is true, wanted false.")
    assert cases["SE03 storage-no-keys", "storageaccount"].result == []
    assert "allowSharedKeyAccess is true" in cases["SE03 storage-no-keys", "storageaccount"].system_out
    assert isinstance(cases["CM01 aml-scale-to-zero", "compute"].result[0], Skipped)
    assert cases["CR01 low-carbon-region", "storageaccount"].is_passed


def test_markdown_folds_away_what_does_not_block(report: Report) -> None:
    text = FORMATS["markdown"](report)
    head, _, folded = text.partition("<details>")
    assert head.startswith("## Sustainability rules: blocked\n\n3 resources judged: 1 blocks")
    assert "| SE02 `storage-no-public-blob` | critical | storageaccount \\_\\_main\\_\\_.py:7 |" in head
    assert "SE03" not in head
    assert folded.count("<details>") == 2


def test_a_name_breaks_no_table() -> None:
    from dataclasses import replace

    wild = replace(STORAGE_ACCOUNT.having("allowBlobPublicAccess", True), name="a|b<script>`x")
    text = FORMATS["markdown"](check(plan_of([wild]), Settings(rules=RULES), {}))
    [row] = [line for line in text.splitlines() if line.startswith("| SE02")]
    assert row.count(" | ") == 4
    assert "<script>" not in row


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_to_say_is_said_too(form: str) -> None:
    clean = check(plan_of([RESOURCE_GROUP]), Settings(rules=RULES), {})
    written = FORMATS[form](clean)
    assert written
    assert not clean.blocks
    if form == "text":
        assert written.startswith("1 resource judged: nothing to say.")
