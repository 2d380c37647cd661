"""How large a hub its devices need, and how much smaller where they put several messages into one. Pure."""

import math
from dataclasses import dataclass, replace

from verdazure import facts, guardrails

TIERS = ("S1", "S2")
"""From small to large, as far as rule ED05 goes; the free tier is for trying out, the basic ones have no IoT Edge."""
FULLEST = 0.8
"""Share of a day's quota that is planned with: a hub that has used it up takes no message until midnight UTC."""


class TooMuch(ValueError):
    """No hub takes so many messages; says what would help."""


@dataclass(frozen=True)
class Telemetry:
    """What devices send to their hub in a day."""

    devices: int
    messages_per_day: int
    """Of one device."""
    bytes_per_message: int

    def counted(self, meter_bytes: int) -> int:
        """Messages as the hub counts them."""
        return self.devices * self.messages_per_day * max(1, math.ceil(self.bytes_per_message / meter_bytes))

    def batched(self, meter_bytes: int) -> "Telemetry":
        """The same, with as many messages in one as the hub counts as one."""
        together = min(self.messages_per_day, max(1, meter_bytes // max(1, self.bytes_per_message)))
        messages = math.ceil(self.messages_per_day / together)
        return replace(self, messages_per_day=messages, bytes_per_message=self.bytes_per_message * together)


@dataclass(frozen=True)
class HubSize:
    """A tier, its units, and how full they are."""

    tier: str
    units: int
    counted: int
    """Messages a day, as the hub counts them."""
    used: float
    """Share of the day's quota."""


def size(telemetry: Telemetry) -> HubSize:
    """The first tier that needs no more units than rule ED05 lets one hub have. Raises `TooMuch`."""
    most = guardrails.IOT_HUB_UNITS_MAX.value
    for name in TIERS:
        tier = facts.iot_hub_tiers.get(name)
        counted = telemetry.counted(tier.meter_bytes)
        units = max(1, math.ceil(counted / (tier.messages_per_day * FULLEST)))
        if units <= min(most, tier.most_units):
            return HubSize(name, units, counted, counted / (units * tier.messages_per_day))
    held = f"{most} units of {TIERS[-1]}"
    raise TooMuch(f"{counted:,} messages a day are more than {held} take: aggregate on the devices")
