"""What a rule sees of a resource: values that are known, missing or unknown, and claims about them.

Reading never raises. A claim is three-valued (Kleene): it holds, it does not, or nobody can tell before the deployment;
so a check says what it wants once, and neither a missing nor an unknown value slips through.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from verdazure_policies.tokens import canonical

_LONGEST_ECHO = 60
_DURATION = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}
"""Days in a calendar unit, as a bound on a retention counts them: a month has 30."""

_MINUTES = {unit: days * 1440.0 for unit, days in DAYS.items()} | {"hours": 60.0, "minutes": 1.0, "seconds": 1 / 60}


class State(Enum):
    KNOWN = "known"
    MISSING = "missing"
    """The program sets none: Azure's default applies."""
    UNKNOWN = "unknown"
    """An Output that resolves during the deployment."""


@dataclass(frozen=True)
class Change:
    """One property to set: what a rule may do by itself, as it tightens and neither replaces nor takes away."""

    path: str
    value: Any


@dataclass(frozen=True)
class Finding:
    """What a check found at one property of one resource."""

    path: str
    found: str
    wanted: str
    fix: str
    certain: bool = True
    """False: the value, or the fact needed to judge it, is not known, so nobody can tell."""
    change: Change | None = None
    """What mends it, where that is safe."""
    saves: float | None = None
    """kgCO2e a month that the fix saves, where the facts tell."""

    def __str__(self) -> str:
        if self.certain:
            return f"{self.path} is {self.found}, wanted {self.wanted}. Fix: {self.fix}{self._saving}."
        return f"{self.path} is {self.found}, so it cannot be verified; wanted {self.wanted}. Fix: {self.fix}."

    @property
    def _saving(self) -> str:
        return "" if self.saves is None else f", which saves about {self.saves:.2g} kgCO2e a month"


@dataclass(frozen=True)
class Value:
    """One property of a resource. `content` is meant for claims, not for messages: use `shown`."""

    path: str
    state: State
    content: Any = None

    @property
    def shown(self) -> str:
        """The value for a message: numbers, flags and short texts as they are, everything else only as set."""
        if self.state is State.MISSING:
            return "not set"
        if self.state is State.UNKNOWN:
            return "not known before the deployment"
        if isinstance(self.content, str) and len(self.content) > _LONGEST_ECHO:
            return f"a text of {len(self.content)} characters"
        return shown(self.content) if isinstance(self.content, bool | int | float | str) else "set"

    def defaulting_to(self, default: Any) -> "Value":
        """The same property with the value that Azure gives it when the program sets none."""
        return replace(self, state=State.KNOWN, content=default) if self.state is State.MISSING else self

    def satisfies(self, test: Callable[[Any], bool | None], want: str) -> "Claim":
        """Claims that `test` holds of the value; a missing value fails it; None means: cannot tell."""
        if self.state is State.KNOWN:
            return Claim(test(self.content), self, want)
        return Claim(None if self.state is State.UNKNOWN else False, self, want)

    def equals(self, wanted: str | bool) -> "Claim":
        return self.satisfies(lambda found: _same(found, wanted), shown(wanted))

    def one_of(self, allowed: Sequence[str]) -> "Claim":
        return self.satisfies(lambda found: any(_same(found, each) for each in allowed), " or ".join(allowed))

    def is_not(self, refused: str | bool) -> "Claim":
        """Claims that the value differs from `refused`; a missing value does."""
        claim = ~self.equals(refused)
        return replace(claim, want=f"anything but {shown(refused)}")

    def at_most(self, limit: float, unit: str = "") -> "Claim":
        return self.satisfies(lambda found: _number(found) and found <= limit, _measure("at most", limit, unit))

    def at_least(self, limit: float, unit: str = "") -> "Claim":
        return self.satisfies(lambda found: _number(found) and found >= limit, _measure("at least", limit, unit))

    def between(self, low: float, high: float, unit: str) -> "Claim":
        return self.satisfies(lambda found: _number(found) and low <= found <= high, f"{low:g} to {high:g} {unit}")

    def above(self, limit: float, unit: str = "") -> "Claim":
        return self.satisfies(lambda found: _number(found) and found > limit, _measure("more than", limit, unit))

    def lasts_at_most(self, minutes: float) -> "Claim":
        """Claims that an ISO 8601 duration is no longer than that; a text that is no duration fails."""
        want = _measure("at most", minutes, f"minutes (PT{minutes:g}M)")
        return self.satisfies(lambda found: (length := _minutes(found)) is not None and length <= minutes, want)

    def lasts_at_least(self, minutes: float) -> "Claim":
        """Claims that an ISO 8601 duration is no shorter than that; a text that is no duration fails."""
        want = _measure("at least", minutes, f"minutes (PT{minutes:g}M)")
        return self.satisfies(lambda found: (length := _minutes(found)) is not None and length >= minutes, want)

    def lasts_between(self, low_days: float, high_days: float) -> "Claim":
        """Claims the bounds of an ISO 8601 duration, in days; a text that is no duration fails."""
        want = f"{low_days:g} to {high_days:g} days"
        return self.satisfies(
            lambda found: (length := _minutes(found)) is not None and low_days <= length / 1440 <= high_days, want
        )

    def is_told(self, want: str) -> "Claim":
        """Claims nothing of the value but that it can be read, missing or not: for lists whose members are judged."""
        return Claim(None if self.state is State.UNKNOWN else True, self, want)

    def is_set(self) -> "Claim":
        """Claims that the program sets the value. An unknown value counts as set: something will resolve it."""
        holds = self.state is State.UNKNOWN or (self.state is State.KNOWN and self.content != "")
        return Claim(holds, self, "a value")


@dataclass(frozen=True)
class Claim:
    """A statement about a value: holds, does not hold (`False`), or cannot be verified (`None`)."""

    holds: bool | None
    about: Value
    want: str
    found: str | None = None
    """What to show instead of the bare value, for instance the value with its meaning."""

    def __invert__(self) -> "Claim":
        return replace(self, holds=None if self.holds is None else not self.holds, want=f"not {self.want}")

    def __or__(self, other: "Claim") -> "Claim":
        if self.holds or other.holds:
            return self if self.holds else other
        weaker = other if other.holds is None and self.holds is not None else self
        return replace(weaker, want=f"{self._full_want(weaker)}, or {other._full_want(weaker)}")

    def when(self, condition: "Claim") -> "Claim":
        """The claim, asked only where the condition holds; an unknown condition leaves a broken claim undecided."""
        if condition.holds is False:
            return replace(self, holds=True)
        if condition.holds is None and self.holds is False:
            return replace(
                condition, want=f"{self.about.path} {self.want} where {condition.about.path} is {condition.want}"
            )
        return self

    def unless(self, exception: "Claim") -> "Claim":
        return self.when(~exception)

    def otherwise(self, fix: str, *, to: Any = None, at: str = "", saves: float | None = None) -> Iterator[Finding]:
        """The finding, if the claim does not hold: what a check yields from.

        `to` is the value that mends it, where setting it is safe, and `at` where to set it if not at what was judged.
        """
        if not self.holds:
            found = self.found or self.about.shown
            change = None if to is None else Change(at or self.about.path, to)
            yield Finding(self.about.path, found, self.want, fix, self.holds is False, change, saves)

    def _full_want(self, shown: "Claim") -> str:
        return self.want if self.about.path == shown.about.path else f"{self.about.path} {self.want}"


class View:
    """An object among a resource's properties; paths are camelCase, as azure-native names them."""

    def __init__(self, properties: object, base: str = "") -> None:
        self._properties = properties
        self._base = base

    def __getitem__(self, path: str) -> Value:
        """The value at a path such as `sku.name` or `rules[0].enabled`. Where a parent is unknown, so is the value."""
        where = f"{self._base}.{path}" if self._base else path
        return self._read(where, re.findall(r"[^.\[\]]+", where))

    @property
    def here(self) -> Value:
        """The object itself, as a value."""
        return self._read(self._base, re.findall(r"[^.\[\]]+", self._base))

    def each(self, path: str) -> list["View"]:
        """The objects of a list; none where the list is missing or unknown (its own value tells which)."""
        found = self[path]
        length = len(found.content) if _is_list(found.content) else 0
        return [View(self._properties, f"{found.path}[{index}]") for index in range(length)]

    def members(self, path: str) -> list["View"]:
        """The objects of a mapping, by name; none where the mapping is missing or unknown (its own value tells)."""
        found = self[path]
        names = sorted(map(str, found.content)) if isinstance(found.content, Mapping) else []
        return [View(self._properties, f"{found.path}.{name}") for name in names]

    def within(self, path: str) -> "View":
        """The object at a path, whether it is there or not."""
        return View(self._properties, self[path].path)

    def values(self, path: str) -> list[Value]:
        """The members of a list of plain values; none where the list is missing or unknown."""
        found = self[path]
        length = len(found.content) if _is_list(found.content) else 0
        return [self[f"{path}[{index}]"] for index in range(length)]

    def at(self, *keys: str) -> Value:
        """The value below these keys, of which some hold a dot, as `properties.desired` of a device does."""
        return self._read(".".join(keys), keys)

    def tag(self, name: str) -> Value:
        """The tag of that name in any case, as Azure compares tag names."""
        tags = self["tags"].content
        spelled = (
            next((key for key in tags if key.lower() == name.lower()), name) if isinstance(tags, Mapping) else name
        )
        return self._read(f"tags.{name}", ["tags", spelled])

    def _read(self, path: str, keys: Sequence[str]) -> Value:
        try:
            found: object = self._properties
            for key in keys:
                found = _child(found, key)
        except UnknownValueError:
            return Value(path, State.UNKNOWN)
        return Value(path, State.MISSING) if found is None else Value(path, State.KNOWN, _tidy(found))


class Resource(View):
    """A resource under judgement: its type in canonical form, its names, and its properties."""

    def __init__(self, type_: str, name: str, urn: str, properties: object) -> None:
        super().__init__(properties)
        self.type = canonical(type_)
        self.name = name
        self.urn = urn


def _child(parent: object, key: str) -> object:
    """The child, or None where there is none. Raises UnknownValueError, as the SDK's proxies do."""
    try:
        if isinstance(parent, Mapping):
            return parent[key]
        if _is_list(parent) and key.isdigit():
            return parent[int(key)]  # type: ignore[index]
    except (KeyError, IndexError):
        return None
    return None


def _is_list(found: object) -> bool:
    return isinstance(found, Sequence) and not isinstance(found, str)


def _tidy(found: object) -> object:
    """Numbers arrive as floats over the wire: a whole one reads as the integer that the program wrote."""
    return int(found) if isinstance(found, float) and found.is_integer() else found


def _number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _same(found: object, wanted: str | bool) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        return found.lower() == wanted.lower()
    return type(found) is type(wanted) and found == wanted


def _minutes(found: object) -> float | None:
    match = _DURATION.fullmatch(found) if isinstance(found, str) else None
    if match is None or not any(match.groups()):
        return None
    return sum(float(match[part] or 0) * minutes for part, minutes in _MINUTES.items())


def shown(content: object) -> str:
    """A flag, number or text as messages show it."""
    return str(content).lower() if isinstance(content, bool) else f"{content:g}" if _number(content) else str(content)


def _measure(relation: str, limit: float, unit: str) -> str:
    return f"{relation} {limit:g} {unit}".rstrip()
