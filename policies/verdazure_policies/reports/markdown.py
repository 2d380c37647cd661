"""The report as Markdown, for a pull request: what blocks is open, the rest folds away."""

import re
from collections.abc import Iterable, Iterator

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome
from verdazure_policies.markdown import document, table
from verdazure_policies.reports.summary import asides, basis, place, sentence, words

_FOLDED = {
    Outcome.VIOLATION: "Advice",
    Outcome.UNVERIFIED: "Cannot be verified before the deployment",
    Outcome.EXEMPT: "Exempt",
    Outcome.BASELINE: "In the baseline",
    Outcome.MENDED: "Mended by themselves",
}


def render(report: Report) -> str:
    """A heading, what blocks as a table, the rest under headings that unfold."""
    return document(list(_blocks(report)))


def _blocks(report: Report) -> Iterator[str]:
    yield f"## Sustainability rules: {'blocked' if report.blocks else 'passed'}"
    yield sentence(report)
    if blocking := report.of(Outcome.VIOLATION, blocks=True):
        yield _table(blocking)
    for outcome, heading in _FOLDED.items():
        if lines := report.of(outcome):
            yield f"<details><summary>{heading} ({len(lines)})</summary>"
            yield _table(lines)
            yield "</details>"
    for aside in asides(report):
        yield f"> {_escaped(aside)}"
    yield f"<sub>{basis(report)}</sub>"


def _table(lines: Iterable[Line]) -> str:
    rows = (
        (f"{line.judgement.rule.id} `{line.judgement.rule.name}`", line.judgement.rule.severity.value, _where(line),
         _escaped(words(line)), f"`{line.judgement.id}`")
        for line in lines
    )  # fmt: skip
    return table(("Rule", "Severity", "Resource", "What to do", "Finding"), rows)


def _where(line: Line) -> str:
    return " ".join(filter(None, (_escaped(line.judgement.name), _escaped(place(line)))))


def _escaped(text: str) -> str:
    """Names come from programs: none of them may draw a table's border or open a tag."""
    return re.sub(r"([\\|`*_\[\]])", r"\\\1", text).replace("<", "&lt;").replace("\n", " ")
