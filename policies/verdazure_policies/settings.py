"""The settings beside a stack: a profile, what a team sets otherwise, its exemptions and its baseline.

profile: strict-2026-12
rules:
  all: advisory                     # every rule that is not named
  aml-max-nodes: {max_nodes: 32}    # by name or id
  CR01: {enforcementLevel: mandatory, max_intensity: 150}
  budget-exists: disabled
exemptions:
  - rule: CM01
    resource: urn:pulumi:prod::shop::*::gpu
    category: Waiver
    reason: The demo of 12 January cannot wait for nodes.
    owner: vision-team@example.com
    expires: 2027-01-15
baseline: verdazure-baseline.json   # written by `verdazure check --write-baseline`
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pulumi_policy import EnforcementLevel
from pydantic import AfterValidator, ValidationError
from verdazure.records import Record, Text, faults_of, refuse

from verdazure_policies import profiles
from verdazure_policies.exemptions import Exemption
from verdazure_policies.fixing import can_fix
from verdazure_policies.judging import ParameterError, parameters
from verdazure_policies.profiles import Ruling
from verdazure_policies.rulebook import UnknownRule, find

FILE = "verdazure.yaml"
LEVEL = "enforcementLevel"
"""As Pulumi calls it in a pack configuration."""
ALL = "all"
"""The key that sets the level of every rule, as in a pack configuration."""
LEVELS = tuple(each.value for each in EnforcementLevel)


class SettingsError(ValueError):
    """The settings cannot be used; each line says one thing that is wrong with them."""


def _profile(name: str) -> str:
    try:
        profiles.rulings(name)
    except profiles.UnknownProfile as unknown:
        refuse("", name, "a profile's name", str(unknown).rpartition("Fix: ")[2])
    return name


def _rules(told: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """By id, a level alone written out; `all` stays."""
    checked: dict[str, Mapping[str, Any]] = {}
    for key, value in told.items():
        setting = dict(value) if isinstance(value, Mapping) else {LEVEL: value}
        _check_level(key, setting)
        if key == ALL:
            if set(setting) != {LEVEL}:
                refuse(key, value, f"one of {', '.join(LEVELS)}", "parameters belong to one rule each")
            checked[key] = setting
        else:
            checked[_checked(key, setting)] = setting
    return checked


def _check_level(key: str, setting: Mapping[str, Any]) -> None:
    if LEVEL in setting and setting[LEVEL] not in LEVELS:
        refuse(key, setting[LEVEL], f"one of {', '.join(LEVELS)}", "take one of these")


def _checked(key: str, setting: Mapping[str, Any]) -> str:
    try:
        rule = find(key)
        parameters(rule, {name: value for name, value in setting.items() if name != LEVEL})
    except UnknownRule as unknown:
        refuse(key, setting, "a rule's id or name, or all, before the colon", unknown.fix)
    except ParameterError as error:
        value = setting[error.parameter]
        refuse(f"{key}.{error.parameter}", value, error.allowed, f"`verdazure rules explain {rule.id}` tells which")
    if setting.get(LEVEL) == EnforcementLevel.REMEDIATE.value and not can_fix(rule):
        refuse(key, "remediate", "advisory, mandatory or disabled: it mends nothing by itself", "take one of these")
    return rule.id


class Settings(Record):
    """What the file says, checked."""

    profile: Annotated[Text, AfterValidator(_profile)] = profiles.DEFAULT
    rules: Annotated[Mapping[Text, Any], AfterValidator(_rules)] = {}
    """Rule id, name or `all` -> a level, or a mapping of parameters and `enforcementLevel`."""
    exemptions: tuple[Exemption, ...] = ()
    baseline: Text | None = None
    """File, beside the settings."""

    def frozen_with(self) -> str | None:
        """The version of the facts that a dated profile was frozen with."""
        return profiles.facts_of(self.profile)

    def rulings(self) -> dict[str, Ruling]:
        """How each rule is set, by id."""
        everything = self.rules.get(ALL, {}).get(LEVEL)
        return {
            rule_id: _over(ruling, self.rules.get(rule_id, {}), everything)
            for rule_id, ruling in profiles.rulings(self.profile).items()
        }


def _over(ruling: Ruling, setting: Mapping[str, Any], everything: str | None) -> Ruling:
    level = setting.get(LEVEL) or everything
    own = {name: value for name, value in setting.items() if name != LEVEL}
    return Ruling(EnforcementLevel(level) if level else ruling.level, ruling.when_unknown, {**ruling.parameters, **own})


@dataclass(frozen=True)
class Loaded:
    """Settings with what they point at."""

    settings: Settings
    baseline: Mapping[str, Any]
    """Finding id -> what it was."""


def load(path: Path | None, profile: str | None = None, with_baseline: bool = True) -> Loaded:
    """The settings of a file, those of nobody where there is none, with that profile if one is told.

    Raises `SettingsError`.
    """
    told = _read(path) if path else {}
    settings = _checked_settings({**told, "profile": profile} if profile else told, str(path or "profile"))
    beside = path.parent if path else Path()
    file = settings.baseline if with_baseline else None
    return Loaded(settings, read_baseline(beside / file) if file else {})


def _read(path: Path) -> Mapping[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    if not isinstance(told, Mapping):
        allowed = ", ".join(Settings.model_fields)
        raise SettingsError(f"{path}: is no mapping. Allowed: {allowed}. Fix: write one of them with a colon.")
    return told


def _checked_settings(told: Mapping[str, Any], source: str) -> Settings:
    try:
        return Settings.model_validate(told)
    except ValidationError as error:
        lines = [f"{source}: {fault.text}" for fault in faults_of(error, Settings)]
        raise SettingsError("\n".join(lines)) from None


def read_baseline(path: Path) -> Mapping[str, Any]:
    """Finding id -> what it was. Raises `SettingsError`."""
    try:
        findings = json.loads(path.read_text(encoding="utf-8"))["findings"]
        return {each["id"]: each for each in findings}
    except (OSError, ValueError, KeyError, TypeError) as error:
        fix = "write it by `verdazure check --write-baseline`"
        raise SettingsError(f"{path}: is no baseline ({type(error).__name__}). Fix: {fix}.") from error
