"""What `verdazure sandbox export` writes."""

import json
from pathlib import Path

from verdazure.sandbox.azure import export
from verdazure.sandbox.azure.store import Store


def arm_template(state: Path) -> str:
    """All that the simulated Azure holds as the text of an ARM template. Raises `FileNotFoundError` without a state."""
    if not state.is_file():
        raise FileNotFoundError("the simulated Azure holds nothing yet: run `verdazure sandbox up` first")
    return json.dumps(export.template(Store(state)), indent=2, ensure_ascii=False) + "\n"
