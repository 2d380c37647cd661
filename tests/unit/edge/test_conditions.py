"""Target conditions: fifty expressions over four devices, what cannot be read, and what no condition may ask."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.edge.language import LanguageError, TargetCondition
from verdazure.edge.language.expressions import UNDEFINED, parse

TWINS = {
    "A": {
        "deviceId": "malmo-1",
        "tags": {"site": "malmo", "line": 3, "gpu": True, "order": "first", "place": {"floor": 2, "hall": "B"}},
        "properties": {"reported": {"runtime": "1.6.0", "watts": 12.5, "models": ["leaves", "rust"]}},
    },
    "B": {
        "deviceId": "malmo-2",
        "tags": {"site": "malmo", "line": 4, "gpu": False, "retired": None},
        "properties": {"reported": {"runtime": "1.5.0", "watts": 30}},
    },
    "C": {"deviceId": "lund-1", "tags": {"site": "lund", "line": "3"}, "properties": {"reported": {"watts": 7}}},
    "D": {"deviceId": "it's", "tags": {}, "properties": {"reported": {}}},
}
# What it says, and the devices that it is for.
EXPRESSIONS = {
    "*": "ABCD",
    " * ": "ABCD",
    "true": "ABCD",
    "false": "",
    "null": "",
    "1": "",
    "deviceId = 'lund-1'": "C",
    "deviceId = 'it''s'": "D",
    "deviceId != 'it''s'": "ABC",
    r"deviceId = 'it\'s'": "D",
    r"deviceId = 'lund\u002d1'": "C",
    "tags.line = 0x3": "A",
    "deviceId != 'lund-1'": "ABD",
    "deviceId <> 'lund-1'": "ABD",
    "deviceId IN ['malmo-1', 'lund-1']": "AC",
    "deviceId in ['nobody']": "",
    "deviceId IN []": "",
    "deviceId NIN ['malmo-1', 'lund-1']": "BD",
    "deviceId NOT IN ['malmo-1']": "BCD",
    "deviceId > 'm'": "AB",
    "deviceId >= 'malmo-2'": "B",
    "tags.site = 'malmo'": "AB",
    "tags.site = 'Malmo'": "",
    "tags['site'] = 'malmo'": "AB",
    "tags.site != 'malmo'": "C",
    "NOT tags.site = 'malmo'": "C",
    "not (tags.site = 'malmo')": "C",
    "NOT NOT tags.site = 'malmo'": "AB",
    "tags.site = 'malmo' AND tags.line = 3": "A",
    "tags.site = 'malmo' and tags.line = 3": "A",
    "tags.site = 'lund' OR tags.line = 4": "BC",
    "tags.site = 'lund' OR tags.site = 'malmo' AND tags.line = 4": "BC",
    "(tags.site = 'lund' OR tags.site = 'malmo') AND tags.line = 4": "B",
    "tags.nothing = 1 OR tags.site = 'malmo'": "AB",
    "tags.nothing = 1 AND tags.site = 'malmo'": "",
    "NOT (tags.nothing = 1)": "",
    "tags.line = 3": "A",
    "tags.line = '3'": "C",
    "tags.line < 4": "A",
    "tags.line <= 4": "AB",
    "tags.line + 1 = 5": "B",
    "tags.line * 2 - 1 = 5": "A",
    "tags.line % 2 = 0": "B",
    "tags.line / 0 = 1": "",
    "-tags.line = -3": "A",
    "tags.gpu": "A",
    "tags.gpu = false": "B",
    "NOT tags.gpu": "B",
    "tags.retired = null": "B",
    "IS_DEFINED(tags.retired)": "B",
    "is_defined(tags.gpu) AND tags.line > 3": "B",
    "NOT IS_DEFINED(tags.gpu)": "CD",
    "tags.order = 'first'": "A",
    "tags.place.floor = 2 AND tags.place.hall = 'B'": "A",
    "tags.place = 'B'": "",
    "properties.reported.watts < 10": "C",
    "properties.reported.watts >= 12.5": "AB",
    "properties.reported.watts > 1e1": "AB",
    "properties.reported.runtime = '1.6.0'": "A",
    "properties.reported.models[1] = 'rust'": "A",
    "properties.reported.models[7] = 'rust'": "",
}


@pytest.mark.parametrize(("text", "devices"), EXPRESSIONS.items())
def test_an_expression_is_for_these_devices(text, devices):
    condition = TargetCondition.read(text)
    assert "".join(name for name, twin in TWINS.items() if condition.matches(twin)) == devices


REFUSED = {
    "": "an empty condition is for no device; write '*' for every one",
    'deviceId = "lund-1"': "a target condition takes single quotes; one within a text is written twice",
    "tags.site =": "'tags.site =' cannot be read at its end; there may stand: 'a text', (, a number, a property",
    "tags.site == 'a'": "cannot be read at character 12, \"= 'a'\"",
    "(tags.site = 'a'": "cannot be read at its end; there may stand: )",
    "tags.site = 'a": "cannot be read at character 13",
    "tags.site 'a'": "cannot be read at character 11",
    "tags.site = 'a' tags.line = 3": "cannot be read at character 17, 'tags.line = '; there may stand: AND, OR",
    "tags.site LIKE 'm%'": "cannot be read at character 11",
    "TAGS.site = 'malmo'": "TAGS.site cannot be asked for; there are: deviceId, tags.NAME and ",
    "site = 'malmo'": "site cannot be asked for",
    "tags = 'malmo'": "tags cannot be asked for",
    "properties.desired.watts = 3": "properties.desired.watts cannot be asked for",
    "STARTS_WITH(deviceId, 'malmo')": "STARTS_WITH is for routes; over twins there is only IS_DEFINED",
    "MATCHES(deviceId)": "MATCHES is no function of the query language; there are: ABS,",
    "IS_DEFINED()": "IS_DEFINED takes 1 arguments, not 0",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_a_hub_would_refuse_is_refused_with_its_place(text, said):
    with pytest.raises(LanguageError, match=re.escape(said)):
        TargetCondition.read(text)


values = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["a", "b"]))


def literal(value):
    if isinstance(value, str):
        return f"'{value}'"
    return {"None": "null", "True": "true", "False": "false"}.get(str(value), str(value))


@given(st.dictionaries(st.sampled_from("xyz"), values), values, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_not_turns_every_decided_comparison_and_leaves_the_others(tags, value, sign):
    twin = {"tags": tags}
    plain = parse(f"tags.x {sign} {literal(value)}").value(twin)
    opposite = parse(f"NOT tags.x {sign} {literal(value)}").value(twin)
    assert (opposite is UNDEFINED) if plain is UNDEFINED else opposite is not plain


@given(st.text(alphabet="ab =<>()'.,[]ANDORt1-+*%", max_size=25))
def test_a_text_is_read_or_refused_and_nothing_else(text):
    with suppress(LanguageError):
        TargetCondition.read(text).matches(TWINS["A"])
