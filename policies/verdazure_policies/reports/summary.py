"""What a check comes to, in one sentence and one number: each form of a report says it in the same words."""

from collections.abc import Iterator

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome


def sentence(report: Report) -> str:
    """How many findings of each kind there are."""
    parts = [
        (len(report.of(Outcome.VIOLATION, blocks=True)), "blocks", "block"),
        (len(report.of(Outcome.VIOLATION)), "advises", "advise"),
        (len(report.of(Outcome.UNVERIFIED)), "cannot be verified", "cannot be verified"),
        (len(report.of(Outcome.EXEMPT)), "is exempt", "are exempt"),
        (len(report.of(Outcome.BASELINE)), "stands in the baseline", "stand in the baseline"),
    ]
    said = [f"{count} {one if count == 1 else many}" for count, one, many in parts if count]
    found = ", ".join(said) if said else "nothing to say"
    return f"{report.judged} resource{'s' * (report.judged != 1)} judged: {found}.{_saving(report)}"


def basis(report: Report) -> str:
    """What the resources were held to."""
    return f"profile {report.profile}, facts {report.facts}"


def place(line: Line) -> str:
    """`file:line`, where it is known."""
    return f"{line.location.file}:{line.location.line}" if line.location else ""


def words(line: Line) -> str:
    """The finding without rule and resource, its exemption included."""
    judgement = line.judgement
    return str(line.assessed).removeprefix(f"{judgement.rule.id} {judgement.rule.name}: {judgement.name}: ")


def asides(report: Report) -> Iterator[str]:
    """What is to tell besides the findings."""
    yield from report.remarks
    if report.not_judged:
        listed = ", ".join(f"{count} x {type_}" for type_, count in report.not_judged.items())
        yield f"no rule is about: {listed}."


def _saving(report: Report) -> str:
    saved = sum(line.saves or 0 for line in report.lines if line.outcome is Outcome.VIOLATION)
    return f" Mending them saves about {saved:.2g} kgCO2e a month." if saved else ""
