"""The data platform: up under the policies, up again without a change, and down to nothing; one gate for both ends."""

import json
from pathlib import Path

import polars
from verdazure.ingestion import check, parse_specification
from verdazure.ingestion.dataflow import FileFormat, Files, Table, data_flow

ROOT = Path(__file__).parents[2]
STACK = ROOT / "stacks" / "data-platform"


def test_it_comes_up_settles_and_goes(stack_to_copy, held, pulumi):
    platform = stack_to_copy("data-platform")
    first = pulumi("up", "--yes", "--policy-pack", str(ROOT / "policies"), cwd=platform)
    assert "✅ verdazure" in first.stdout
    assert not any(word in first.stdout for word in ("[mandatory]", "[advisory]", "can't run policy", "warning:"))
    told = json.loads(pulumi("stack", "output", "--json", cwd=platform).stdout)
    assert told["recovery"] == {
        "raw": "soft delete and versions",
        "datasets": "re-creation",
        "models": "vaulted backup + zone redundancy",
    }
    assert told["deduplication"] == f"0 {told['startHour']} * * 1"
    assert set(told["pipelines"]) == {"clicks", "orders"}

    resources = held(platform)
    for key, source in (
        ("clicks", Files(FileFormat.CSV, "clicks")),
        ("orders", Table("sales", "orders", "changed_at")),
    ):
        written = (platform / "specifications" / f"{key}.json").read_text()
        carried = resources[f"intake-{key}-pipeline"]["parameters"]["specification"]["defaultValue"]
        assert carried == written, "what a laptop checks is what the pipeline carries"
        script = data_flow(parse_specification(written), source, sampled=True).script
        assert tuple(resources[f"intake-{key}-flow"]["properties"]["scriptLines"]) == script

    again = pulumi("up", "--yes", "--expect-no-changes", "--policy-pack", str(ROOT / "policies"), cwd=platform)
    assert "unchanged" in again.stdout
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=platform)
    pulumi("destroy", "--yes", cwd=platform)
    assert held(platform) == {}


def test_its_gate_stops_a_bad_batch_on_a_laptop(tmp_path):
    orders = {
        "order_id": [1, 1, 2],
        "customer": ["a", None, "b"],
        "amount": [10.0, -1.0, 3.0],
        "status": ["placed", "paid", "lost"],
    }
    file = tmp_path / "orders.parquet"
    polars.DataFrame(orders).write_parquet(file)
    specification = parse_specification((STACK / "specifications" / "orders.json").read_text())
    found = {(breach.rule, breach.column): breach.failing for breach in check([file], specification).breaches}
    assert found == {
        ("column-missing", "placed_at"): 3,
        ("nulls", "customer"): 1,
        ("least", "amount"): 1,
        ("allowed", "status"): 1,
        ("key", "order_id"): 2,
    }
