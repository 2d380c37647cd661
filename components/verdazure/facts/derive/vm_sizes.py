"""vm_sizes.csv: what Microsoft documents about a size, its board's TDP, its share of what making the server emitted.

The server's embodied emissions follow Cloud Carbon Footprint's method: a base server of one socket, one more socket,
one hard disk, memory above the 16 GB of the base, and each GPU. The server is the largest size of the series: the
method's own list of servers has 24 vCPUs for NCas_T4_v3, whose largest size has 64.
"""

from pathlib import Path
from typing import Any

from verdazure.facts.derive import accelerators
from verdazure.facts.derive.sources import CCF, CCF_LICENCE, constants, documented
from verdazure.facts.derive.text import Cells

_BASE_MEMORY_GB = 16
"""Memory of the base server in Cloud Carbon Footprint's methodology (Dell R740)."""
_SPECIFICATION = ("name", "family", "status", "retires_on", "gpu", "gpu_count", "gpu_memory_gib")


def derive(data: Path) -> list[Cells]:
    """One row a size; a size whose server is not documented has no embodied emissions."""
    tdps = {board["name"]: board["tdp_w"] for board in accelerators.derive(data)}
    kilograms = constants(data)["embodied_kgco2e"]
    return [_row(size, tdps.get(size["gpu"], ""), kilograms) for size in documented("vm_sizes")]


def _row(size: Cells, tdp: str, kilograms: dict[str, Any]) -> Cells:
    embodied = _embodied(size, kilograms)
    source, licence = [size["source"]], [size["licence"]]
    if tdp:
        source.append("TDP: accelerators.csv")
    if embodied:
        source.append(f"embodied: {CCF} coefficients @b0032d9, method applied to the series' largest size")
        licence.append(CCF_LICENCE)
    return {
        **{column: size[column] for column in _SPECIFICATION},
        "gpu_tdp_w": tdp,
        **{column: size[column] for column in ("vcpus", "memory_gib", "architecture", "cpu")},
        "embodied_kg": embodied,
        "successor": size["successor"],
        "source": "; ".join(source),
        "licence": "; ".join(licence),
        "read_on": size["read_on"],
    }


def _embodied(size: Cells, kilograms: dict[str, Any]) -> str:
    if not size["platform_vcpus"]:
        return ""
    memory = max(0.0, float(size["platform_memory_gib"]) - _BASE_MEMORY_GB)
    server = (
        kilograms["base_server"]
        + kilograms["per_extra_cpu_socket"]
        + kilograms["per_hdd"]
        + kilograms["dram_per_gb_above_16"] * memory
        + kilograms["per_gpu"] * float(size["platform_gpus"])
    )
    return f"{server * int(size['vcpus']) / int(size['platform_vcpus']):.2f}"
