"""`verdazure regions` with a workload, as a person and as a program reads it; prices come from a local socket."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.prices import retail

from tests.unit.prices.conftest import row, vm

WORK = ["--residency", "eu", "--stored", "hot=1000", "--vm-size", "Standard_NC4as_T4_v3", "--training-hours", "100"]


@pytest.fixture
def run(service, monkeypatch, tmp_path):
    monkeypatch.setattr(retail, "SERVICE", replace(retail.SERVICE, url=service.url))

    def command(*arguments):
        environment = {"COLUMNS": "160", "NO_COLOR": "1", "VERDAZURE_CACHE_DIR": str(tmp_path)}
        return CliRunner().invoke(app, ["regions", *arguments], env=environment)

    return command


@pytest.fixture
def priced(listed):
    spot = "NC4as T4 v3 Spot"
    listed(
        row("swedencentral", 0.03),
        row("westeurope", 0.02),
        vm("swedencentral", 0.2, spot),
        vm("westeurope", 0.1, spot),
    )


def words(shown):
    return " ".join(shown.output.split())


def test_a_person_reads_the_comparison(run, priced):
    shown = run(*WORK, "--weights", "carbon=1,price=1", "--current", "West Europe")
    assert shown.exit_code == 0
    for line in (
        "region score CO2e USD storage compute ms",
        "swedencentral 1.29 644 g 50.00 73 g 571 g ? 30.00 20.00",
        "francecentral - 1.4 kg ? 310 g 1.1 kg ? ? ?",
        "unknown austriaeast: price unknown; belgiumcentral: price unknown;",
        "choice swedencentral",
        "advice swedencentral would be better than westeurope, the region in use: a month it would save",
        "and add USD 20.00; moving 1,000 GB there would once emit 472 gCO2e, at an unknown cost (the price list has no "
        "transfer between regions in westeurope).",
        "unknown which regions sell these sizes; no public table says it: give --offers",
        "not outside eu: 43 regions; open on request only: francesouth, germanynorth, swedensouth",
        "by a month of 730 hours; below the CO2e of a share its cost; average intensity of the grid, lifecycle",
    ):
        assert line in words(shown)


def test_a_program_reads_the_same(run, priced):
    told = json.loads(run(*WORK, "--weights", "price=1", "--json").output)
    assert told["region"] == "westeurope"
    assert told["weights"] == {"carbon": 0, "price": 1, "latency": 0}
    assert (told["signal"], told["basis"], told["advice"], told["offers_known"]) == (
        "average",
        "lifecycle",
        None,
        False,
    )
    best, second, third = told["candidates"][:3]
    assert best["cost"] == {"value": pytest.approx(30)}
    assert best["shares"]["compute"]["cost"] == {"value": pytest.approx(10)}
    assert best["latency_ms"] == {"value": None, "reason": "no latency was given"}
    assert (second["region"], second["score"]) == ("swedencentral", pytest.approx(50 / 30))
    assert (third["score"], third["unweighed"]) == (None, "price unknown")
    assert third["cost"]["value"] is None


def test_without_prices_nothing_is_asked_and_costs_are_unknown(run, service):
    shown = run(*WORK, "--no-prices")
    assert service.asked == []
    assert "unknown costs: prices were not asked for" in words(shown)
    assert "swedencentral 1.00 644 g ? 73 g 571 g ? francecentral" in words(shown)


def test_dedicated_nodes_have_their_own_price(run, listed):
    listed(row("swedencentral", 0.03), vm("swedencentral", 0.5))
    told = json.loads(run(*WORK, "--dedicated", "--json").output)
    assert told["candidates"][0]["shares"]["compute"]["cost"] == {"value": pytest.approx(50)}


def test_latencies_of_ones_own_are_weighed(run, tmp_path):
    figures = tmp_path / "figures.csv"
    figures.write_text("region,latency_ms\nwesteurope,9\nswedencentral,38\n")
    weighed = ["--no-prices", "--figures", str(figures), "--weights", "latency=1", "--json"]
    assert json.loads(run(*WORK, *weighed).output)["region"] == "westeurope"
    figures.write_text("region,price\nwesteurope,9\n")
    refused = run(*WORK, *weighed)
    assert refused.exit_code == 2
    assert "leave the column price out" in refused.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--stored", "Hot"], "write Hot=500, a tier and its GB"),
        (["--stored", "warm=5"], "'Warm' is not an access tier"),
        (["--training-hours", "5"], "give both --vm-size and --training-hours"),
        (["--moved-gb", "5"], "moved_from: missing"),
        (["--egress-gb", "5", "--pareto"], "--pareto compares regions without a workload"),
        (["--egress-gb", "5", "--current", "westeurop"], "did you mean westeurope"),
    ],
)
def test_bad_input_is_one_clear_error(run, arguments, said):
    refused = run("--no-prices", *arguments)
    assert refused.exit_code == 2
    assert said in " ".join(refused.output.replace("│", " ").split())


def test_nothing_fits(run):
    refused = run("--residency", "qa", "--egress-gb", "5", "--no-prices")
    assert (refused.exit_code, refused.output.startswith("error: no region has all that is needed")) == (1, True)
