"""`verdazure model`: what a pretrained model holds, whether it is safe to load, and whether it is still the same."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verdazure.cli.azure import one_clear_error
from verdazure.cli.facts import AsJson

if TYPE_CHECKING:
    from verdazure.pretrained.hashing import ModelFile
    from verdazure.pretrained.provenance import Predicate
    from verdazure.pretrained.scanning import Scan, Scanned

app = typer.Typer(
    no_args_is_help=True,
    help="Scan pretrained models, write down where they are from, and see that they stay as they are.",
)

Model = Annotated[Path, typer.Argument(exists=True, help="The model: a file, or a folder with all of its files.")]


@app.command()
def verify(
    path: Model,
    origin: Annotated[str, typer.Option(help="Where it was taken from: https:// or azureml://.")],
    publisher: Annotated[str, typer.Option(help="Who published it, as `PretrainedModel` lists it: Microsoft.")],
    licence: Annotated[str, typer.Option(help="SPDX expression: MIT, Apache-2.0.")],
    by: Annotated[str | None, typer.Option(help="Who answers for it. Default: the user of this machine.")] = None,
    output: Annotated[Path, typer.Option(help="Where the provenance document is written.")] = Path("provenance.json"),
    as_json: AsJson = False,
) -> None:
    """Hash and scan every file of a model, and write its provenance: exit code 1, and no document, if it is unsafe.

    Nothing is loaded. Pickles may import tensors and arrays only; safetensors and ONNX are the formats to prefer.
    """
    from verdazure.pretrained.hashing import hashes
    from verdazure.pretrained.provenance import provenance, written
    from verdazure.pretrained.scanning import scan

    if output.resolve().is_relative_to(path.resolve()):
        raise typer.BadParameter("--output: lies in the model, and would be taken for a part of it")
    with _one_clear_error():
        files, found = hashes(path), scan(path)
    said = _predicate(files, found, origin, publisher, licence, by or getpass.getuser())
    document = provenance(files, said)
    if found.clean:
        output.write_text(written(document), encoding="utf-8")
    if as_json:
        print(json.dumps(_told(files, found, document.digest, str(output)), indent=2))
    else:
        _show(files, found)
        print(f"clean: {output}, digest {document.digest}" if found.clean else f"unsafe: {output} was not written")
        _advise(found, publisher)
    if not found.clean:
        raise typer.Exit(1)


@app.command()
def check(
    path: Model,
    document: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `verify` wrote.")],
) -> None:
    """See that a model is the one that a provenance document names: exit code 1 if a file is changed, gone or new."""
    from verdazure.pretrained.hashing import hashes
    from verdazure.pretrained.provenance import ScanVerdict, read

    with _one_clear_error():
        vouched = read(document.read_text(encoding="utf-8"))
        faults = list(_differences(vouched.files, hashes(path)))
    if vouched.predicate.scan.verdict is not ScanVerdict.CLEAN:
        faults.append(f"{document}: the scan found it {vouched.predicate.scan.verdict.value}")
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(1)
    print(f"the same: {len(vouched.files):,} files, digest {vouched.digest}")


def _predicate(
    files: "tuple[ModelFile, ...]", found: "Scan", origin: str, publisher: str, licence: str, by: str
) -> "Predicate":
    from pydantic import ValidationError

    from verdazure.pretrained.provenance import MOMENT, Predicate, ScanResult, ScanVerdict
    from verdazure.pretrained.scanning import SCANNER

    verdict = ScanVerdict.CLEAN if found.clean else ScanVerdict.UNSAFE
    try:
        return Predicate(
            origin=origin,
            publisher=publisher,
            licence=licence,
            scan=ScanResult(scanner=SCANNER, version=found.scanner_version, verdict=verdict),
            sizes={each.name: each.size for each in files},
            verified_by=by,
            verified_on=datetime.now(UTC).strftime(MOMENT),
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"verified_by": "by"}.get(str(first["loc"][0]), first["loc"][0])
        raise typer.BadParameter(f"--{option}: {first['msg'].removeprefix('Value error, ')}") from None


def _differences(vouched: "tuple[ModelFile, ...]", found: "tuple[ModelFile, ...]") -> Iterator[str]:
    then, now = {each.name: each for each in vouched}, {each.name: each for each in found}
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            yield f"gone: {name}"
        elif name not in then:
            yield f"new: {name}"
        elif then[name] != now[name]:
            yield f"changed: {name}"


def _one_clear_error() -> AbstractContextManager[None]:
    from verdazure.pretrained.hashing import UnsafePath
    from verdazure.pretrained.provenance import ProvenanceError

    return one_clear_error(UnsafePath, ProvenanceError, OSError, UnicodeDecodeError)


def _told(files: "tuple[ModelFile, ...]", found: "Scan", digest: str, output: str) -> dict[str, Any]:
    return {
        "clean": found.clean,
        "provenance": {"path": output, "digest": digest} if found.clean else None,
        "files": [
            {
                "name": each.name,
                "kind": scanned.kind.value,
                "size": each.size,
                "sha256": each.sha256,
                "faults": scanned.faults,
            }
            for each, scanned in _together(files, found)
        ],
    }


def _show(files: "tuple[ModelFile, ...]", found: "Scan") -> None:
    from rich import box
    from rich.console import Console
    from rich.filesize import decimal
    from rich.table import Table

    grid = Table("File", "Kind", "Size", "SHA-256", "Safe to load", box=box.SIMPLE_HEAD)
    for each, scanned in _together(files, found):
        verdict = "; ".join(scanned.faults) or "yes"
        grid.add_row(each.name, scanned.kind.value, decimal(each.size), each.sha256[:12], verdict)
    Console(width=None if sys.stdout.isatty() else 160, markup=False).print(grid)


def _together(files: "tuple[ModelFile, ...]", found: "Scan") -> "Iterator[tuple[ModelFile, Scanned]]":
    """Both are sorted by name; a file that came or went in between is an error."""
    return zip(files, found.files, strict=True)


def _advise(found: "Scan", publisher: str) -> None:
    from verdazure.pretrained.provenance import publishers
    from verdazure.pretrained.scanning import Kind

    if any(each.kind in (Kind.PICKLE, Kind.ARCHIVE) and not each.faults for each in found.files):
        print("note: a pickle is a program, also one that imports little: safetensors and ONNX are none")
    if publisher not in publishers():
        print(f"note: {publisher} is not on the default list; name it in allowed_publishers of PretrainedModel")
