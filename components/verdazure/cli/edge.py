"""`verdazure edge`: manifests judged before a hub sees them, and what one device ends up with."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(name="edge", help="IoT Edge manifests and what devices make of them.", no_args_is_help=True)

EDGE_DEPLOYMENT = "EdgeDeployment"
"""How the type of such a resource ends in a stack's state."""
Day = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="Day for which versions are judged. Default: today.")
]


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, help="Manifests, lists of a hub's deployments, or stacks' exports."
        ),
    ],
    on: Day = None,
) -> None:
    """Judges manifests as IoT Hub, the device and this library would: exit code 1 where one is refused."""
    good = True
    for path in files:
        document = _read(path)
        if isinstance(document, dict) and ("modulesContent" in document or "content" in document):
            good &= _judged(str(path), document.get("content", document), _day(on))
        else:
            good &= _judged_together(path, _configurations(document), _day(on))
    if not good:
        raise typer.Exit(1)


def _judged_together(path: Path, configurations: list[Mapping[str, Any]], on: date) -> bool:
    from verdazure.edge.language import LanguageError
    from verdazure.edge.manifest import Deployment, fleet_faults

    each_good = [_judged(f"{path}: {each['id']}", each["content"], on) for each in configurations]
    try:
        faults = fleet_faults([Deployment.of(each) for each in configurations]) if all(each_good) else []
    except LanguageError as error:
        print(f"{path}: {error}")
        return False
    for fault in faults:
        print(f"{path}: {fault.text}")
    return all(each_good) and not faults


def _judged(name: str, content: Any, on: date) -> bool:
    from verdazure.edge.manifest import ManifestError, check_base, check_layer, is_layered

    try:
        layered = is_layered(content)
        (check_layer if layered else check_base)(content, on)
    except ManifestError as error:
        for fault in error.faults:
            print(f"{name}: {fault.text}")
        return False
    print(f"{name}: a {'layered' if layered else 'base'} deployment, nothing to say against it")
    return True


@app.command()
def render(
    device: Annotated[str, typer.Option(metavar="ID", help="The device.")],
    deployments: Annotated[
        Path,
        typer.Option(
            "--from",
            exists=True,
            dir_okay=False,
            help="What `pulumi stack export` or `az iot edge deployment list` printed.",
        ),
    ],
    twin: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Its twin, as `az iot hub device-twin show` prints it."),
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A tag of its twin; may be repeated.")
    ] = None,
    on: Day = None,
) -> None:
    """Prints the manifest that one device ends up with; on standard error, what it was put together from."""
    from verdazure.edge.language import LanguageError
    from verdazure.edge.manifest import Deployment, ManifestError, NoBase, effective

    try:
        found = effective(
            _twin(device, twin, tag or []),
            [Deployment.of(each) for each in _configurations(_read(deployments))],
            _day(on),
        )
    except (LanguageError, ManifestError, NoBase) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{device}: {' + '.join((found.base, *found.layers))}", err=True)
    for each in found.left_out:
        typer.echo(f"left out: {each}", err=True)
    print(json.dumps(found.content, indent=2))


@app.command()
def size(
    devices: Annotated[int, typer.Option(min=1, help="How many devices send.")],
    messages: Annotated[int, typer.Option(min=1, help="Messages that one device sends in a day.")],
    size_bytes: Annotated[int, typer.Option("--bytes", min=1, help="Bytes of one message.")],
) -> None:
    """How large a hub is needed, and how large if devices put several messages into one: exit code 1 where none is."""
    from verdazure import facts
    from verdazure.edge.sizing import Telemetry, TooMuch, size

    sent = Telemetry(devices, messages, size_bytes)
    together = sent.batched(facts.iot_hub_tiers.get("S1").meter_bytes)
    fits = True
    for name, each in {"as it is": sent, "batched": together}.items():
        what = f"{each.messages_per_day:,} messages of {each.bytes_per_message:,} bytes a device and day"
        try:
            hub = size(each)
        except TooMuch as error:
            fits = name != "batched"
            print(f"{name}: {what}: none: {error}")
            continue
        units = "1 unit" if hub.units == 1 else f"{hub.units} units"
        print(f"{name}: {what}: {hub.tier}, {units}; {hub.counted:,} counted, {100 * hub.used:.0f} % of the quota")
    if not fits:
        raise typer.Exit(1)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise typer.BadParameter(f"{path}: no JSON: {error}") from None


def _day(on: str | None) -> date:
    try:
        return date.fromisoformat(on) if on else date.today()
    except ValueError:
        raise typer.BadParameter(f"--on: {on!r}: a day is written 2026-11-24") from None


def _configurations(document: Any) -> list[Mapping[str, Any]]:
    """Of a list as the service gives it, or of a stack's state."""
    if isinstance(document, list):
        return document
    resources = document.get("deployment", {}).get("resources") if isinstance(document, Mapping) else None
    if resources is None:
        raise typer.BadParameter("neither a manifest, nor a stack's export, nor a list of deployments")
    held = (each["outputs"] for each in resources if each["type"].endswith(EDGE_DEPLOYMENT) and "outputs" in each)
    return [{**each, "id": each["deploymentId"]} for each in held]


def _twin(device: str, path: Path | None, tags: list[str]) -> dict[str, Any]:
    twin = _read(path) if path else {}
    pairs = dict(each.partition("=")[::2] for each in tags)
    return {**twin, "deviceId": device, "tags": {**twin.get("tags", {}), **{k: _value(v) for k, v in pairs.items()}}}


def _value(text: str) -> Any:
    """A tag as JSON where it is some, else as the text it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text
