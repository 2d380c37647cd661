"""Physical names: what a resource is called in Azure.

A physical name is `<abbreviation>-<component name>-<suffix>`, without dashes where Azure allows none. The suffix is
drawn once per landing and kept in the stack's state: it makes globally unique names unique, and a stack that was
destroyed and created again gets new names, so that a vault or workspace that Azure keeps soft-deleted never blocks it.
Abbreviations: Cloud Adoption Framework, abbreviation recommendations. Lengths and characters: Azure Resource Manager,
naming rules and restrictions; both Microsoft Learn, read 2026-11-23. Neither has Device Update: its length is that of
azure-mgmt-deviceupdate 1.1.0, its abbreviation our own. Nor custom locations, schema registries and IoT Operations:
their abbreviations are after microsoft/edge-ai, their lengths those of azure-rest-api-specs, read 2026-11-29.
"""

import re
import secrets
import string
from enum import Enum
from typing import NamedTuple

import pulumi

from verdazure.args import refuse

SUFFIX_LENGTH = 6
_SUFFIX_ALPHABET = string.ascii_lowercase + string.digits


class NameRule(NamedTuple):
    """How a kind of resource is named: CAF abbreviation, longest name, whether a dash may stand in it."""

    abbreviation: str
    longest: int
    dashes: bool = True


class Kind(Enum):
    """The kinds of resource that get a physical name."""

    ACTION_GROUP = NameRule("ag", 260)
    ALERT_PROCESSING_RULE = NameRule("apr", 160)
    APPLICATION_INSIGHTS = NameRule("appi", 255)
    AUTOSCALE_SETTING = NameRule("as", 260)
    BACKUP_VAULT = NameRule("bvault", 50)
    BATCH_ENDPOINT = NameRule("bep", 32)
    BUDGET = NameRule("budget", 63)
    CONTAINER_APPS_ENVIRONMENT = NameRule("cae", 32)
    CONTAINER_APPS_JOB = NameRule("caj", 32)
    CONTAINER_REGISTRY = NameRule("cr", 50, dashes=False)
    CUSTOM_LOCATION = NameRule("cl", 63)
    DATA_COLLECTION_ENDPOINT = NameRule("dce", 44)
    DATA_COLLECTION_RULE = NameRule("dcr", 64)
    DATA_FACTORY = NameRule("adf", 63)
    DEVICE_UPDATE = NameRule("adu", 24)
    FOUNDRY_ACCOUNT = NameRule("aif", 64)
    FRONT_DOOR = NameRule("afd", 90)
    FUNCTION_APP = NameRule("func", 60)
    FUNCTION_PLAN = NameRule("asp", 60)
    IDENTITY = NameRule("id", 128)
    IOT_HUB = NameRule("iot", 50)
    IOT_OPERATIONS = NameRule("iotops", 63)
    KEY_VAULT = NameRule("kv", 24)
    LOG_WORKSPACE = NameRule("log", 63)
    MANAGED_REDIS = NameRule("amr", 60)
    ML_WORKSPACE = NameRule("mlw", 33)
    ONLINE_ENDPOINT = NameRule("oep", 32)
    OPENAI_ACCOUNT = NameRule("oai", 64)
    PRIVATE_ENDPOINT = NameRule("pep", 64)
    PROVISIONING = NameRule("provs", 64)
    RESOURCE_GROUP = NameRule("rg", 90)
    SCHEMA_REGISTRY = NameRule("sr", 63)
    STORAGE_ACCOUNT = NameRule("st", 24, dashes=False)
    TRAFFIC_MANAGER = NameRule("traf", 63)

    @property
    def room(self) -> int:
        """Characters that remain for the component's own name."""
        rule = self.value
        separators = 2 if rule.dashes else 0
        return rule.longest - len(rule.abbreviation) - separators - SUFFIX_LENGTH


def new_suffix() -> str:
    """A random suffix; the caller keeps it in the stack's state."""
    return "".join(secrets.choice(_SUFFIX_ALPHABET) for _ in range(SUFFIX_LENGTH))


def check_name(name: str, *kinds: Kind, role: str = "") -> None:
    """Refuses a component name that does not fit into the physical names of these kinds."""
    for kind in kinds:
        stem = _stem(name + role, kind)
        if not stem or not stem[0].isalpha():
            refuse("name", name, "a name that starts with a letter", "rename the component")
        if len(stem) > kind.room:
            what = kind.name.lower().replace("_", " ")
            fix = f"shorten it by {len(stem) - kind.room}"
            refuse(
                "name", name, f"at most {kind.room - len(role)} characters, or the {what}'s name would be too long", fix
            )


def physical_name(kind: Kind, name: str, suffix: pulumi.Input[str]) -> pulumi.Output[str]:
    """The resource's name in Azure. `name` has passed `check_name`."""
    dash = "-" if kind.value.dashes else ""
    return pulumi.Output.concat(kind.value.abbreviation, dash, _stem(name, kind), dash, suffix)


def named(physical: pulumi.Input[str]) -> pulumi.ResourceOptions:
    """Names a resource whose Azure property is `resourceName`: azure-native's Python constructors cannot take it, as
    their own first parameter has the same name."""

    def put(resource: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        return pulumi.ResourceTransformationResult({**resource.props, "resource_name": physical}, resource.opts)

    return pulumi.ResourceOptions(transformations=[put])


def _stem(name: str, kind: Kind) -> str:
    return re.sub(r"[^a-z0-9]+", "-" if kind.value.dashes else "", name.lower()).strip("-")
