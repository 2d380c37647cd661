"""What Azure accounts for, by Microsoft's own client: months, scopes, and who may not be read."""

from datetime import date

import pytest
import requests
from azure.core.pipeline.transport import RequestsTransport
from verdazure.cli.emitted import _span
from verdazure.emitted import Denied, emitted

from tests.unit.resource_manager import Answers, Identity

MINE, THEIRS = "aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"
KILOGRAMS = {"Scope1": 0.5, "Scope2": 20.0, "Scope3": 80.0}


def asked(subscriptions, denied=(), **dates):
    bodies = []

    def answer(said, body):
        assert said.startswith("POST /providers/Microsoft.Carbon/carbonEmissionReports?api-version=")
        bodies.append(body)
        (scope,) = body["carbonScopeList"]
        months = [
            {
                "dataType": "MonthlySummaryData",
                "date": month,
                "latestMonthEmissions": KILOGRAMS[scope] * factor,
                "previousMonthEmissions": 0.0,
                "carbonIntensity": 1.0,
            }
            for month, factor in (("2026-09-01", 1), ("2026-08-01", 2))
        ]
        decisions = [
            {
                "subscriptionId": each,
                "decision": "Denied" if each in denied else "Allowed",
                **({"denialReason": "PermissionDenied"} if each in denied else {}),
            }
            for each in body["subscriptionList"]
        ]
        return 200, {"value": months, "subscriptionAccessDecisionList": decisions}

    session = requests.Session()
    session.mount("https://", Answers(answer))
    transport = RequestsTransport(session=session, session_owner=False)
    span = {"first": date(2026, 8, 1), "last": date(2026, 9, 1), **dates}
    return emitted(Identity(), subscriptions, **span, transport=transport), bodies


def test_months_come_in_order_with_their_scopes():
    found, bodies = asked([MINE.upper()])
    assert [each.first_day for each in found.months] == [date(2026, 8, 1), date(2026, 9, 1)]
    assert {scope: each.kilograms for scope, each in found.months[1].by_scope.items()} == KILOGRAMS
    assert found.months[0].total.kilograms == pytest.approx(201.0)
    assert bodies[0]["dateRange"] == {"start": "2026-08-01", "end": "2026-09-01"}
    assert bodies[0]["subscriptionList"] == [MINE], "Azure takes them in lower case alone"


def test_a_denial_inside_an_answer_of_200_is_said():
    found, _ = asked([MINE, THEIRS], denied=[THEIRS])
    assert found.denied == {THEIRS: "PermissionDenied"}


def test_nothing_that_may_be_read_is_no_answer_of_nothing():
    with pytest.raises(Denied, match=f"{THEIRS}: PermissionDenied"):
        asked([THEIRS], denied=[THEIRS])


@pytest.mark.parametrize(
    ("subscriptions", "dates"),
    [([], {}), ([MINE] * 101, {}), ([MINE], {"first": date(2026, 8, 2)})],
    ids=["none", "many", "day"],
)
def test_what_azure_cannot_be_asked_is_refused(subscriptions, dates):
    with pytest.raises(ValueError, match="give"):
        asked(subscriptions, **dates)


@pytest.mark.parametrize(
    ("today", "span"),
    [
        (date(2026, 11, 24), (date(2026, 8, 1), date(2026, 10, 1))),
        (date(2026, 11, 19), (date(2026, 7, 1), date(2026, 9, 1))),
        (date(2026, 1, 25), (date(2025, 10, 1), date(2025, 12, 1))),
    ],
)
def test_the_newest_month_is_one_that_is_closed(today, span):
    assert _span(today, 3) == span
