"""Which model a need takes: the smallest that meets it, and why each other does not. Pure.

Size is the number of parameters. One that is not published is never taken for small: such a model is only chosen where
no model of known size meets the need, and then by its publisher's own words on which of a series is the smaller.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from verdazure import facts
from verdazure.catalogue.skus import NoSku, Sku, fitting, leaves
from verdazure.facts import Model


class Hosting(str, Enum):
    """Who runs the model."""

    AZURE = "azure"
    """Azure, as a deployment that is paid by what it is asked."""
    OWN = "own"
    """You, on compute of your own: the weights must be open."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a model has to do. What is left out is not asked for."""

    task: str
    """`chat`, `embedding`, `image-classification`, `text-classification`, `transcription`."""
    modalities: frozenset[str] = field(default=frozenset())
    """What it has to take: `audio`, `image`, `text`."""
    languages: frozenset[str] = field(default=frozenset())
    """ISO 639-1 codes; a model whose publisher names none does not meet any."""
    context_tokens: int = 0
    licences: frozenset[str] | None = None
    """SPDX ids that the weights may come under."""
    hosting: Hosting | None = None
    residency: str | None = None
    """Area that what Azure processes may not leave: `eu`, `eea` or a country's code."""
    offline: bool = False
    """Whether an answer may take a day."""
    sku: Sku | None = None
    """The deployment type; else the one that residency and offline ask for."""
    on: date | None = None
    """A day on which Azure has to host it still."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One model, and whether it meets the need."""

    model: Model
    why_not: tuple[str, ...]
    """Empty: it does."""

    @property
    def size(self) -> str:
        """`3,800 M parameters (S)`."""
        millions = self.model.parameters_millions
        if millions is None:
            return "size not published"
        return f"{millions:,.10g} M parameters ({self.model.energy_class})"

    def __str__(self) -> str:
        return f"{self.model.name} ({self.size}) {'; '.join(self.why_not) or 'meets it'}"


@dataclass(frozen=True, slots=True)
class Choice:
    """All models, those of known size first, the smallest before the larger."""

    judged: tuple[Judged, ...]
    smallest: tuple[Model, ...]
    """What meets the need and takes no justification: one or, where sizes are equal or secret, several; or none."""

    def of(self, name: str) -> Judged:
        """What was found of one model. Raises `UnknownFact`."""
        facts.models.get(name)
        return next(each for each in self.judged if each.model.name == name)

    def larger_than_needed(self, name: str) -> str | None:
        """Why a model that meets the need takes a justification, or nothing."""
        if not self.smallest or name in (model.name for model in self.smallest):
            return None
        instead = " or ".join(model.name for model in self.smallest)
        if self.smallest[0].parameters_millions is None:
            return f"{instead} is the smaller by its publisher's own words, and meets the need"
        if self.of(name).model.parameters_millions is None:
            return f"its size is not published, and {instead} of known size meets the need"
        return f"{instead} is smaller and meets the need"


def choose(need: Need, models: Iterable[Model] | None = None) -> Choice:
    """Judges the models, by default those of the facts table."""
    weighed = facts.models().values() if models is None else models
    judged = tuple(sorted((Judged(model, tuple(_faults(model, need))) for model in weighed), key=_by_size))
    meeting = {each.model.name: each.model for each in judged if not each.why_not}
    return Choice(judged, _smallest(meeting))


def _by_size(each: Judged) -> tuple[bool, float, str]:
    millions = each.model.parameters_millions
    return millions is None, millions or 0.0, each.model.name


def _smallest(meeting: Mapping[str, Model]) -> tuple[Model, ...]:
    known = [model.parameters_millions for model in meeting.values() if model.parameters_millions is not None]
    if known:
        return tuple(model for model in meeting.values() if model.parameters_millions == min(known))
    lowest = [model for model in meeting.values() if not _has_smaller(model, meeting)]
    called_small = {model.smaller_sibling for model in facts.models().values()}
    return tuple(model for model in lowest if model.name in called_small) or tuple(lowest)


def _has_smaller(model: Model, meeting: Mapping[str, Model]) -> bool:
    """Whether a smaller model of its series meets the need too; one between them may not."""
    known = facts.models()
    below = model.smaller_sibling
    while below is not None and below not in meeting:
        below = known[below].smaller_sibling
    return below is not None


def _faults(model: Model, need: Need) -> Iterator[str]:
    if model.task != need.task:
        yield f"is for {model.task}"
        return
    if missing := need.modalities - model.modalities:
        yield f"takes no {_listed(missing)}"
    if need.languages and not model.languages:
        yield "has no languages that its publisher names"
    elif unnamed := need.languages - model.languages:
        yield f"is not said to know {_listed(unnamed)}"
    if need.context_tokens and model.context_tokens is None:
        yield "has a context of unknown length"
    elif model.context_tokens is not None and model.context_tokens < need.context_tokens:
        yield f"takes {model.context_tokens:,} tokens"
    if need.licences is not None and model.model_licence not in need.licences:
        yield f"comes under {model.model_licence or 'no known licence'}"
    if need.hosting is Hosting.OWN and model.weights != "open":
        yield "has closed weights"
    if need.hosting is Hosting.AZURE:
        yield from _faults_of_hosting(model, need)


def _faults_of_hosting(model: Model, need: Need) -> Iterator[str]:
    if model.azure_format is None:
        yield "is not hosted by Azure"
        return
    if model.lifecycle in ("deprecated", "retired"):
        yield f"is {model.lifecycle}, so that it takes no new customers"
    elif need.on is not None and model.retires_on is not None and model.retires_on <= need.on:
        yield f"retires on {model.retires_on}"
    try:
        sku = need.sku or fitting(need.residency, need.offline)
    except NoSku as none:
        yield str(none)
        return
    if left := leaves(sku, need.residency):
        yield left
    elif not _offers(model, sku, need.residency):
        yield f"is not offered as {sku.in_zone(need.residency) if need.residency else sku.value}"


def _offers(model: Model, sku: Sku, residency: str | None) -> bool:
    if residency is None:
        return sku.value in {offered.partition(":")[0] for offered in model.azure_skus}
    return sku.in_zone(residency) in model.azure_skus


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
