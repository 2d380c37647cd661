"""One page a rule, and their index, from the records of the book: `python -m verdazure_policies.pages [folder]`."""

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from pulumi_policy import PolicyResource

from verdazure_policies import coverage, rules
from verdazure_policies.examples import WIDTH, program
from verdazure_policies.fixing import can_fix, judge_alone
from verdazure_policies.frameworks import ARTICLES, GUIDE, PATTERNS
from verdazure_policies.judging import Judgement, judge, parameters
from verdazure_policies.markdown import document, table
from verdazure_policies.profiles import PROFILES, Profile
from verdazure_policies.rulebook import EVERY_RESOURCE, FAIL, RULEBOOK, STACK_ROOT, Parameter, Rule, Scope, Target
from verdazure_policies.samples import Sample
from verdazure_policies.stack import Stack, handed_over
from verdazure_policies.tokens import EDGE_DEPLOYMENT, token

FOLDER = Path("docs/rules")
COMMAND = "python -m verdazure_policies.pages"

Case = tuple[Sample, ...]


def pages(checkout: Path = Path()) -> dict[str, str]:
    """File name -> Markdown. Raises FileNotFoundError outside a checkout."""
    rules.load()
    return {
        "README.md": _index(),
        "coverage.md": document([*coverage.blocks(checkout / coverage.GOLDEN), f"Written by `{COMMAND}`."]),
        **{f"{rule.id}.md": page_of(rule) for rule in RULEBOOK.values()},
    }


def write(folder: Path, checkout: Path = Path()) -> None:
    """Writes all pages and takes away those of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages(checkout)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    for page in folder.glob("*.md"):
        if page.name not in written:
            page.unlink()


def shown(rule: Rule) -> tuple[Case, Case]:
    """The examples of the rule's page: of what passes and of what fails, the first case with a resource."""
    passing, failing = (next(case for case in cases if program(case)) for cases in (rule.passes, rule.fails))
    return passing, failing


def _index() -> str:
    blocks = [
        "# Rules",
        f"Each rule serves a recommendation of Microsoft's guide *{GUIDE}*. Rules of high and critical severity are "
        "mandatory, the others advise. What of each framework they cover: [coverage](coverage.md). How to write one: "
        "[writing a rule](../writing-a-rule.md).",
        "In the examples, `resource_group` and other names that nothing defines are the reader's own.",
    ]
    by_group = sorted(RULEBOOK.values(), key=lambda rule: rule.group)
    for _, group in groupby(by_group, key=lambda rule: rule.group):
        members = sorted(group, key=lambda rule: rule.id)
        title, _, promise = str(sys.modules[members[0].check.__module__].__doc__).partition(": ")
        listed = table(("Rule", "Name", "What it asks for", "Severity", "Recommendation"), map(_row, members))
        blocks += [f"## {title}", promise[:1].upper() + promise[1:], listed]
    return document([*blocks, f"Written by `{COMMAND}` from the rules' records."])


def _row(rule: Rule) -> tuple[str, ...]:
    return f"[{rule.id}]({rule.id}.md)", f"`{rule.name}`", rule.title, rule.severity.value, rule.guide


def page_of(rule: Rule) -> str:
    """The rule's page, as Markdown."""
    level = "a violation blocks" if rule.mandatory else "a violation is advice"
    record = f"../../policies/verdazure_policies/rules/{rule.group}.py"
    return document(
        [
            f"# {rule.id} {rule.name}",
            f"{rule.title}. Severity **{rule.severity.value}**: {level}.",
            "## Why",
            rule.why,
            "## Recommendation",
            *_served(rule),
            "## What is judged",
            *_judged(rule),
            "## Examples",
            *_examples(rule),
            "## Parameters",
            *_parameters(rule),
            "## Profiles",
            *_profiles(rule),
            *_related(rule),
            *_disagreement(rule),
            f"Written by `{COMMAND}` from the record in [{rule.group}.py]({record}).",
        ]
    )


def _served(rule: Rule) -> Iterator[str]:
    yield f"*{rule.guide}*, of Microsoft's guide *{GUIDE}*."
    others = [f"- {PATTERNS}: {each.shown}" for each in rule.gsf]
    others += [f"- {ARTICLES}: {each.shown}" for each in rule.waf]
    if others:
        yield "\n".join(["It also serves:", "", *others])


def _judged(rule: Rule) -> Iterator[str]:
    yield "\n".join(f"- {_target(target)}" for target in rule.targets)
    yield _moment(rule)
    yield _unknown(rule)
    for case in rule.unknown[:1]:
        yield _said(rule, case)


def _target(target: Target) -> str:
    if target.type == EVERY_RESOURCE:
        return "every azure-native resource"
    if target.type == STACK_ROOT:
        return "the stack"
    if target.type == EDGE_DEPLOYMENT:
        return "`verdazure.EdgeDeployment`"
    condition = f" whose `{target.path}` is {' or '.join(target.among)}" if target.path else ""
    return f"`{token(target.type)}`{condition}"


def _moment(rule: Rule) -> str:
    if rule.scope is Scope.RESOURCE:
        return "It is judged alone, before it is created."
    judged = "It is judged with its neighbours, once all of them are registered"
    return f"{judged}: a violation blocks a preview, not the `up` that follows." if rule.mandatory else f"{judged}."


def _unknown(rule: Rule) -> str:
    if not rule.unknown:
        return "Whatever it reads is known in a preview."
    if rule.when_unknown is FAIL:
        return "A value that only the deployment tells is a violation, as no program needs to derive this one:"
    return "A value that only the deployment tells is not passed over. The preview says what it cannot verify:"


def _examples(rule: Rule) -> Iterator[str]:
    passing, failing = shown(rule)
    yield f"This passes{_with(rule.cases_with)}:"
    yield f"```python\n{program(passing)}\n```"
    yield "This fails:"
    yield f"```python\n{program(failing)}\n```"
    yield "The rule says:"
    yield _said(rule, failing)


def _with(given: Mapping[str, Any]) -> str:
    return "".join(f", with `{key}` set to `{value}`" for key, value in given.items())


def _said(rule: Rule, case: Case) -> str:
    return "\n".join(["```text", *(_wrapped(str(each)) for each in _judged_case(rule, case)), "```"])


def _wrapped(message: str) -> str:
    return textwrap.fill(message, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _judged_case(rule: Rule, case: Case) -> list[Judgement]:
    """What the rule says of the case's first resource."""
    stack = Stack(_deployed(case))
    judged = next(each for each in stack.resources if each.name == case[0].name)
    return judge(rule, judged, parameters(rule, rule.cases_with), stack)


def _deployed(case: Case) -> list[PolicyResource]:
    """The case as the engine hands a finished stack to a policy."""
    made = {
        sample.name: handed_over(
            token(sample.type),
            sample.name,
            f"urn:pulumi:prod::shop::{sample.type}::{sample.name}",
            sample.properties,
        )
        for sample in case
    }
    for sample in case:
        for key, source in sample.links.items():
            if source in made:
                made[sample.name].property_dependencies[key] = [made[source]]
                made[sample.name].dependencies.append(made[source])
    return list(made.values())


def _parameters(rule: Rule) -> Iterator[str]:
    if not rule.parameters:
        yield "None."
        return
    rows = [(f"`{key}`", _default(each), _meaning(each)) for key, each in rule.parameters.items()]
    yield table(("Parameter", "Default", "Meaning"), rows)
    defaults = {rule.name: {key: each.schema["default"] for key, each in rule.parameters.items()}}
    yield "In a pack configuration, for `--policy-pack-config`:"
    yield f"```json\n{json.dumps(defaults, indent=2)}\n```"


def _profiles(rule: Rule) -> Iterator[str]:
    yield table(("Profile", "Level"), [(f"`{name}`", _level(each, rule)) for name, each in PROFILES.items()])
    if not can_fix(rule):
        return
    mends = {each.mending for [sample] in rule.fails for each in judge_alone(rule, sample) if each.mending}
    yield "At the level `remediate` it mends by itself, before the resource is made:"
    yield "\n".join(["```text", *sorted(mends), "```"])


def _level(profile: Profile, rule: Rule) -> str:
    ruling = profile.rulings()[rule.id]
    limits = ", ".join(f"`{key}` {value:g}" for key, value in ruling.parameters.items())
    return f"{ruling.level.value}, with {limits}" if limits else ruling.level.value


def _default(parameter: Parameter) -> str:
    value = parameter.default
    if isinstance(value, tuple):
        return ", ".join(value)
    return "none" if value == "" else f"{value:g}" if isinstance(value, int | float) else str(value)


def _meaning(parameter: Parameter) -> str:
    allowed = [each for each in parameter.choices if each]
    return f"{parameter.description}. One of: {', '.join(allowed)}" if allowed else parameter.description


def _related(rule: Rule) -> Iterator[str]:
    yield "## Related rules in other sets"
    if rule.related:
        yield "\n".join(f"- {name}" for name in rule.related)
    elif rule.disagreement:
        yield "Only those that ask for the opposite."
    else:
        yield "None in the sets that were compared: Checkov, PSRule for Azure and the built-ins of Azure Policy."


def _disagreement(rule: Rule) -> Iterator[str]:
    if opposite := rule.disagreement:
        yield "## Where we disagree"
        yield "\n".join(f"- {name}" for name in opposite.with_rules)
        yield f"What they ask for: {_inline(opposite.they_ask)}"
        yield f"Why we ask for the opposite: {_inline(opposite.because)}"
        yield f"When they are right: {_inline(opposite.they_are_right)}"


def _inline(sentences: str) -> str:
    return sentences[:1].lower() + sentences[1:]


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
