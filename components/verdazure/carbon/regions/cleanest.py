"""Which region is the cleanest that may be used."""

from collections.abc import Mapping

from verdazure import facts
from verdazure.facts import Region


def residencies() -> tuple[str, ...]:
    """The residency areas that hold at least one region: `eu`, `eea` and country codes."""
    return tuple(sorted({area for region in facts.regions().values() for area in region.residencies}))


def cleanest(residency: str | None = None, regions: Mapping[str, Region] | None = None) -> tuple[Region, ...]:
    """The regions open to everybody inside `residency` (None: anywhere), cleanest first; equals by name.

    A region whose intensity is unknown is left out: it cannot be compared.
    """
    table = facts.regions() if regions is None else regions
    fitting = [
        (region.intensity_g_per_kwh, name, region)
        for name, region in table.items()
        if region.intensity_g_per_kwh is not None
        and region.access == "open"
        and (residency is None or residency in region.residencies)
    ]
    return tuple(region for _, _, region in sorted(fitting, key=lambda entry: entry[:2]))
