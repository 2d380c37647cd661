"""cpus.csv: W of one vCPU, idle and at full load, by CPU generation.

Cloud Carbon Footprint publishes two editions from SPECpower_ssj2008 results: its application's constants and the newer
coefficients file. The application's value is the central one, the two editions together are the range.
"""

from pathlib import Path

from verdazure.facts.derive.sources import CCF, CCF_LICENCE, CCF_READ_ON, constants, read_csv
from verdazure.facts.derive.text import Cells, number


def derive(data: Path) -> list[Cells]:
    """One row a generation that both editions know, and `average` for a generation that neither knows."""
    known = constants(data)
    newer = {row["Architecture"]: row for row in read_csv(data / "coefficients" / "ccf_coefficients-azure-use.csv")}
    idle, full = known["min_watts_per_vcpu"], known["max_watts_per_vcpu"]
    rows = [
        _row(
            name,
            [idle[name], float(row["Min Watts"])],
            idle[name],
            [full[name], float(row["Max Watts"])],
            full[name],
            "application @b7a049c, coefficients @b0032d9",
        )
        for name, row in sorted(newer.items())
    ]
    average = known["avg_watts_per_vcpu"]
    return [
        *rows,
        _row(
            "average",
            [float(row[column]) for row in rows for column in ("idle_w_low", "idle_w_high")],
            average["min"],
            [float(row[column]) for row in rows for column in ("full_w_low", "full_w_high")],
            average["max"],
            "application @b7a049c, average for an unknown generation; its range spans all generations above",
        ),
    ]


def _row(name: str, idles: list[float], idle: float, fulls: list[float], full: float, edition: str) -> Cells:
    return {
        "name": name,
        "idle_w_low": number(min(idles)),
        "idle_w": number(idle),
        "idle_w_high": number(max(idles)),
        "full_w_low": number(min(fulls)),
        "full_w": number(full),
        "full_w_high": number(max(fulls)),
        "source": f"{CCF}, {edition}",
        "licence": CCF_LICENCE,
        "read_on": CCF_READ_ON,
    }
