"""Edits outside Pulumi: what they change, and what they refuse."""

import pytest
from verdazure.cli.sandbox_edit import find
from verdazure.sandbox.azure.edit import EditError, edited, setting
from verdazure.sandbox.azure.store import StoredResource

OUTPUTS = {"tags": {"owner": "vision"}, "rules": [{"enabled": True}], "size": 1}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("tags.owner=platform", {**OUTPUTS, "tags": {"owner": "platform"}}),
        ("size=4", {**OUTPUTS, "size": 4}),
        ('size="4"', {**OUTPUTS, "size": "4"}),
        ("rules[0].enabled=false", {**OUTPUTS, "rules": [{"enabled": False}]}),
        ("network.acls.bypass=None", {**OUTPUTS, "network": {"acls": {"bypass": "None"}}}),
        ("tags={}", {**OUTPUTS, "tags": {}}),
    ],
)
def test_a_setting_changes_one_place(text, changed):
    before = {**OUTPUTS}
    assert edited(OUTPUTS, [setting(text)]) == changed
    assert before == OUTPUTS


def test_a_removal_takes_one_place_out():
    assert edited(OUTPUTS, [], ["tags.owner"]) == {**OUTPUTS, "tags": {}}


@pytest.mark.parametrize(
    ("settings", "removals", "message"),
    [
        ([], ["tags.cost"], "tags.cost is not set: there is nothing to remove"),
        (["rules[3].enabled=true"], [], "rules[3].enabled leads nowhere: rules.3 is not there"),
        (["size.unit=GB"], [], "size.unit leads nowhere: size has no unit"),
        (["rules[1]=1"], [], "rules[1] leads nowhere: rules has no 1"),
        (["owner"], [], "'owner' is not a setting: write path=value, for instance tags.owner=platform"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(settings, removals, message):
    with pytest.raises(EditError) as refused:
        edited(OUTPUTS, [setting(text) for text in settings], removals)
    assert str(refused.value) == message


def held(resource_id: str) -> StoredResource:
    name = resource_id.rpartition("/")[2]
    return StoredResource(resource_id, "a:B", "A/b", name, "westus", "2026-01-01T00:00:00Z", {}, {})


ONE, OTHER = held("/subscriptions/s/resourceGroups/one/default"), held("/subscriptions/s/resourceGroups/two/default")


def test_a_resource_is_found_by_id_in_any_case_and_by_its_end():
    assert find([ONE, OTHER], ONE.id.upper()) is ONE
    assert find([ONE, OTHER], "two/default") is OTHER


def test_an_ambiguous_or_unknown_name_is_refused_with_what_is_there():
    with pytest.raises(EditError, match=r"'default' fits 2 resources; name one by its id:\n  /subscriptions/s/.*one"):
        find([ONE, OTHER], "default")
    with pytest.raises(EditError, match=r"holds nothing named 'defualt'; did you mean 'default'\?"):
        find([ONE, OTHER], "defualt")
