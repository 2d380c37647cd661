"""The smallest model that meets a need, and why each other does not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.catalogue import Hosting, Need, Sku, choose

LANGUAGES = frozenset({"en", "de", "hi", "sv"})
LATER = date(2026, 12, 1)
needs = st.builds(
    Need,
    task=st.sampled_from(["chat", "embedding", "transcription", "image-classification", "text-classification"]),
    modalities=st.frozensets(st.sampled_from(["audio", "image", "text"])),
    languages=st.frozensets(st.sampled_from(sorted(LANGUAGES))),
    context_tokens=st.sampled_from([0, 256, 8_192, 20_000, 131_072, 400_000, 2_000_000]),
    licences=st.none() | st.frozensets(st.sampled_from(["MIT", "Apache-2.0"])),
    hosting=st.none() | st.sampled_from(Hosting),
    residency=st.sampled_from([None, "eu", "us", "se"]),
    offline=st.booleans(),
    on=st.sampled_from([None, LATER]),
)


def names(need):
    return [model.name for model in choose(need).smallest]


def least(need):
    """Parameters of what was chosen, where they are known."""
    return next((model.parameters_millions for model in choose(need).smallest), None)


@given(needs)
def test_what_is_chosen_meets_the_need_and_nothing_known_is_smaller(need):
    choice = choose(need)
    meeting = [each.model for each in choice.judged if not each.why_not]
    assert bool(choice.smallest) is bool(meeting)
    for model in choice.smallest:
        assert model.task == need.task
        assert model.modalities >= need.modalities
        assert model.languages >= need.languages
        assert (model.context_tokens or 0) >= need.context_tokens
        assert need.licences is None or model.model_licence in need.licences
        assert need.hosting is not Hosting.OWN or model.weights == "open"
        assert need.hosting is not Hosting.AZURE or model.azure_skus
        known = [each.parameters_millions for each in meeting if each.parameters_millions is not None]
        assert model.parameters_millions == (min(known) if known else None)


@given(needs, st.data())
def test_asking_less_never_gives_a_larger_one(need, data):
    wider = replace(
        need,
        modalities=frozenset(data.draw(st.sets(st.sampled_from(sorted(need.modalities)))) if need.modalities else ()),
        languages=frozenset(data.draw(st.sets(st.sampled_from(sorted(need.languages)))) if need.languages else ()),
        context_tokens=data.draw(st.integers(0, need.context_tokens)),
        licences=data.draw(st.sampled_from([need.licences, None])),
        hosting=data.draw(st.sampled_from([need.hosting, None])),
        on=None,
    )
    if (asked := least(need)) is not None:
        found = least(wider)
        assert found is not None
        assert found <= asked


@given(needs)
def test_every_model_is_judged_once_and_unknown_sizes_come_last(need):
    judged = choose(need).judged
    assert sorted(each.model.name for each in judged) == sorted(facts.models())
    sizes = [each.model.parameters_millions for each in judged]
    known = [size for size in sizes if size is not None]
    assert sizes == sorted(known) + [None] * (len(sizes) - len(known))


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (Need("chat"), ["Qwen2.5-0.5B-Instruct"]),
        (Need("chat", context_tokens=100_000), ["Phi-4-mini-instruct"]),
        (Need("chat", frozenset({"image"})), ["Phi-4-multimodal-instruct"]),
        (Need("chat", languages=frozenset({"hi"})), ["Phi-4"]),
        (Need("chat", hosting=Hosting.AZURE), ["Phi-4-mini-instruct"]),
        (Need("chat", hosting=Hosting.AZURE, residency="eu"), ["gpt-5-nano"]),
        (Need("chat", hosting=Hosting.AZURE, residency="us"), ["gpt-5-nano", "gpt-5.4-nano"]),
        (Need("chat", hosting=Hosting.AZURE, residency="us", context_tokens=500_000), ["gpt-5.4", "gpt-5.5"]),
        (Need("chat", hosting=Hosting.AZURE, offline=True), ["gpt-5.4-mini"]),
        (Need("chat", hosting=Hosting.AZURE, residency="se"), ["gpt-5.1"]),
        (Need("chat", hosting=Hosting.AZURE, residency="se", offline=True), []),
        (Need("embedding", hosting=Hosting.AZURE, residency="eu"), ["text-embedding-3-small"]),
        (Need("transcription", hosting=Hosting.AZURE, on=date(2026, 12, 14), sku=Sku.STANDARD), ["whisper"]),
        (Need("transcription", hosting=Hosting.AZURE, on=date(2026, 12, 15), sku=Sku.STANDARD), []),
        (Need("transcription", hosting=Hosting.OWN), ["whisper-tiny"]),
        (Need("poetry"), []),
    ],
)
def test_the_smallest_for_a_need(need, expected):
    assert names(need) == expected


def test_each_other_says_why_not():
    need = Need(
        "chat",
        frozenset({"image"}),
        frozenset({"de"}),
        200_000,
        frozenset({"MIT"}),
        Hosting.AZURE,
        residency="eu",
    )
    choice = choose(need)
    assert choice.smallest == ()
    assert [
        str(choice.of(name)) for name in ("resnet50", "Qwen2.5-0.5B-Instruct", "Phi-4", "gpt-4o", "gpt-5.4-nano")
    ] == [
        "resnet50 (25.557 M parameters (XS)) is for image-classification",
        "Qwen2.5-0.5B-Instruct (490 M parameters (XS)) takes no image; has no languages that its publisher names; "
        "takes 32,768 tokens; comes under Apache-2.0; is not hosted by Azure",
        "Phi-4 (14,700 M parameters (M)) takes no image; takes 16,384 tokens; is not offered as DataZoneStandard:eu",
        "gpt-4o (size not published) has no languages that its publisher names; takes 128,000 tokens; "
        "comes under no known licence; is deprecated, so that it takes no new customers",
        "gpt-5.4-nano (size not published) has no languages that its publisher names; comes under no known licence; "
        "is not offered as DataZoneStandard:eu",
    ]
    assert choose(Need("chat", hosting=Hosting.OWN)).of("gpt-5").why_not == ("has closed weights",)


@pytest.mark.parametrize(
    ("need", "name", "why"),
    [
        (Need("chat", hosting=Hosting.AZURE), "Phi-4-mini-instruct", None),
        (Need("chat", hosting=Hosting.AZURE), "Phi-4", "Phi-4-mini-instruct is smaller and meets the need"),
        (
            Need("chat", hosting=Hosting.AZURE),
            "gpt-5-nano",
            "its size is not published, and Phi-4-mini-instruct of known size meets the need",
        ),
        (Need("chat", hosting=Hosting.AZURE, residency="eu"), "gpt-5-nano", None),
        (
            Need("chat", hosting=Hosting.AZURE, residency="eu"),
            "gpt-5.5",
            "gpt-5-nano is the smaller by its publisher's own words, and meets the need",
        ),
    ],
)
def test_a_larger_one_says_what_would_do(need, name, why):
    assert choose(need).larger_than_needed(name) == why


@pytest.mark.parametrize(
    ("sku", "residency", "why"),
    [
        (Sku.GLOBAL_BATCH, "eu", "GlobalBatch processes in any Azure region, and residency is 'eu'"),
        (Sku.DATA_ZONE_STANDARD, "se", "DataZoneStandard processes anywhere in its data zone, and residency is 'se'"),
    ],
)
def test_no_type_that_leaves_the_residency(sku, residency, why):
    need = Need("chat", hosting=Hosting.AZURE, residency=residency, sku=sku)
    assert choose(need).of("gpt-5").why_not == (why,)


def test_an_unknown_model_is_named():
    with pytest.raises(facts.UnknownFact, match=r"'gpt-5-nanoo' is not in the facts table.*gpt-5-nano"):
        choose(Need("chat")).of("gpt-5-nanoo")
