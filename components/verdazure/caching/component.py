"""ResultCache: Azure Managed Redis for results that need not be computed again."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import redisenterprise
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from verdazure import tags
from verdazure.args import Count, Flag, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.interfaces import (
    DiagnosticSettings,
    DiagnosticSettingsArgs,
    LandingRef,
    Lock,
    PrivateEndpoint,
    PrivateEndpointArgs,
    RoleAssignment,
    RoleAssignmentArgs,
    Site,
    connect,
    diagnose,
    grant_all,
    lock,
    private_zone,
)
from verdazure.justification import Justification, JustificationArgs
from verdazure.naming import Kind, check_name, physical_name

# Microsoft Learn, Azure Managed Redis architecture: the port that clients ask first; read 2026-11-24.
PORT = 10000
# Microsoft Learn, Azure Managed Redis with Azure Private Link, and private endpoint DNS values; read 2026-11-24.
GROUP, ZONE = "redisEnterprise", "privatelink.redis.azure.net"
# Microsoft Learn, Use Redis modules with Azure Managed Redis, read 2026-11-24: RediSearch takes no other policies.
SEARCH = [{"name": "RediSearch"}]
ONE_ENDPOINT, NO_EVICTION = "EnterpriseCluster", "NoEviction"
# Microsoft Learn, REST API reference, Access Policy Assignment: its name, and the one policy there is; read 2026-11-24.
_USER_NAME = re.compile(r"[A-Za-z0-9]{1,60}")
ACCESS_POLICY = "default"
LONGEST_TTL_SECONDS = 30 * 86400


class CacheSize(str, Enum):
    """Sizes of the balanced tier, by Azure's own names. Memory, of which a fifth is the service's own, is in GB."""

    BALANCED_B0 = "Balanced_B0"
    """0.5 GB: about 120,000 answers of 2 kB, at the 3.2 kB that tests/redis measures for one."""
    BALANCED_B1 = "Balanced_B1"
    """1 GB."""
    BALANCED_B3 = "Balanced_B3"
    """3 GB."""
    BALANCED_B5 = "Balanced_B5"
    """6 GB."""
    BALANCED_B10 = "Balanced_B10"
    """12 GB; takes a justification, as all that follow."""
    BALANCED_B20 = "Balanced_B20"
    """24 GB."""
    BALANCED_B50 = "Balanced_B50"
    """60 GB."""
    BALANCED_B100 = "Balanced_B100"
    """120 GB."""


# What a team may take without saying why: popular results are few, and memory draws power day and night.
FREELY = (CacheSize.BALANCED_B0, CacheSize.BALANCED_B1, CacheSize.BALANCED_B3, CacheSize.BALANCED_B5)


class CacheEviction(str, Enum):
    """What goes when the memory is full, by Azure's own names. Everything in the cache has an end of its own too."""

    LEAST_OFTEN_USED = "AllKeysLFU"
    """With requests of Zipf's law it keeps more hits than any other."""
    LONGEST_UNUSED = "AllKeysLRU"
    SOONEST_TO_EXPIRE = "VolatileTTL"


class ResultCacheArgs(TypedDict):
    """What a team decides about its cache of results."""

    landing: LandingRef
    """Where it is deployed: `landing.ref`."""
    size: NotRequired[CacheSize]
    """Default Balanced_B0. It cannot be made smaller in place later."""
    justification: NotRequired[JustificationArgs]
    """Why more than 6 GB is needed, and until when."""
    ttl_seconds: NotRequired[int]
    """How long clients keep a result: 1 to 2,592,000 (30 days). Default a day."""
    eviction: NotRequired[CacheEviction]
    """Default AllKeysLFU."""
    replicated: NotRequired[bool]
    """Whether a second node holds a copy. Default: in production only, by the landing's tag `environment`. It cannot be
    switched off later."""
    serves_gateway: NotRequired[bool]
    """Whether API Management asks it for prompts that mean the same, as `GatewayCache` sets up. That takes RediSearch,
    which allows no eviction, and access keys, as API Management cannot sign in otherwise. Default false."""
    users: NotRequired[dict[str, Input[str]]]
    """Object ids of the identities that may read and write, by a name of letters and digits that stays."""
    private_endpoints: NotRequired[dict[str, PrivateEndpointArgs]]
    """Ways in from virtual networks. There are no others."""
    dns_virtual_network_ids: NotRequired[dict[str, Input[str]]]
    """ARM ids of virtual networks, by a name that stays: the DNS zone of the endpoints is made in the landing's
    resource group and linked to them. A resource group holds one zone of a name. Default: zones are yours."""
    tags: NotRequired[dict[str, Input[str]]]
    """Further tags."""
    lock: NotRequired[Lock]
    """Lock on the cache."""
    role_assignments: NotRequired[dict[str, RoleAssignmentArgs]]
    """Who may do what on the cache as a resource; `users` says who may use it."""
    diagnostic_settings: NotRequired[DiagnosticSettingsArgs]
    """Where its logs and metrics go. Default: connections and all metrics to the landing's workspace."""


class ResultCache(pulumi.ComponentResource):
    """Azure Managed Redis that identities sign in to, small, without a disk: what it loses is computed again.

    `verdazure_jobs.cache` is its client: it keeps tenants apart and works without the cache while that is down.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the cache."""
    resource_name: Output[str]
    """Name of the cache."""
    database_id: Output[str]
    """ARM id of its one database."""
    host_name: Output[str]
    """Where clients ask."""
    port: Output[int]
    """And on which port, with TLS."""
    environment: Output[dict[str, str]]
    """Environment variables of a service, which `verdazure_jobs.cache.from_environment` reads."""

    def __init__(self, name: str, args: ResultCacheArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _ResultCache)
        super().__init__(resource_type(ResultCache), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        labels = tags.merged(spec.landing.tags, spec.reasons(), spec.tags)
        if spec.serves_gateway:
            pulumi.log.warn("Whoever has an access key can use the cache: API Management has no other way in.", self)

        cluster = self._cluster(name, spec, labels, child)
        database = self._database(name, spec, cluster, child)
        users = self._users(name, spec, cluster, database, child)
        self._endpoints(name, spec, cluster, labels, child)

        self.resource_id, self.resource_name, self.database_id = cluster.id, cluster.name, database.id
        self.host_name, self.port = cluster.host_name, database.port
        self.environment = Output.all(self.host_name, self.port).apply(
            lambda at: {
                "VERDAZURE_CACHE_HOST": at[0],
                "VERDAZURE_CACHE_PORT": str(int(at[1])),
                "VERDAZURE_CACHE_TTL_SECONDS": str(spec.ttl_seconds),
            }
        )
        diagnosed = self._diagnose(name, spec, cluster, database, child)
        assigned = grant_all(name, cluster.id, spec.role_assignments, child)
        lock(name, cluster.id, spec.lock, [database, *users, *diagnosed, *assigned], child)
        self.register_outputs(
            {
                "resource_id": self.resource_id,
                "resource_name": self.resource_name,
                "database_id": self.database_id,
                "host_name": self.host_name,
                "port": self.port,
                "environment": self.environment,
            }
        )

    def _cluster(
        self, name: str, spec: "_ResultCache", labels: Mapping[str, Input[str]], child: ResourceOptions
    ) -> redisenterprise.RedisEnterprise:
        return redisenterprise.RedisEnterprise(
            name,
            cluster_name=physical_name(Kind.MANAGED_REDIS, name, spec.landing.name_suffix),
            resource_group_name=spec.landing.resource_group_name,
            location=spec.landing.location,
            sku={"name": spec.size.value},
            high_availability=spec.high_availability(),
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            tags=labels,
            opts=child,
        )

    def _database(
        self,
        name: str,
        spec: "_ResultCache",
        cluster: redisenterprise.RedisEnterprise,
        child: ResourceOptions,
    ) -> redisenterprise.Database:
        made_once = ResourceOptions(
            replace_on_changes=["clusteringPolicy", "modules", "port"], delete_before_replace=True
        )
        return redisenterprise.Database(
            name,
            database_name="default",
            cluster_name=cluster.name,
            resource_group_name=spec.landing.resource_group_name,
            port=PORT,
            client_protocol="Encrypted",
            clustering_policy=ONE_ENDPOINT,
            eviction_policy=NO_EVICTION if spec.serves_gateway else spec.eviction.value,
            modules=SEARCH if spec.serves_gateway else [],
            access_keys_authentication="Enabled" if spec.serves_gateway else "Disabled",
            persistence={"aof_enabled": False, "rdb_enabled": False},
            opts=ResourceOptions.merge(child, made_once),
        )

    def _users(
        self,
        name: str,
        spec: "_ResultCache",
        cluster: redisenterprise.RedisEnterprise,
        database: redisenterprise.Database,
        child: ResourceOptions,
    ) -> list[pulumi.Resource]:
        return [
            redisenterprise.AccessPolicyAssignment(
                f"{name}-user-{key}",
                access_policy_assignment_name=key,
                access_policy_name=ACCESS_POLICY,
                cluster_name=cluster.name,
                database_name=database.name,
                resource_group_name=spec.landing.resource_group_name,
                user={"object_id": object_id},
                opts=child,
            )
            for key, object_id in spec.users.items()
        ]

    def _endpoints(
        self,
        name: str,
        spec: "_ResultCache",
        cluster: redisenterprise.RedisEnterprise,
        labels: Mapping[str, Input[str]],
        child: ResourceOptions,
    ) -> None:
        endpoints, networks = dict(spec.private_endpoints), spec.dns_virtual_network_ids
        if networks:
            zone = private_zone(f"{name}-dns", ZONE, networks, spec.landing, labels, child)
            for key, asked in endpoints.items():
                zones = (*asked.private_dns_zone_ids, zone)
                endpoints[key] = asked.model_copy(update={"private_dns_zone_ids": zones})
        connect(name, cluster.id, GROUP, endpoints, spec.landing, labels, child)

    def _diagnose(
        self,
        name: str,
        spec: "_ResultCache",
        cluster: redisenterprise.RedisEnterprise,
        database: redisenterprise.Database,
        child: ResourceOptions,
    ) -> list[pulumi.Resource]:
        """The database has the logs and the cache the metrics: each refuses the other."""
        asked = spec.diagnostic_settings
        logs = asked.model_copy(update={"metrics": False})
        metrics = asked.model_copy(update={"log_category_groups": ()})
        return [
            *(
                diagnose(f"{name}-database", database.id, logs, spec.landing, child)
                if asked.log_category_groups
                else []
            ),
            *(diagnose(name, cluster.id, metrics, spec.landing, child) if asked.metrics else []),
        ]


# The checked arguments


def _assignment_names(users: Mapping[str, Input[str]]) -> Mapping[str, Input[str]]:
    for key in users:
        if not _USER_NAME.fullmatch(key):
            refuse("", key, "names of 1 to 60 letters and digits, as Azure allows an assignment", "rename it")
    return users


class _ResultCache(Record):
    landing: Site
    size: CacheSize = CacheSize.BALANCED_B0
    justification: Justification | None = None
    ttl_seconds: Annotated[Count, Field(ge=1, le=LONGEST_TTL_SECONDS)] = 86400
    eviction: CacheEviction = CacheEviction.LEAST_OFTEN_USED
    replicated: Flag | None = None
    serves_gateway: Flag = False
    users: Annotated[Mapping[str, TextLeaf], AfterValidator(_assignment_names)] = {}
    private_endpoints: Mapping[Text, PrivateEndpoint] = {}
    dns_virtual_network_ids: Mapping[Text, TextLeaf] = {}
    tags: Mapping[str, TextLeaf] = {}
    lock: Lock | None = None
    role_assignments: Mapping[str, RoleAssignment] = {}
    diagnostic_settings: DiagnosticSettings = DiagnosticSettings()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_ResultCache":
        check_name(component_name(info), Kind.MANAGED_REDIS)
        for key in self.private_endpoints:
            check_name(component_name(info), Kind.PRIVATE_ENDPOINT, role=f"-{key}")
        if self.size not in FREELY and self.justification is None:
            fix = "take a smaller one, or add justification with reason and expires"
            refuse("size", self.size, ", ".join(each.value for each in FREELY), fix)
        if self.serves_gateway and "eviction" in self.model_fields_set:
            allowed = "nothing when it serves a gateway: RediSearch allows no eviction"
            refuse("eviction", self.eviction, allowed, "take it out; a short ttl_seconds keeps the memory free")
        if self.dns_virtual_network_ids and not self.private_endpoints:
            allowed = "nothing without private_endpoints, whose names the zone resolves"
            refuse("dns_virtual_network_ids", self.dns_virtual_network_ids, allowed, "add an endpoint, or take it out")
        return self

    def high_availability(self) -> Output[str]:
        """A cache in production that goes takes the model's capacity with it; elsewhere a copy is for nothing."""
        if self.replicated is not None:
            return Output.from_input("Enabled" if self.replicated else "Disabled")
        environment = Output.from_input(self.landing.tags.get("environment", ""))
        return environment.apply(lambda stage: "Enabled" if stage == "prod" else "Disabled")

    def reasons(self) -> dict[str, Input[str]]:
        """Tags that say why it is large."""
        if self.justification is None:
            return {}
        return {"justification": self.justification.reason, "justified-until": self.justification.expires}
