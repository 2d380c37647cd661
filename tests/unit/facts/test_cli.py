"""`verdazure facts`: tables a person reads, JSON a program reads, exit codes."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner
from verdazure.cli.facts import app
from verdazure.facts import audit, tables
from verdazure.facts.tables import ALL

RTC = (
    "year,cloud-provider,cloud-region,location,provider-cfe-annual,power-usage-effectiveness,water-usage-effectiveness,"
    "grid-carbon-intensity-average-consumption-annual,grid-carbon-intensity-marginal-consumption-annual\n"
    "2023,Microsoft Azure,westus,Washington: West US,,1.15,,120,477\n"
)


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    return done.output


def lines(output: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in output.splitlines() if line.strip()]


def test_list_names_every_table_with_its_licences():
    assert [found["table"] for found in json.loads(run("list", "--json"))] == [table.name for table in ALL]
    printed = {line[0]: line for line in lines(run("list"))}
    assert printed["profiles"][-1] == "ODbL-1.0"


def test_show_prints_values_and_a_dash_for_what_is_not_known():
    assert ["network", "-", "0.001", "-", "kWh/GB"] in lines(run("show", "coefficients"))


def test_show_of_one_row_names_its_sources():
    printed = lines(run("show", "regions", "swedencentral"))
    assert ["residencies", "eea", "eu", "se"] in printed
    assert ["availability_zones", "yes"] in printed
    assert ["intensity_licence", "ODbL-1.0"] in printed
    (row,) = json.loads(run("show", "regions", "swedencentral", "--json"))
    assert (row["intensity_g_per_kwh"], row["paired_region"]) == (23.43, "swedensouth")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "toasters"), "error: no table toasters; there are regions, vm_sizes, "),
        (("show", "vm_sizes", "Standard_NC4as_T4_v4"), "did you mean Standard_NC4as_T4_v3?"),
    ],
)
def test_a_wrong_name_is_a_wrong_use(arguments, said):
    assert said in run(*arguments, code=2)


def test_check_finds_no_fault_and_names_the_gaps():
    output = run("check")
    assert "availability_zones (1), intensity_g_per_kwh (6)" in output
    assert "supported_until (3)" in output


def test_check_fails_for_a_table_past_its_shelf_life(monkeypatch):
    old = replace(tables.replications, shelf_life=timedelta(days=-10_000))
    monkeypatch.setattr(audit, "ALL", (old,))
    assert "LRS, ZRS, GRS, RAGRS, GZRS, RAGZRS" in run("check", code=1)


def test_check_reads_the_users_copy_of_a_table_that_is_not_shipped(tmp_path):
    copy = tmp_path / "Cloud_Region_Metadata.csv"
    copy.write_text(RTC, "utf-8")
    output = run("check", "--real-time-cloud", str(copy))
    assert ["westus2", "1.15", "-", "-", "120", "477"] in lines(output)
    assert "mended: westus in 2023 is in Washington: read as westus2" in output
    plain = json.loads(run("check", "--real-time-cloud", str(copy), "--json"))["real_time_cloud"]
    assert plain["regions"]["westus2"]["marginal_g_per_kwh"] == {"value": 477, "year": 2023}


def test_check_refuses_another_file(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n", "utf-8")
    assert "has no column" in run("check", "--real-time-cloud", str(other), code=2)
