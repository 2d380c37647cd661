"""What the installed SDK says about a resource type: inputs, outputs, enums, unions, API version, path parameters.

Everything is read from the SDK's own classes: `*Args` for inputs, the resource class and `outputs` for outputs, their
getters for the camelCase names and the annotations, `__init__` for what is required, docstrings for constants and the
API version, and the matching `get_*` function for the parameters of the resource's path. That takes a second or two per
module, so each type is kept as JSON in the user's cache, by SDK version.
"""

import collections.abc
import difflib
import inspect
import json
import re
import tempfile
import threading
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ForwardRef, NamedTuple, get_args, get_origin

from verdazure.sandbox.azure.errors import RefusalError
from verdazure.sandbox.azure.plugin import sdk_version

# Part of the cache's path: raise it when what is kept changes.
_FORMAT = 1


# The SDK's modules load when first looked into, and a second thread that looks meanwhile sees one that is half there
# (CPython, issue 114763).
_LOADING = threading.Lock()


class UnknownTypeError(RefusalError):
    """The installed SDK does not have the type; the message names it and the nearest that it has."""


class Shape(NamedTuple):
    """What a value may be.

    `kind` is string, integer, number, boolean, any, asset, array, map, enum, object or union. `ref` names the enum or
    object type; `of` holds the one item shape of an array or map, or the members of a union.
    """

    kind: str
    ref: str = ""
    of: tuple["Shape", ...] = ()


class Property(NamedTuple):
    """A property: its shape, whether the SDK requires it, and the one value it may have if it is a discriminator."""

    shape: Shape
    required: bool = False
    const: str = ""


ObjectType = Mapping[str, Property]


@dataclass(frozen=True)
class ResourceSchema:
    """A resource type. Property names are camelCase, as on the wire; `types` and `enums` are named by `Shape.ref`."""

    token: str
    api_version: str
    path_parameters: frozenset[str]
    inputs: ObjectType
    outputs: ObjectType
    types: Mapping[str, ObjectType] = field(default_factory=dict)
    enums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class FunctionSchema:
    """What a function returns."""

    token: str
    outputs: ObjectType
    types: Mapping[str, ObjectType]


def function(token: str) -> FunctionSchema:
    """The schema of a function's token such as `azure-native:storage:listStorageAccountKeys`.

    Raises `UnknownTypeError` when the installed SDK does not have it.
    """
    module_name, name = _split(token)
    with _LOADING:
        module = _module(token, module_name)
        result = getattr(module, f"{name[0].upper()}{name[1:]}Result", None)
        if result is None:
            raise UnknownTypeError(f"{token} is not a function of pulumi-azure-native {sdk_version()}.")
        reader = _Reader(module)
        return FunctionSchema(token, reader.read(result), reader.types)


@cache
def resource(token: str) -> ResourceSchema:
    """The schema of a type token such as `azure-native:storage:StorageAccount`.

    Raises `UnknownTypeError` when the installed SDK does not have it.
    """
    kept = _cache_file(token)
    try:
        return _from_json(json.loads(kept.read_text()))
    except FileNotFoundError:
        pass
    derived = derive(token)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=kept.parent, prefix=".schema-", delete=False) as file:
        json.dump(_to_json(derived), file, separators=(",", ":"))
    Path(file.name).replace(kept)
    return derived


def derive(token: str) -> ResourceSchema:
    """The schema read from the SDK's classes, without the cache."""
    with _LOADING:
        return _derived(token)


def _derived(token: str) -> ResourceSchema:
    module, resource_class = _resource_class(token)
    args_class = _args_class(module, resource_class)
    reader = _Reader(module)
    inputs = reader.read(args_class)
    outputs = reader.read(resource_class)
    version = re.search(r"Uses Azure REST API version (\S+?)\.(\s|$)", _documentation(resource_class))
    return ResourceSchema(
        token=token,
        api_version=version[1] if version else "",
        path_parameters=frozenset(_getter_parameters(module, resource_class)) & inputs.keys(),
        inputs=inputs,
        outputs=outputs,
        types=reader.types,
        enums=reader.enums,
    )


class Variants(NamedTuple):
    """How the members of a union are told apart: the property and, for each of its values, the member and its name."""

    name: str
    members: Mapping[str, ObjectType]
    refs: Mapping[str, str]


def in_its_case(value: str, allowed: Iterable[str]) -> str | None:
    """The enum's value that this one is in any case, as Azure takes them: templates say `TCP` for Tcp. None: none."""
    wanted = value.lower()
    return next((each for each in allowed if each.lower() == wanted), None)


def discriminated(shape: Shape, types: Mapping[str, ObjectType]) -> Variants | None:
    """The variants of a union of objects, or nothing where no property tells them apart."""
    if shape.kind != "union" or any(member.kind != "object" for member in shape.of):
        return None
    members = [types[member.ref] for member in shape.of]
    for name, declared in members[0].items():
        constants = [member[name].const for member in members if name in member and member[name].const]
        if declared.const and len(constants) == len(members):
            refs = [member.ref for member in shape.of]
            return Variants(name, dict(zip(constants, members, strict=True)), dict(zip(constants, refs, strict=True)))
    return None


# Finding the classes


def _resource_class(token: str) -> tuple[ModuleType, type]:
    module_name, name = _split(token)
    module = _module(token, module_name)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        near = difflib.get_close_matches(name, [known for known in vars(module) if known[:1].isupper()], n=1)
        hint = f" Did you mean azure-native:{module_name}:{near[0]}?" if near else ""
        raise UnknownTypeError(f"{token} is not a type of pulumi-azure-native {sdk_version()}.{hint}")
    return module, found


def _module(token: str, module_name: str) -> ModuleType:
    try:
        return import_module(f"pulumi_azure_native.{module_name.replace('/', '.')}")
    except ModuleNotFoundError:
        raise UnknownTypeError(_unknown_module(token, module_name)) from None


def _split(token: str) -> tuple[str, str]:
    package, _, rest = token.partition(":")
    module_name, _, name = rest.partition(":")
    if package != "azure-native" or not name or not re.fullmatch(r"[A-Za-z0-9_/]+", module_name):
        raise UnknownTypeError(
            f"{token} is not a type token of azure-native, such as azure-native:storage:StorageAccount."
        )
    return module_name, name


def _unknown_module(token: str, module_name: str) -> str:
    base, _, version = module_name.partition("/")
    if version:
        plain = token.replace(f"/{version}", "", 1)
        return (
            f"{token} asks for API version {version}, which pulumi-azure-native {sdk_version()} does not carry: "
            f"use {plain}, or add that version's own package to the project."
        )
    modules = [
        entry.name for entry in Path(import_module("pulumi_azure_native").__path__[0]).iterdir() if entry.is_dir()
    ]
    near = difflib.get_close_matches(base, modules, n=1)
    hint = f" Did you mean the module {near[0]}?" if near else ""
    return f"{token}: pulumi-azure-native {sdk_version()} has no module {base}.{hint}"


def _args_class(module: ModuleType, resource_class: type) -> type:
    # A resource whose plain name is taken by a nested type calls its own arguments InitArgs.
    home = import_module(resource_class.__module__)
    name = resource_class.__name__
    args: type = getattr(home, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    return args


def _documentation(resource_class: type) -> str:
    # The generated constructor is an overload, and only the overloads carry the documentation.
    return "\n".join(overload.__doc__ or "" for overload in typing.get_overloads(vars(resource_class)["__init__"]))


def _getter_parameters(module: ModuleType, resource_class: type) -> list[str]:
    name = f"get_{resource_class.__module__.rpartition('.')[2]}"
    try:
        source = inspect.getsource(import_module(f"{module.__name__}.{name}"))
    except ModuleNotFoundError:  # a few types cannot be read back and have no getter
        return []
    return re.findall(r"__args__\['(\w+)'\]", source)


# Reading the classes


class _Reader:
    """Collects the object types and enums that a resource's classes lead to."""

    def __init__(self, module: ModuleType) -> None:
        self.types: dict[str, ObjectType] = {}
        self.enums: dict[str, tuple[str, ...]] = {}
        self._homes = [import_module(f"{module.__name__}.{part}") for part in _parts(module)]

    def read(self, cls: type) -> ObjectType:
        required = _required(cls)
        return {
            getattr(getter, "_pulumi_name", name): Property(
                self._shape(inspect.get_annotations(getter)["return"]), name in required, _constant(getter)
            )
            for name, member in vars(cls).items()
            if isinstance(member, property) and (getter := member.fget) is not None
        }

    def _shape(self, annotation: Any) -> Shape:
        members = [self._member(part) for part in _alternatives(annotation)]
        enum = next((member for member in members if member.kind == "enum"), None)
        if enum is not None:  # `Union[str, Enum]` is the SDK's way to take an enum's value as a plain string
            return enum
        distinct = list(dict.fromkeys(members))
        if len(distinct) == 1:
            return distinct[0]
        if any(member.kind == "asset" for member in distinct):
            return Shape("asset")
        return Shape("union", of=tuple(distinct)) if distinct else Shape("any")

    def _member(self, part: Any) -> Shape:
        if part is Any:
            return Shape("any")
        plain = {str: "string", int: "integer", float: "number", bool: "boolean"}.get(part)
        if plain:
            return Shape(plain)
        if isinstance(part, (ForwardRef, str)):
            return self._named(part.__forward_arg__ if isinstance(part, ForwardRef) else part)
        origin, arguments = get_origin(part), get_args(part)
        if origin is collections.abc.Sequence:
            return Shape("array", of=(self._shape(arguments[0]),))
        if origin is collections.abc.Mapping:
            return Shape("map", of=(self._shape(arguments[1]),))
        if isinstance(part, type):
            return self._class(part)
        return Shape("any")

    def _named(self, reference: str) -> Shape:
        name = reference.rpartition(".")[2]
        for home in self._homes:
            if hasattr(home, name):
                return self._class(getattr(home, name))
        raise UnknownTypeError(f"the SDK names a type {reference} that it does not define")

    def _class(self, cls: type) -> Shape:
        name = cls.__name__
        if issubclass(cls, Enum):
            self.enums[name] = tuple(str(member.value) for member in cls)
            return Shape("enum", name)
        if cls.__module__.startswith("pulumi."):
            return Shape("asset")
        if name not in self.types:
            self.types[name] = {}  # a type may lead back to itself
            self.types[name] = self.read(cls)
        return Shape("object", name)


def _parts(module: ModuleType) -> Iterator[str]:
    for part in ("_inputs", "_enums", "outputs"):
        if Path(module.__path__[0], f"{part}.py").is_file():
            yield part


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation allows, without Pulumi's `Input` and `Output` wrappers and without None."""
    origin = get_origin(annotation)
    if origin is typing.Union:
        for part in get_args(annotation):
            yield from _alternatives(part)
    elif getattr(origin, "__name__", "") == "Output":
        yield from _alternatives(get_args(annotation)[0])
    elif not _repeats_the_plain_type(annotation) and annotation is not type(None):
        yield annotation


def _repeats_the_plain_type(annotation: Any) -> bool:
    # `Input[T]` is `Union[T, Awaitable[T], "Output[T]"]`: nothing is lost by reading T alone.
    deferred = isinstance(annotation, ForwardRef) and annotation.__forward_arg__.startswith("Output[")
    return deferred or get_origin(annotation) is collections.abc.Awaitable


def _required(cls: type) -> set[str]:
    parameters = inspect.signature(vars(cls)["__init__"]).parameters.values()
    return {each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty}


def _constant(getter: Callable[..., Any]) -> str:
    expected = re.search(r"Expected value is '([^']*)'\.", getter.__doc__ or "")
    return expected[1] if expected else ""


# Keeping


def _cache_file(token: str) -> Path:
    from verdazure.sandbox.toolchain import cache_directory  # late: it costs a warm start what it weighs

    module_name, name = _split(token)
    folder = cache_directory() / "azure-native" / f"{sdk_version()}-{_FORMAT}"
    return folder / f"{module_name.replace('/', '.')}.{name}.json"


def _to_json(schema: ResourceSchema) -> dict[str, Any]:
    return {**vars(schema), "path_parameters": sorted(schema.path_parameters)}


def _from_json(kept: dict[str, Any]) -> ResourceSchema:
    return ResourceSchema(
        token=kept["token"],
        api_version=kept["api_version"],
        path_parameters=frozenset(kept["path_parameters"]),
        inputs=_object_from_json(kept["inputs"]),
        outputs=_object_from_json(kept["outputs"]),
        types={name: _object_from_json(properties) for name, properties in kept["types"].items()},
        enums={name: tuple(values) for name, values in kept["enums"].items()},
    )


def _object_from_json(kept: dict[str, Any]) -> ObjectType:
    return {name: Property(_shape_from_json(shape), required, const) for name, (shape, required, const) in kept.items()}


def _shape_from_json(kept: list[Any]) -> Shape:
    kind, ref, of = kept
    return Shape(kind, ref, tuple(_shape_from_json(item) for item in of))
