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
    """One row a tier; a tier whose medium is not published has no energy."""
    energy = constants(data)["storage_wh_per_tb_hour"]
    return [
        {
            "name": tier["name"],
            "medium": tier["medium"],
            "wh_per_tb_hour": number(energy[tier["medium"]]) if tier["medium"] else "",
            "source": f"{tier['source']}; energy: {CCF} @b7a049c" if tier["medium"] else tier["source"],
            "licence": "; ".join(dict.fromkeys([tier["licence"], CCF_LICENCE])) if tier["medium"] else tier["licence"],
            "read_on": tier["read_on"],
        }
        for tier in documented("storage_tiers")
    ]


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
