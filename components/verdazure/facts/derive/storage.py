"""storage_tiers.csv and replications.csv: what kept data draws, and how many copies of it there are."""

from pathlib import Path

from verdazure.facts.derive.sources import CCF, CCF_LICENCE, CCF_READ_ON, constants, documented
from verdazure.facts.derive.text import Cells, number

_COPIES_AS = {
    "LRS": "STORAGE_LRS",
    "ZRS": "STORAGE_ZRS",
    "GRS": "STORAGE_GRS",
    "RAGRS": "STORAGE_GRS",
    "GZRS": "STORAGE_GZRS",
    "RAGZRS": "STORAGE_GZRS",
}
"""Azure's redundancy -> Cloud Carbon Footprint's name; read access adds no copy."""


def derive_tiers(data: Path) -> list[Cells]:
    """One row a tier; a tier that may be kept on any medium has no energy.

    Where a tier may be kept on either medium, the two make the range.
    """
    energy = constants(data)["storage_wh_per_tb_hour"]
    return [_tier(tier, energy) for tier in documented("storage_tiers")]


def _tier(tier: Cells, energy: dict[str, float]) -> Cells:
    possible = [energy[medium] for medium in tier["media"].split()]
    source, licence = [tier["source"]], [tier["licence"]]
    if possible:
        source.append(f"energy: {CCF} application @b7a049c")
        licence.append(CCF_LICENCE)
    return {
        "name": tier["name"],
        "medium": tier["counted_as"],
        "wh_per_tb_hour_low": number(min(possible)) if possible else "",
        "wh_per_tb_hour": number(energy[tier["counted_as"]]) if possible else "",
        "wh_per_tb_hour_high": number(max(possible)) if possible else "",
        "source": "; ".join(source),
        "licence": "; ".join(dict.fromkeys(licence)),
        "read_on": tier["read_on"],
    }


def derive_replications(data: Path) -> list[Cells]:
    """One row a redundancy."""
    copies = constants(data)["replication_factors"]
    return [
        {
            "name": redundancy,
            "copies": str(copies[ccf_name]),
            "source": f"{CCF} application @b7a049c, replication factors",
            "licence": CCF_LICENCE,
            "read_on": CCF_READ_ON,
        }
        for redundancy, ccf_name in _COPIES_AS.items()
    ]
