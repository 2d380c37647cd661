"""accelerators.csv: W of one board, and what making it emitted.

Cloud Carbon Footprint publishes idle and full power for some boards. For the others they are fixed shares of the TDP,
the ends of the Teads curve as the Impact Framework states it; the published boards lie within 5 % of them. A board
whose TDP differs from the one that the publisher assumed (P100, V100 and A100 on PCIe) takes the shares too.
"""

from pathlib import Path
from typing import Any

from verdazure.facts.derive.sources import CCF, CCF_LICENCE, constants, documented, read_csv
from verdazure.facts.derive.text import Cells, number


def derive(data: Path) -> list[Cells]:
    """One row a board; a board whose TDP no source gives has no power."""
    known = constants(data)
    tdps = {row["name"]: row["tdp_watts"] for row in read_csv(data / "coefficients" / "mlco2_gpus.csv")}
    return [_row(board, tdps, known) for board in documented("accelerators")]


def _row(board: Cells, tdps: dict[str, str], known: dict[str, Any]) -> Cells:
    tdp, origins = _tdp(board, tdps)
    idle, full, method = _power(board["ccf_name"], tdp, known)
    if method == "published":
        origins.append((f"idle and full power: {CCF} application @b7a049c", CCF_LICENCE))
    if method == "from TDP":
        origins.append(("idle and full power: Impact Framework, ends of the Teads curve", "MIT"))
    origins.append((f"embodied: {CCF} coefficients @b0032d9, flat for any GPU", CCF_LICENCE))
    high = known["boavizta_gpu_embodied_kgco2e"].get(board["boavizta_name"])
    if high is not None:
        origins.append((f"embodied, high: computed with BoaviztAPI 2.5.0 for {board['boavizta_name']}", "facts only"))
    return {
        "name": board["name"],
        "tdp_w": tdp,
        "idle_w": idle,
        "full_w": full,
        "method": method,
        "embodied_kg_low": number(known["embodied_kgco2e"]["per_gpu"]),
        "embodied_kg_high": number(high) if high is not None else "",
        "source": "; ".join(source for source, _ in origins),
        "licence": "; ".join(dict.fromkeys(licence for _, licence in origins)),
        "read_on": board["read_on"],
    }


def _tdp(board: Cells, tdps: dict[str, str]) -> tuple[str, list[tuple[str, str]]]:
    if board["mlco2_name"]:
        return tdps[board["mlco2_name"]], [("TDP: mlco2/impact gpus.csv @d0d3ee5", "MIT")]
    if board["tdp_w"]:
        return board["tdp_w"], [(f"TDP: {board['tdp_source']}", board["tdp_licence"])]
    return "", []


def _power(ccf_name: str, tdp: str, known: dict[str, Any]) -> tuple[str, str, str]:
    if ccf_name:
        return number(known["gpu_min_watts"][ccf_name]), number(known["gpu_max_watts"][ccf_name]), "published"
    if tdp:
        idle, *_, full = known["teads_curve"]["y_tdp_factor"]
        return number(idle * float(tdp)), number(full * float(tdp)), "from TDP"
    return "", "", "unknown"
