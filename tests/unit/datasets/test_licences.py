"""Licences: SPDX expressions against a list; AND needs all of its parts, OR one."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing
from verdazure.datasets.licences import ALLOWED, LicenceError, judge, normal

IDS = ["MIT", "CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "GPL-3.0-only", "ODbL-1.0", "LicenseRef-Own"]

# A tree is an id, or ("AND" | "OR", its parts).
trees = st.recursive(
    st.sampled_from(IDS),
    lambda parts: st.tuples(st.sampled_from(["AND", "OR"]), st.lists(parts, min_size=2, max_size=3)),
    max_leaves=8,
)
lists = st.sets(st.sampled_from(IDS))


def text(tree) -> str:
    if isinstance(tree, str):
        return tree
    operator, parts = tree
    return "(" + f" {operator} ".join(map(text, parts)) + ")"


def lets_in(tree, allowed: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in allowed
    operator, parts = tree
    return (all if operator == "AND" else any)(lets_in(part, allowed) for part in parts)


@given(trees, lists)
def test_all_of_and_one_of_or(tree, allowed):
    assert judge(text(tree), allowed).allowed == lets_in(tree, allowed)


@given(trees, lists, lists)
def test_a_longer_list_never_refuses_what_a_shorter_one_allows(tree, allowed, more):
    if judge(text(tree), allowed).allowed:
        assert judge(text(tree), allowed | more).allowed


@given(trees, lists)
def test_the_terms_named_are_those_that_decide(tree, allowed):
    """Those that let it in are enough of a list; added to the list, those that keep it out would let it in."""
    verdict = judge(text(tree), allowed)
    named = set(verdict.terms)
    if verdict.allowed:
        assert named <= allowed
        assert judge(text(tree), named).allowed
    else:
        assert named.isdisjoint(allowed)
        assert judge(text(tree), allowed | named).allowed


@given(trees)
def test_writing_it_as_spdx_does_changes_nothing_more_the_second_time(tree):
    assert normal(normal(text(tree))) == normal(text(tree))


@pytest.mark.parametrize(
    ("expression", "allowed", "reason"),
    [
        ("CC-BY-4.0", True, "CC-BY-4.0 is on the list of allowed licences"),
        ("CC-BY-NC-4.0", False, "CC-BY-NC-4.0 is not on the list of allowed licences"),
        ("mit and cc0-1.0", True, "MIT, CC0-1.0 are on the list of allowed licences"),
        ("MIT AND GPL-3.0-only", False, "GPL-3.0-only is not on the list of allowed licences"),
        ("GPL-3.0-only OR MIT", True, "MIT is on the list of allowed licences"),
        ("GPL-3.0-only OR CC-BY-SA-4.0", False, "GPL-3.0-only, CC-BY-SA-4.0 are not on the list of allowed licences"),
        ("Apache-2.0+", True, "Apache-2.0 is on the list of allowed licences"),
        ("GPL-2.0-only+", False, "GPL-2.0-only+ is not on the list of allowed licences"),
        ("LicenseRef-Own", False, "LicenseRef-Own is not on the list of allowed licences"),
        (
            "Apache-2.0 WITH LLVM-exception",
            False,
            "Apache-2.0 WITH LLVM-exception is not on the list of allowed licences",
        ),
    ],
)
def test_verdicts_of_the_default_list(expression, allowed, reason):
    assert (judge(expression).allowed, judge(expression).reason) == (allowed, reason)


def test_a_list_may_hold_own_terms_and_exceptions():
    assert judge("LicenseRef-Own", ["LicenseRef-Own"]).allowed
    assert judge("Apache-2.0 WITH LLVM-exception", ["apache-2.0 with llvm-exception"]).allowed
    assert not judge("MIT", ["LicenseRef-Own"]).allowed


def test_duties_are_those_of_the_licences_that_let_it_in():
    share_alike = "ODbL-1.0: name who made it; share alike: publish a changed or filtered copy under ODbL-1.0 only"
    assert judge("ODbL-1.0 AND CC0-1.0").duties == (share_alike,)
    assert judge("CC0-1.0 OR ODbL-1.0").duties == ()
    assert judge("ODbL-1.0 AND GPL-3.0-only").duties == ()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("CC-BY", r"^'CC-BY' is no SPDX id; did you mean CC-BY-\d\.\d\?$"),
        ("Creative Commons", r"^'Creative Commons' is no SPDX id; "),
        ("toaster", r"^'toaster' is no SPDX id; terms of their own are named LicenseRef-NAME$"),
        ("unknown", r"^'unknown' is no SPDX id; "),
        ("LicenseRef-", r"^'LicenseRef-' is no SPDX id; "),
        ("", r"^'' is no SPDX expression: it names no licence$"),
        ("()", r"^'\(\)' is no SPDX expression: it names no licence$"),
        ("MIT AND", r"^'MIT AND' is no SPDX expression: AND requires two or more licenses"),
        ("MIT MIT", r"^'MIT MIT' is no SPDX expression: Invalid symbols sequence"),
        ("(MIT", r"^'\(MIT' is no SPDX expression: "),
        ("MIT WITH CC0-1.0", r"^'MIT WITH CC0-1.0' is no SPDX expression: A plain license symbol cannot be used"),
    ],
)
def test_what_is_no_expression_is_refused(expression, message):
    with pytest.raises(LicenceError, match=message):
        judge(expression)
    with pytest.raises(LicenceError, match=message):
        judge("MIT", [expression])


def test_a_list_names_each_licence_by_itself():
    with pytest.raises(LicenceError, match=r"^'MIT OR CC0-1.0' joins licences; a list names each by itself$"):
        judge("MIT", ["MIT OR CC0-1.0"])


def test_the_default_list_holds_spdx_ids_only():
    known = get_spdx_licensing().known_symbols
    assert [each for each in ALLOWED if each not in known or each.startswith("LicenseRef-")] == []
    assert [each for each in ALLOWED if normal(each) != each] == []


def test_a_licence_is_judged_without_pulumi():
    script = "import sys, verdazure.datasets.licences; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
