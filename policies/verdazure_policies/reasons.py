"""Reasons that a resource carries in its tags, for what a rule would refuse otherwise."""

from datetime import date

from verdazure_policies.view import Claim, Resource

FUTURE = "2999-12-31"
"""A day to come, for the cases of rules."""


def given(resource: Resource, tag: str) -> Claim:
    """Claims that the tag says something."""
    return resource.tag(tag).satisfies(lambda said: str(said).strip() != "", "a reason")


def justified(resource: Resource) -> Claim:
    """Claims that there is a reason (`justification`), and a day to come until which it holds (`justified-until`)."""
    reason = given(resource, "justification")
    until = resource.tag("justified-until").satisfies(_is_to_come, "a day to come")
    return until if reason.holds else reason


def _is_to_come(day: object) -> bool:
    try:
        return date.fromisoformat(str(day)) >= date.today()
    except ValueError:
        return False
