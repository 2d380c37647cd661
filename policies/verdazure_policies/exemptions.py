"""Exemptions: what a rule may find and a team has reasons for, until a day; and the baseline of what was there before.

The words are those of Azure Policy's exemptions: a `Waiver` accepts for a time what the rule says, `Mitigated` meets
its intent by other means. An exemption covers one rule on the resources that a URN pattern names, or one finding by
its id; after its last day the finding is a violation again.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, model_validator
from verdazure.records import Record, Text, refuse

from verdazure_policies.judging import Judgement
from verdazure_policies.rulebook import UnknownRule, find

LONGEST = timedelta(days=366)
WARNED_BEFORE = timedelta(days=30)
FINDING_ID = re.compile(r"[A-Z]{2}\d{2}-[0-9a-f]{8}")


class Category(str, Enum):
    """Azure Policy's."""

    WAIVER = "Waiver"
    MITIGATED = "Mitigated"


def _rule_id(key: str) -> str:
    try:
        return find(key).id
    except UnknownRule as unknown:
        refuse("", key, "a rule's id or name", unknown.fix)


def _pattern(text: str) -> str:
    if not (text.startswith("urn:pulumi:") or FINDING_ID.fullmatch(text)):
        allowed = "a URN, in which * stands for anything, or a finding's id such as CM01-1a2b3c4d"
        refuse("", text, allowed, f"name the resource, for instance urn:pulumi:*::{text.rpartition('::')[2]}")
    return text


def _day(value: object) -> object:
    """YAML hands a day over as one, JSON as a text."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        refuse("", value, "a day as YYYY-MM-DD", "write it so")


class Exemption(Record):
    """One entry of the settings; nothing of it can be left out."""

    rule: Annotated[Text, AfterValidator(_rule_id)]
    """Id or name; kept as the id."""
    resource: Annotated[Text, AfterValidator(_pattern)]
    """URN, in which `*` stands for anything, or a finding's id."""
    category: Category
    reason: Text
    owner: Text
    """Who answers for it."""
    expires: Annotated[date, BeforeValidator(_day)]
    """Last day on which it holds, at most 366 days from now."""

    @model_validator(mode="after")
    def _is_bounded(self) -> "Exemption":
        latest = date.today() + LONGEST
        if self.expires > latest:
            refuse("expires", self.expires.isoformat(), f"at most {latest}, 366 days from now", "renew it by then")
        if FINDING_ID.fullmatch(self.resource) and not self.resource.startswith(f"{self.rule}-"):
            refuse("resource", self.resource, f"a finding of {self.rule}", "name the rule that the id begins with")
        return self

    def covers(self, judgement: Judgement) -> bool:
        if judgement.rule.id != self.rule:
            return False
        return judgement.id == self.resource or fnmatchcase(judgement.urn, self.resource)

    def __str__(self) -> str:
        return f"{self.category.value} by {self.owner} until {self.expires}: {self.reason}"


class Outcome(str, Enum):
    """What becomes of a judgement."""

    VIOLATION = "violation"
    UNVERIFIED = "unverified"
    """It cannot be told before the deployment."""
    EXEMPT = "exempt"
    BASELINE = "baseline"
    """It was there when the baseline was written."""


@dataclass(frozen=True)
class Assessed:
    """A judgement, and what exemptions and the baseline make of it."""

    judgement: Judgement
    outcome: Outcome
    exemption: Exemption | None = None
    """The one that excuses it, or that did until it ended."""

    def __str__(self) -> str:
        if self.exemption is None:
            return str(self.judgement)
        what = "Exempt" if self.outcome is Outcome.EXEMPT else "Its exemption has ended"
        return f"{self.judgement} {what} ({self.exemption})."


class Excuses:
    """The exemptions and the baseline of one run, and which of them were asked for."""

    def __init__(
        self, exemptions: Iterable[Exemption] = (), baseline: Mapping[str, Any] | None = None, today: date | None = None
    ) -> None:
        self._exemptions = tuple(exemptions)
        self._baseline = baseline or {}
        self._today = today or date.today()
        self._used: set[Exemption] = set()
        self._seen: set[str] = set()
        self._lock = threading.Lock()  # the pack's server judges on several threads

    def assess(self, judgement: Judgement) -> Assessed:
        """What becomes of it."""
        covering = [each for each in self._exemptions if each.covers(judgement)]
        with self._lock:
            self._used.update(covering)
            self._seen.add(judgement.id)
        holding = next((each for each in covering if each.expires >= self._today), None)
        if holding:
            return Assessed(judgement, Outcome.EXEMPT, holding)
        if judgement.id in self._baseline:
            return Assessed(judgement, Outcome.BASELINE)
        outcome = Outcome.UNVERIFIED if judgement.doubtful else Outcome.VIOLATION
        return Assessed(judgement, outcome, next(iter(covering), None))

    def remarks(self) -> Iterator[str]:
        """What to tell of the exemptions and the baseline themselves, once all is judged."""
        for each in self._exemptions:
            said = f"the exemption from {each.rule} of {each.resource}"
            if each not in self._used:
                yield f"{said} covers nothing. Fix: remove it ({each})."
            elif self._today <= each.expires <= self._today + WARNED_BEFORE:
                yield f"{said} ends on {each.expires}. Fix: mend what it covers, or ask {each.owner} to renew it."
        gone = len(self._baseline.keys() - self._seen)
        kept = len(self._baseline) - gone
        if kept:
            what = "stands. Fix: mend it" if kept == 1 else "stand. Fix: mend them"
            yield f"{kept} of the baseline still {what} when you can."
        if gone:
            yield f"{gone} of the baseline {'is' if gone == 1 else 'are'} gone. Fix: write it anew, it shrinks."

    @property
    def given(self) -> bool:
        """Whether there is anything to remark on."""
        return bool(self._exemptions or self._baseline)
