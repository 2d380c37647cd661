"""Recovery: the cheapest protection that suffices, and what each other one would cost.

measures   what protects stored data: from what, how soon, and what it draws
choosing   which of them a need takes, and why each other was not taken
runbook    how data is brought back, step by step
component  Recovery; imported by its own name, as it needs Pulumi
"""

from verdazure.recovery.choosing import Choice, NothingSuffices, choose
from verdazure.recovery.measures import Judged, Loss, Measure, Need, judge

__all__ = ["Choice", "Judged", "Loss", "Measure", "Need", "NothingSuffices", "choose", "judge"]
