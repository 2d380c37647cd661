"""Scheduling: when and where a job should run so that it emits least, and why. Pure: neither clock nor network.

Each planner reads a forecast (`verdazure.carbon.series.Series`) and answers a plan that keeps its deadline, is never
worse than starting at once on that forecast, and starts at once where waiting saves nothing. `next_step` rolls such a
plan on as forecasts arrive, `capacity_bounds` is for services that scale; many jobs that share capacity are planned by
the package `fleet`, which is imported by its own name.
"""

from verdazure.carbon.scheduling.bands import Bands, Bounds, Cap, capacity_bounds
from verdazure.carbon.scheduling.contiguous import contiguous
from verdazure.carbon.scheduling.elastic import ElasticJob, Scale, elastic
from verdazure.carbon.scheduling.interruptible import interruptible
from verdazure.carbon.scheduling.jobs import Infeasible, Job
from verdazure.carbon.scheduling.plans import Plan, Run
from verdazure.carbon.scheduling.rolling import Progress, Step, next_step
from verdazure.carbon.scheduling.smoothing import smoothed
from verdazure.carbon.scheduling.unknown_lengths import LengthHistory, OpenJob, WaitingPolicy, waiting_policy

__all__ = [
    "Bands",
    "Bounds",
    "Cap",
    "ElasticJob",
    "Infeasible",
    "Job",
    "LengthHistory",
    "OpenJob",
    "Plan",
    "Progress",
    "Run",
    "Scale",
    "Step",
    "WaitingPolicy",
    "capacity_bounds",
    "contiguous",
    "elastic",
    "interruptible",
    "next_step",
    "smoothed",
    "waiting_policy",
]
