"""The table of models: what a size class means, and that the words of a row point to something."""

import pytest
from verdazure import facts

ZONED = {"DataZoneStandard", "DataZoneBatch", "DataZoneProvisionedManaged"}
UNZONED = {"Standard", "GlobalStandard", "GlobalBatch", "ProvisionedManaged", "GlobalProvisionedManaged"}


@pytest.mark.parametrize(
    ("millions", "expected"),
    [(None, None), (1_000, "XS"), (1_001, "S"), (10_000, "S"), (10_001, "M"), (100_000, "M"), (100_001, "L")],
)
def test_the_energy_class_follows_the_parameters(millions, expected):
    model = facts.models.get("resnet50").model_copy(update={"parameters_millions": millions})
    assert model.energy_class == expected


def test_sizes_that_are_not_published_stay_unknown():
    hosted = facts.models.get("gpt-5-mini")
    assert (hosted.parameters_millions, hosted.energy_class, hosted.weights) == (None, None, "closed")


def test_what_azure_hosts_says_how_it_is_asked_for():
    for model in facts.models().values():
        asked_for = (model.azure_format, model.azure_version, model.lifecycle, model.azure_skus or None)
        assert all(asked_for) or not any(asked_for), model.name
        assert {sku for sku in model.azure_skus if ":" not in sku} <= UNZONED
        assert {sku for sku in model.azure_skus if ":" in sku} <= {
            f"{sku}:{zone}" for sku in ZONED for zone in ("eu", "us")
        }


def test_series_lead_down_to_a_smallest_model():
    for model in facts.models().values():
        seen = [model.name]
        while model.smaller_sibling is not None:
            model = facts.models.get(model.smaller_sibling)
            assert model.name not in seen
            seen.append(model.name)


def test_a_closed_model_has_no_gap_in_the_licence_of_weights_that_nobody_gets():
    assert facts.models.get("gpt-5").gaps() == ("parameters_millions",)
    assert facts.models.get("resnet50").gaps() == ("context_tokens", "model_licence")
