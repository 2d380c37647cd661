"""What the installed azure-native SDK says about a resource's inputs: the camelCase tree behind its `Args` classes."""

import importlib
import re
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import ForwardRef, get_args, get_origin


def args_class(token: str) -> type:
    """The `Args` class of a type token such as `azure-native:storage:StorageAccount`. Raises AttributeError."""
    _, module_name, resource = token.split(":")
    module = importlib.import_module(f"pulumi_azure_native.{module_name.replace('/', '.')}")
    # A resource whose plain name is taken by a nested type calls its own arguments InitArgs.
    return getattr(module, f"{resource}InitArgs", None) or getattr(module, f"{resource}Args")


@cache
def inputs(args: type) -> dict[str, tuple[object, ...]]:
    """camelCase input -> the types that its annotation names; `Mapping` among them where the keys are the user's."""
    return {
        _camel(name, member): tuple(_leaves(member.fget.__annotations__["return"]))
        for name, member in vars(args).items()
        if isinstance(member, property)
    }


def exists(token: str, path: str) -> bool:
    """Whether a path (`sku.name`, `policy.rules[].enabled`, `tags.owner`) leads to an input of the resource."""
    classes: list[type] = [args_class(token)]
    keys = [key for key in re.split(r"[.\[\]]", path) if key]
    named_by_user = False
    for position, key in enumerate(keys):
        if named_by_user:
            named_by_user = False
            continue
        found = [leaf for cls in classes for leaf in inputs(cls).get(key, ())]
        if not found:
            return False
        nested = [_resolve(leaf, cls) for cls in classes for leaf in inputs(cls).get(key, ())]
        classes = [cls for cls in nested if cls is not None]
        named_by_user = bool(classes) and Mapping in found
        if not classes:  # a scalar or a free map: nothing below it is described
            return position == len(keys) - 1 or Mapping in found
    return True


def names(token: str) -> set[tuple[str, str]]:
    """(camelCase, Python's name) of every input of the resource, at any depth."""
    found: set[tuple[str, str]] = set()
    waiting, seen = [args_class(token)], set[type]()
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen.add(cls)
        found |= {(_camel(name, member), name) for name, member in vars(cls).items() if isinstance(member, property)}
        leaves = (leaf for kinds in inputs(cls).values() for leaf in kinds)
        waiting += [nested for leaf in leaves if (nested := _resolve(leaf, cls)) is not None]
    return found


def _camel(name: str, member: property) -> str:
    return getattr(member.fget, "_pulumi_name", name)


def _leaves(annotation: object) -> list[object]:
    inner = get_args(annotation)
    mapping = [Mapping] if get_origin(annotation) is Mapping else []
    return [*mapping, *(leaf for part in inner for leaf in _leaves(part))] if inner else [annotation]


def _resolve(leaf: object, owner: type) -> type | None:
    """The nested `*Args` class that a forward reference in the owner's module names, if it names one."""
    if not isinstance(leaf, ForwardRef) or not leaf.__forward_arg__.endswith("Args"):
        return None
    module: ModuleType = sys.modules[owner.__module__]
    home = vars(module).get("_inputs", module)
    return getattr(home, leaf.__forward_arg__)
