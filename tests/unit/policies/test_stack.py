"""References between resources: the index says what asking each pair says."""

from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy import PolicyResource
from verdazure_policies.samples import UNKNOWN
from verdazure_policies.stack import Neighbour, Stack, handed_over

ACCOUNTS, POLICIES, PATH = "storage:StorageAccount", "storage:ManagementPolicy", "accountName"
names = st.sampled_from(["one", "Two", "three", UNKNOWN, None])


def resource(type_: str, number: int, properties: dict[str, object], dependencies: list[PolicyResource], linked: bool):
    token = f"azure-native:{type_}"
    given = {key: value for key, value in properties.items() if value is not None}
    made = handed_over(token, str(number), f"urn:pulumi:prod::shop::{token}::{number}", given)
    made.dependencies += dependencies
    made.property_dependencies |= {PATH: dependencies} if linked else {}
    return made


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    accounts = [resource(ACCOUNTS, at, {"name": draw(names)}, [], False) for at in range(draw(st.integers(0, 4)))]
    policies = []
    for at in range(draw(st.integers(0, 4))):
        needed = draw(st.lists(st.sampled_from(accounts), max_size=2)) if accounts else []
        properties = {"name": draw(names), PATH: draw(st.sampled_from(["/subscriptions/x/one", "TWO", UNKNOWN, None]))}
        policies.append(resource(POLICIES, at, properties, needed, draw(st.booleans())))
    return Stack([*accounts, *policies])


@given(stacks())
def test_what_is_looked_up_is_what_each_pair_says(stack: Stack) -> None:
    for account in stack.of(ACCOUNTS):
        answers = {each.name: each.refers_to(PATH, account) for each in stack.of(POLICIES)}
        assert {each.name for each in stack.naming(account, PATH, POLICIES)} == {
            name for name, refers in answers.items() if refers
        }
        expected = True if True in answers.values() else None if None in answers.values() else False
        assert stack.has_naming(account, PATH, POLICIES).holds is expected
    for policy in stack.of(POLICIES):
        meant = [account for account in stack.of(ACCOUNTS) if policy.refers_to(PATH, account)]
        found = stack.named_by(policy, PATH, ACCOUNTS)
        assert (found in meant) if meant else (found is None)


def test_a_part_of_a_stack_holds_no_more_than_was_asked_for() -> None:
    account = resource(ACCOUNTS, 0, {"name": "one"}, [], False)
    stack = Stack([account, resource(POLICIES, 0, {}, [account], True)])
    [whole] = stack.of(ACCOUNTS)
    assert stack.has_naming(whole, PATH, POLICIES).holds is True
    assert stack.where(POLICIES, _none).has_naming(whole, PATH, POLICIES).holds is False


def _none(_: Neighbour) -> bool:
    return False
