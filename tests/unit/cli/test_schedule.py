"""`verdazure schedule`: what a person and a program see, offline."""

import json
import time

import pytest
import typer
from typer.testing import CliRunner
from verdazure import facts
from verdazure.cli.carbon_schedule import schedule

NOVEMBER = ("--start", "2026-11-23T12:00Z", "--deadline", "2026-11-24T12:00Z")
TRACE = "datetime_utc,SE\n2026-01-05T00:00Z,9\n2026-01-05T01:00Z,300\n2026-01-05T02:00Z,1\n2026-01-05T03:00Z,4\n"
IN_TRACE = ("--zone", "SE", "--start", "2026-01-05T00:00Z", "--deadline", "2026-01-05T04:00Z")


@pytest.fixture
def local_time(monkeypatch):
    """`local_time("Europe/Stockholm")`: this machine's clock stands there."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    set_zone("UTC")
    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def command(local_time, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    app = typer.Typer()
    app.command()(schedule)
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.fixture
def trace(tmp_path):
    file = tmp_path / "trace.csv"
    file.write_text(TRACE)
    return ("--trace", str(file))


def lines(result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.rstrip() for line in result.stdout.splitlines() if line.strip()]


def test_a_person_sees_the_hours_and_what_they_save(command, trace) -> None:
    result = command("--hours", "1.5", "--kw", "10", "--interruptible", *IN_TRACE, *trace)
    assert lines(result) == [
        "1.5 h at 10 kW in SE, times in UTC",
        "  hour           gCO2e/kWh",
        " ───────────────────────────────────────────────────────────────────",
        "  Mon 05 00:00         9.0   █",
        "  Mon 05 01:00       300.0   ████████████████████████",
        "  Mon 05 02:00         1.0                              runs",
        "  Mon 05 03:00         4.0                              runs 30 min",
        "start    Mon 05 Jan 02:00",
        "finish   Mon 05 Jan 03:30, deadline Mon 05 Jan 04:00",
        "planned  30.0 gCO2e",
        "at once  1.59 kgCO2e",
        "saved    1.56 kgCO2e, 98.1%",
        "by       average intensity, unknown basis; trace.csv, measured",
    ]


def test_the_typical_day_of_the_zone_answers_without_a_trace(command) -> None:
    result = command("--hours", "6", "--kw", "3", "--zone", "DE", *NOVEMBER, "--json")
    answer = json.loads(result.stdout)
    hours = facts.profile("DE").grams_per_kwh[10]
    assert (answer["start"], answer["finish"]) == ("2026-11-23T23:00:00+00:00", "2026-11-24T05:00:00+00:00")
    assert answer["emissions_g"] == pytest.approx(3 * (hours[23] + sum(hours[:5])))
    assert answer["at_once_g"] == pytest.approx(3 * sum(hours[12:18]))
    assert answer["saved_g"] == pytest.approx(answer["at_once_g"] - answer["emissions_g"])
    assert (answer["source"], answer["zone"], answer["signal"], answer["basis"], answer["quality"]) == (
        *("facts table profiles", "DE"),
        *("average", "lifecycle", "typical"),
    )


def test_a_region_means_its_grid(command) -> None:
    by_zone = command("--hours", "6", "--kw", "3", "--zone", "SE-SE3", *NOVEMBER, "--json")
    by_region = command("--hours", "6", "--kw", "3", "--region", "Sweden Central", *NOVEMBER, "--json")
    assert by_zone.exit_code == 0
    assert by_region.stdout == by_zone.stdout


@pytest.mark.parametrize("zone", sorted(facts.profiles()))
def test_every_zone_with_a_profile_answers(command, zone: str) -> None:
    result = command("--hours", "6", "--kw", "3", "--zone", zone, *NOVEMBER, "--json")
    assert json.loads(result.stdout)["zone"] == zone


def test_a_flat_signal_is_said_to_have_no_benefit(command, tmp_path) -> None:
    flat = tmp_path / "flat.csv"
    flat.write_text("datetime_utc,HK\n2026-01-05T00:00,500\n2026-01-05T01:00,500\n2026-01-05T02:00,500\n")
    where = ("--zone", "HK", "--start", "2026-01-05T00:00Z", "--deadline", "2026-01-05T03:00Z")
    result = command("--hours", "1", "--kw", "1", *where, "--trace", str(flat))
    assert "start    Mon 05 Jan 00:00" in lines(result)
    assert "saved    Starts at once, no benefit: no later hours before the deadline are cleaner." in lines(result)


def test_times_without_an_offset_are_local_and_the_answer_says_so(command, local_time) -> None:
    local_time("Europe/Stockholm")
    times = ("--start", "2026-11-23T13:00", "--deadline", "2026-11-24T13:00")
    result = command("--hours", "6", "--kw", "3", "--zone", "DE", *times)
    assert "6 h at 3 kW in DE, times in CET" in lines(result)
    assert "start    Tue 24 Nov 00:00" in lines(result)
    assert "finish   Tue 24 Nov 06:00, deadline Tue 24 Nov 13:00" in lines(result)


def test_resumes_cost_what_they_are_said_to(command, trace) -> None:
    job = ("--hours", "2", "--kw", "1", "--interruptible", "--json", *trace)
    where = ("--zone", "SE", "--start", "2026-01-05T00:00Z", "--deadline", "2026-01-05T03:00Z")
    cheap = json.loads(command(*job, *where, "--resume-kwh", "0.5").stdout)
    assert [run["start"] for run in cheap["runs"]] == ["2026-01-05T00:00:00+00:00", "2026-01-05T02:00:00+00:00"]
    assert cheap["emissions_g"] == 9 + 1 + 0.5 * 1
    dear = json.loads(command(*job, *where, "--resume-kwh", "400").stdout)
    assert [run["start"] for run in dear["runs"]] == ["2026-01-05T01:00:00+00:00"]


def test_a_marginal_trace_is_called_marginal(command, trace) -> None:
    result = command("--hours", "1", "--kw", "1", *IN_TRACE, *trace, "--marginal", "--json")
    assert json.loads(result.stdout)["signal"] == "marginal"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--zone", "SE"], 2, "'SE' is not in the facts table: no such grid zone has a profile; its parts"),
        (["--region", "swedencentrall"], 2, "did you mean swedencentral"),
        ([], 2, "say where the job runs"),
        (["--zone", "DE", "--region", "uksouth"], 2, "say where the job runs"),
        (["--zone", "DE", "--kw", "0"], 2, "power is 0 W"),
        (["--zone", "DE", "--hours", "25"], 1, "error: 25 h do not fit"),
        (["--zone", "DE", "--resume-kwh", "1"], 2, "add --interruptible"),
        (["--zone", "DE", "--marginal"], 2, "typical days are averages"),
        (["--zone", "DE", "--deadline", "tomorrow"], 2, "'tomorrow' is not a time"),
        (["--zone", "DE", "--trace", "absent.csv"], 1, "error: absent.csv: cannot be read"),
    ],
)
def test_what_cannot_be_answered_is_one_error(command, arguments, code, said) -> None:
    result = command("--hours", "6", "--kw", "3", *NOVEMBER, *arguments)
    assert result.exit_code == code
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_a_trace_that_ends_before_the_deadline_is_an_error(command, trace) -> None:
    where = ("--zone", "SE", "--start", "2026-01-05T00:00Z", "--deadline", "2026-01-05T06:00Z")
    result = command("--hours", "1", "--kw", "1", *where, *trace)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the forecast does not reach from start to deadline: ")
