"""Models judged by what they hold; the hostile ones are written here byte by byte and never loaded."""

import contextlib
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.pretrained import archives, pickles
from verdazure.pretrained.references import DEEPEST, NotOnnx, locations
from verdazure.pretrained.scanning import LONGEST_FAULT, Kind, scan

from tests.unit.pretrained.samples import (
    HARMLESS,
    MALICIOUS,
    MALICIOUS_STACK,
    MALICIOUS_TEXT,
    NUMBERS,
    UNKNOWN_IMPORT,
    message,
    onnx,
    safetensors,
    tensor,
    torch,
    write,
    zipped,
)

FIX = "take the model's safetensors or ONNX files instead"
SYSTEM = f"is a pickle that imports posix.system, which is dangerous: {FIX}"


def judged(tmp_path, name: str, data: bytes) -> tuple[Kind, tuple[str, ...]]:
    write(tmp_path, {name: data})
    (found,) = scan(tmp_path).files
    assert found.name == name
    return found.kind, found.faults


def npz(**arrays) -> bytes:
    made = io.BytesIO()
    np.savez_compressed(made, **arrays)
    return made.getvalue()


def npy(array) -> bytes:
    made = io.BytesIO()
    np.save(made, array)
    return made.getvalue()


OBJECTS = np.array([{"a": 1}], dtype=object)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("model.safetensors", safetensors(), Kind.SAFETENSORS),
        ("model.onnx", onnx(), Kind.ONNX),
        ("state.pkl", HARMLESS, Kind.PICKLE),
        ("numbers.bin", NUMBERS, Kind.PICKLE),
        ("two.pkl", HARMLESS + NUMBERS, Kind.PICKLE),
        ("model.pt", torch(), Kind.ARCHIVE),
        ("arrays.npz", npz(a=np.zeros((3, 3)), b=np.arange(4)), Kind.ARCHIVE),
        ("array.npy", npy(np.arange(4)), Kind.ARRAY),
        ("config.json", b'{"hidden_size": 2}', Kind.TEXT),
        ("MLmodel", b"flavors: {}\n", Kind.TEXT),
        ("tokenizer.model", b"\n\x0e\n\x05<unk>", Kind.DATA),
    ],
)
def test_what_holds_numbers_and_text_is_clean(tmp_path, name, data, kind):
    assert judged(tmp_path, name, data) == (kind, ())


@pytest.mark.parametrize("name", ["model.pkl", "pytorch_model.bin", "model.ckpt", "weights.pt"])
@pytest.mark.parametrize("pickle", [MALICIOUS, MALICIOUS_TEXT, MALICIOUS_STACK])
def test_a_pickle_that_would_run_a_command_is_refused(tmp_path, name, pickle):
    assert judged(tmp_path, name, pickle) == (Kind.PICKLE, (SYSTEM,))


@pytest.mark.parametrize("key", ["auto_map", "custom_pipelines"])
def test_settings_that_name_code_are_refused(tmp_path, key):
    text = json.dumps({"model_type": "llama", key: {"AutoModel": "modeling.Model"}})
    (tmp_path / "config.json").write_text(text)
    (judged,) = scan(tmp_path).files
    assert judged.faults == (f"names code of its own ({key}), which a loader may run: take a model that needs none",)


def test_settings_without_code_are_clean(tmp_path):
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 512}')
    assert scan(tmp_path).clean


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\xff"])
def test_settings_that_cannot_be_read_are_refused(tmp_path, text):
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    (judged,) = scan(tmp_path).files
    assert judged.faults == ("are no settings that can be read: nobody knows what a loader makes of them",)


def test_a_pickle_by_its_first_bytes_is_one_whatever_its_name_says(tmp_path):
    assert judged(tmp_path, "config.json", MALICIOUS) == (Kind.PICKLE, (SYSTEM,))


def test_a_tokeniser_that_is_a_pickle_without_magic_bytes_is_refused(tmp_path):
    fault = f"begins like a pickle, though it should be data: {FIX}"
    assert judged(tmp_path, "tokenizer.model", MALICIOUS_TEXT) == (Kind.DATA, (fault,))
    assert judged(tmp_path, "tokenizer.model", b"I1\n." + MALICIOUS_TEXT) == (Kind.DATA, (fault,))


def test_what_the_scanner_does_not_know_is_refused_too(tmp_path):
    fault = "is a pickle that imports sklearn.linear_model._base.LinearRegression, which is unknown to the scanner"
    assert judged(tmp_path, "model.pkl", UNKNOWN_IMPORT) == (Kind.PICKLE, (f"{fault}: {FIX}",))


def test_a_second_pickle_cannot_hide_behind_the_first_ones_memo(tmp_path):
    first = b"\x80\x04\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94\x93."
    second = b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x9400h\x00h\x01\x93\x8c\x02id\x85R."
    assert judged(tmp_path, "model.pkl", first + second) == (Kind.PICKLE, (SYSTEM,))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", None),
        (b"junk", "not enough data in stream to read uint4"),
        (HARMLESS[:-1], "pickle exhausted before seeing STOP"),
        (HARMLESS + b"\xff", "at position 30, opcode b'\\xff' unknown"),
        (b"\x80\x02\x82\x01.", "EXT1 imports by number"),
    ],
)
def test_a_pickle_that_cannot_be_read_to_its_end_is_refused(tmp_path, data, why):
    faults = () if why is None else (f"is no pickle that can be read to its end ({why}): {FIX}",)
    assert judged(tmp_path, "model.pkl", data) == (Kind.PICKLE, faults)


def test_a_pickle_too_long_to_judge_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pickles, "MOST_BYTES", 4)
    (fault,) = judged(tmp_path, "model.pkl", NUMBERS)[1]
    assert fault.startswith("is a pickle of more than")


def test_a_pickle_cannot_command_the_terminal(tmp_path):
    (fault,) = judged(tmp_path, "model.pkl", b"cposix\x1b[2J\n" + b"s" * 1000 + b"\n.")[1]
    assert fault.startswith("is a pickle that imports posix?[2J.sss")
    assert len(fault) == LONGEST_FAULT + len("...")


# Archives


def test_a_pickle_in_an_archive_of_pytorch_is_judged(tmp_path):
    assert judged(tmp_path, "model.pt", torch(MALICIOUS)) == (
        Kind.ARCHIVE,
        (f"holds archive/data.pkl, which {SYSTEM}",),
    )


def test_an_array_of_objects_is_a_pickle(tmp_path):
    fault = "is an array of objects, which is a pickle: take arrays of numbers"
    assert judged(tmp_path, "a.npy", npy(OBJECTS)) == (Kind.ARRAY, (fault,))
    (tmp_path / "a.npy").unlink()
    assert judged(tmp_path, "a.npz", npz(a=OBJECTS)) == (Kind.ARCHIVE, (f"holds a.npy, which {fault}",))


@pytest.mark.parametrize(
    ("member", "fault"),
    [
        ("../evil.json", "leads out of its folder"),
        ("/etc/evil.json", "is not relative"),
        ("a\\..\\evil.json", "is not relative"),
        ("a/../../evil.json", "leads out of its folder"),
        ("model.py", "is code, which nobody here can judge: take a model that needs none of its own"),
        ("inner.zip", "nothing looks into: unpack the archive first"),
        ("weights.h5", f"is of no format that can be judged; {FIX}, or leave it out"),
    ],
)
def test_what_an_archive_must_not_hold(tmp_path, member, fault):
    data = zipped({"a": b""}) if member == "inner.zip" else b"{}"
    assert judged(tmp_path, "model.zip", zipped({member: data})) == (
        Kind.ARCHIVE,
        (f"holds {_shown(member)}, which {fault}",),
    )


def _shown(member: str) -> str:
    return repr(member) if ".." in member or member.startswith("/") else member


def test_a_link_in_an_archive_is_refused(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert judged(tmp_path, "model.zip", made.getvalue())[1] == ("holds link.json, which is a symbolic link",)


def test_a_bomb_is_refused_unopened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_read", None)
    bomb = zipped({"archive/data/0": b"\0" * 1_000_000}, zipfile.ZIP_DEFLATED)
    fault = "is an archive that unpacks to more than 100 times its size"
    assert judged(tmp_path, "model.pt", bomb) == (Kind.ARCHIVE, (fault,))


def test_an_archive_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    assert judged(tmp_path, "model.pt", torch())[1] == ("is an archive of more than 3 files",)


def test_a_name_twice_is_refused(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("data.pkl", HARMLESS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("data.pkl", NUMBERS)
    fault = "is an archive that holds a name twice: readers differ on which of the two they load"
    assert judged(tmp_path, "model.pt", made.getvalue())[1] == (fault,)


def test_two_archives_in_one_file_are_refused(tmp_path):
    fault = "is an archive behind something else: readers differ on which of the two they load"
    assert judged(tmp_path, "model.pt", torch(MALICIOUS) + torch()) == (Kind.ARCHIVE, (fault,))


def test_an_archive_behind_a_pickle_is_judged_as_the_pickle_that_pytorch_loads(tmp_path):
    kind, (first, *_) = judged(tmp_path, "model.pt", MALICIOUS + torch())
    assert (kind, first.startswith("is no pickle that can be read to its end")) == (Kind.PICKLE, True)


def test_an_encrypted_member_is_refused(tmp_path):
    data = bytearray(zipped({"data.pkl": HARMLESS}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert judged(tmp_path, "model.pt", bytes(data))[1] == ("holds data.pkl, which is encrypted",)


def test_a_broken_checksum_is_refused(tmp_path):
    data = torch()
    broken = data.replace(b"\0" * 16, b"\1" * 16)
    kind, (fault,) = judged(tmp_path, "model.pt", broken)
    assert (kind, fault) == (
        Kind.ARCHIVE,
        "is no archive that can be read to its end: Bad CRC-32 for file 'archive/data/0'",
    )


@given(st.binary(max_size=200))
def test_no_bytes_behind_a_zip_header_crash_the_scan(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("model")
    assert judged(folder, "model.pt", b"PK\x03\x04" + noise)[0] is Kind.ARCHIVE


# Tensors and graphs


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack("<Q", 1 << 60) + b"{}",
        safetensors() + b"behind",
        safetensors({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 12]}}),
        safetensors({"w": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 16]}}),
        safetensors({"w": {"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 16]}}),
        b"\x10\0\0\0\0\0\0\0" + b"not json at all!",
        HARMLESS,
    ],
)
def test_a_safetensors_file_whose_header_does_not_hold_is_refused(tmp_path, data):
    name = "model.safetensors"
    kind, (fault,) = judged(tmp_path, name, data)
    assert (kind, fault.startswith("is no safetensors file: ")) == (Kind.SAFETENSORS, True)


def test_tensors_that_an_onnx_model_points_to_are_data(tmp_path):
    write(tmp_path, {"onnx/model.onnx": onnx("model.onnx_data"), "onnx/model.onnx_data": b"\x12" * 40})
    assert [(each.name, each.kind, each.faults) for each in scan(tmp_path).files] == [
        ("onnx/model.onnx", Kind.ONNX, ()),
        ("onnx/model.onnx_data", Kind.DATA, ()),
    ]


def test_no_onnx_model_makes_data_of_a_pickle(tmp_path):
    write(tmp_path, {"model.onnx": onnx("model.bin"), "model.bin": MALICIOUS_TEXT})
    assert [each.faults for each in scan(tmp_path).files] == [(SYSTEM,), ()]


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("../secret", "points to '../secret', which leads out of its folder"),
        ("/etc/passwd", "points to '/etc/passwd', which is not relative"),
        ("..\\secret", "points to '..\\\\secret', which is not relative"),
        ("missing.data", "points to 'missing.data', which is not there"),
    ],
)
def test_an_onnx_model_points_to_nothing_outside_of_its_folder(tmp_path, location, fault):
    assert judged(tmp_path, "model.onnx", onnx(location)) == (Kind.ONNX, (fault,))


@pytest.mark.parametrize("data", [b"", b"hello", onnx()[:-1], b"\x08\x0a", b"\x08" + b"\xff" * 12])
def test_what_is_no_onnx_model_is_refused(tmp_path, data):
    assert judged(tmp_path, "m.onnx", data) == (Kind.ONNX, ("is no ONNX model that can be read to its end",))


HELD = tensor("x")
SPARSE = message(1, HELD)


@pytest.mark.parametrize(
    "graph",
    [
        message(5, HELD),
        message(15, SPARSE),
        message(1, message(5, message(5, HELD))),
        message(1, message(5, message(10, HELD))),
        message(1, message(5, message(22, SPARSE))),
        message(1, message(5, message(23, SPARSE))),
        message(1, message(5, message(6, message(5, HELD)))),
        message(1, message(5, message(11, message(5, HELD)))),
    ],
)
def test_a_location_is_found_wherever_a_graph_holds_a_tensor(graph):
    assert locations(memoryview(message(7, graph))) == {"x"}


def test_a_location_is_found_in_functions_and_training():
    empty = message(7, b"")
    function = message(25, message(7, message(5, message(5, HELD))))
    default = message(25, message(11, message(5, HELD)))
    training = message(20, message(2, message(5, HELD)))
    assert [locations(memoryview(empty + each)) for each in (function, default, training)] == [{"x"}] * 3


def test_graphs_within_graphs_have_an_end():
    graph = message(2, b"g")
    for _ in range(DEEPEST):
        graph = message(1, message(5, message(6, graph)))
    with pytest.raises(NotOnnx, match="nests deeper"):
        locations(memoryview(message(7, graph)))


@given(st.binary(max_size=300))
def test_noise_is_an_onnx_model_or_is_refused(noise):
    with contextlib.suppress(NotOnnx):
        assert all(isinstance(each, str) for each in locations(memoryview(noise)))


# What nobody here can judge


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("modeling.py", b"", Kind.CODE),
        ("config.json", b"#!/bin/sh\n", Kind.CODE),
        ("weights", b"\x7fELF\x02", Kind.CODE),
        ("model.tar", b"\0" * 257 + b"ustar", Kind.COMPRESSED),
        ("model.joblib", b"x\x9cabc", Kind.COMPRESSED),
        ("model.safetensors.gz", b"\x1f\x8b\x08", Kind.COMPRESSED),
        ("model.h5", b"\x89HDF\r\n", Kind.UNKNOWN),
        ("saved_model.pb", b"\x08\x01", Kind.UNKNOWN),
        ("vocab.txt", b"a\0b", Kind.UNKNOWN),
    ],
)
def test_what_nobody_here_can_judge_is_refused(tmp_path, name, data, kind):
    found, faults = judged(tmp_path, name, data)
    assert (found, len(faults)) == (kind, 1)


def test_one_bad_file_makes_the_model_unsafe(tmp_path):
    write(tmp_path, {"model.safetensors": safetensors(), "config.json": b"{}"})
    assert scan(tmp_path).clean
    write(tmp_path, {"extra.pkl": MALICIOUS})
    assert not scan(tmp_path).clean
