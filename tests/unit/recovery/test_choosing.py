"""What suffices is taken, nothing that draws less would do, and whoever asks for less never gets what draws more."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure import facts
from verdazure.recovery import Loss, Measure, Need, NothingSuffices, choose, judge
from verdazure.storage.plans import PLANS, DataClass

RAW = Need(
    data_class=DataClass.RAW,
    region="swedencentral",
    redundancy="LRS",
    recovery_point_hours=24,
    recovery_time_hours=24,
    survives=Loss.DELETION,
    retention_days=7,
    written_once=True,
    archives=True,
)
MODEL = replace(
    RAW, data_class=DataClass.MODEL, region="northeurope", redundancy="ZRS", written_once=False, archives=False
)


@pytest.mark.parametrize(
    ("need", "measures"),
    [
        (replace(RAW, recreatable_in_hours=24), [Measure.RECREATION]),
        (replace(RAW, recreatable_in_hours=24, survives=Loss.REGION), [Measure.RECREATION]),
        (replace(RAW, recreatable_in_hours=25), [Measure.SOFT_DELETE]),
        (RAW, [Measure.SOFT_DELETE]),
        (replace(RAW, survives=Loss.ZONE, archives=False), [Measure.SOFT_DELETE, Measure.ZONES]),
        (replace(RAW, survives=Loss.ZONE), [Measure.SOFT_DELETE, Measure.GEO]),
        (replace(RAW, survives=Loss.REGION), [Measure.SOFT_DELETE, Measure.GEO]),
        (MODEL, [Measure.SOFT_DELETE]),
        (replace(MODEL, retention_days=90), [Measure.OPERATIONAL_BACKUP]),
        (replace(MODEL, retention_days=361), [Measure.VAULTED_BACKUP]),
        (replace(MODEL, isolated=True), [Measure.VAULTED_BACKUP]),
        (replace(MODEL, survives=Loss.ZONE), [Measure.SOFT_DELETE, Measure.ZONES]),
        (replace(MODEL, survives=Loss.REGION), [Measure.SOFT_DELETE, Measure.GEO]),
        (
            replace(MODEL, survives=Loss.REGION, destination_region="westeurope", replicated_share=0.5),
            [Measure.SOFT_DELETE, Measure.OBJECT_REPLICATION],
        ),
        (
            replace(MODEL, survives=Loss.REGION, destination_region="westeurope", recovery_point_hours=1),
            [Measure.SOFT_DELETE, Measure.GEO],
        ),
    ],
)
def test_the_cheapest_that_suffices_is_taken(need, measures):
    assert list(choose(need).measures) == measures


@pytest.mark.parametrize(
    ("need", "measure", "why_not"),
    [
        (replace(RAW, recreatable_in_hours=25), Measure.RECREATION, "it takes 25 h, 24 are allowed"),
        (RAW, Measure.RECREATION, "it cannot be made again"),
        (replace(RAW, isolated=True), Measure.SOFT_DELETE, "what it keeps goes with the account"),
        (replace(RAW, retention_days=8), Measure.SOFT_DELETE, "it keeps 7 days, 8 were asked for"),
        (replace(RAW, written_once=False), Measure.SOFT_DELETE, "the account keeps no versions of what changes"),
        (RAW, Measure.OPERATIONAL_BACKUP, "it needs an account with versions"),
        (RAW, Measure.VAULTED_BACKUP, "of a lake it is a preview that azure-native cannot describe"),
        (replace(MODEL, recovery_point_hours=23), Measure.VAULTED_BACKUP, "it can be 24 h behind, 23 are allowed"),
        (RAW, Measure.ZONES, "accounts with zones have no archive tier"),
        (replace(MODEL, region="westus"), Measure.ZONES, "westus has no zones"),
        (MODEL, Measure.OBJECT_REPLICATION, "no account was named to receive it"),
        (
            replace(MODEL, destination_region="northeurope"),
            Measure.OBJECT_REPLICATION,
            "the account that receives it is in the same region",
        ),
        (
            replace(MODEL, archives=True, destination_region="westeurope"),
            Measure.OBJECT_REPLICATION,
            "it leaves out what is archived",
        ),
        (replace(MODEL, archives=True), Measure.OPERATIONAL_BACKUP, "it leaves out what is archived"),
        (replace(MODEL, archives=True), Measure.VAULTED_BACKUP, "it leaves out what is archived"),
        (replace(MODEL, destination_region="eastus", residency="eu"), Measure.OBJECT_REPLICATION, "lies outside of eu"),
        (replace(MODEL, region="polandcentral"), Measure.GEO, "polandcentral has no paired region"),
        (replace(MODEL, region="brazilsouth", residency="br"), Measure.GEO, "southcentralus lies outside of br"),
        (replace(MODEL, recovery_point_hours=0.2), Measure.GEO, "it can be 0.25 h behind, 0.2 are allowed"),
    ],
)
def test_what_does_not_serve_says_why(need, measure, why_not):
    (found,) = (each for each in judge(need) if each.measure is measure)
    assert why_not in found.why_not


def test_nothing_may_suffice():
    with pytest.raises(NothingSuffices, match="vaulted backup: of a lake it is a preview"):
        choose(replace(RAW, isolated=True))


def test_what_each_draws_is_told_beside_it():
    """1 GB: 3 copies for 730.5 h at 1.2 Wh a terabyte and hour, PUE 1.185, 23.43 gCO2e/kWh."""
    copies_kwh = 0.001 * 3 * 730.5 * 1.2 / 1000 * 1.185
    by_measure = {each.measure: each for each in judge(replace(MODEL, region="swedencentral", retention_days=30))}
    assert by_measure[Measure.RECREATION].kwh == by_measure[Measure.ZONES].kwh == 0
    backup = by_measure[Measure.VAULTED_BACKUP]
    assert backup.kwh == pytest.approx(copies_kwh * (1 + 0.1 * 30 / 30.4375))
    assert backup.grams == pytest.approx(backup.kwh * 23.43)
    assert by_measure[Measure.SOFT_DELETE].kwh == pytest.approx(copies_kwh * 0.1 * 30 / 30.4375)
    assert backup.gb == pytest.approx(3 * (1 + 0.1 * 30 / 30.4375))
    assert (by_measure[Measure.ZONES].gb, by_measure[Measure.GEO].gb) == (0, 3)
    assert by_measure[Measure.GEO].kwh > copies_kwh, "three copies more, and what changes is sent there"
    sentence = str(choose(MODEL))
    assert sentence.startswith(
        "soft delete and versions is taken; re-creation: it cannot be made again; 0 GB, 0 kWh, 0 gCO2e"
    )
    assert sentence.count("a GB-month") == len(Measure)


needs = st.builds(
    Need,
    data_class=st.sampled_from(DataClass),
    region=st.sampled_from(sorted(facts.regions())),
    redundancy=st.sampled_from(["LRS", "ZRS", "GRS"]),
    recovery_point_hours=st.sampled_from([0, 0.25, 1, 24, 48]),
    recovery_time_hours=st.sampled_from([0.5, 1, 4, 24, 48]),
    survives=st.sampled_from(Loss),
    retention_days=st.integers(7, 365),
    isolated=st.booleans(),
    recreatable_in_hours=st.none() | st.sampled_from([1, 24, 100]),
    written_once=st.booleans(),
    archives=st.booleans(),
    changed_share=st.floats(0, 1),
    replicated_share=st.floats(0, 1),
    destination_region=st.none() | st.sampled_from(["westeurope", "eastus", "swedencentral"]),
    residency=st.none() | st.just("eu"),
)


def energy(need):
    try:
        return choose(need).kwh
    except NothingSuffices:
        return float("inf")


@given(needs)
@settings(max_examples=150, deadline=None)
def test_what_is_taken_covers_all_serves_and_stays_inside(need):
    try:
        choice = choose(need)
    except NothingSuffices:
        return
    taken = [each for each in choice.judged if each.measure in choice.measures]
    wanted = set(list(Loss)[: list(Loss).index(need.survives) + 1])
    assert wanted <= set().union(*(each.covers for each in taken))
    assert not any(each.why_not for each in taken)
    usable = [each for each in choice.judged if not each.why_not]
    for count in range(len(usable) + 1):
        for others in combinations(usable, count):
            if wanted <= set().union(*(each.covers for each in others)):
                assert choice.kwh <= sum(each.added_kwh for each in others) + 1e-9, "these would draw less"
    if need.residency and Measure.OBJECT_REPLICATION in choice.measures:
        assert need.residency in facts.region(need.destination_region).residencies
    if need.residency and Measure.GEO in choice.measures:
        assert need.residency in facts.region(facts.region(need.region).paired_region).residencies


@given(needs)
@settings(max_examples=150, deadline=None)
def test_asking_for_less_never_draws_more(need):
    looser = [
        replace(need, survives=Loss.DELETION),
        replace(need, isolated=False),
        replace(need, recovery_point_hours=need.recovery_point_hours + 24),
        replace(need, recovery_time_hours=need.recovery_time_hours + 24),
        replace(need, residency=None),
        replace(need, recreatable_in_hours=0.5),
        replace(need, retention_days=7),
    ]
    asked = energy(need)
    assert all(energy(each) <= asked + 1e-9 for each in looser)
    assert PLANS[need.data_class].layout is need.layout
