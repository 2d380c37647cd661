"""The provenance document: in-toto's form, one canonical text, and every field checked when it is read back."""

import hashlib
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.pretrained.hashing import ModelFile
from verdazure.pretrained.provenance import (
    MOMENT,
    Predicate,
    Provenance,
    ProvenanceError,
    ScanResult,
    ScanVerdict,
    canonical,
    provenance,
    read,
    written,
)

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PREDICATE = Predicate(
    origin="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    publisher="sentence-transformers",
    licence="apache-2.0",
    scan=ScanResult(scanner="picklescan", version="1.0.5", verdict=ScanVerdict.CLEAN),
    sizes={"config.json": 612, "model.safetensors": 90_868_376},
    verified_by="vision@example.com",
    verified_on="2026-11-24T08:00:00Z",
)
FILES = (ModelFile("config.json", SHA, 612), ModelFile("model.safetensors", SHA, 90_868_376))
DOCUMENT = provenance(FILES, PREDICATE)
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


def plain() -> dict:
    return json.loads(canonical(DOCUMENT))


def test_it_has_the_form_of_an_in_toto_statement():
    assert plain() == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "config.json", "digest": {"sha256": SHA}},
            {"name": "model.safetensors", "digest": {"sha256": SHA}},
        ],
        "predicateType": "urn:verdazure:pretrained-model:v1",
        "predicate": {
            "origin": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
            "publisher": "sentence-transformers",
            "licence": "Apache-2.0",
            "scan": {"scanner": "picklescan", "version": "1.0.5", "verdict": "clean"},
            "sizes": {"config.json": 612, "model.safetensors": 90868376},
            "verifiedBy": "vision@example.com",
            "verifiedOn": "2026-11-24T08:00:00Z",
        },
    }


@given(
    sizes=st.dictionaries(NAMES, st.integers(0, 2**60), min_size=1),
    publisher=NAMES,
    verdict=st.sampled_from(ScanVerdict),
    digest=st.binary(min_size=32, max_size=32),
    moment=st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda moment: moment.strftime(MOMENT)),
)
def test_what_is_written_is_read_back(sizes, publisher, verdict, digest, moment):
    files = [ModelFile(name, digest.hex(), size) for name, size in sorted(sizes.items())]
    scan = PREDICATE.scan.model_copy(update={"verdict": verdict})
    said = {"sizes": sizes, "publisher": publisher, "scan": scan, "verified_on": moment}
    document = provenance(files, PREDICATE.model_copy(update=said))
    for text in (canonical(document), written(document)):
        again = read(text)
        assert (again, again.digest, again.files) == (document, document.digest, tuple(files))


def test_the_digest_is_that_of_the_canonical_text_however_the_file_is_indented():
    assert DOCUMENT.digest == hashlib.sha256(canonical(DOCUMENT).encode()).hexdigest()
    assert canonical(DOCUMENT).startswith(
        '{"_type":"https://in-toto.io/Statement/v1","predicate":{"licence":"Apache-2.0"'
    )
    assert read(json.dumps(plain(), indent=7)).digest == DOCUMENT.digest


def test_it_knows_the_files_at_its_top():
    assert (DOCUMENT.holds("config.json"), DOCUMENT.holds("MLmodel")) == (True, False)


def changed(path: str, value: object) -> str:
    document = plain()
    *outer, last = path.split(".")
    place = document
    for part in outer:
        place = place[int(part) if part.isdigit() else part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("_type", None, "_type: Field required"),
        ("_type", "https://in-toto.io/Statement/v0.1", "_type: Input should be 'https://in-toto.io/Statement/v1'"),
        ("predicateType", None, "predicateType: Field required"),
        ("predicateType", "x", "predicateType: Input should be 'urn:verdazure:pretrained-model:v1'"),
        ("subject", [], "subject: Tuple should have at least 1 item after validation, not 0"),
        ("subject.0.digest", {}, "subject.0.digest.sha256: Field required"),
        (
            "subject.0.digest.sha256",
            SHA.upper(),
            "subject.0.digest.sha256: String should match pattern '^[0-9a-f]{64}$'",
        ),
        ("subject.0.name", "../config.json", "subject.0.name: '../config.json' leads out of its folder"),
        ("subject.0.name", "z.json", "subject: names are not sorted, or not each once"),
        ("subject.0.name", "model.safetensors", "subject: names are not sorted, or not each once"),
        ("predicate.sizes", {"config.json": 612}, "predicate.sizes: not the files of subject"),
        ("predicate.sizes", {"a": -1}, "predicate.sizes.a: Input should be greater than or equal to 0"),
        ("predicate.sizes", {"a": "1"}, "predicate.sizes.a: Input should be a valid integer"),
        (
            "predicate.origin",
            "http://example.org",
            "predicate.origin: must be a URI that begins with https://, azureml://",
        ),
        (
            "predicate.origin",
            "https://example.org/m?sig=1",
            "predicate.origin: must be a URI without a query or password, as a key in it would be written down with it",
        ),
        ("predicate.publisher", "", "predicate.publisher: String should have at least 1 character"),
        ("predicate.publisher", "a\nb", "predicate.publisher: must have no characters that cannot be printed"),
        ("predicate.licence", "Apache", "predicate.licence: 'Apache' is no SPDX id; did you mean "),
        ("predicate.scan", None, "predicate.scan: Field required"),
        ("predicate.scan.verdict", "fine", "predicate.scan.verdict: Input should be 'clean' or 'unsafe'"),
        ("predicate.scan.version", None, "predicate.scan.version: Field required"),
        ("predicate.verifiedBy", None, "predicate.verifiedBy: Field required"),
        ("predicate.verifiedOn", "2026-11-24", "predicate.verifiedOn: time data '2026-11-24' does not match format"),
        (
            "predicate.verifiedOn",
            "2026-11-24T8:00:00Z",
            "predicate.verifiedOn: must be written as 2026-11-24T08:00:00Z",
        ),
        ("predicate.note", "trust me", "predicate.note: Extra inputs are not permitted"),
    ],
)
def test_each_field_is_checked_when_it_is_read(path, value, message):
    with pytest.raises(ProvenanceError) as refused:
        read(changed(path, value))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "_type: Field required"),
        ("[]", "Input should be an object"),
        ("clean", "Expecting value: line 1 column 1 (char 0)"),
        ('{"_type": 1, "_type": 2}', "it has a key twice: readers differ on which of the two they take"),
        ("[" * 100_000, "it nests too deep"),
    ],
)
def test_what_is_no_document_is_refused(text, message):
    with pytest.raises(ProvenanceError) as refused:
        read(text)
    assert str(refused.value) == message


def test_a_text_without_end_is_not_parsed(monkeypatch):
    monkeypatch.setattr("verdazure.pretrained.provenance.MOST_CHARACTERS", 10)
    with pytest.raises(ProvenanceError, match=r"^it has more than 10 characters$"):
        read(canonical(DOCUMENT))


def test_a_document_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        DOCUMENT.predicate.publisher = "somebody else"
    assert isinstance(DOCUMENT, Provenance)
