"""The size of a hub: what it counts, how full it is planned, and that sending less never needs more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdazure import facts
from verdazure.edge.sizing import FULLEST, HubSize, Telemetry, TooMuch, size

telemetry = st.builds(Telemetry, st.integers(1, 1000), st.integers(1, 1900), st.integers(1, 40_000))


@pytest.mark.parametrize(
    ("sent", "hub"),
    [
        (Telemetry(1, 1, 1), HubSize("S1", 1, 1, 1 / 400_000)),
        (Telemetry(100, 3200, 4096), HubSize("S1", 1, 320_000, 0.8)),
        (Telemetry(100, 3201, 4096), HubSize("S1", 2, 320_100, 320_100 / 800_000)),
        (Telemetry(100, 3200, 4097), HubSize("S1", 2, 640_000, 0.8)),
        (Telemetry(100, 12_801, 1), HubSize("S2", 1, 1_280_100, 1_280_100 / 6_000_000)),
        (Telemetry(1000, 19_200, 100), HubSize("S2", 4, 19_200_000, 0.8)),
    ],
)
def test_units_come_from_what_the_hub_counts(sent, hub):
    assert size(sent) == hub


@given(telemetry)
def test_no_plan_uses_more_than_its_share_and_one_unit_less_would(sent):
    hub = size(sent)
    quota = facts.iot_hub_tiers.get(hub.tier).messages_per_day
    assert hub.used <= FULLEST
    assert hub.units == 1 or hub.counted > (hub.units - 1) * quota * FULLEST


@given(telemetry, st.integers(512, 8192))
def test_batches_lose_nothing_and_never_count_for_more(sent, meter):
    together = sent.batched(meter)
    assert together.counted(meter) <= sent.counted(meter)
    assert together.messages_per_day * together.bytes_per_message >= sent.messages_per_day * sent.bytes_per_message


def test_too_much_for_any_hub_is_said():
    with pytest.raises(TooMuch, match="1,000,000,000 messages a day are more than 4 units of S2 take"):
        size(Telemetry(1_000_000, 1000, 1))
