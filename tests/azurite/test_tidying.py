"""The deduplication job against a real Blob endpoint: the newest inventory, once, whatever dies in between."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app, data
from verdazure.deduplication import InventoryError, tidy, tidying
from verdazure.deduplication.manifest import CONTAINER

from tests.azurite.test_deduplication import candidates, names, put


@pytest.fixture
def listed(account, container, tmp_path):
    """`listed(stamp)` writes an inventory of the container as Azure does, into a container of its own."""
    place = f"inventory-{container}"
    account.create_container(place)

    def write(stamp="2026/11/22/02-00-00", *, rule="blobs", status="Succeeded", complete=True):
        candidates(account, container, tmp_path)  # which writes inventory.csv
        base = f"{stamp}/{rule}/{rule}"
        put(account, place, f"{base}.csv", (tmp_path / "inventory.csv").read_bytes())
        manifest = {"files": [{"blob": f"{base}.csv", "size": 1}], "status": status, "destinationContainer": place}
        put(account, place, f"{base}-manifest.json", json.dumps(manifest))
        if complete:
            put(account, place, f"{base}-manifest.checksum", "checksum")
        return place

    return write


@pytest.fixture
def twins(account, container):
    for name in ("a", "b", "c"):
        put(account, container, name, b"same" * 100)


@pytest.mark.usefixtures("twins")
def test_a_job_reports_and_touches_nothing_until_it_is_asked_to(account, container, listed):
    rule = f"r{container}"
    place = listed(rule=rule)
    reported = tidy(account, act=False, container=place)
    assert (reported.run, reported.outcome, reported.anew) == (f"2026-11-22T02-00-00-{rule}", None, True)
    assert (reported.found.groups, reported.found.reclaimable) == (1, 800)
    assert names(account, container) == ["a", "b", "c"]
    assert {f"reports/{reported.run}.json", f"reports/{reported.run}.parquet"} <= set(names(account, CONTAINER))

    acted = tidy(account, act=True, container=place)
    assert (acted.found, acted.anew) == (reported.found, False)
    assert (acted.outcome.removed, acted.outcome.bytes) == (2, 800)
    assert names(account, container) == ["a"]
    again = tidy(account, act=True, container=place)
    assert (again.outcome.removed, again.anew) == (0, False)


@pytest.mark.usefixtures("twins")
def test_the_newest_complete_inventory_counts(account, container, listed):
    rule = f"r{container}"
    assert tidy(account, act=False, container=listed("2026/11/22/02-00-00", rule=rule, complete=False)) is None
    listed("2026/11/08/02-00-00", rule=rule)
    place = listed("2026/11/15/02-00-00", rule=rule)
    assert tidy(account, act=False, container=place).run == f"2026-11-15T02-00-00-{rule}"


@pytest.mark.usefixtures("twins")
def test_a_failed_inventory_is_told_and_not_read(account, container, listed):
    place = listed(rule=f"r{container}", status="Failed")
    with pytest.raises(InventoryError, match="the inventory 2026/11/22/02-00-00 is Failed: no reason"):
        tidy(account, act=True, container=place)


@pytest.mark.usefixtures("twins")
def test_a_job_that_dies_before_its_report_reads_again_and_one_that_dies_after_does_not(
    account, container, listed, monkeypatch
):
    place = listed(rule=f"r{container}")
    with monkeypatch.context() as dying:
        dying.setattr(tidying.json, "dumps", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tidy(account, act=True, container=place)
    assert names(account, container) == ["a", "b", "c"]
    with monkeypatch.context() as dying:
        dying.setattr(tidying, "consolidate", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tidy(account, act=True, container=place)
    monkeypatch.setattr(tidying, "find_duplicates", lambda *_: pytest.fail("read twice"))
    assert tidy(account, act=True, container=place).outcome.removed == 2


@pytest.mark.usefixtures("twins")
def test_the_command_tells_what_the_job_did(account, container, listed, monkeypatch):
    monkeypatch.setattr(data, "blobs_of", lambda _: account)
    place = listed(rule=f"r{container}")

    def run(*arguments):
        return CliRunner().invoke(app, ["data", "tidy", "--account", "st", "--container", place, *arguments])

    shown = run("--yes")
    assert "could go   800 B in 1 sets, one of each kept: verdazure-deduplication/reports/2026-11-22T02" in shown.output
    assert shown.output.endswith("removed    2 blobs, 800 B\n")
    told = json.loads(run("--json").output)
    assert (told["groups"], told["reclaimable"], told["removed"]) == (1, 800, None)


def test_without_an_inventory_there_is_nothing_to_do(account, container, monkeypatch):
    monkeypatch.setattr(data, "blobs_of", lambda _: account)
    shown = CliRunner().invoke(app, ["data", "tidy", "--account", "st", "--container", container])
    assert (shown.exit_code, shown.output.startswith("There is no complete inventory in ")) == (0, True)
