"""Drift measured from files: what moved, what cannot be compared, and the rows that a controller reads."""

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.operations.tables import TABLES, stream


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(4)
    still = generator.normal(size=2000)
    for name, shift in (("then", 0.0), ("now", 1.0)):
        frame = pl.DataFrame(
            {
                "age": generator.normal(loc=shift, size=2000),
                "income": still,
                "city": ["Malmo"] * 2000,
                "empty": pl.Series([None] * 2000, dtype=pl.Float64),
            }
        )
        frame.write_parquet(tmp_path / f"{name}.parquet")
        frame.write_csv(tmp_path / f"{name}.csv")
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["drift", *map(str, words)])


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_what_moved_comes_first_and_what_is_no_number_is_named(files, ending):
    done = run("churn", files / f"then.{ending}", files / f"now.{ending}", "--accuracy", "0.9", "--json")
    said = json.loads(done.output)
    assert [row["Column"] for row in said["rows"]] == ["age", "income"]
    assert said["rows"][0]["Psi"] > 0.25 > 0.01 > said["rows"][1]["Psi"]
    assert said["rows"][0]["KsP"] < 0.001
    assert said["rows"][1]["KsP"] == 1.0
    assert {row["Accuracy"] for row in said["rows"]} == {0.9}
    assert set(said["rows"][0]) == set(TABLES["VerdazureDrift_CL"])
    assert said["left_out"] == ["city", "empty"]


def test_rows_go_to_the_stream_of_their_table(files, monkeypatch):
    sent = []
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", lambda: "identity")

    class Client:
        def __init__(self, endpoint, credential):
            sent.append((endpoint, credential))

        def upload(self, *what):
            sent.append(what)

    monkeypatch.setattr("azure.monitor.ingestion.LogsIngestionClient", Client)
    done = run("churn", files / "then.csv", files / "now.csv", "--endpoint", "https://dce", "--rule", "dcr-1")
    assert done.exit_code == 0
    assert sent[0] == ("https://dce", "identity")
    assert sent[1][:2] == ("dcr-1", stream("VerdazureDrift_CL"))
    assert {row["Model"] for row in sent[1][2]} == {"churn"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("city\nMalmo\n", "error: no column of numbers is in both; columns in both: city\n"),
        ("height\n1\n", "error: no column of numbers is in both; columns in both: none\n"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_error(files, text, said):
    (files / "other.csv").write_text(text)
    done = run("churn", files / "then.csv", files / "other.csv")
    assert (done.exit_code, done.output) == (1, said)


def test_a_file_that_is_none_is_one_clear_error(files):
    done = run("churn", files / "then.csv", files / "nowhere.parquet")
    assert done.exit_code == 1
    assert len(done.output.splitlines()) == 1
    assert "give a Parquet or CSV file" in done.output


def test_half_an_address_is_refused(files):
    assert run("churn", files / "then.csv", files / "now.csv", "--rule", "dcr-1").exit_code == 2
