"""coefficients.csv: the numbers of the footprint model that hold for any size, tier and region."""

from pathlib import Path

from verdazure.facts.derive.sources import CCF, CCF_LICENCE, CCF_READ_ON, constants
from verdazure.facts.derive.text import Cells, number


def derive(data: Path) -> list[Cells]:
    """One row a number. Low and high are empty where the source gives no range."""
    known = constants(data)
    memory = known["memory_kwh_per_gb_hour"]
    return [
        # SPECpower measures whole servers: the CPU table may already hold the memory's draw.
        _row("memory", 0, memory, memory, "kWh/GB.h", "low: the CPU's figures already hold the memory"),
        _row("network", None, known["network_kwh_per_gb"], None, "kWh/GB", "traffic between data centres"),
        _row("pue", None, known["pue_default"], None, "kWh/kWh", "Azure, all regions"),
        _row(
            "utilisation",
            0,
            known["avg_cpu_utilization_pct_default"] / 100,
            1,
            "share of full load",
            "average of hyperscale servers; the range is what is possible",
        ),
        _row("server_lifespan", None, known["server_lifespan_hours"], None, "h", "four years"),
    ]


def _row(name: str, low: float | None, value: float, high: float | None, unit: str, note: str) -> Cells:
    return {
        "name": name,
        "low": number(low) if low is not None else "",
        "value": number(value),
        "high": number(high) if high is not None else "",
        "unit": unit,
        "source": f"{CCF} application @b7a049c; {note}",
        "licence": CCF_LICENCE,
        "read_on": CCF_READ_ON,
    }
