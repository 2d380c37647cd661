"""Derives `limits.csv` from Microsoft's packages: what a value of a property, or of a name in a path, may be.

    python -m verdazure.sandbox.azure.limits.derive FOLDER     FOLDER holds the packages of requirements.in

The models of those packages say it in `_validation` and `_attribute_map` (durations), the operations in the arguments
of `_SERIALIZER.url`. A row is kept where pulumi-azure-native has the same type with the same property.
"""

import ast
import csv
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("limits.csv")
KINDS = ("minimum", "maximum", "min_length", "max_length", "min_items", "max_items", "pattern", "format")
COLUMNS = ("module", "type", "property", *KINDS, "source")

# Distribution's last word -> module of pulumi-azure-native, where they differ.
_MODULES = {
    "appcontainers": "app",
    "iothubprovisioningservices": "deviceprovisioningservices",
    "loganalytics": "operationalinsights",
    "msi": "managedidentity",
}

# What the packages append to the name of the type that azure-native has.
_SUFFIXES = ("CreateOrUpdateParameters", "CreateParameters", "Parameters", "ResourceDescription", "Resource")

# The client that azure-ai-ml 1.20.0 itself creates resources with.
_ML_CLIENT = "azure/ai/ml/_restclient/v2024_04_01_preview"

# The base of the others, and one whose models azure-ai-ml has newer.
_NOT_READ = ("azure-mgmt-core", "azure-mgmt-machinelearningservices")

Row = dict[str, str]


class Package(NamedTuple):
    """One of the packages: its models, the folder of its operations, and what to name as the source."""

    module: str
    models: ModuleType
    operations: Path
    source: str


def main(folder: str) -> None:
    """Writes the table."""
    derived = rows(Path(folder))
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(derived)


def rows(folder: Path) -> list[Row]:
    """The table's rows, in its order."""
    sys.path.append(str(folder))
    found: dict[tuple[str, str, str], Row] = {}
    for package in _packages(folder):
        known = _known_properties(package.module)
        for name, attribute, limits in [*_of_models(package.models, known), *_of_paths(package.operations)]:
            row = {"module": package.module, "type": name, "property": attribute, "source": package.source}
            found.setdefault((package.module, name, attribute), {**row, **limits})
    return [found[key] for key in sorted(found)]


def _packages(folder: Path) -> Iterator[Package]:
    for distribution in sorted(metadata.distributions(path=[str(folder)]), key=lambda each: each.name):
        source = f"{distribution.name} {distribution.version}"
        if distribution.name == "azure-ai-ml":
            client = folder / _ML_CLIENT
            yield Package("machinelearningservices", _load(client / "models"), client / "operations", source)
        elif distribution.name.startswith("azure-mgmt-") and distribution.name not in _NOT_READ:
            word = distribution.name.rpartition("-")[2]
            models = importlib.import_module(f"azure.mgmt.{word}.models")
            yield Package(_MODULES.get(word, word), models, _operations(models), source)


def _load(models: Path) -> ModuleType:
    """The models of azure-ai-ml without the package around them, which needs far more than is read here."""
    spec = importlib.util.spec_from_file_location(
        "ml_models", models / "__init__.py", submodule_search_locations=[str(models)]
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{models} holds no models")
    module = importlib.util.module_from_spec(spec)
    sys.modules["ml_models"] = module
    spec.loader.exec_module(module)
    return module


def _operations(models: ModuleType) -> Path:
    """Beside the models of the API version that the package uses by default."""
    homes = {cls.__module__ for cls in vars(models).values() if hasattr(cls, "_attribute_map")}
    newest = importlib.import_module(max(homes).rpartition(".")[0])
    return Path(str(newest.__file__)).parent.parent / "operations"


# Models


class _Known(NamedTuple):
    """A type of pulumi-azure-native and its input properties."""

    name: str
    properties: frozenset[str]


def _of_models(models: ModuleType, known: Mapping[str, _Known]) -> Iterator[tuple[str, str, Row]]:
    for name, cls in sorted(vars(models).items()):
        rules, attributes = getattr(cls, "_validation", {}), getattr(cls, "_attribute_map", {})
        for attribute, mapped in attributes.items():
            wire = mapped["key"].replace("\\\\.", "\0").rpartition(".")[2]
            types = filter(None, map(known.get, _plain_names(name)))
            here = next((known_type.name for known_type in types if wire in known_type.properties), None)
            rule = rules.get(attribute, {})
            limits = _limits(rule, mapped["type"])
            if here and limits and not rule.get("readonly"):
                yield here, wire, limits


def _plain_names(name: str) -> list[str]:
    names = [name, *(name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix))]
    return [each.lower() for each in names]


def _limits(rule: Mapping[str, Any], kind: str) -> Row:
    limits = {name: str(rule[name]) for name in KINDS if name in rule}
    if "pattern" in limits and not _compiles(limits["pattern"]):
        del limits["pattern"]
    if kind == "duration":
        limits["format"] = "duration"
    return limits


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _known_properties(module: str) -> dict[str, _Known]:
    """By name in lower case, as the two spell some differently."""
    package = importlib.import_module(f"pulumi_azure_native.{module}")
    known: dict[str, _Known] = {}
    for file in sorted(Path(package.__path__[0]).glob("*.py")):
        if file.stem in ("__init__", "outputs", "_enums") or file.stem.startswith(("get_", "list_")):
            continue
        for name, cls in vars(importlib.import_module(f"{package.__name__}.{file.stem}")).items():
            if isinstance(cls, type) and name.endswith("Args") and not name.startswith("Get"):
                plain = name.removesuffix("Args")
                known[plain.lower()] = _Known(plain, frozenset(_properties(cls)))
    return known


def _properties(cls: type) -> Iterator[str]:
    for attribute, member in vars(cls).items():
        if isinstance(member, property):
            yield getattr(member.fget, "_pulumi_name", attribute)


# Paths


def _of_paths(operations: Path) -> Iterator[tuple[str, str, Row]]:
    """Names in paths (type ""), as far as all requests of the package that create something agree."""
    agreed: dict[str, Row] = {}
    for request in _create_requests(operations):
        for parameter, limits in _path_limits(request):
            agreed[parameter] = limits if agreed.get(parameter, limits) == limits else {}
    yield from (("", parameter, limits) for parameter, limits in agreed.items() if limits)


def _create_requests(operations: Path) -> Iterator[ast.FunctionDef]:
    for file in sorted(operations.glob("_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and re.match(r"build_(begin_)?create", node.name):
                yield node


def _path_limits(request: ast.FunctionDef) -> Iterator[tuple[str, Row]]:
    for node in ast.walk(request):
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Call) and key.value != "subscriptionId":
                given = {each.arg: ast.literal_eval(each.value) for each in value.keywords if each.arg in KINDS}
                yield str(key.value), _limits(given, "str")


if __name__ == "__main__":
    main(*sys.argv[1:])
