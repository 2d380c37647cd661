"""Arguments: what is accepted, what is mended, and that nothing secret is echoed."""

import enum
from typing import Annotated

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from verdazure.args import ArgumentError, Count, Flag, Number, Record, TextLeaf, normalise
from verdazure.records import LONGEST_ECHO


class Size(str, enum.Enum):
    SMALL = "Small"
    LARGE = "Large"


class Inner(Record):
    depth: Count


class Sample(Record):
    name: TextLeaf = "x"
    count: Annotated[Count, Field(ge=1)] = 1
    share: Number = 0.5
    on: Flag = False
    size: Size = Size.SMALL
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()


class Thing:
    pass


def checked(**args: object) -> Sample:
    return normalise(Thing(), "t", args, Sample)


def refusal(**args: object) -> str:
    with pytest.raises(ArgumentError) as refused:
        checked(**args)
    return str(refused.value)


@given(st.integers(1, 10**9))
def test_a_whole_float_is_the_integer_it_was(count: int):
    assert checked(count=float(count)).count == count
    assert type(checked(count=float(count)).count) is int


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: not value.is_integer()))
def test_a_broken_float_is_not_an_integer(count: float):
    assert "Allowed: a valid integer" in refusal(count=count)


@pytest.mark.parametrize("count", [True, "1", None, [1]])
def test_nothing_else_passes_as_an_integer(count: object):
    assert "Allowed: a valid integer" in refusal(count=count)


def test_an_integer_passes_as_a_number_but_a_flag_does_not():
    assert checked(share=1).share == 1.0
    assert "Allowed: a valid number" in refusal(share=True)


def test_outputs_and_awaitables_pass_as_leaves():
    output = pulumi.Output.from_input("later")
    assert checked(name=output).name is output

    async def later() -> str:
        return "later"

    coroutine = later()
    assert isinstance(checked(name=coroutine).name, pulumi.Output)


def test_an_enum_is_accepted_by_member_and_by_value():
    assert checked(size=Size.LARGE).size is checked(size="Large").size is Size.LARGE


def test_all_faults_are_named_at_once():
    assert refusal(cuont=1, on="yes", inner={"depht": 1}) == (
        "Thing 't' has 4 faults:\n"
        "  - on is 'yes'. Allowed: a valid boolean. Fix: set 'on' to a valid boolean.\n"
        "  - inner.depth is required. Fix: add 'inner.depth' to the arguments.\n"
        "  - unknown key 'inner.depht'. Allowed: depth. Fix: did you mean 'depth'?\n"
        "  - unknown key 'cuont'. Allowed: count, inner, many, name, on, share, size. Fix: did you mean 'count'?"
    )


def test_a_fault_in_a_list_is_placed():
    assert refusal(many=[{"depth": 1}, {"depth": "deep"}]) == (
        "Thing 't': many.1.depth is 'deep'. Allowed: a valid integer. Fix: set 'many.1.depth' to a valid integer."
    )


def test_a_long_value_is_cut_and_a_structure_is_not_echoed():
    assert "... (500 characters)" in refusal(count="k" * 500)
    assert len(refusal(count="k" * 500)) < LONGEST_ECHO + 200
    assert "hunter2" not in refusal(count={"password": "hunter2"})


@given(st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=8)))
def test_any_mapping_ends_in_a_record_or_in_one_error(args: dict[str, object]):
    try:
        outcome = checked(**args)
    except ArgumentError as refused:
        outcome = str(refused)
    assert isinstance(outcome, Sample) or outcome.startswith("Thing 't'")
