"""The report for people, in colour where the terminal has it."""

import io
import os
import sys
import textwrap
from typing import Any

from rich.console import Console
from rich.text import Text

from verdazure_policies.checking import Line, Report
from verdazure_policies.exemptions import Outcome
from verdazure_policies.reports.summary import asides, basis, place, sentence, words

_PIPED_WIDTH = 120
_INDENTED: Any = {"initial_indent": "    ", "subsequent_indent": "    ", "break_on_hyphens": False}
_SIGNS = {
    Outcome.VIOLATION: ("advises", "yellow"),
    Outcome.UNVERIFIED: ("unverified", "cyan"),
    Outcome.EXEMPT: ("exempt", "dim"),
    Outcome.BASELINE: ("baseline", "dim"),
}


def render(report: Report) -> str:
    """Each finding with its place and id, what is known already last, then what it comes to."""
    on_terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    console = Console(file=io.StringIO(), force_terminal=on_terminal, width=width, highlight=False, soft_wrap=False)
    for line in report.lines:
        console.print(_head(line))
        console.print(Text(textwrap.fill(words(line), console.width, **_INDENTED)))
        console.print()
    for aside in asides(report):
        console.print(Text(f"note: {aside}", style="dim"), soft_wrap=True)
    said = Text(f"{sentence(report)} ({basis(report)})", style="bold red" if report.blocks else "bold green")
    console.print(said, soft_wrap=True)
    written: str = console.file.getvalue()  # type: ignore[attr-defined]
    return written


def _head(line: Line) -> Text:
    sign, style = ("blocks", "bold red") if line.blocks else _SIGNS[line.outcome]
    rule = line.judgement.rule
    head = Text()
    head.append(f"{sign:<11}", style)
    head.append(f"{rule.id} {rule.name}", "bold")
    head.append(f"  {rule.severity.value}  {line.judgement.name}")
    where = "  ".join(filter(None, (place(line), line.judgement.id)))
    head.append(f"  {where}", "dim")
    return head
