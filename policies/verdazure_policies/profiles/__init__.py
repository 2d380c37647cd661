"""Profiles: how strictly a stack is held to the rulebook.

A profile by its bare name (`strict`) follows this version of Verdazure. A dated one (`strict-2026-12`) is frozen: its
rules, levels and thresholds stay as they were, so a new rule never breaks an old pipeline. The date's folder holds
what was frozen, with the version of the facts that the thresholds were chosen by.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pulumi_policy import EnforcementLevel
from verdazure import facts

from verdazure_policies import rules
from verdazure_policies.fixing import can_fix
from verdazure_policies.rulebook import CRITICAL, FAIL, RULEBOOK, Rule, WhenUnknown

rules.load()

MANDATORY, ADVISORY = EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY
REMEDIATE, DISABLED = EnforcementLevel.REMEDIATE, EnforcementLevel.DISABLED

_DATED = re.compile(r"(?P<name>[a-z]+)-(?P<month>\d{4}-\d{2})")


class UnknownProfile(ValueError):
    """There is no such profile."""


@dataclass(frozen=True)
class Ruling:
    """How a profile, and a team over it, sets one rule."""

    level: EnforcementLevel
    when_unknown: WhenUnknown
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Where they differ from the rule's defaults; a frozen profile has them all."""


Rulings = Mapping[str, Ruling]
"""By rule id; the whole rulebook."""


@dataclass(frozen=True)
class Profile:
    """A profile that follows the rulebook."""

    name: str
    about: str
    level: Callable[[Rule], EnforcementLevel]
    when_unknown: Callable[[Rule], WhenUnknown] = lambda rule: rule.when_unknown
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Thresholds other than the rules' defaults: id -> parameter -> value."""

    def rulings(self) -> dict[str, Ruling]:
        return {
            rule.id: Ruling(self.level(rule), self.when_unknown(rule), self.limits.get(rule.id, {}))
            for rule in RULEBOOK.values()
        }


def _by_severity(**levels: EnforcementLevel) -> Callable[[Rule], EnforcementLevel]:
    return lambda rule: levels[rule.severity.value]


def _recommended(rule: Rule) -> EnforcementLevel:
    return MANDATORY if rule.mandatory else ADVISORY


# What an experiment of a week can do without: recovery, alerts, and what production alone is asked for.
_PRODUCTION_ONLY = frozenset({"BK01", "BK02", "BK03", "BK04", "BK05", "MO01", "MO08", "MO09", "MO11", "CR10"})


def _for_experiments(rule: Rule) -> EnforcementLevel:
    if rule.id in _PRODUCTION_ONLY:
        return DISABLED
    return MANDATORY if rule.severity is CRITICAL else ADVISORY


PROFILES: Mapping[str, Profile] = {
    each.name: each
    for each in (
        Profile(
            "baseline",
            "For a stack that exists: what is critical blocks, the rest is advice, the least important is not said.",
            _by_severity(critical=MANDATORY, high=ADVISORY, medium=ADVISORY, low=DISABLED),
        ),
        Profile("recommended", "What is critical or high blocks, the rest is advice.", _recommended),
        Profile(
            "strict",
            "Medium severity blocks too, thresholds are tighter, and what nobody can tell blocks where it matters.",
            _by_severity(critical=MANDATORY, high=MANDATORY, medium=MANDATORY, low=ADVISORY),
            lambda rule: FAIL if rule.severity is CRITICAL else rule.when_unknown,
            {"CR01": {"max_intensity": 200.0}, "CR02": {"max_intensity": 100.0}, "CM03": {"max_idle_minutes": 30}},
        ),
        Profile("dev", "For experiments: only what is critical blocks; recovery and alerts wait.", _for_experiments),
        Profile(
            "autofix",
            "As recommended, and what can be mended safely is mended before it is deployed.",
            lambda rule: REMEDIATE if can_fix(rule) else _recommended(rule),
        ),
    )
}
DEFAULT = "recommended"


def rulings(name: str) -> Rulings:
    """How the profile of that name, dated or not, sets each rule. Raises `UnknownProfile`."""
    if name in PROFILES:
        return PROFILES[name].rulings()
    frozen = _frozen().get(name)
    if frozen is None:
        known = [*PROFILES, *_frozen()]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"take one of {', '.join(known)}."
        raise UnknownProfile(f"there is no profile {name!r}. Fix: {hint}")
    entries = frozen["rules"]
    return {
        rule.id: _thawed(entries[rule.id]) if rule.id in entries else Ruling(DISABLED, rule.when_unknown)
        for rule in RULEBOOK.values()
    }


def facts_of(name: str) -> str | None:
    """The version of the facts that a dated profile was frozen with; None for one that follows."""
    frozen = _frozen().get(name)
    return frozen["facts"] if frozen else None


def names() -> list[str]:
    """Every profile, those that follow first."""
    return [*PROFILES, *sorted(_frozen())]


def write(folder: Path, month: str) -> None:
    """Freezes the profiles of this version as those of `month` (YYYY-MM)."""
    target = folder / month
    target.mkdir(parents=True)
    for profile in PROFILES.values():
        document = {
            "profile": f"{profile.name}-{month}",
            "frozen": date.today().isoformat(),
            "facts": facts.version(),
            "rules": {rule_id: _frozen_entry(RULEBOOK[rule_id], each) for rule_id, each in profile.rulings().items()},
        }
        (target / f"{profile.name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _frozen_entry(rule: Rule, ruling: Ruling) -> dict[str, Any]:
    defaults = {key: parameter.schema["default"] for key, parameter in rule.parameters.items()}
    return {
        "name": rule.name,
        "enforcementLevel": ruling.level.value,
        "whenUnknown": ruling.when_unknown.value,
        "parameters": {**defaults, **ruling.parameters},
    }


def _thawed(entry: Mapping[str, Any]) -> Ruling:
    return Ruling(
        EnforcementLevel(entry["enforcementLevel"]), WhenUnknown(entry["whenUnknown"]), dict(entry["parameters"])
    )


@cache
def _frozen() -> Mapping[str, Mapping[str, Any]]:
    return {document["profile"]: document for document in _documents()}


def _documents() -> Iterator[Mapping[str, Any]]:
    for month in resources.files(__name__).iterdir():
        if re.fullmatch(r"\d{4}-\d{2}", month.name):
            for file in month.iterdir():
                yield json.loads(file.read_text(encoding="utf-8"))
