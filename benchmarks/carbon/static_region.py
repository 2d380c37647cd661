"""What choosing a region once loses against moving every hour to the cleanest one, over the year 2022.

The static choice is the product's (`cleanest`), which ranks regions by the annual mean of the facts table: the mean of
this very year, so what is shown is the regret of standing still, not of forecasting. Moving is counted as free, which
flatters the hourly choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from verdazure import facts
from verdazure.carbon.regions import cleanest
from verdazure.facts import Region

from benchmarks.carbon.data import hourly_2022, rows
from benchmarks.carbon.figures import Cell, Relation, Table, Target, saving

_Traces = Mapping[str, NDArray[np.float64]]
"""gCO2e/kWh of each hour, by zone."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Open Azure regions with a trace in any of these areas, less some grid zones."""

    name: str
    areas: frozenset[str]
    without: frozenset[str] = frozenset()
    reference: str | None = None
    """The row of the independent computation, if it has this group."""

    def regions(self, traces: _Traces) -> dict[str, Region]:
        return {
            name: region
            for name, region in facts.regions().items()
            if region.access == "open"
            and region.residencies & self.areas
            and region.grid_zone in traces
            and region.grid_zone not in self.without
        }


_EUROPE = frozenset({"eea", "uk", "ch"})
_GROUPS = (
    _Group("EU", frozenset({"eu"})),
    _Group("EEA, UK and Switzerland", _EUROPE, reference="Azure-EU/EEA/UK/CH"),
    _Group("the same without Sweden, Norway", _EUROPE, frozenset({"SE-SE3", "NO-NO1"}), "EU without SE/NO"),
    _Group("US", frozenset({"us"}), reference="Azure US (open)"),
    _Group("the same without US-NW-BPAT", frozenset({"us"}), frozenset({"US-NW-BPAT"}), "Azure US w/o BPAT"),
)


def run() -> list[Table]:
    """Azure's regions, and the published bound over all zones. Raises `Missing`."""
    return [_azure(), _published()]


def _azure() -> Table:
    _, traces = hourly_2022("azure_zones_2022_hourly.csv")
    references = {row["group"]: row for row in rows("decarb", "azure_spatial_static_vs_dynamic_2022.csv")}
    body: list[tuple[Cell, ...]] = []
    targets: list[Target] = []
    for group in _GROUPS:
        regions = group.regions(traces)
        chosen = cleanest(regions=regions)[0]
        grids = np.stack([traces[zone] for zone in sorted({region.grid_zone for region in regions.values()})])
        mean, static, hourly = (
            float(grids.mean()),
            float(traces[chosen.grid_zone].mean()),
            float(grids.min(axis=0).mean()),
        )
        moves = int(np.count_nonzero(np.diff(grids.argmin(axis=0))))
        reference = float(references[group.reference]["static_saving_pct"]) if group.reference else None
        ours, optimum = saving(static, mean), saving(hourly, mean)
        body.append((group.name, chosen.grid_zone, reference, ours, optimum, optimum - ours, static - hourly, moves))
        if reference is not None:
            what = f"{group.name}, static choice"
            targets.append(Target(what, ours, Relation.EQUAL, reference, "independent computation, same traces", 2))
    note = (
        "Per cent saved against the mean of the group's zones, 2022. Regret: what the hourly-perfect choice, with free"
        " moves, would save beyond the static one. Moves: how often in the year it would change the zone."
    )
    columns = (
        "group",
        "chosen",
        "reference",
        "ours, static",
        "hourly-perfect",
        "regret, points",
        "regret, g/kWh",
        "moves",
    )
    title = "Static choice of an Azure region against the hourly-perfect one"
    return Table("static-region", title, columns, tuple(body), 2, note, tuple(targets))


def _published() -> Table:
    _, traces = hourly_2022("all_123_zones_2022_hourly.csv.gz")
    source = "Sukprasert et al., EuroSys 2024"
    grids = np.stack(list(traces.values()))
    saved = {"one": grids.mean() - grids.mean(axis=1).min(), "inf": grids.mean() - grids.min(axis=0).mean()}
    labels = {"one": "moved once, to the zone of the lowest mean", "inf": "moved every hour to the lowest zone"}
    papers = {
        row["migration"]: float(row["Global"]) for row in rows("decarb", "published_one_and_inf_savings_mean.csv")
    }
    body = tuple((labels[kind], papers[kind], float(grams), float(saved["inf"])) for kind, grams in saved.items())
    targets = tuple(
        Target(labels[kind], float(grams), Relation.EQUAL, papers[kind], source, 4) for kind, grams in saved.items()
    )
    note = f"gCO2e/kWh saved, mean of {len(traces)} zones. The optimum moves every hour."
    return Table(
        "shifting-limits-space",
        f"Limits of shifting in space: {source}",
        ("", "paper", "ours", "optimum"),
        body,
        4,
        note,
        targets,
    )
