"""What each region sells: no table of it is published that may be passed on, so the user's own answer is read.

Shapes: `az vm list-skus --all --output json` (Resource SKUs - List) and `az provider list --output json`
(Providers - List).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from verdazure import facts


class OffersError(ValueError):
    """A file is not what the Azure CLI writes."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What is known of what regions sell; None is not known."""

    sizes: Mapping[str, frozenset[str]] | None = None
    """By region: VM sizes open to the subscription that asked."""
    types: Mapping[str, frozenset[str]] | None = None
    """By ARM resource type in lower case: regions, or `global`."""

    def has_type(self, region: str, resource_type: str) -> bool:
        """Whether the region offers that ARM resource type; False where types are not known at all."""
        where = (self.types or {}).get(resource_type.lower(), frozenset())
        return region in where or "global" in where


class _Answered(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class _Where(_Answered):
    locations: list[str] | None = None


class _Restriction(_Answered):
    type: str | None = None
    restriction_info: _Where | None = None
    values: list[str] | None = None

    def regions(self) -> set[str]:
        """Those that the subscription may not use at all; a zone that is closed leaves the others."""
        if self.type != "Location":
            return set()
        told = self.restriction_info.locations if self.restriction_info else None
        return {facts.normal_region(name) for name in told or self.values or []}


class _Sku(_Answered):
    name: str
    resource_type: str
    locations: list[str] = Field(default_factory=list)
    restrictions: list[_Restriction] | None = None


class _Type(_Answered):
    resource_type: str
    locations: list[str] | None = None


class _Provider(_Answered):
    namespace: str
    resource_types: list[_Type] = Field(default_factory=list)


def read_skus(path: Path) -> Mapping[str, frozenset[str]]:
    """`Offers.sizes` from the file that `az vm list-skus --all --output json` wrote. Raises `OffersError`."""
    by_region: dict[str, set[str]] = {}
    for sku in _read(path, TypeAdapter(list[_Sku]), "az vm list-skus --all --output json"):
        if sku.resource_type == "virtualMachines":
            closed = {region for restriction in sku.restrictions or [] for region in restriction.regions()}
            for region in {facts.normal_region(name) for name in sku.locations} - closed:
                by_region.setdefault(region, set()).add(sku.name)
    return {region: frozenset(sizes) for region, sizes in by_region.items()}


def read_providers(path: Path) -> Mapping[str, frozenset[str]]:
    """`Offers.types` from the file that `az provider list --output json` wrote. Raises `OffersError`."""
    return {
        f"{provider.namespace}/{each.resource_type}".lower(): frozenset(
            facts.normal_region(name) for name in each.locations or ()
        )
        for provider in _read(path, TypeAdapter(list[_Provider]), "az provider list --output json")
        for each in provider.resource_types
    }


def _read(path: Path, shape: TypeAdapter[Any], command: str) -> Any:
    try:
        return shape.validate_python(json.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise OffersError(f"{path}: cannot be read: {error.strerror}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise OffersError(f"{path}: is not JSON ({error}); write it with `{command}`") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise OffersError(f"{path}: {where}: {first['msg']}; write it with `{command}`") from None
