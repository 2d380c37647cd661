"""Hashes of a model's files: all of them, each once, and nothing that is no plain file."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure.pretrained.hashing import CHUNK, ModelFile, UnsafePath, fault_of_name, hashes, open_plain

from tests.unit.pretrained.samples import write

PARTS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(files=st.dictionaries(PARTS, st.binary(max_size=64), min_size=1, max_size=5))
def test_each_file_has_the_hash_that_sha256sum_prints(tmp_path_factory, files):
    folder = write(tmp_path_factory.mktemp("model"), {f"weights/{name}": data for name, data in files.items()})
    assert hashes(folder) == tuple(
        ModelFile(f"weights/{name}", hashlib.sha256(files[name]).hexdigest(), len(files[name]))
        for name in sorted(files)
    )


def test_names_are_sorted_as_text_whatever_folder_they_lie_in(tmp_path):
    write(tmp_path, {"b": b"", "a/z": b"", "a-1": b"", ".hidden": b""})
    assert [each.name for each in hashes(tmp_path)] == [".hidden", "a-1", "a/z", "b"]


def test_a_file_longer_than_one_chunk_is_read_to_its_end(tmp_path):
    data = b"x" * (CHUNK + 1)
    write(tmp_path, {"model.onnx": data})
    (told,) = hashes(tmp_path / "model.onnx")
    assert told == ModelFile("model.onnx", hashlib.sha256(data).hexdigest(), CHUNK + 1)


@pytest.mark.parametrize("target", ["weights", "nowhere", "/etc/hostname", "."])
def test_a_symbolic_link_is_refused_wherever_it_leads(tmp_path, target):
    write(tmp_path, {"weights": b"1"})
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(UnsafePath, match=r"link is a symbolic link$"):
        hashes(tmp_path)
    with pytest.raises(UnsafePath, match=r"link is a symbolic link$"):
        hashes(tmp_path / "link")


def test_a_link_that_took_a_files_place_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        open_plain(tmp_path / "link")


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnsafePath, match=r"pipe is neither a file nor a folder$"):
        hashes(tmp_path)


def test_a_model_without_files_is_none(tmp_path):
    with pytest.raises(UnsafePath, match=r"holds no file$"):
        hashes(tmp_path)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("a/b.json", None),
        ("/etc/passwd", "is not relative"),
        ("C:/model", "is not relative"),
        ("a\\b", "is not relative"),
        ("../a", "leads out of its folder"),
        ("a/../../b", "leads out of its folder"),
        ("a//b", "leads out of its folder"),
        ("", "leads out of its folder"),
        ("a\nb", "has characters that cannot be printed"),
        ("a\u202eb", "has characters that cannot be printed"),
    ],
)
def test_a_name_that_leads_elsewhere_or_deceives_is_told(name, fault):
    assert fault_of_name(name) == fault


def test_a_file_whose_name_deceives_is_refused(tmp_path: Path):
    write(tmp_path, {"model\u202enno.exe": b""})
    with pytest.raises(UnsafePath, match=r"has characters that cannot be printed$"):
        hashes(tmp_path)
