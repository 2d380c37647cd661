"""`verdazure models`: the smallest model for a task, the others by size, and why they do not serve."""

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.catalogue import Choice, Judged, Need


def models(
    task: Annotated[str, typer.Option(help="chat, embedding, transcription, image-classification, ...")],
    modality: Annotated[
        list[str] | None, typer.Option(help="What it has to take: audio, image or text; may be repeated.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="ISO 639-1 code that its publisher names; may be repeated.")
    ] = None,
    context_tokens: Annotated[int, typer.Option(metavar="TOKENS", help="Least context.")] = 0,
    licence: Annotated[
        list[str] | None, typer.Option(help="SPDX id that its weights may come under; may be repeated.")
    ] = None,
    hosting: Annotated[
        str | None, typer.Option(help="azure: as a deployment there; own: on your compute. Default: either.")
    ] = None,
    residency: Annotated[
        str | None, typer.Option(help="With --hosting azure, the area that nothing may leave: eu, eea or a country.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="With --hosting azure: an answer may take a day, in a batch.")
    ] = False,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="Day on which Azure hosts it still. Default: today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The smallest model that meets a need, and why each other does not: exit code 1 where none does.

    Models are listed by their parameters; those whose size is not published come last and are not taken for small.
    """
    from verdazure import facts
    from verdazure.carbon.regions import residencies
    from verdazure.catalogue import Hosting, Need, choose

    if task not in (tasks := sorted({model.task for model in facts.models().values()})):
        raise typer.BadParameter(f"task: {task!r}: there are {', '.join(tasks)}")
    if hosting != Hosting.AZURE.value and (residency or offline):
        raise typer.BadParameter("--residency and --offline need --hosting azure")
    if residency and residency not in residencies():
        raise typer.BadParameter(f"residency: {residency!r}: there are {', '.join(residencies())}")
    try:
        need = Need(
            task=task,
            modalities=frozenset(modality or ()),
            languages=frozenset(language or ()),
            context_tokens=context_tokens,
            licences=frozenset(licence) if licence else None,
            hosting=Hosting(hosting) if hosting else None,
            residency=residency,
            offline=offline,
            on=date.fromisoformat(on) if on else date.today(),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    choice = choose(need)
    for_task = [each for each in choice.judged if each.model.task == task]
    if as_json:
        print(json.dumps(_document(need, choice, for_task), indent=2))
    else:
        _show(choice, for_task)
    if not choice.smallest:
        raise typer.Exit(1)


def _document(need: "Need", choice: "Choice", judged: "list[Judged]") -> dict[str, Any]:
    return {
        "task": need.task,
        "smallest": [model.name for model in choice.smallest],
        "models": [
            {
                "name": each.model.name,
                "publisher": each.model.publisher,
                "parameters_millions": each.model.parameters_millions,
                "energy_class": each.model.energy_class,
                "context_tokens": each.model.context_tokens,
                "licence": each.model.model_licence,
                "meets": not each.why_not,
                "why_not": list(each.why_not),
                "source": each.model.source,
                "read_on": str(each.model.read_on),
            }
            for each in judged
        ],
    }


def _show(choice: "Choice", judged: "list[Judged]") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    grid = Table("Model", "Parameters", "Class", "Context", "Licence", "Meets the need", box=box.SIMPLE_HEAD)
    for each in judged:
        model = each.model
        parameters = "not published" if model.parameters_millions is None else f"{model.parameters_millions:,.10g} M"
        context = "-" if model.context_tokens is None else f"{model.context_tokens:,}"
        verdict = "; ".join(each.why_not) or ("yes, and the smallest" if model in choice.smallest else "yes")
        grid.add_row(model.name, parameters, model.energy_class or "-", context, model.model_licence or "-", verdict)
    Console(width=None if sys.stdout.isatty() else 160).print(grid)
    print("Smallest: " + (" or ".join(model.name for model in choice.smallest) or "none meets it"))
