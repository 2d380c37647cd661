"""What an exemption covers, until when, and what is said of one that covers nothing."""

from datetime import date, timedelta
from typing import Any

from verdazure_policies.exemptions import Excuses, Exemption, Outcome
from verdazure_policies.fixing import judge_alone
from verdazure_policies.judging import Judgement
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.samples import AML_CLUSTER, STORAGE_ACCOUNT, UNKNOWN

TODAY = date.today()
MIN_NODES = "properties.properties.scaleSettings.minNodeCount"
BUSY = AML_CLUSTER.having(MIN_NODES, 2)


def judged(rule_id: str, sample: Any, urn: str = "urn:pulumi:prod::shop::compute::gpu") -> Judgement:
    [found] = judge_alone(RULEBOOK[rule_id], sample)
    return Judgement(found.rule, urn, "gpu", found.finding, found.doubtful)


def exemption(resource: str = "urn:pulumi:prod::*::gpu", days: int = 90, rule: str = "CM01") -> Exemption:
    return Exemption(
        rule=rule, resource=resource, category="Waiver", reason="A demo.", owner="us", expires=TODAY + timedelta(days)
    )


def test_an_exemption_covers_its_rule_on_its_resources_and_nothing_else() -> None:
    excuses = Excuses([exemption()])
    assert excuses.assess(judged("CM01", BUSY)).outcome is Outcome.EXEMPT
    assert excuses.assess(judged("CM01", BUSY, "urn:pulumi:dev::shop::compute::gpu")).outcome is Outcome.VIOLATION
    assert excuses.assess(judged("SE03", STORAGE_ACCOUNT.without("allowSharedKeyAccess"))).outcome is Outcome.VIOLATION


def test_a_findings_id_exempts_that_finding_alone() -> None:
    mine, other = judged("CM01", BUSY), judged("CM01", BUSY, "urn:pulumi:prod::shop::compute::other")
    excuses = Excuses([exemption(mine.id)])
    assert (excuses.assess(mine).outcome, excuses.assess(other).outcome) == (Outcome.EXEMPT, Outcome.VIOLATION)


def test_it_holds_on_its_last_day_and_not_after() -> None:
    assert Excuses([exemption(days=0)]).assess(judged("CM01", BUSY)).outcome is Outcome.EXEMPT
    over = Excuses([exemption(days=-1)]).assess(judged("CM01", BUSY))
    assert over.outcome is Outcome.VIOLATION
    assert str(over).endswith(f"Its exemption has ended (Waiver by us until {TODAY - timedelta(1)}: A demo.).")


def test_a_doubt_can_be_exempt_too() -> None:
    doubt = judged("CM01", AML_CLUSTER.having(MIN_NODES, UNKNOWN))
    assert Excuses().assess(doubt).outcome is Outcome.UNVERIFIED
    assert Excuses([exemption()]).assess(doubt).outcome is Outcome.EXEMPT


def test_what_covers_nothing_is_said_and_what_ends_soon() -> None:
    unused, ending, fine = exemption("urn:pulumi:x"), exemption(days=30), exemption(days=31)
    excuses = Excuses([unused, ending, fine])
    excuses.assess(judged("CM01", BUSY))
    assert list(excuses.remarks()) == [
        f"the exemption from CM01 of urn:pulumi:x covers nothing. Fix: remove it ({unused}).",
        f"the exemption from CM01 of urn:pulumi:prod::*::gpu ends on {ending.expires}. "
        "Fix: mend what it covers, or ask us to renew it.",
    ]


def test_a_baseline_leaves_out_what_was_there_and_says_what_is_gone() -> None:
    old = judged("CM01", BUSY)
    excuses = Excuses(baseline={old.id: {}, "CM01-00000000": {}})
    assert excuses.assess(old).outcome is Outcome.BASELINE
    assert excuses.assess(judged("CM01", BUSY, "urn:pulumi:prod::shop::compute::new")).outcome is Outcome.VIOLATION
    assert list(excuses.remarks()) == [
        "1 of the baseline still stands. Fix: mend it when you can.",
        "1 of the baseline is gone. Fix: write it anew, it shrinks.",
    ]


def test_a_findings_id_stays_from_run_to_run() -> None:
    assert judged("CM01", BUSY).id == "CM01-18e542d8"
    assert judged("CM01", AML_CLUSTER.having(MIN_NODES, 3)).id == judged("CM01", BUSY).id
