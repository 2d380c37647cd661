"""The report as JUnit XML: a suite a group of rules, a case for each resource that a rule judged."""

from collections import defaultdict

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome
from verdazure_policies.reports.summary import place, words
from verdazure_policies.rulebook import Rule


def render(report: Report) -> str:
    """What blocks has failed, what nobody can tell or somebody excused is skipped, advice is a case's output."""
    found: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in report.lines:
        found[line.judgement.rule.id, line.judgement.urn].append(line)
    cases: dict[str, list[TestCase]] = defaultdict(list)
    for rule, _, name in report.passed:
        cases[rule.group].append(_case(rule, name))
    for lines in found.values():
        judgement = lines[0].judgement
        cases[judgement.rule.group].append(_told(_case(judgement.rule, judgement.name), lines))
    document = JUnitXml("Verdazure")
    for group, made in sorted(cases.items()):
        suite = TestSuite(group)
        suite.add_property("profile", report.profile)
        suite.add_property("facts", report.facts)
        suite.add_testcases(made)
        document.add_testsuite(suite)
    document.update_statistics()
    return str(document.tostring().decode("utf-8"))


def _case(rule: Rule, name: str) -> TestCase:
    return TestCase(name, classname=f"{rule.id} {rule.name}", time=0)


def _told(case: TestCase, lines: list[Line]) -> TestCase:
    case.result = [result for line in lines if (result := _result(line))]
    case.system_out = "\n".join(
        _message(line) for line in lines if line.outcome is Outcome.VIOLATION and not line.blocks
    )
    return case


def _result(line: Line) -> Failure | Skipped | None:
    if line.blocks:
        return Failure(_message(line), line.judgement.rule.severity.value)
    return None if line.outcome is Outcome.VIOLATION else Skipped(_message(line), line.outcome.value)


def _message(line: Line) -> str:
    return " ".join(filter(None, (words(line), place(line), line.judgement.id)))
