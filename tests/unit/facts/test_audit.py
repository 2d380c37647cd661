"""The audit says what is old, what is missing and under which licence the tables stand."""

from datetime import date

from verdazure import facts
from verdazure.facts.audit import audit, audit_all
from verdazure.facts.tables import ALL

TODAY = date(2026, 11, 23)


def test_no_row_is_without_a_source_or_a_licence():
    assert {found.table: found.unsourced for found in audit_all(TODAY)} == {table.name: () for table in ALL}


def test_gaps_are_named_by_column_and_row():
    found = audit(facts.regions, TODAY)
    assert found.gaps["intensity_g_per_kwh"] == (
        *("malaysiawest", "mexicocentral", "qatarcentral", "southindia"),
        *("uaecentral", "uaenorth"),
    )
    assert found.gaps["availability_zones"] == ("denmarkeast",)
    assert "paired_region" not in found.gaps  # no pair is an answer


def test_a_size_without_a_gpu_has_no_gap_in_the_gpus_columns():
    gaps = audit(facts.vm_sizes, TODAY).gaps
    assert "Standard_D2ads_v5" not in gaps["gpu_tdp_w"]
    assert "Standard_NV4ads_V710_v5" in gaps["gpu_tdp_w"]


def test_age_counts_from_the_row_read_longest_ago():
    found = audit(facts.runtimes, TODAY)
    assert (found.oldest, found.stale) == (TODAY, ())
    assert audit(facts.runtimes, date(2028, 1, 1)).stale == tuple(facts.runtimes())
    assert found.use_until == date(2027, 5, 24)


def test_licences_are_counted_one_by_one():
    assert audit(facts.storage_tiers, TODAY).licences == {"Apache-2.0": 7, "CC-BY-4.0": 1, "none needed": 1}
