"""Settings beside a stack: what they set, and one clear error for each thing that is wrong."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from pulumi_policy import EnforcementLevel
from verdazure_policies.settings import Settings, SettingsError, load

SOON = (date.today() + timedelta(days=90)).isoformat()
EXEMPTION = {
    "rule": "aml-scale-to-zero",
    "resource": "urn:pulumi:*::gpu",
    "category": "Waiver",
    "reason": "The demo cannot wait.",
    "owner": "vision@example.com",
    "expires": SOON,
}


def written(tmp_path: Path, settings: object) -> Path:
    file = tmp_path / "verdazure.yaml"
    file.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    return file


def test_nobodys_settings_are_the_recommended_profile() -> None:
    rulings = load(None).settings.rulings()
    assert rulings["CM01"].level is EnforcementLevel.MANDATORY
    assert rulings["MO07"].level is EnforcementLevel.ADVISORY


def test_a_team_sets_all_then_each(tmp_path: Path) -> None:
    rules = {"all": "advisory", "aml-max-nodes": {"max_nodes": 32}, "CR01": {"enforcementLevel": "mandatory"}}
    rulings = load(written(tmp_path, {"rules": {**rules, "budget-exists": "disabled"}})).settings.rulings()
    assert {rulings[each].level.value for each in ("CM01", "CM06")} == {"advisory"}
    assert rulings["CM06"].parameters == {"max_nodes": 32}
    assert (rulings["CR01"].level.value, rulings["MO07"].level.value) == ("mandatory", "disabled")


def test_a_profile_that_is_told_goes_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, {"profile": "dev"})
    assert load(file, "strict").settings.profile == "strict"


def test_an_exemption_keeps_the_rules_id(tmp_path: Path) -> None:
    [exemption] = load(written(tmp_path, {"exemptions": [EXEMPTION]})).settings.exemptions
    assert exemption.rule == "CM01"
    assert str(exemption) == f"Waiver by vision@example.com until {SOON}: The demo cannot wait."


FAULTS = [
    (
        {"profil": "dev"},
        "unknown key 'profil'. Allowed: baseline, exemptions, profile, rules. Fix: did you mean 'profile'?",
    ),
    ({"profile": "stric"}, "profile is 'stric'. Allowed: a profile's name. Fix: did you mean 'strict'?"),
    (
        {"rules": {"aml-max-node": "advisory"}},
        "rules.aml-max-node is of type dict. Allowed: a rule's id or name, or all, before the colon. "
        "Fix: did you mean 'aml-max-nodes'?",
    ),
    (
        {"rules": {"CM06": {"max_node": 3}}},
        "rules.CM06.max_node is 3. Allowed: as parameters: max_nodes. Fix: `verdazure rules explain CM06` tells which.",
    ),
    (
        {"rules": {"CM06": {"max_nodes": 1.5}}},
        "rules.CM06.max_nodes is 1.5. Allowed: a whole number. Fix: `verdazure rules explain CM06` tells which.",
    ),
    (
        {"rules": {"CM06": "blocking"}},
        "rules.CM06 is 'blocking'. Allowed: one of advisory, mandatory, remediate, disabled. Fix: take one of these.",
    ),
    (
        {"rules": {"all": {"max_nodes": 3}}},
        "rules.all is of type dict. Allowed: one of advisory, mandatory, remediate, disabled. "
        "Fix: parameters belong to one rule each.",
    ),
    (
        {"rules": {"MO07": "remediate"}},
        "rules.MO07 is 'remediate'. Allowed: advisory, mandatory or disabled: it mends nothing by itself. "
        "Fix: take one of these.",
    ),
    (
        {"exemptions": [{**EXEMPTION, "rule": "CM1"}]},
        "exemptions.0.rule is 'CM1'. Allowed: a rule's id or name. Fix: did you mean 'CM19'?",
    ),
    (
        {"exemptions": [{**EXEMPTION, "resource": "gpu"}]},
        "exemptions.0.resource is 'gpu'. Allowed: a URN, in which * stands for anything, or a finding's id such as "
        "CM01-1a2b3c4d. Fix: name the resource, for instance urn:pulumi:*::gpu.",
    ),
    (
        {"exemptions": [{**EXEMPTION, "resource": "SE01-1a2b3c4d"}]},
        "exemptions.0.resource is 'SE01-1a2b3c4d'. Allowed: a finding of CM01. "
        "Fix: name the rule that the id begins with.",
    ),
    (
        {"exemptions": [{**EXEMPTION, "category": "Waived"}]},
        "exemptions.0.category is 'Waived'. Allowed: 'Waiver' or 'Mitigated'. Fix: did you mean 'Waiver'?",
    ),
    (
        {"exemptions": [{**EXEMPTION, "expires": "tomorrow"}]},
        "exemptions.0.expires is 'tomorrow'. Allowed: a day as YYYY-MM-DD. Fix: write it so.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "fault"), FAULTS)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, settings: object, fault: str) -> None:
    file = written(tmp_path, settings)
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert str(refused.value) == f"{file}: {fault}"


@pytest.mark.parametrize("key", EXEMPTION)
def test_nothing_of_an_exemption_can_be_left_out(tmp_path: Path, key: str) -> None:
    lacking = {name: value for name, value in EXEMPTION.items() if name != key}
    with pytest.raises(SettingsError, match=rf"exemptions\.0\.{key} is required"):
        load(written(tmp_path, {"exemptions": [lacking]}))


def test_an_exemption_ends_within_a_leap_year(tmp_path: Path) -> None:
    latest = date.today() + timedelta(days=366)
    load(written(tmp_path, {"exemptions": [{**EXEMPTION, "expires": latest.isoformat()}]}))
    late = (latest + timedelta(days=1)).isoformat()
    with pytest.raises(SettingsError, match=f"expires is '{late}'. Allowed: at most {latest}, 366 days from now"):
        load(written(tmp_path, {"exemptions": [{**EXEMPTION, "expires": late}]}))


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(written(tmp_path, {"profile": "x", "exemptions": [{**EXEMPTION, "reason": ""}]}))
    assert len(str(refused.value).splitlines()) == 2


def test_what_is_no_settings_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no mapping"):
        load(written(tmp_path, "- a list"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load(written(tmp_path, "a: [b"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "nowhere.yaml")
    with pytest.raises(SettingsError, match=r"base\.json: is no baseline \(FileNotFoundError\)"):
        load(written(tmp_path, {"baseline": "base.json"}))


def test_settings_in_code_are_those_of_a_file() -> None:
    assert Settings(rules={"CM06": "disabled"}).rulings()["CM06"].level is EnforcementLevel.DISABLED


DOCUMENTS = [Path(__file__).parents[3] / name for name in ("README.md", "docs/governing.md")]
SHOWN = [block for page in DOCUMENTS for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)]


@pytest.mark.parametrize("settings", [block for block in SHOWN if re.match(r"(profile|rules|exemptions):", block)])
def test_what_the_documents_show_can_be_used(tmp_path: Path, settings: str) -> None:
    load(written(tmp_path, settings))
