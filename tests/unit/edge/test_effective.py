"""What a device ends up with: which base wins, which layers count, and how they are laid on."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verdazure.edge.language import TargetCondition
from verdazure.edge.manifest import Deployment, ManifestError, NoBase, effective

from tests.unit.edge.manifests import BASE, LAYER, ON, UPSTREAM, content, public_schema

TWIN = {"deviceId": "malmo-1", "tags": {"site": "malmo", "line": 3}}


def deployment(name, plan, priority, condition="*", created=""):
    return Deployment(name, content(plan), TargetCondition.read(condition), priority, created)


def desired(found, owner):
    return found.content["modulesContent"][owner]["properties.desired"]


def test_a_layer_replaces_modules_and_routes_and_adds_properties():
    found = effective(TWIN, [deployment("layer", LAYER, 2), deployment("base", BASE, 1)], ON)
    assert (found.base, found.layers, found.left_out) == ("base", ("layer",), ())
    assert desired(found, "$edgeAgent")["modules"]["filter"]["version"] == "2.1"
    assert desired(found, "$edgeAgent")["modules"]["camera"]["version"] == "1.0"
    assert desired(found, "$edgeHub")["routes"]["results"] == {"route": UPSTREAM, "timeToLiveSecs": 600}
    assert desired(found, "camera") == {"interval": 5, "lens": {"zoom": 3}, "night": {"from": 22}}
    assert list(public_schema().iter_errors(found.content)) == []


def test_properties_without_a_path_replace_what_lies_below():
    layer = {"properties": {"camera": {"interval": 60}}}
    found = effective(TWIN, [deployment("layer", layer, 2), deployment("base", BASE, 1)], ON)
    assert desired(found, "camera") == {"interval": 60}


def test_the_higher_layer_is_laid_on_last():
    low, high = ({"properties": {"camera.lens": {"zoom": zoom}}} for zoom in (3, 9))
    found = effective(TWIN, [deployment("high", high, 7), deployment("base", BASE, 1), deployment("low", low, 2)], ON)
    assert found.layers == ("low", "high")
    assert desired(found, "camera")["lens"] == {"zoom": 9}


def test_a_layer_that_is_not_above_its_base_does_not_count_and_is_said():
    found = effective(TWIN, [deployment("layer", LAYER, 5), deployment("base", BASE, 5)], ON)
    assert found.layers == ()
    assert found.left_out == ("layer: not above the base's priority 5",)


def test_of_two_bases_the_higher_and_then_the_newer_counts():
    old, new = (deployment(f"base-{year}", BASE, 5, created=f"{year}-01-01T00:00:00Z") for year in (2025, 2026))
    assert effective(TWIN, [new, old], ON).base == "base-2026"
    assert effective(TWIN, [new, old, deployment("first", BASE, 6)], ON).base == "first"
    assert effective(TWIN, [new, old], ON).left_out == ("base-2025: base-2026 has priority 5 or is newer",)


def test_only_what_is_for_the_device_counts():
    base, elsewhere = deployment("base", BASE, 1), deployment("lund", BASE, 9, "tags.site = 'lund'")
    layer = deployment("line", LAYER, 9, "tags.line = 4")
    found = effective(TWIN, [base, elsewhere, layer], ON)
    assert (found.base, found.layers, found.left_out) == ("base", (), ())
    with pytest.raises(NoBase, match="no base deployment is for 'malmo-1': it keeps what it has"):
        effective(TWIN, [elsewhere, layer], ON)


def test_what_comes_together_must_fit():
    stray = {"routes": {"more": {"route": "FROM /messages/modules/stranger/* INTO $upstream"}}}
    with pytest.raises(ManifestError, match=r"\$edgeHub\.properties\.desired\.routes\.more .* Fix: add stranger"):
        effective(TWIN, [deployment("layer", stray, 2), deployment("base", BASE, 1)], ON)


@given(st.permutations(range(4)))
@settings(deadline=None)
def test_the_order_in_which_a_hub_lists_them_does_not_matter(order):
    listed = [
        deployment("base", BASE, 1),
        deployment("low", LAYER, 2),
        deployment("mid", {"properties": {"camera.lens": {"zoom": 5}}}, 3),
        deployment("top", {"properties": {"camera": {"interval": 1}}}, 4),
    ]
    before = copy.deepcopy([each.content for each in listed])
    assert effective(TWIN, [listed[place] for place in order], ON) == effective(TWIN, listed, ON)
    assert [each.content for each in listed] == before
