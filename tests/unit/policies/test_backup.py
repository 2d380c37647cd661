"""How long backups are kept, whatever the unit that a policy counts it in."""

from hypothesis import given
from hypothesis import strategies as st
from verdazure_policies.judging import judge, parameters
from verdazure_policies.rulebook import RULEBOOK
from verdazure_policies.rules.backup import DAILY, DELETE_AFTER, MONTHLY
from verdazure_policies.samples import BLOB_BACKUP_POLICY, VM_BACKUP_POLICY, Sample
from verdazure_policies.view import Resource

UNITS = {"Days": 1, "Weeks": 7, "Months": 30, "Years": 365}
counts, units = st.integers(0, 800), st.sampled_from(sorted(UNITS))


def holds(rule_id: str, sample: Sample, **given_values: int) -> bool:
    rule = RULEBOOK[rule_id]
    resource = Resource(f"azure-native:{sample.type}", sample.name, "urn", sample.properties)
    return judge(rule, resource, parameters(rule, given_values)) == []


@given(counts, units, st.integers(1, 30), st.integers(30, 800))
def test_a_count_and_its_unit_are_bounded_in_days(count: int, unit: str, low: int, high: int) -> None:
    policy = VM_BACKUP_POLICY.having(DAILY, {"count": count, "durationType": unit})
    assert holds("BK01", policy, min_days=low, max_days=high) == (low <= count * UNITS[unit] <= high)


@given(st.integers(0, 1), st.integers(0, 13), st.integers(0, 4), st.integers(0, 9), st.integers(0, 48))
def test_a_duration_is_bounded_in_days_with_all_its_parts(
    years: int, months: int, weeks: int, days: int, hours: int
) -> None:
    policy = BLOB_BACKUP_POLICY.having(DELETE_AFTER, f"P{years}Y{months}M{weeks}W{days}DT{hours}H")
    kept = years * 365 + months * 30 + weeks * 7 + days + hours / 24
    assert holds("BK01", policy) == (7 <= kept <= 365)


@given(counts, units, st.integers(1, 800))
def test_only_what_stays_longer_has_to_move_to_the_archive(count: int, unit: str, long_term: int) -> None:
    policy = VM_BACKUP_POLICY.having(MONTHLY, {"count": count, "durationType": unit})
    assert holds("BK03", policy, long_term_days=long_term) == (count * UNITS[unit] <= long_term)
