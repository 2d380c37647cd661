"""What of each framework the rules cover, with which components, and what serves the rest of the guide instead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from verdazure_policies import rules
from verdazure_policies.frameworks import ARTICLES, GUIDE, PATTERNS, READ_ON, Guide, Pattern, Recommendation
from verdazure_policies.markdown import table
from verdazure_policies.rulebook import EVERY_RESOURCE, RULEBOOK, STACK_ROOT, Rule, Target
from verdazure_policies.tokens import EDGE_DEPLOYMENT, canonical

GOLDEN = Path("tests/engine/golden")
"""The URNs that each scenario of the components registers, frozen by the tests that run them."""

COMPUTES: Mapping[str, tuple[str, ...]] = {
    "AmlCompute": ("CpuCluster", "GpuCluster"),
    "ComputeInstance": ("DevInstance",),
}
"""The components of the kinds of Azure ML computes that rules tell apart: one type for all of them."""

INSTEAD: Mapping[Guide, tuple[str, ...]] = {
    Guide.FINE_TUNING: ("FineTuning",),
    Guide.CACHING: ("ResultCache", "GatewayCache"),
    Guide.PUBLIC_DATASETS: ("PublicDataset", "verdazure data licence", "verdazure data sample"),
    Guide.INGESTION: ("BatchIngestion",),
    Guide.DATA_QUALITY: ("BatchIngestion", "DeduplicationJob", "verdazure data check", "verdazure data duplicates"),
}
"""Components and commands for the rows of the guide that no rule judges."""


def components(golden: Path) -> Mapping[str, tuple[str, ...]]:
    """Canonical type -> the components that declare it. Raises FileNotFoundError outside a checkout."""
    files = sorted(golden.glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"{golden} holds no URNs: run this in a checkout")
    owners: dict[str, set[str]] = defaultdict(set)
    for urn in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        *parents, type_ = urn.partition("::")[0].split("$")
        ours = [parent.removeprefix("verdazure:index:") for parent in parents if parent.startswith("verdazure:index:")]
        if ours:
            owners[canonical(type_)].add(ours[-1])
    return {type_: tuple(sorted(names)) for type_, names in owners.items()}


def blocks(golden: Path) -> Iterator[str]:
    """The page."""
    rules.load()
    declared = components(golden)
    book = sorted(RULEBOOK.values(), key=lambda rule: rule.id)
    yield "# Coverage"
    yield "What of each framework the [rules](README.md) cover."
    yield f"## {GUIDE}"
    yield (
        "Microsoft's guide, row by row, with the components that declare what a rule judges and so keep to it. They "
        "are told by type, those of Azure ML's computes also by kind."
    )
    for row in Guide:
        yield f"### {row}"
        yield _row(row, [rule for rule in book if rule.guide == row], declared)
    yield f"## {PATTERNS}"
    yield (
        "Of the Green Software Foundation: those that some rule makes a stack keep to. Its repository "
        f"`Green-Software-Foundation/patterns` was read on {READ_ON}; it was ordered anew in 2026, and files below "
        "`catalog` were read where they stood before."
    )
    patterns = [(each.title, f"`{each.file}`", _links(rule for rule in book if each in rule.gsf)) for each in Pattern]
    yield table(("Pattern", "File", "Rules"), patterns)
    yield f"## {ARTICLES}"
    yield (
        "Beside the guide: the recommendations that some rule makes a stack keep to, read on "
        f"{READ_ON} in the folder `well-architected/sustainability` of `MicrosoftDocs/well-architected`."
    )
    recommendations = [
        (each.title, f"`{each.article.file}`", _links(rule for rule in book if each in rule.waf))
        for each in sorted(Recommendation, key=lambda each: (each.article.file, each.title))
    ]
    yield table(("Recommendation", "File", "Rules"), recommendations)


def _row(row: Guide, serving: Sequence[Rule], declared: Mapping[str, tuple[str, ...]]) -> str:
    if not serving:
        instead = ", ".join(f"`{each}`" for each in INSTEAD.get(row, ()))
        return f"No rule. What serves it instead: {instead or 'nothing yet'}."
    cells = [(_links([rule]), rule.title, _kept(rule, declared)) for rule in serving]
    return table(("Rule", "What it asks for", "Components"), cells)


def _links(linked: Iterable[Rule]) -> str:
    return ", ".join(f"[{rule.id}]({rule.id}.md)" for rule in linked)


def _kept(rule: Rule, declared: Mapping[str, tuple[str, ...]]) -> str:
    types = {target.type for target in rule.targets}
    if EVERY_RESOURCE in types:
        return "all"
    if STACK_ROOT in types:
        return "the stack"
    names = {name for target in rule.targets for name in _declaring(target, declared)}
    return ", ".join(f"`{name}`" for name in sorted(names)) or "none: resources of one's own"


def _declaring(target: Target, declared: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    if target.type == EDGE_DEPLOYMENT:
        return ("EdgeDeployment",)
    if target.path == "properties.computeType":
        return [name for kind in target.among for name in COMPUTES[kind]]
    return declared.get(target.type, ())
