"""`verdazure model`: what a person and a program read, what is written, and the exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.pretrained.hashing import hashes
from verdazure.pretrained.provenance import ScanVerdict, read, written

from tests.unit.pretrained.samples import MALICIOUS, safetensors, torch, write

SAID = {
    "--origin": "https://huggingface.co/microsoft/resnet-50",
    "--publisher": "Microsoft",
    "--licence": "apache-2.0",
    "--by": "vision@example.com",
}


def run(*arguments: object):
    return CliRunner().invoke(app, ["model", *map(str, arguments)])


def verify(model: Path, *more: object, **said: str):
    options = {**SAID, **{f"--{key}": value for key, value in said.items()}}
    return run("verify", model, *(word for pair in options.items() for word in pair), *more)


@pytest.fixture
def model(tmp_path) -> Path:
    return write(tmp_path / "model", {"config.json": b"{}", "model.safetensors": safetensors()})


@pytest.fixture
def output(tmp_path) -> Path:
    return tmp_path / "provenance.json"


def test_a_clean_model_gets_its_document(model, output):
    done = verify(model, "--output", output)
    assert done.exit_code == 0, done.output
    document = read(output.read_text())
    assert document.files == hashes(model)
    said = document.predicate
    assert (said.origin, said.publisher, said.licence) == (SAID["--origin"], "Microsoft", "Apache-2.0")
    assert (said.scan.scanner, said.scan.verdict, said.verified_by) == (
        "picklescan",
        ScanVerdict.CLEAN,
        "vision@example.com",
    )
    assert done.stdout.splitlines()[-1] == f"clean: {output}, digest {document.digest}"
    assert [line.split()[:2] for line in done.stdout.splitlines() if ".json " in line or ".safe" in line][:2] == [
        ["config.json", "text"],
        ["model.safetensors", "safetensors"],
    ]


def test_an_unsafe_model_gets_none_and_the_reason_is_told(model, output):
    write(model, {"extra.pkl": MALICIOUS})
    done = verify(model, "--output", output)
    assert (done.exit_code, output.exists()) == (1, False)
    assert "imports posix.system" in done.stdout
    assert done.stdout.splitlines()[-1] == f"unsafe: {output} was not written"


def test_a_program_reads_json(model, output):
    write(model, {"extra.pkl": MALICIOUS})
    done = verify(model, "--output", output, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["clean"], told["provenance"]) == (1, False, None)
    assert [(each["name"], each["kind"], len(each["faults"])) for each in told["files"]] == [
        ("config.json", "text", 0),
        ("extra.pkl", "pickle", 1),
        ("model.safetensors", "safetensors", 0),
    ]
    (model / "extra.pkl").unlink()
    told = json.loads(verify(model, "--output", output, "--json").stdout)
    assert (told["clean"], told["provenance"]["digest"]) == (True, read(output.read_text()).digest)


def test_it_says_what_to_prefer_and_what_the_component_will_ask_for(model, output):
    write(model, {"model.pt": torch()})
    assert verify(model, "--output", output, publisher="Example").stdout.splitlines()[-2:] == [
        "note: a pickle is a program, also one that imports little: safetensors and ONNX are none",
        "note: Example is not on the default list; name it in allowed_publishers of PretrainedModel",
    ]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"licence": "Apache"}, "--licence: 'Apache' is no SPDX id"),
        ({"origin": "http://example.org"}, "--origin: must be a URI that begins with https://, azureml://"),
        ({"publisher": ""}, "--publisher: String should have at least 1 character"),
        ({"by": "a\tb"}, "--by: must have no characters that cannot be printed"),
    ],
)
def test_what_cannot_be_vouched_for_is_a_wrong_use(model, output, said, message):
    done = verify(model, "--output", output, **said)
    assert (done.exit_code, output.exists()) == (2, False)
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_the_document_does_not_lie_in_the_model(model):
    done = verify(model, "--output", model / "provenance.json")
    assert (done.exit_code, (model / "provenance.json").exists()) == (2, False)


def test_a_link_in_the_model_is_one_clear_error(model, output):
    (model / "link").symlink_to("/etc/hostname")
    done = verify(model, "--output", output)
    assert (done.exit_code, done.stderr) == (1, f"error: {model / 'link'} is a symbolic link\n")


def test_an_unchanged_model_is_the_same(model, output):
    verify(model, "--output", output)
    done = run("check", model, output)
    assert (done.exit_code, done.stdout) == (0, f"the same: 2 files, digest {read(output.read_text()).digest}\n")


def test_what_changed_went_or_came_is_told(model, output):
    verify(model, "--output", output)
    write(model, {"model.safetensors": safetensors(data=b"\1" * 16), "new.json": b"{}"})
    (model / "config.json").unlink()
    done = run("check", model, output)
    assert (done.exit_code, done.stdout) == (1, "gone: config.json\nchanged: model.safetensors\nnew: new.json\n")


def test_a_document_of_an_unsafe_model_does_not_pass(model, output):
    verify(model, "--output", output)
    document = read(output.read_text())
    scan = document.predicate.scan.model_copy(update={"verdict": ScanVerdict.UNSAFE})
    unsafe = document.model_copy(update={"predicate": document.predicate.model_copy(update={"scan": scan})})
    output.write_text(written(unsafe))
    done = run("check", model, output)
    assert (done.exit_code, done.stdout) == (1, f"{output}: the scan found it unsafe\n")


@pytest.mark.parametrize("text", [b"{}", b"\xff"])
def test_what_is_no_document_is_one_clear_error(model, output, text):
    output.write_bytes(text)
    done = run("check", model, output)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
