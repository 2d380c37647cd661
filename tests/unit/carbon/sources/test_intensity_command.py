"""`verdazure intensity`: what a person and a program see."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner
from verdazure import facts
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.carbon.sources import electricity_maps
from verdazure.cli.carbon_intensity import document, hourly, intensity, show

START = datetime(2026, 3, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = Origin("Electricity Maps v3", "SE-SE3", Signal.AVERAGE, Basis.LIFECYCLE)


def series(*values: float, step: timedelta = HOUR, quality: Quality = Quality.FORECAST) -> Series:
    return Series(ORIGIN, START, step, np.array(values), quality, issued=START - timedelta(minutes=12))


def printed(given: Series) -> str:
    console = Console(file=StringIO(), width=80)
    show("Sweden Central", given, START + timedelta(minutes=10), console)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


@pytest.fixture
def command(monkeypatch, tmp_path):
    """`command("swedencentral", "--json")`: the command without keys, its cache in an empty folder."""
    for name in ("ELECTRICITY_MAPS_TOKEN", "WATTTIME_USER", "WATTTIME_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERDAZURE_CACHE_DIR", str(tmp_path))
    app = typer.Typer()
    app.command()(intensity)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_one_value_is_a_line() -> None:
    assert printed(series(24.46, quality=Quality.MEASURED)) == (
        "Sweden Central (SE-SE3), average intensity, lifecycle\n"
        "Electricity Maps v3: measured, made 22 minutes ago\n\n"
        "24.5 gCO2e/kWh  12:00 to 13:00 UTC"
    )


def test_a_forecast_is_a_table_that_marks_the_cleanest_hour_and_the_unknown() -> None:
    assert printed(series(40, np.nan, 20)).splitlines()[4:] == [
        "  hour, UTC      gCO2e/kWh",
        " ─────────────────────────────────────────────────────",
        "  Fri 06 12:00        40.0   ████████████████████████",
        "  Fri 06 13:00     unknown",
        "  Fri 06 14:00        20.0   ████████████ cleanest",
    ]


def test_five_minute_steps_are_shown_by_the_hour() -> None:
    values = [*range(12), *[np.nan] * 12, *[30] * 6]
    assert hourly(series(*values, step=timedelta(minutes=5))) == [
        (START, 5.5),
        (START + HOUR, None),
        (START + 2 * HOUR, 30),
    ]


def test_json_holds_what_the_series_says_and_null_for_unknown() -> None:
    assert document("swedencentral", series(24.5, np.nan), []) == {
        "region": "swedencentral",
        "source": "Electricity Maps v3",
        "zone": "SE-SE3",
        "signal": "average",
        "basis": "lifecycle",
        "quality": "forecast",
        "issued": "2026-03-06T11:48:00+00:00",
        "unit": "gCO2e/kWh",
        "start": "2026-03-06T12:00:00+00:00",
        "step_seconds": 3600.0,
        "values": [24.5, None],
        "failures": [],
    }


def test_without_keys_the_typical_day_answers(command) -> None:
    result = command("Sweden Central", "--forecast", "--hours", "6", "--json")
    answer = json.loads(result.stdout)
    assert (answer["region"], answer["source"], answer["quality"]) == (
        "swedencentral",
        "facts table profiles",
        "typical",
    )
    assert len(answer["values"]) in (6, 7)  # seven hours are touched unless the clock shows a full hour
    start = datetime.fromisoformat(answer["start"])
    assert answer["values"][0] == facts.profile("SE-SE3").at(start)


def test_the_annual_mean_can_be_asked_for(command) -> None:
    result = command("swedencentral", "--source", "annual-mean")
    assert f"{facts.region('swedencentral').intensity_g_per_kwh:.1f} gCO2e/kWh" in result.stdout
    assert "facts table regions: typical, from the days until 20" in result.stdout


def test_a_service_that_fails_is_named_before_the_answer_of_the_next(command, service, monkeypatch) -> None:
    monkeypatch.setattr(electricity_maps, "SERVICE", replace(electricity_maps.SERVICE, url=service.url))
    monkeypatch.setenv("ELECTRICITY_MAPS_TOKEN", "sesame-open-1234")
    service.reply("/carbon-intensity/latest", {"error": "unknown token sesame-open-1234"}, 401)
    result = command("swedencentral")
    assert result.exit_code == 0
    assert "skipped Electricity Maps v3: refused with 401" in result.stderr
    assert "check the token in ELECTRICITY_MAPS_TOKEN" in result.stderr
    assert "facts table profiles: typical" in result.stdout
    assert "sesame" not in result.output
    failures = json.loads(command("swedencentral", "--json").stdout)["failures"]
    assert [failure["source"] for failure in failures] == ["Electricity Maps v3"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["swedencentrall"], 2, "did you mean swedencentral"),
        (["swedencentral", "--source", "gb", "--marginal"], 2, "gb has average intensities only"),
        (["swedencentral", "--source", "gb"], 1, "error: GB Carbon Intensity API: swedencentral draws from SE-SE3"),
        (["eastus", "--marginal"], 1, "error: WattTime v3: no account (set-up); set WATTTIME_USER"),
        (["eastus", "--source", "electricity-maps"], 1, "set ELECTRICITY_MAPS_TOKEN"),
        (["swedencentral", "--hours", "73"], 2, "72"),
    ],
)
def test_what_cannot_be_answered_is_one_error(command, arguments, code, said) -> None:
    result = command(*arguments)
    assert result.exit_code == code
    assert said in " ".join(result.stderr.replace("│", " ").split())
