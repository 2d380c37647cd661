"""Resource ids: which path a type has, what an id says, which resource holds another.

`paths.PATHS` is Azure's own. A type that is not in it gets the general shape that Azure Resource Manager documents,
guessed from the SDK's names, and `ArmPath.exact` says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from verdazure.sandbox.azure.paths import GROUP, PATHS, PROVIDERS
from verdazure.sandbox.azure.schema import ResourceSchema

_BORN_WITH_ACCOUNT = frozenset(
    f"microsoft.storage/storageaccounts/{service}services" for service in ("blob", "file", "queue", "table")
)
_CONTAINER = "microsoft.storage/storageaccounts/blobservices/containers"

# A parameter in a path; one with a dot is inside a property.
_PARAMETER = r"{([\w.]+)}"

# Parameters that hold the id of another resource rather than one name.
_SCOPES = ("scope", "resourceUri", "resourceId", "resourceScope")


@dataclass(frozen=True)
class ArmPath:
    """The path of a type. `exact` is false when it was guessed from the SDK's names."""

    template: str
    exact: bool

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The path's parameters in order, without the subscription."""
        return tuple(name for name in re.findall(_PARAMETER, self.template) if name != "subscriptionId")

    @property
    def name_parameter(self) -> str:
        """The parameter that names the resource itself, empty where the path ends in a fixed word."""
        last = self.template.rpartition("/")[2]
        return last[1:-1] if last.startswith("{") else ""

    def resource_id(self, subscription: str, inputs: Mapping[str, object]) -> str:
        """The id of the resource that these inputs describe. Every path parameter must be in them."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return subscription if name == "subscriptionId" else str(_at(inputs, name)).strip("/")

        filled = re.sub(_PARAMETER, value, self.template)
        return re.sub(r"//+", "/", filled)  # a parent path may be empty, as a lock's on a top-level resource is

    def parameters_of(self, resource_id: str) -> dict[str, str]:
        """The path parameters that an id was made from; those of a scope are full ids. Empty for another type's id.

        One inside a property, such as `policy.objectId`, is left to the property.
        """

        def group(match: re.Match[str]) -> str:
            name = match[1]
            if "." in name:
                return "/[^/]+"
            return f"(?P<{name}>/.+?)" if name in _SCOPES else f"/(?P<{name}>[^/]+)"

        pattern = re.sub("/" + _PARAMETER, group, self.template)
        found = re.fullmatch(pattern, resource_id, re.IGNORECASE)
        return {name: value for name, value in found.groupdict().items() if name != "subscriptionId"} if found else {}


def _at(inputs: Mapping[str, object], path: str) -> object:
    value: object = inputs
    for name in path.split("."):
        value = value[name] if isinstance(value, Mapping) else None
    return value


@cache
def _known_path(token: str) -> ArmPath | None:
    template = PATHS.get(token.partition(":")[2])
    if template is None:
        return None
    return ArmPath(template if template.startswith("/") else f"{GROUP}/providers/{template}", exact=True)


def path(schema: ResourceSchema) -> ArmPath:
    """The path of a type: Azure's, or the generic shape guessed from the SDK's names."""
    return _known_path(schema.token) or _guessed_path(schema)


def _guessed_path(schema: ResourceSchema) -> ArmPath:
    _, module, name = schema.token.split(":")
    module = module.partition("/")[0]
    provider = PROVIDERS.get(module, f"Microsoft.{module.capitalize()}")
    scope = next((each for each in _SCOPES if each in schema.path_parameters), None)
    if scope:
        start = f"/{{{scope}}}"
    elif "resourceGroupName" in schema.inputs:
        start = GROUP
    else:
        start = "/subscriptions/{subscriptionId}"
    named = sorted((schema.path_parameters or _names_among(schema)) - {scope, "resourceGroupName", "subscriptionId"})
    # azure-native names a resource by itself, so the SDK requires the parents' names but not the resource's own.
    parents = [each for each in named if schema.inputs[each].required]
    own = [each for each in named if not schema.inputs[each].required]
    segments = [f"{_plural(re.sub('(Name|Id)$', '', each))}/{{{each}}}" for each in parents]
    segments.append("/".join([_plural(name[0].lower() + name[1:]), *(f"{{{each}}}" for each in own[:1])]))
    return ArmPath(f"{start}/providers/{provider}/{'/'.join(segments)}", exact=False)


def _names_among(schema: ResourceSchema) -> set[str]:
    # A type that cannot be read back has no getter to tell its path parameters.
    return {
        name
        for name, declared in schema.inputs.items()
        if name.endswith(("Name", "Id")) and declared.shape.kind == "string"
    }


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es" if not word.endswith("ies") else word
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


# What an id says


def parent_id(resource_id: str) -> str:
    """The id of what holds a resource: its parent, its scope, its resource group, or its subscription."""
    parts = resource_id.rstrip("/").split("/")
    ends_in_a_fixed_word = len(parts) % 2 == 0
    parts = parts[: -1 if ends_in_a_fixed_word else -2]
    if len(parts) >= 2 and parts[-2].lower() == "providers":
        parts = parts[:-2]
    return "/".join(parts)


def is_extension(resource_id: str) -> bool:
    """Whether a resource is scoped to another one, as a role assignment or a lock is, rather than part of it."""
    return resource_id.lower().count("/providers/") > 1


def arm_type(resource_id: str) -> str:
    """The ARM type, for instance `Microsoft.Storage/storageAccounts/blobServices`."""
    _, marker, after = resource_id.rpartition("/providers/")
    if marker:
        namespace, *rest = after.split("/")
        return "/".join([namespace, *rest[::2]])
    return f"Microsoft.Resources/{'resourceGroups' if resource_group(resource_id) else 'subscriptions'}"


def has_exact_path(resource_id: str) -> bool:
    """Whether the id is of a type whose path is Azure's own, not guessed."""
    return arm_type(resource_id).lower() in _exact_types()


@cache
def _exact_types() -> frozenset[str]:
    templates = (known if known.startswith("/") else f"/providers/{known}" for known in PATHS.values())
    return frozenset(arm_type(template).lower() for template in templates)


def name(resource_id: str) -> str:
    """The last name in an id."""
    return resource_id.rstrip("/").rpartition("/")[2]


def resource_group_id(resource_id: str) -> str:
    """The id of the resource group in an id, empty where there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/[^/]+", resource_id, re.IGNORECASE)
    return found[0] if found else ""


def resource_group(resource_id: str) -> str:
    """The name of the resource group in an id, empty where there is none."""
    return name(resource_group_id(resource_id))


def always_there(resource_id: str) -> bool:
    """Whether an id names something outside the simulation: the tenant, a subscription, a management group."""
    parts = [part.lower() for part in resource_id.split("/") if part]
    return (
        not parts
        or (parts[0] == "subscriptions" and len(parts) == 2)
        or parts[:2] == ["providers", "microsoft.management"]
    )


def brought_by(resource_id: str) -> str:
    """The id of the resource with which Azure makes this one unasked, empty where it is always made on its own.

    A storage account comes with its blob, file, queue and table service, a static website with its container.
    """
    kind, last = arm_type(resource_id).lower(), name(resource_id).lower()
    if kind in _BORN_WITH_ACCOUNT and last == "default":
        return parent_id(resource_id)
    if kind == _CONTAINER and last == "$web":
        return f"{parent_id(parent_id(resource_id))}/staticWebsite"
    return ""


def relative(resource_id: str) -> str:
    """An id as Azure's messages shorten it: from its type on, without subscription and group."""
    return resource_id.rpartition("/providers/")[2]
