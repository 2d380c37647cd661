"""`verdazure data duplicates`: what a person and a program read of an inventory; nothing is touched."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app

ROWS = """Name,Content-Length,Content-MD5,AccessTier,Content-Type,Content-Encoding
raw/a,1000000000,AAAA,Hot,,
raw/b,1000000000,AAAA,Hot,,
raw/c,1000000000,AAAA,Cool,,
raw/d,500,,Hot,,
raw/e.csv,2000,BBBB,Archive,text/csv,
raw/f.csv,2000,BBBB,Archive,text/csv,
"""


@pytest.fixture
def inventory(tmp_path):
    file = tmp_path / "inventory.csv"
    file.write_text(ROWS)
    return file


def run(*arguments):
    return CliRunner().invoke(app, ["data", *map(str, arguments)], env={"COLUMNS": "120", "NO_COLOR": "1"})


def test_a_person_reads_what_could_go_and_what_is_not_known(inventory, tmp_path):
    shown = run("duplicates", inventory, "--output", tmp_path / "found.parquet", "--region", "swedencentral")
    assert shown.exit_code == 0
    for line in (
        "looked at  6 blobs, 3.0 GB",
        "could go   2.0 GB in 2 sets, one of each kept: ",
        "held       0 duplicates are immutable, under legal hold or leased",
        "unknown    1 blobs have no content hash and were not compared",
        "raw text   4.0 kB is uncompressed text: Parquet with zstd would hold it in less",
        "Archive: ",
    ):
        assert line in shown.output
    assert (tmp_path / "found.parquet").is_file()


def test_a_program_reads_the_same(inventory, tmp_path):
    shown = run("duplicates", inventory, "--output", tmp_path / "f.parquet", "--region", "swedencentral", "--json")
    told = json.loads(shown.output)
    assert (told["blobs"], told["groups"], told["reclaimable"]) == (6, 2, 2000002000)
    hot = next(each for each in told["a_year"] if each["tier"] == "Hot")
    # 1 GB in three copies for 8766 h at 1.2 Wh a terabyte and hour, PUE 1.185, 23.43 gCO2e/kWh.
    assert hot["gco2e"] == pytest.approx(0.001 * 3 * 8766 * 1.2 / 1000 * 1.185 * 23.43)
    archive = next(each for each in told["a_year"] if each["tier"] == "Archive")
    assert archive["gco2e"] is None
    assert "storage_tiers.csv has no" in archive["unknown"]


def test_what_would_be_removed_is_said_before_it_is_done(inventory):
    shown = run("deduplicate", inventory, "--account", "stdata", "--run", "june")
    assert shown.exit_code == 0
    assert "from stdata as run june. Add --yes to do it." in shown.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["duplicates", "none.csv"], 1, "error: none.csv does not exist"),
        (["duplicates", "none.txt"], 1, "error: the inventory is .txt; give .parquet files or .csv files"),
        (["duplicates", "none.csv", "--region", "nowhere"], 2, "no such Azure region"),
        (["duplicates", "none.csv", "--least-bytes", "0"], 1, "error: least_bytes is 0; give 1 or more"),
        (["deduplicate", "none.parquet", "--account", "a", "--run", "r"], 2, "none.parquet does not exist"),
    ],
)
def test_bad_input_is_one_clear_error(arguments, code, words):
    refused = run(*arguments)
    assert refused.exit_code == code
    assert words in refused.output


# Batches

SPECIFICATION = '{"columns": {"id": {"type": "integer"}}, "key": ["id"], "sample": {"share": 1, "by": ["id"]}}'


@pytest.fixture
def batch(tmp_path):
    (tmp_path / "spec.json").write_text(SPECIFICATION)
    (tmp_path / "good.csv").write_text("id\n1\n2\n")
    (tmp_path / "bad.csv").write_text("id\n1\n1\n2\n")
    return tmp_path


def test_a_bad_batch_stops_a_pipeline(batch):
    good = run("check", batch / "spec.json", batch / "good.csv")
    assert (good.exit_code, good.output) == (0, "passed: 2 rows\n")
    bad = run("check", batch / "spec.json", batch / "bad.csv")
    assert bad.exit_code == 1
    assert "key    id          2   no two rows alike   2 of 3 rows" in bad.output
    assert bad.output.endswith("stopped: 1 rules broken in 3 rows\n")
    told = run("check", batch / "spec.json", batch / "bad.csv", "--json")
    assert told.exit_code == 1
    assert json.loads(told.output)["breaches"][0]["rule"] == "key"


def test_a_sample_is_drawn_by_the_same_document(batch):
    drawn = run("sample", batch / "spec.json", batch / "good.csv", "--output", batch / "sample.parquet")
    assert drawn.output == f"2 rows, 100.00% by id: {batch / 'sample.parquet'}\n"
    (batch / "spec.json").write_text('{"columns": {"id": {"type": "integer"}}}')
    refused = run("sample", batch / "spec.json", batch / "good.csv")
    assert refused.exit_code == 1
    assert "there is no sample; add one, such as" in refused.output
