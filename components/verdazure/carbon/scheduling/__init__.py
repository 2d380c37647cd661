"""Scheduling: when and where a job should run so that it emits least, and why. Pure: neither clock nor network.

Each planner reads a forecast (`verdazure.carbon.series.Series`) and answers a plan that keeps its deadline, is never
worse than starting at once on that forecast, and starts at once where waiting saves nothing.
"""

from verdazure.carbon.scheduling.contiguous import contiguous
from verdazure.carbon.scheduling.elastic import ElasticJob, Scale, elastic
from verdazure.carbon.scheduling.interruptible import interruptible
from verdazure.carbon.scheduling.jobs import Infeasible, Job
from verdazure.carbon.scheduling.plans import Plan, Run
from verdazure.carbon.scheduling.smoothing import smoothed
from verdazure.carbon.scheduling.unknown_lengths import LengthHistory, OpenJob, WaitingPolicy, waiting_policy

__all__ = [
    "ElasticJob",
    "Infeasible",
    "Job",
    "LengthHistory",
    "OpenJob",
    "Plan",
    "Run",
    "Scale",
    "WaitingPolicy",
    "contiguous",
    "elastic",
    "interruptible",
    "smoothed",
    "waiting_policy",
]
