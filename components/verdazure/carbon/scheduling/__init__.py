"""Scheduling: when and where a job should run so that it emits least, and why. Pure: neither clock nor network.

Each planner reads a forecast (`verdazure.carbon.series.Series`) and answers a plan that keeps its deadline, is never
worse than starting at once on that forecast, and starts at once where waiting saves nothing.
"""

from verdazure.carbon.scheduling.contiguous import contiguous
from verdazure.carbon.scheduling.interruptible import interruptible
from verdazure.carbon.scheduling.jobs import Infeasible, Job
from verdazure.carbon.scheduling.plans import Plan, Run

__all__ = [
    "Infeasible",
    "Job",
    "Plan",
    "Run",
    "contiguous",
    "interruptible",
]
