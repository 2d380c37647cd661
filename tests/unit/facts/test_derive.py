"""Every committed table is what its sources give."""

import subprocess
import sys

import pytest
from verdazure.facts import derive
from verdazure.facts.derive.__main__ import FACTS
from verdazure.facts.derive.sources import MissingSource, data_folder
from verdazure.facts.tables import ALL


@pytest.mark.parametrize("table", derive.DERIVATIONS)
def test_the_committed_table_is_its_derivation(table: str):
    try:
        derived = derive.table_text(table, data_folder())
    except MissingSource as missing:
        pytest.skip(f"{table}: {missing}")
    assert (FACTS / f"{table}.csv").read_text("utf-8") == derived


def test_every_table_is_derived():
    committed = {file.stem for file in FACTS.glob("*.csv")}
    assert committed == set(derive.DERIVATIONS) == {table.name for table in ALL}


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(MissingSource, match=r"constants\.json is missing; set VERDAZURE_DATA_DIR to the folder"):
        derive.table_text("cpus", tmp_path)


def test_the_command_says_which_source_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "verdazure.facts.derive", "--check", "cpus"],
        env={"VERDAZURE_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: cpus: ")


def test_an_unknown_table_is_a_wrong_use():
    done = subprocess.run([sys.executable, "-m", "verdazure.facts.derive", "toasters"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no such table: toasters; there are accelerators, " in done.stderr
