"""What becomes of data: the rules that go to Azure, one blob that lives under them, and what `explain` says of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.args import Refusal
from verdazure.carbon.footprint import grid_of_region
from verdazure.storage.ageing import HORIZON_DAYS, Stay, ageing, effective, stays
from verdazure.storage.compliance import Bounds, Conflict, bounds, comply
from verdazure.storage.component import _check_plan, _check_portion, explain
from verdazure.storage.lifecycle import lifecycle_rules, portion_rule
from verdazure.storage.plans import PLANS, DataClass, Layout, Plan, Portion

TIERS = ["Hot", "Cool", "Cold", "Archive"]
ACTIONS = {"tier_to_cool": "Cool", "tier_to_cold": "Cold", "tier_to_archive": "Archive"}
LONGEST = 1200
"""Days that the simulated blob is watched."""


def life_of_a_blob(rules, name="x", tags=None):
    """Its tier on each day, None once it is gone: a block blob that is written once and never read.

    Written from Azure's documentation, not from the library: rules run daily; of the actions that apply, the cheapest
    wins, deletion before archive before cold before cool; no rule makes a blob warmer.
    """
    tier, days = "Hot", []
    for day in range(LONGEST):
        due = [
            action
            for rule in rules
            if concerns(rule["definition"]["filters"], name, tags or {})
            for action, when in rule["definition"]["actions"]["base_blob"].items()
            if action != "enable_auto_tier_to_hot_from_cool" and all(day >= limit for limit in when.values())
        ]
        if "delete" in due:
            return days
        coldest = max((TIERS.index(ACTIONS[action]) for action in due), default=0)
        tier = TIERS[max(TIERS.index(tier), coldest)]
        days.append(tier)
    return days


def concerns(filters, name, tags):
    matched = all(tags.get(each["name"]) == each["value"] for each in filters.get("blob_index_match", []))
    return matched and any(name.startswith(prefix) for prefix in filters["prefix_match"])


def told(explained):
    """The days of `stays`, one by one, as far as the simulation looks."""
    spans = ((stay.tier, min(stay.since, LONGEST), min(stay.until or LONGEST, LONGEST)) for stay in explained)
    return [tier for tier, since, until in spans for _ in range(until - since)]


def is_accepted(check, *arguments):
    try:
        check(*arguments)
    except Refusal:
        return False
    return True


STEPS = ("cool_after", "cold_after", "archive_after", "delete_after")
days = st.none() | st.integers(1, LONGEST)
bases = st.lists(st.sampled_from(sorted(facts.retentions())), unique=True, max_size=3)


@st.composite
def plans(draw):
    """Any class with any days, within any bases, that the component would accept."""
    whole = PLANS[draw(st.sampled_from(list(DataClass)))]
    steps = draw(st.lists(st.sampled_from(STEPS), unique=True, min_size=1))
    limits = sorted(draw(st.lists(st.integers(1, LONGEST), unique=True, min_size=len(steps), max_size=len(steps))))
    own = dict(zip((step for step in STEPS if step in steps), limits, strict=True))
    plan = replace(whole, **dict.fromkeys(STEPS), immutable_days=draw(st.none() | st.integers(1, 400)))
    plan = replace(plan, **own)
    asked = draw(bases)
    try:
        plan, _ = comply(plan, asked, "delete_after" in own)
    except Conflict:
        plan, asked = plan, []
    return plan, asked


@given(plans())
def test_rules_keep_their_order_their_floor_and_what_azure_can_do(drawn):
    plan, asked = drawn
    if not is_accepted(_check_plan, plan):
        return
    rules = lifecycle_rules(plan, ["x"])
    base = {name: when for rule in rules for name, when in rule["definition"]["actions"]["base_blob"].items()}
    limits = {name: next(iter(when.values())) for name, when in base.items() if isinstance(when, dict)}
    ordered = [limits[name] for name in (*ACTIONS, "delete") if name in limits]
    assert ordered == sorted(set(ordered))
    assert not (plan.layout is Layout.DURABLE and "tier_to_archive" in limits)
    shortest = bounds(asked).shortest or 0
    assert limits.get("delete", LONGEST**2) >= max(shortest, plan.immutable_days or 0)
    actions = [rule["definition"]["actions"] for rule in rules]
    if plan.layout is not Layout.LAKE:
        (versions,) = [each["version"]["delete"] for each in actions if "version" in each]
        assert versions["days_after_creation_greater_than"] >= shortest
        assert [each["snapshot"]["delete"] for each in actions if "snapshot" in each] == [versions]
    longest = bounds(asked).longest
    if longest is not None:
        assert base["delete"] == {"days_after_modification_greater_than": limits["delete"]}
        assert limits["delete"] <= longest


@given(plans())
def test_a_blob_lives_as_explained(drawn):
    plan, _ = drawn
    if is_accepted(_check_plan, plan):
        assert life_of_a_blob(lifecycle_rules(plan, ["x"])) == told(stays(plan))


@given(st.sampled_from(list(DataClass)), days, days, days, days, st.sampled_from(["", "a/"]), st.booleans())
def test_a_blob_of_a_portion_lives_as_explained(kind, cool, cold, archive, delete, prefix, tagged):
    whole = PLANS[kind]
    own = Plan(kind, whole.layout, cool, cold, archive, delete, whole.by_last_access)
    portion = Portion("p", own, prefix, (("k", "v"),) if tagged else ())
    if not is_accepted(_check_portion, portion, {kind: whole}):
        return
    rules = [*lifecycle_rules(whole, [f"{whole.container}/"]), portion_rule(portion)]
    inside = life_of_a_blob(rules, f"{whole.container}/{prefix}x", dict(portion.index_tags))
    assert inside == told(stays(effective(portion, whole)))
    outside = life_of_a_blob(rules, f"{whole.container}/other")
    assert outside == told(stays(whole)) or (prefix == "" and not tagged)


# Compliance


def test_the_strictest_basis_counts_and_is_named():
    assert bounds([]) == Bounds()
    assert bounds(["eu-ai-act-logs", "pci-dss-audit-logs"]) == Bounds(shortest=366, shortest_by="pci-dss-audit-logs")
    assert bounds(["illinois-bipa", "eu-ai-act-logs"]) == Bounds(184, "eu-ai-act-logs", 1095, "illinois-bipa")
    with pytest.raises(Conflict, match="hipaa-documentation wants at least 2192 days and illinois-bipa at most 1095"):
        bounds(["hipaa-documentation", "illinois-bipa"])
    with pytest.raises(facts.UnknownFact, match="did you mean hipaa-documentation"):
        bounds(["hipaa-documentations"])


def test_a_shortest_time_wins_and_says_so():
    plan, sentences = comply(PLANS[DataClass.LOG], ["eu-ai-act-logs"], asked_deletion=True)
    assert (plan.delete_after, plan.versions_kept, plan.kept_at_least) == (184, 184, 184)
    assert sentences == ("log data is deleted after 184 days, not 90: eu-ai-act-logs has it kept.",)


def test_a_longest_time_wins_over_a_default_and_drops_steps_that_come_too_late():
    plan, sentences = comply(PLANS[DataClass.RAW], ["illinois-bipa"], asked_deletion=False)
    assert (plan.delete_after, plan.archive_after, plan.goes_by_age) == (1095, 180, True)
    assert sentences == ("raw data is deleted after 1095 days, not never: illinois-bipa wants it gone.",)
    late = Plan(DataClass.RAW, Layout.LAKE, cool_after=30, archive_after=1500)
    assert comply(late, ["illinois-bipa"], asked_deletion=False)[0].moves == (("cool", 30),)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"delete_after": 2000}, "it is deleted after 2000 days, and illinois-bipa wants it gone after 1095"),
        ({"immutable_days": 1200}, "it is immutable after 1200 days"),
        ({"legal_hold": ("case1",)}, "it is under legal hold, and illinois-bipa wants it gone after 1095 days"),
    ],
)
def test_what_was_asked_is_not_shortened_silently(more, message):
    with pytest.raises(Conflict, match=message):
        comply(Plan(DataClass.RAW, Layout.LAKE, **more), ["illinois-bipa"], asked_deletion=True)


# What it costs


def test_raw_data_by_hand():
    """14 days hot, 46 cool and 120 cold: 180 days of 1 GB, three copies, 1.2 Wh a terabyte and hour, PUE 1.185."""
    raw = ageing("raw", PLANS[DataClass.RAW], "LRS", grid_of_region("swedencentral"))
    assert raw.stays == (Stay("Hot", 0, 14), Stay("Cool", 14, 60), Stay("Cold", 60, 180), Stay("Archive", 180, None))
    assert raw.stays[-1].days == HORIZON_DAYS - 180
    kwh = 0.001 * 3 * 1.2 * 24 * 180 / 1000 * 1.185
    assert raw.energy.central.kwh == pytest.approx(kwh)
    assert raw.emissions.central.grams == pytest.approx(kwh * 23.43)
    assert raw.unknown == ("Archive",)
    assert str(raw) == (
        "raw: Hot 14 days, then Cool 46 days, then Cold 120 days, then Archive for ever; "
        "1 GB takes 120.0 GB-months in ten years, 0.0184 kWh, 0.432 gCO2e, without Archive"
    )


def test_a_hold_keeps_what_rules_would_delete():
    held = ageing("log", Plan(DataClass.LOG, Layout.FLAT, delete_after=90, legal_hold=("case1",)), "LRS", None)
    assert held.stays == (Stay("Hot", 0, None),)
    assert str(held) == (
        "log: Hot for ever, then kept by a legal hold; "
        "1 GB takes 120.0 GB-months in ten years, 0.374 kWh, gCO2e unknown"
    )


def test_portions_are_explained_beside_their_class():
    images = Portion("images", Plan(DataClass.RAW, Layout.LAKE, cool_after=7, delete_after=30), prefix="images/")
    whole, part = explain([PLANS[DataClass.RAW]], [images], "swedencentral")
    assert whole.name == "raw"
    assert str(part).startswith("raw/images: Hot 7 days, then Cool 23 days, then gone; 1 GB takes 1.0 GB-months,")
