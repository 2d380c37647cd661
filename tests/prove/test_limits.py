"""What values may be: the committed table is what Microsoft's models say."""

import csv
import os
from pathlib import Path

import pytest
from verdazure.sandbox.azure.limits import derive

ROOT = Path(__file__).parents[2]
MODELS = Path(os.environ.get("VERDAZURE_LIMITS_MODELS", ROOT / ".venv" / "limits"))


def test_the_table_equals_its_derivation():
    if not (MODELS / "msrest").is_dir():
        pytest.fail(f"{MODELS} does not hold the packages of requirements-limits.lock: run `make prove`")
    with derive.TABLE.open(newline="") as file:
        committed = [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(file)]
    derived = [{column: cell for column, cell in row.items() if cell} for row in derive.rows(MODELS)]
    assert committed == derived
