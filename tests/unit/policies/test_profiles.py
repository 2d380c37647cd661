"""Profiles: what each blocks, and that a frozen one stays as it was."""

import hashlib
import json
from pathlib import Path

import pytest
from verdazure import facts
from verdazure_policies import profiles
from verdazure_policies.fixing import can_fix
from verdazure_policies.judging import parameters
from verdazure_policies.profiles import PROFILES, Ruling, UnknownProfile, rulings
from verdazure_policies.rulebook import FAIL, RULEBOOK

FOLDER = Path(profiles.__file__).parent

# What was frozen stays as it was: a changed digest here is a broken promise, a new month is a new line.
FROZEN = {"2026-12": "f2d64fe7be9f116445ebee346376a5d7cb700154db4ea8e1a35f96c912bcc5c2"}


def levels(name: str) -> dict[str, str]:
    return {rule_id: ruling.level.value for rule_id, ruling in rulings(name).items()}


def test_severity_decides_in_each_profile() -> None:
    by_severity = {
        "baseline": {"critical": "mandatory", "high": "advisory", "medium": "advisory", "low": "disabled"},
        "recommended": {"critical": "mandatory", "high": "mandatory", "medium": "advisory", "low": "advisory"},
        "strict": {"critical": "mandatory", "high": "mandatory", "medium": "mandatory", "low": "advisory"},
    }
    for name, wanted in by_severity.items():
        assert levels(name) == {rule.id: wanted[rule.severity.value] for rule in RULEBOOK.values()}


def test_an_experiment_is_held_to_what_is_critical() -> None:
    found = levels("dev")
    assert {rule_id for rule_id, level in found.items() if level == "mandatory"} == {
        rule.id for rule in RULEBOOK.values() if rule.severity.value == "critical"
    }
    assert {rule_id for rule_id, level in found.items() if level == "disabled"} == {
        "BK01", "BK02", "BK03", "BK04", "BK05", "CR10", "MO01", "MO08", "MO09", "MO11",
    }  # fmt: skip


def test_autofix_is_recommended_where_nothing_can_be_mended() -> None:
    recommended, found = levels("recommended"), levels("autofix")
    assert {rule_id for rule_id, level in found.items() if level == "remediate"} == {
        rule.id for rule in RULEBOOK.values() if can_fix(rule)
    }
    assert all(found[rule.id] == recommended[rule.id] for rule in RULEBOOK.values() if not can_fix(rule))


def test_strict_fails_closed_on_what_is_critical_and_tightens() -> None:
    strict = rulings("strict")
    assert all(strict[rule.id].when_unknown is FAIL for rule in RULEBOOK.values() if rule.severity.value == "critical")
    assert {rule_id: dict(ruling.parameters) for rule_id, ruling in strict.items() if ruling.parameters} == {
        "CR01": {"max_intensity": 200.0},
        "CR02": {"max_intensity": 100.0},
        "CM03": {"max_idle_minutes": 30},
    }


@pytest.mark.parametrize("name", profiles.names())
def test_every_threshold_of_a_profile_is_one_that_its_rule_takes(name: str) -> None:
    for rule_id, ruling in rulings(name).items():
        parameters(RULEBOOK[rule_id], ruling.parameters)


def test_a_frozen_profile_stays_as_it_was() -> None:
    found = {}
    for month in sorted(each for each in FOLDER.iterdir() if each.name[:2] == "20"):
        files = sorted(month.iterdir())
        assert [file.stem for file in files] == sorted(PROFILES)
        found[month.name] = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    assert found == FROZEN


def test_a_new_rule_breaks_no_old_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.write(tmp_path, "2031-01")
    document = json.loads((tmp_path / "2031-01" / "strict.json").read_text())
    assert document["facts"] == facts.version()
    del document["rules"]["CM01"]
    monkeypatch.setattr(profiles, "_documents", lambda: iter([document]))
    profiles._frozen.cache_clear()
    try:
        then = rulings("strict-2031-01")
    finally:
        profiles._frozen.cache_clear()
    assert then["CM01"].level.value == "disabled"
    assert then["CR01"] == Ruling(
        rulings("strict")["CR01"].level, rulings("strict")["CR01"].when_unknown, {"max_intensity": 200.0}
    )


def test_a_profile_that_is_not_there_is_told_by_the_nearest() -> None:
    with pytest.raises(UnknownProfile, match=r"there is no profile 'strikt'. Fix: did you mean 'strict'\?"):
        rulings("strikt")
    with pytest.raises(UnknownProfile, match=r"take one of baseline, recommended, strict, dev, autofix"):
        rulings("qqq")
