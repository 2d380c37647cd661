"""What moving to the cleanest region every hour would add to choosing one region once.

Usually little: over the Azure regions of 2022 moving added 0.3 percentage points in the European Economic Area, the
United Kingdom and Switzerland, 0.01 in the United States (`make bench-carbon`).
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verdazure import facts
from verdazure.carbon.series import Quality

WORTH_MOVING = 0.01
"""Below this share of what the candidates emit on average, moving is advised against: each move costs a transfer."""


@dataclass(frozen=True, slots=True)
class Switching:
    """One choice against moving freely, for a load that is constant over a year. Signal: average, lifecycle."""

    regions: tuple[str, ...]
    """Those compared."""
    unknown: tuple[str, ...]
    """Those left out: their grids have no profile."""
    best: str
    """The one region with the lowest mean."""
    mean_g_per_kwh: float
    """Over all that are compared: what a choice without looking gives."""
    static_g_per_kwh: float
    dynamic_g_per_kwh: float
    """Moving each hour, with nothing counted for a move: no plan does better."""
    switches: int
    """Moves in the year."""
    quality: Quality = Quality.TYPICAL
    """Typical days smooth the weather away, so that the real gain is somewhat larger."""

    @property
    def added_share(self) -> float:
        """What moving saves beyond the one choice, as a share of the mean."""
        return (self.static_g_per_kwh - self.dynamic_g_per_kwh) / self.mean_g_per_kwh if self.mean_g_per_kwh else 0.0

    @property
    def advised(self) -> bool:
        return self.added_share >= WORTH_MOVING

    @property
    def advice(self) -> str:
        """One sentence."""
        moving = f"moving every hour would add {self.added_share:.1%} to what one choice saves"
        if self.advised:
            return f"{moving}, before the cost of {self.switches:,} moves a year"
        return f"stay in one region: {moving}, for {self.switches:,} moves a year"


def switching(regions: Sequence[str], year: int = 2022) -> Switching | None:
    """What moving among these regions would add over that year, by the typical days of their grids.

    None when fewer than two have a profile. Raises `UnknownFact` for a region that does not exist.
    """
    days_by_month = [calendar.monthrange(year, month)[1] for month in range(1, 13)]
    curves = {
        name: np.repeat(np.array(profile.grams_per_kwh), days_by_month, axis=0).ravel()
        for name in sorted(set(regions))
        if (profile := facts.profiles().get(facts.region(name).grid_zone)) is not None
    }
    if len(curves) < 2:
        return None
    names, matrix = list(curves), np.stack(list(curves.values()))
    means = matrix.mean(axis=1)
    lowest = matrix.min(axis=0)
    return Switching(
        regions=tuple(names),
        unknown=tuple(sorted(set(regions) - curves.keys())),
        best=names[int(means.argmin())],
        mean_g_per_kwh=float(means.mean()),
        static_g_per_kwh=float(means.min()),
        dynamic_g_per_kwh=float(lowest.mean()),
        switches=_moves(matrix),
    )


def _moves(matrix: NDArray[np.float64]) -> int:
    """How often the cleanest region changes; one that is as clean as any other is not left."""
    here, moves = int(matrix[:, 0].argmin()), 0
    for hour in range(1, matrix.shape[1]):
        column = matrix[:, hour]
        if column[here] > column.min():
            here, moves = int(column.argmin()), moves + 1
    return moves
