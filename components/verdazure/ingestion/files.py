"""The files of a batch."""

from collections.abc import Sequence
from pathlib import Path

from verdazure.ingestion.specification import SpecificationError


def kind_of(files: Sequence[Path]) -> str:
    """`.parquet` or `.csv`, which all files are. Raises `SpecificationError`."""
    kinds = {file.suffix.lower() for file in files}
    if not files or len(kinds) > 1 or not kinds <= {".parquet", ".csv"}:
        raise SpecificationError(
            f"the batch is {', '.join(sorted(kinds)) or 'nothing'}; give .parquet files or .csv files, not both"
        )
    return kinds.pop()
