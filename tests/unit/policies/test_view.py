"""Values that are known, missing or unknown, and claims about them."""

import pytest
from pulumi_policy.proxy import unknown_checking_proxy
from verdazure_policies.rulebook import EVERY_RESOURCE, STACK_ROOT, Target
from verdazure_policies.samples import UNKNOWN
from verdazure_policies.tokens import EDGE_DEPLOYMENT
from verdazure_policies.view import Claim, Finding, Resource, State, Value, View

TRUE, FALSE, OPEN = (
    Claim(holds, Value(path, State.KNOWN, holds), path) for path, holds in (("t", True), ("f", False), ("u", None))
)


def view(properties: dict[str, object]) -> View:
    return View(unknown_checking_proxy(properties))


@pytest.mark.parametrize(
    ("properties", "path", "state", "content"),
    [
        ({"sku": {"name": "Standard_LRS"}}, "sku.name", State.KNOWN, "Standard_LRS"),
        ({"count": 2.0}, "count", State.KNOWN, 2),
        ({"count": 0.5}, "count", State.KNOWN, 0.5),
        ({}, "sku.name", State.MISSING, None),
        ({"sku": None}, "sku.name", State.MISSING, None),
        ({"sku": "text"}, "sku.name", State.MISSING, None),
        ({"sku": UNKNOWN}, "sku.name", State.UNKNOWN, None),
        ({"sku": {"name": UNKNOWN}}, "sku.name", State.UNKNOWN, None),
        ({"rules": [{"on": True}]}, "rules[0].on", State.KNOWN, True),
        ({"rules": [{"on": True}]}, "rules[1].on", State.MISSING, None),
        ({"rules": [UNKNOWN]}, "rules[0].on", State.UNKNOWN, None),
        ({"rules": UNKNOWN}, "rules[0].on", State.UNKNOWN, None),
    ],
)
def test_reading_never_raises(properties: dict[str, object], path: str, state: State, content: object) -> None:
    assert view(properties)[path] == Value(path, state, content)


def test_the_objects_of_a_list_keep_their_place_in_the_path() -> None:
    first, second = view({"policy": {"rules": [{"days": 1.0}, UNKNOWN]}}).each("policy.rules")
    assert first["days"] == Value("policy.rules[0].days", State.KNOWN, 1)
    assert second["days"] == Value("policy.rules[1].days", State.UNKNOWN)


def test_tags_are_found_in_any_case_and_with_dots() -> None:
    tagged = view({"tags": {"Owner": "me", "hidden-link:a.b": "x"}})
    assert tagged.tag("owner").content == "me"
    assert tagged.tag("hidden-link:a.b").content == "x"
    assert view({"tags": UNKNOWN}).tag("owner").state is State.UNKNOWN
    assert view({}).tag("owner").state is State.MISSING


def test_a_duration_is_measured_in_minutes() -> None:
    def holds(text: object) -> bool | None:
        return view({"idle": text})["idle"].lasts_at_most(10).holds

    assert [holds(text) for text in ("PT10M", "PT600S", "pt9m59s", UNKNOWN)] == [True, True, True, None]
    assert [holds(text) for text in ("PT601S", "P1D", "PT1H", "P", "PT", "10", 10, None)] == [False] * 8


def test_a_duration_is_bounded_in_days() -> None:
    def holds(text: object) -> bool | None:
        return view({"kept": text})["kept"].lasts_between(7, 365).holds

    assert [holds(text) for text in ("P7D", "P1W", "PT168H", "P12M", "P1Y", UNKNOWN)] == [True] * 5 + [None]
    assert [holds(text) for text in ("P6D", "PT12M", "P366D", "P13M", "P1Y1D", "7", 7, None)] == [False] * 8


def test_an_object_knows_its_place_whether_it_is_there_or_not() -> None:
    retention = view({"policy": {"daily": {"count": 7}}}).within("policy")
    assert retention.within("daily")["count"] == Value("policy.daily.count", State.KNOWN, 7)
    assert retention.within("weekly").here == Value("policy.weekly", State.MISSING)


def test_true_is_not_the_number_one() -> None:
    assert view({"flag": 1.0})["flag"].equals(True).holds is False
    assert view({"count": True})["count"].at_most(2).holds is False


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        *((TRUE | other, True) for other in (TRUE, FALSE, OPEN)),
        *((other | TRUE, True) for other in (FALSE, OPEN)),
        *((FALSE | OPEN, None), (OPEN | FALSE, None), (FALSE | FALSE, False)),
        *((FALSE.when(TRUE), False), (FALSE.when(FALSE), True), (FALSE.when(OPEN), None), (TRUE.when(OPEN), True)),
        *((OPEN.when(FALSE), True), (OPEN.when(TRUE), None)),
        *((FALSE.unless(TRUE), True), (FALSE.unless(FALSE), False), (FALSE.unless(OPEN), None), (~OPEN, None)),
    ],
)
def test_claims_are_three_valued(claim: Claim, holds: bool | None) -> None:
    assert claim.holds is holds


def test_an_undecided_alternative_is_told_by_what_is_unknown() -> None:
    store = view({"publicNetworkAccess": UNKNOWN, "networkRuleSet": {"defaultAction": "Allow"}})
    closed = store["publicNetworkAccess"].equals("Disabled") | store["networkRuleSet.defaultAction"].equals("Deny")
    assert [str(finding) for finding in closed.otherwise("close it")] == [
        "publicNetworkAccess is not known before the deployment, so it cannot be verified; "
        "wanted Disabled, or networkRuleSet.defaultAction Deny. Fix: close it."
    ]


def test_long_or_structured_values_are_not_echoed() -> None:
    told = view({"a": "s" * 61, "b": {"password": "x"}, "c": True})
    assert [told[key].shown for key in "abc"] == ["a text of 61 characters", "set", "true"]


def test_a_finding_reads_as_one_sentence_and_the_fix() -> None:
    finding = Finding("sku.name", "Premium_LRS", "a standard sku", "use Standard_LRS")
    assert str(finding) == "sku.name is Premium_LRS, wanted a standard sku. Fix: use Standard_LRS."


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:storage:StorageAccount",
        "azure-native:storage/v20230101:StorageAccount",
        "azure-native_storage_v20240101:storage:StorageAccount",
        "azure-native_storage_v20240101:storage/v20240101:StorageAccount",
    ],
)
def test_every_spelling_of_a_type_is_the_same_type(token: str) -> None:
    assert Resource(token, "n", "urn", {}).type == "storage:StorageAccount"


def test_a_type_of_version_2_is_known_by_its_name_of_version_3() -> None:
    assert Resource("azure-native:insights:DiagnosticSetting", "n", "urn", {}).type == "monitor:DiagnosticSetting"
    assert Resource("azure-native:insights/v20200202:Component", "n", "urn", {}).type == "applicationinsights:Component"
    assert Resource("azure:storage/account:Account", "n", "urn", {}).type == "azure:storage/account:Account"


def test_a_key_that_holds_a_dot_is_read_by_its_keys() -> None:
    twin = Resource(EDGE_DEPLOYMENT, "n", "urn", {"properties.desired": {"zoom": 3.0}})
    assert twin.at("properties.desired", "zoom") == Value("properties.desired.zoom", State.KNOWN, 3)
    assert twin.at("properties.desired", "lens").state is State.MISSING
    assert twin["properties.desired.zoom"].state is State.MISSING


def test_all_of_azure_native_is_nothing_else() -> None:
    every = Target(EVERY_RESOURCE)
    covered = {
        token: every.covers(Resource(token, "n", "urn", {}))
        for token in ("azure-native:storage:StorageAccount", EDGE_DEPLOYMENT, STACK_ROOT, "verdazure:index:Landing")
    }
    assert [token for token, covers in covered.items() if covers] == ["azure-native:storage:StorageAccount"]
    assert Target(EDGE_DEPLOYMENT).covers(Resource(EDGE_DEPLOYMENT, "n", "urn", {}))
