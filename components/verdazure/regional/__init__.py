"""Where data and training should live together: one decision over carbon, price, latency and residency. Pure.

workload    what is stored, trained, moved and sent in a month
figures     a number that is known, or why it is not
estimates   what a workload emits and costs in one region, share by share
comparison  every region that may be chosen, side by side, and which one it is
moving      what leaving the region in use would save, and what it would cost
"""

from verdazure.regional.comparison import Candidate, Comparison, compare
from verdazure.regional.estimates import HOURS_A_MONTH, Share
from verdazure.regional.figures import Figure
from verdazure.regional.moving import advice
from verdazure.regional.workload import Stored, Training, Workload

__all__ = [
    "HOURS_A_MONTH",
    "Candidate",
    "Comparison",
    "Figure",
    "Share",
    "Stored",
    "Training",
    "Workload",
    "advice",
    "compare",
]
