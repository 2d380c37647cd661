"""Expressions of IoT Hub's query language, over a document of twin or message.

After Microsoft Learn, "IoT Hub query language for device and module twins, jobs, and message routing" (issue of
2018-02-26) and "IoT Hub message routing query syntax" (2018-08-13), CC-BY-4.0, read on 2026-11-24; not yet held against
a hub. Functions, operators, literals and escapes are those of the first. What is not there, or of another type than
asked for, is Undefined: neither true nor false, and an expression that comes to it does not hold; that comparisons
within `NOT`, `AND` and `OR` keep it so is from memory.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: negation (_AND negation)*
?negation: _NOT negation -> opposite
    | comparison
?comparison: sum
    | sum COMPARED sum -> compared
    | sum AMONG "[" [either ("," either)*] "]" -> among
?sum: product (ADDED product)*
?product: unary (TIMES unary)*
?unary: "-" unary -> negative
    | atom
?atom: "(" either ")"
    | NAME "(" [either ("," either)*] ")" -> called
    | path
    | STRING -> text
    | NUMBER -> number
    | CONSTANT -> constant
path: (NAME | QUOTED) (step)*
step: "." NAME | "[" (STRING | NUMBER) "]"

_OR.2: /OR\b/i
_AND.2: /AND\b/i
_NOT.2: /NOT\b/i
AMONG.2: /(NOT\s+IN|NIN|IN)\b/i
CONSTANT.2: /(true|false|null|undefined)\b/i
COMPARED: "!=" | "<>" | "<=" | ">=" | "=" | "<" | ">"
ADDED: "+" | "-"
TIMES: "*" | "/" | "%"
NAME: /\$?[A-Za-z_][\w-]*/
QUOTED: /\{[^{}]+\}/
STRING: /'(''|\\.|[^'\\])*'|"(\\.|[^"\\])*"/
NUMBER: /0[xX][0-9a-fA-F]+|\d+(\.\d+)?([eE][+-]?\d+)?/

%ignore /\s+/
"""


class LanguageError(ValueError):
    """A text that the hub would refuse; says where and what may stand there."""


class Undefined:
    """What is not there, or cannot be worked out."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()
Evaluated = Any
"""A value of JSON, or `UNDEFINED`."""

Node = Callable[[Mapping[str, Any]], Evaluated]


@dataclass(frozen=True)
class Expression:
    """One expression, parsed."""

    text: str
    paths: tuple[str, ...]
    """Each property that it reads, as it is written."""
    functions: tuple[str, ...]
    """Each function that it calls, in capitals."""
    value: Node
    """Its value over a document."""

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Whether it is true: false and undefined are not."""
        return self.value(document) is True


def parse(text: str) -> Expression:
    """Raises `LanguageError`."""
    building = _Building()
    try:
        node = building.transform(_parser().parse(text))
    except UnexpectedInput as error:
        raise LanguageError(_explain(text, error)) from None
    except VisitError as error:
        raise error.orig_exc from None
    return Expression(text, tuple(building.paths), tuple(building.functions), node)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


_MEANING = {
    "COMPARED": "a comparison",
    "AMONG": "IN [...]",
    "_OR": "OR",
    "_AND": "AND",
    "_NOT": "NOT",
    "NAME": "a property",
    "STRING": "'a text'",
    "NUMBER": "a number",
    "LPAR": "(",
    "RPAR": ")",
    "RSQB": "]",
    "COMMA": ",",
    "$END": "the end",
}


def _explain(text: str, error: UnexpectedInput) -> str:
    allowed = (
        getattr(error, "accepts", None) or getattr(error, "allowed", None) or getattr(error, "expected", None) or ()
    )
    may = sorted({_MEANING[each] for each in allowed if each in _MEANING})
    position = error.pos_in_stream
    at_end = position is None or position < 0 or getattr(getattr(error, "token", None), "type", "") == "$END"
    where = "at its end" if at_end else f"at character {(position or 0) + 1}, {text[position:][:12]!r}"
    return f"{text!r} cannot be read {where}" + (f"; there may stand: {', '.join(may)}" if may else "")


class _Building(Transformer[Token, Node]):
    """Makes functions of the parts, and notes which properties and functions they use."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []
        self.functions: list[str] = []

    def either(self, parts: list[Any]) -> Node:
        return _any(parts)

    def both(self, parts: list[Any]) -> Node:
        return _all(parts)

    def opposite(self, parts: list[Any]) -> Node:
        inner = parts[-1]
        return lambda document: _opposite(inner(document))

    def compared(self, parts: list[Any]) -> Node:
        left, sign, right = parts
        return lambda document: _compared(left(document), str(sign), right(document))

    def among(self, parts: list[Any]) -> Node:
        left, word, *choices = parts
        negated = str(word).upper() != "IN"

        def found(document: Mapping[str, Any]) -> Evaluated:
            sought = left(document)
            if sought is UNDEFINED:
                return UNDEFINED
            return any(_compared(sought, "=", each(document)) is True for each in choices) is not negated

        return found

    def sum(self, parts: list[Any]) -> Node:
        return _arithmetic(parts)

    product = sum

    def negative(self, parts: list[Any]) -> Node:
        inner = parts[-1]
        return lambda document: -found if _is_number(found := inner(document)) else UNDEFINED

    def text(self, parts: list[Any]) -> Node:
        said = _unquoted(parts[0])
        return lambda _: said

    def number(self, parts: list[Any]) -> Node:
        said = _number(parts[0])
        return lambda _: said

    def constant(self, parts: list[Any]) -> Node:
        said = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}[str(parts[0]).lower()]
        return lambda _: said

    def step(self, parts: list[Any]) -> Any:
        token = parts[0]
        if token.type == "NUMBER":
            return int(_number(token))
        return _unquoted(token) if token.type == "STRING" else str(token)

    def path(self, parts: list[Any]) -> Node:
        first, *steps = parts
        keys = [str(first).strip("{}"), *steps]
        self.paths.append(".".join(map(str, keys)))
        return lambda document: _at(document, keys)

    def called(self, parts: list[Any]) -> Node:
        name, *arguments = parts
        word = str(name).upper()
        if word not in FUNCTIONS:
            raise LanguageError(
                f"{name} is no function of the query language; there are: {', '.join(sorted(FUNCTIONS))}"
            )
        few, many, function = FUNCTIONS[word]
        if not few <= len(arguments) <= many:
            count = f"{few}" if few == many else f"{few} to {many}"
            raise LanguageError(f"{word} takes {count} arguments, not {len(arguments)}")
        self.functions.append(word)
        return lambda document: function(*(each(document) for each in arguments))


def _at(document: Any, keys: Iterable[Any]) -> Evaluated:
    found = document
    for key in keys:
        if (isinstance(found, Mapping) and key in found) or (
            isinstance(found, list) and isinstance(key, int) and key < len(found)
        ):
            found = found[key]
        else:
            return UNDEFINED
    return found


def _all(parts: list[Node]) -> Node:
    def found(document: Mapping[str, Any]) -> Evaluated:
        values = [each(document) for each in parts]
        return False if any(each is False for each in values) else all(each is True for each in values) or UNDEFINED

    return found


def _any(parts: list[Node]) -> Node:
    def found(document: Mapping[str, Any]) -> Evaluated:
        values = [each(document) for each in parts]
        if any(each is True for each in values):
            return True
        return False if all(each is False for each in values) else UNDEFINED

    return found


def _opposite(value: Evaluated) -> Evaluated:
    return not value if isinstance(value, bool) else UNDEFINED


_ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _compared(left: Evaluated, sign: str, right: Evaluated) -> Evaluated:
    kinds = {_kind(left), _kind(right)}
    if len(kinds) > 1 or not kinds <= {"number", "text", "bool", "null"}:
        return UNDEFINED
    if sign in ("=", "!=", "<>"):
        return (left == right) is (sign == "=")
    return _ORDERED[sign](left, right) if kinds <= {"number", "text"} else UNDEFINED


def _arithmetic(parts: list[Any]) -> Node:
    first, *rest = parts
    pairs = list(zip(rest[::2], rest[1::2], strict=True))

    def found(document: Mapping[str, Any]) -> Evaluated:
        total = first(document)
        for sign, part in pairs:
            total = _worked_out(total, str(sign), part(document))
        return total

    return found


_WORKED_OUT = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": math.fmod}


def _worked_out(left: Evaluated, sign: str, right: Evaluated) -> Evaluated:
    if not (_is_number(left) and _is_number(right)) or (sign in "/%" and right == 0):
        return UNDEFINED
    return _WORKED_OUT[sign](left, right)


def _kind(value: Evaluated) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else type(value).__name__


def _is_number(value: Evaluated) -> bool:
    return _kind(value) == "number"


def _number(token: str) -> float:
    return float(int(token, 16)) if token[:2].lower() == "0x" else float(token)


def _unquoted(token: str) -> str:
    inner = token[1:-1].replace("''", "'") if token.startswith("'") else token[1:-1]
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], inner)


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def _of_numbers(function: Callable[..., float]) -> Callable[..., Evaluated]:
    def worked_out(*arguments: Evaluated) -> Evaluated:
        try:
            return function(*arguments) if all(map(_is_number, arguments)) else UNDEFINED
        except (ValueError, OverflowError, ZeroDivisionError):
            return UNDEFINED

    return worked_out


def _of_texts(function: Callable[..., Any]) -> Callable[..., Evaluated]:
    return lambda *arguments: function(*arguments) if all(isinstance(each, str) for each in arguments) else UNDEFINED


def _is_kind(*kinds: str) -> Callable[[Evaluated], Evaluated]:
    return lambda value: _kind(value) in kinds


def _as_number(value: Evaluated) -> Evaluated:
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else UNDEFINED
    except ValueError:
        return UNDEFINED


def _substring(text: Evaluated, start: Evaluated, length: Evaluated = math.inf) -> Evaluated:
    if not isinstance(text, str) or not (_is_number(start) and _is_number(length)) or start < 0 or length < 0:
        return UNDEFINED
    return text[int(start) :] if length == math.inf else text[int(start) : int(start) + int(length)]


_ANY_NUMBER = 64
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Evaluated]]] = {
    "ABS": (1, 1, _of_numbers(abs)),
    "AS_NUMBER": (1, 1, _as_number),
    "CEILING": (1, 1, _of_numbers(math.ceil)),
    "CONCAT": (2, _ANY_NUMBER, _of_texts(lambda *parts: "".join(parts))),
    "CONTAINS": (2, 2, _of_texts(lambda text, part: part in text)),
    "ENDS_WITH": (2, 2, _of_texts(lambda text, end: text.endswith(end))),
    "EXP": (1, 1, _of_numbers(math.exp)),
    "FLOOR": (1, 1, _of_numbers(math.floor)),
    "INDEX_OF": (2, 2, _of_texts(lambda text, part: text.find(part))),
    "IS_ARRAY": (1, 1, _is_kind("list")),
    "IS_BOOL": (1, 1, _is_kind("bool")),
    "IS_DEFINED": (1, 1, lambda value: value is not UNDEFINED),
    "IS_NULL": (1, 1, _is_kind("null")),
    "IS_NUMBER": (1, 1, _is_kind("number")),
    "IS_OBJECT": (1, 1, _is_kind("dict")),
    "IS_PRIMITIVE": (1, 1, _is_kind("text", "bool", "number", "null")),
    "IS_STRING": (1, 1, _is_kind("text")),
    "LENGTH": (1, 1, _of_texts(len)),
    "LOWER": (1, 1, _of_texts(str.lower)),
    "POWER": (2, 2, _of_numbers(math.pow)),
    "SIGN": (1, 1, _of_numbers(lambda number: (number > 0) - (number < 0))),
    "SQRT": (1, 1, _of_numbers(math.sqrt)),
    "SQUARE": (1, 1, _of_numbers(lambda number: number * number)),
    "STARTS_WITH": (2, 2, _of_texts(lambda text, start: text.startswith(start))),
    "SUBSTRING": (2, 3, _substring),
    "UPPER": (1, 1, _of_texts(str.upper)),
}
"""Least and most arguments, and what is made of them. A text or number of another kind gives Undefined."""
