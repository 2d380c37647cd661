"""Many jobs that share the capacity of one or several sites: who runs where and when.

Small fleets are planned exactly, as a mixed-integer program (`exact`). Large ones are placed one by one (`placing`) at
capacity prices (`prices`), and the plan says how far from the optimum it can be at most.
"""

from verdazure.carbon.scheduling.fleet.planner import plan_fleet
from verdazure.carbon.scheduling.fleet.records import FleetJob, FleetPlan, Placement, Site, Unplaced

__all__ = ["FleetJob", "FleetPlan", "Placement", "Site", "Unplaced", "plan_fleet"]
