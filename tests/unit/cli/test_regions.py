"""`verdazure regions`, as a person and as a program reads it."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app


def run(*arguments):
    return CliRunner().invoke(app, ["regions", *arguments], env={"COLUMNS": "160", "NO_COLOR": "1"})


def test_a_person_reads_what_fits_and_what_is_not_known():
    shown = run("--gpu", "A100", "--residency", "eu")
    assert shown.exit_code == 0
    assert shown.output.count("  choice") == 1
    for line in (
        "choice   swedencentral",
        "sizes    Standard_NC24ads_A100_v4, Standard_NC48ads_A100_v4",
        "unknown  which regions offer these; no public table says it: give --offers or --providers",
        "not      outside eu: 43 regions; open on request only: francesouth, germanynorth, swedensouth",
        "by       average intensity of the grid in 2022, lifecycle; moving by typical days",
    ):
        assert line in shown.output


def test_a_program_reads_the_same():
    told = json.loads(run("--residency", "eu", "--current", "francecentral", "--json").output)
    assert (told["region"], told["signal"], told["basis"]) == ("swedencentral", "average", "lifecycle")
    assert told["ranked"][0] == {
        "region": "swedencentral",
        "score": 1.0,
        "intensity_g_per_kwh": 23.43,
        "price": None,
        "latency_ms": None,
    }
    assert told["switching"]["advised"] is False
    assert told["offers_known"] is True


def test_figures_of_ones_own_are_weighed(tmp_path):
    figures = tmp_path / "figures.csv"
    figures.write_text("region,price,latency_ms\nSweden Central,4.1,38\nfrancecentral,3.9,12\nwesteurope,,9\n")
    told = json.loads(run("--residency", "eu", "--figures", str(figures), "--weights", "price=1", "--json").output)
    assert [each["region"] for each in told["ranked"]] == ["francecentral", "swedencentral"]
    best = run("--residency", "eu", "--figures", str(figures), "--weights", "price=1", "--pareto").output
    assert "3.9" in best
    assert "price unknown: 9 regions" in best


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--residency", "qa"], 1, "error: no region has all that is needed (outside qa: 56"),
        (["--residency", "atlantis"], 2, "holds no Azure region"),
        (["--weights", "co2=1"], 2, "what counts is carbon, price and latency"),
        (["--weights", "carbon"], 2, "write carbon=1,price=0.5,latency=0.2"),
        (["--current", "swedencentrl"], 2, "swedencentral"),
        (["--offers", "none.json"], 1, "error: none.json: cannot be read"),
        (["--figures", "none.csv"], 2, "none.csv: cannot be read"),
    ],
)
def test_bad_input_is_one_clear_error(arguments, code, words):
    refused = run(*arguments)
    assert refused.exit_code == code
    assert words in refused.output


def test_a_figure_that_is_no_number_says_where(tmp_path):
    figures = tmp_path / "figures.csv"
    figures.write_text("region,price\nswedencentral,cheap\n")
    refused = run("--figures", str(figures), "--weights", "price=1")
    assert "line 2, price: 'cheap' is not a number" in refused.output
    figures.write_text("region,cost\nswedencentral,1\n")
    refused = " ".join(run("--figures", str(figures)).output.replace("│", " ").split())
    assert "its columns are cost, region; allowed: region, price, latency_ms" in refused
