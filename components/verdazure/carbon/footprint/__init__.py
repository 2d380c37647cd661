"""Footprint: what a workload emits, as ISO/IEC 21031 (SCI 1.1) counts it, with ranges and assumptions as data.

`footprint(Boundary(...), grid, FunctionalUnit(...))` is the whole of it; a fact that is missing is an error that names
the row, never a zero.
"""

from verdazure.carbon.footprint.grid import ANY_GRID, Accounting, Grid, grid_of_region, grid_over
from verdazure.carbon.footprint.parts import Assumption, Embodied, KeptData, Machines, Method, Part, Traffic
from verdazure.carbon.footprint.ranges import Range, exactly, rising
from verdazure.carbon.footprint.sci import Boundary, Footprint, FunctionalUnit, Line, energy_parts, footprint

__all__ = [
    "ANY_GRID",
    "Accounting",
    "Assumption",
    "Boundary",
    "Embodied",
    "Footprint",
    "FunctionalUnit",
    "Grid",
    "KeptData",
    "Line",
    "Machines",
    "Method",
    "Part",
    "Range",
    "Traffic",
    "energy_parts",
    "exactly",
    "footprint",
    "grid_of_region",
    "grid_over",
    "rising",
]
