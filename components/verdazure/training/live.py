"""A live schedule: what a controller has to know of it, and what it does at a moment, by a forecast. Pure.

The plan lies within the schedule itself, as one of its properties, so that whoever may read the workspace's schedules
needs nothing else. A run's name is made from its window: started twice, it is one run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from verdazure.carbon.quantities import Power
from verdazure.carbon.scheduling import Job, Progress, Step, next_step
from verdazure.carbon.series import Series
from verdazure.training.timing import Timing

PROPERTY = "verdazure-live-plan"
"""Property of the schedule that holds the plan."""
RUN_NAME = "${{name}}"
"""What Azure ML replaces by a run's own name, also when the run is started again after an interruption."""
GRACE = timedelta(hours=1)
"""How late a run may start: whoever asks every quarter of an hour misses no window by a bad minute."""


class PlanError(ValueError):
    """A text is no live plan."""


class LivePlan(BaseModel):
    """What is decided when a live schedule is deployed; as JSON one property of the schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    """Azure region whose grid is asked."""
    timing: Timing
    resumable: bool
    """Whether a run may be interrupted and goes on from its checkpoints."""

    @classmethod
    def read(cls, text: str) -> "LivePlan":
        """Raises `PlanError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise PlanError(f"no live plan: {error.errors()[0]['msg']}; deploy the schedule again") from None

    def write(self) -> str:
        """As JSON, the same for the same plan."""
        return self.model_dump_json(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Due:
    """A window of a schedule, and what to do in it now."""

    run: str
    """Name that the run of this window has."""
    job: Job
    step: Step


def decide(plan: LivePlan, schedule: str, now: datetime, forecast: Series | None, ask_again: timedelta) -> Due:
    """Whether the run of the window that is open starts now. Raises `ValueError` for a `now` without a time zone.

    Once the slack is used up it starts under any forecast; `GRACE` later nothing does, as it would end too late.
    Without a forecast it starts at once: the deadline is kept. Whether the run has been started already only Azure ML
    knows: it is asked by the run's name.
    """
    timing = plan.timing
    release = timing.last_before(now)
    job = Job(
        power=Power(timing.watts or 0),
        hours=timing.hours or 0,
        release=release,
        deadline=release + timedelta(hours=timing.within_hours or 0),
    )
    if now > job.latest_start + GRACE:
        step = Step(False, now + ask_again, f"Waits for its next window: too late for that of {release:%d %b}.", None)
        return Due(_run(schedule, release), job, step)
    if forecast is None:
        return Due(_run(schedule, release), job, Step(True, now + job.running, "Runs: there is no forecast.", None))
    step = next_step(job, may_pause=False, progress=Progress(), now=now, forecast=forecast, ask_again=ask_again)
    return Due(_run(schedule, release), job, step)


def _run(schedule: str, release: datetime) -> str:
    return f"{schedule}-{release:%Y%m%dT%H%M}"
