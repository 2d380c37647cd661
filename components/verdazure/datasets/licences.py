"""Which licences data may come under: SPDX expressions against a list of ids. Pure.

Of parts joined by AND all must be on the list; of parts joined by OR one is enough, as the user may choose. `X+` offers
X itself among others, so X on the list is enough. `X WITH Y` is its own term, as there are exceptions that take rights
away: it must be on the list as such. A `LicenseRef-` has a meaning for its user alone, and is refused unless listed.
"""

import difflib
import functools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from boolean.boolean import ParseError
from license_expression import ExpressionError, Licensing, get_spdx_licensing

OWN_TERMS = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_NAMED = "name who made it"
_NOTICE = "keep its copyright notice"

ALLOWED: Mapping[str, str] = {
    "0BSD": "",
    "Apache-2.0": _NOTICE,
    "BSD-2-Clause": _NOTICE,
    "BSD-3-Clause": _NOTICE,
    "CC-BY-3.0": _NAMED,
    "CC-BY-4.0": _NAMED,
    "CC0-1.0": "",
    "CDLA-Permissive-1.0": "pass its text on with the data",
    "CDLA-Permissive-2.0": "pass its text on with the data",
    "DL-DE-BY-2.0": _NAMED,
    "DL-DE-ZERO-2.0": "",
    "MIT": _NOTICE,
    "NLOD-2.0": _NAMED,
    "O-UDA-1.0": "pass its text on with the data",
    "ODC-By-1.0": _NAMED,
    "ODbL-1.0": "name who made it; share alike: publish a changed or filtered copy under ODbL-1.0 only",
    "OGL-UK-3.0": _NAMED,
    "PDDL-1.0": "",
    "etalab-2.0": _NAMED,
}
"""SPDX id -> the duty that it lays on who uses the data; empty for none. The default of `PublicDataset`."""


class LicenceError(ValueError):
    """What was given is no SPDX expression; the message says why, and which id may have been meant."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether data under a licence may be used, and on what terms."""

    expression: str
    """As SPDX writes it."""
    allowed: bool
    terms: tuple[str, ...]
    """Those that let it in or, where it is refused, keep it out."""
    reason: str
    duties: tuple[str, ...]
    """`ODbL-1.0: name who made it; ...`: of each term that lets it in, as far as `ALLOWED` knows one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Of an expression: the terms that let it in or, where it is refused, the terms that keep it out."""

    allowed: bool
    terms: tuple[str, ...]


def judge(expression: str, allowed: Collection[str] = ALLOWED.keys()) -> Verdict:
    """Whether the list lets the expression in. Raises `LicenceError` for what is no SPDX expression."""
    parsed = _parse(expression)
    found = _judge(parsed, listed(allowed))
    terms = tuple(dict.fromkeys(found.terms))
    verb = "is" if len(terms) == 1 else "are"
    reason = f"{', '.join(terms)} {verb}{'' if found.allowed else ' not'} on the list of allowed licences"
    duties = [f"{term}: {ALLOWED[term]}" for term in terms if found.allowed and ALLOWED.get(term)]
    return Verdict(parsed.render(), found.allowed, terms, reason, tuple(duties))


def listed(terms: Collection[str]) -> frozenset[str]:
    """The terms of a list as SPDX writes them. Raises `LicenceError`, also for several joined in one."""
    for term in terms:
        if isinstance(_parse(term), _spdx().AND | _spdx().OR):
            raise LicenceError(f"{term!r} joins licences; a list names each by itself")
    return frozenset(normal(term) for term in terms)


def normal(expression: str) -> str:
    """The expression as SPDX writes it: `mit or cc0-1.0` -> `MIT OR CC0-1.0`. Raises `LicenceError`."""
    return str(_parse(expression).render())


def _judge(node: Any, allowed: frozenset[str]) -> _Part:
    if isinstance(node, _spdx().AND):
        parts = [_judge(each, allowed) for each in node.args]
        everything = all(part.allowed for part in parts)
        return _Part(everything, _terms(part for part in parts if part.allowed is everything))
    if isinstance(node, _spdx().OR):
        parts = [_judge(each, allowed) for each in node.args]
        chosen = next((part for part in parts if part.allowed), None)
        return chosen or _Part(False, _terms(parts))
    term = str(node.render())
    plain = term if term in allowed else term.removesuffix("+")
    return _Part(plain in allowed, (plain if plain in allowed else term,))


def _terms(parts: Iterable[_Part]) -> tuple[str, ...]:
    return tuple(term for part in parts for term in part.terms)


def _parse(expression: str) -> Any:
    try:
        parsed = _spdx().parse(expression, strict=True)
    except (ExpressionError, ParseError) as error:
        raise LicenceError(f"{expression!r} is no SPDX expression: {error}") from None
    except IndexError:  # the library's own answer to empty brackets
        parsed = None
    if parsed is None:
        raise LicenceError(f"{expression!r} is no SPDX expression: it names no licence")
    for symbol in _spdx().license_symbols(parsed):
        _check_id(symbol.key)
    return parsed


def _check_id(key: str) -> None:
    known = _spdx().known_symbols
    if OWN_TERMS.fullmatch(key) or key.removesuffix("+") in known:
        return
    near = difflib.get_close_matches(key, [each for each in known if not each.startswith("LicenseRef-")], n=1)
    hint = f"did you mean {near[0]}?" if near else "terms of their own are named LicenseRef-NAME"
    raise LicenceError(f"{key!r} is no SPDX id; {hint}")


@functools.cache
def _spdx() -> Licensing:
    return get_spdx_licensing()
