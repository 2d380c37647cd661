"""What every loop of a round is given."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from verdazure.arm import Arm
from verdazure.controller.memory import Memory
from verdazure.controller.outlook import Outlook
from verdazure.controller.records import Measured
from verdazure.controller.signals import Signals

MOST_SKEW = timedelta(minutes=10)
"""Between Azure's clock and ours: the length of a long round; beyond it, nothing is timed by ours."""


class ClockSkew(Exception):
    """Azure's clock and ours disagree."""


@dataclass(frozen=True, slots=True)
class World:
    """Of one round."""

    arm: Arm
    outlook: Outlook
    memory: Memory
    now: datetime
    every: timedelta
    """Until the next round."""
    marginal: Outlook | None
    """What one kWh more emits; None where nobody is asked for that."""
    measured: list[Measured]
    """Filled as the round goes."""
    signals: Signals
    """What is known of the drift of models."""

    @property
    def hours(self) -> float:
        """Until the next round."""
        return self.every / timedelta(hours=1)

    def check_clock(self) -> None:
        """To be called after Azure was read and before anything is changed. Raises `ClockSkew`."""
        if self.arm.answered is not None and abs(self.arm.answered - self.now) > MOST_SKEW:
            raise ClockSkew(f"Azure says {self.arm.answered:%Y-%m-%d %H:%M} UTC, this clock {self.now:%Y-%m-%d %H:%M}")
