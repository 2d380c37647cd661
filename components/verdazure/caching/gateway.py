"""GatewayCache: API Management answers prompts that mean the same from the cache, before a model is asked."""

from typing import Annotated, NotRequired, Optional, TypedDict

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_azure_native import apimanagement
from pydantic import Field, ValidationInfo, model_validator

from verdazure.args import Count, Number, Record, Text, TextLeaf, component_name, normalise, refuse, resource_type
from verdazure.caching.component import LONGEST_TTL_SECONDS
from verdazure.caching.policy import semantic_cache_policy
from verdazure.interfaces import PrincipalType, grant, name_of, resource_group_of

# Microsoft Learn, Azure REST API reference, Backend: the longest name of one; read 2026-11-24.
LONGEST_BACKEND = 80
EMBEDDER = "-embeddings"


class GatewayCacheArgs(TypedDict):
    """What a team decides about the answers that its gateway keeps."""

    service_id: Input[str]
    """ARM id of the API Management service, with a system-assigned identity and a way to the cache's endpoint."""
    service_principal_id: Input[str]
    """Object id of that identity, which may then ask the embeddings' account."""
    api_id: Input[str]
    """Name of the API in the service. Its policy becomes the cache's: what else it needs stands in its product's, in
    its operations' or in the service's policy, which stay."""
    cache_id: Input[str]
    """ARM id of a cache that serves a gateway: `cache.resource_id`."""
    connection_string: Input[str]
    """`<host>:<port>,password=<access key>,ssl=True,abortConnect=False`: API Management cannot sign in to the cache
    otherwise. It is kept as a secret. Give it as one: from the configuration, or from `list_database_keys_output`."""
    embeddings_account_id: Input[str]
    """ARM id of the Azure OpenAI or Foundry account that has the embeddings' deployment."""
    embeddings_url: Input[str]
    """`https://<account>.openai.azure.com/openai/deployments/<deployment>/embeddings`."""
    score_threshold: NotRequired[float]
    """Largest distance of two prompts that count as one, above 0 and at most 0.2. Default 0.05."""
    ttl_seconds: NotRequired[int]
    """How long an answer is kept: 1 to 2,592,000 (30 days). Default an hour."""
    most_messages: NotRequired[int]
    """Longer conversations are not cached, as they are hardly ever the same. Default 10."""
    vary_by: NotRequired[list[str]]
    """Further policy expressions whose values keep answers apart, such as a tenant's claim where tenants share a
    subscription. Subscription, path, model and parameters always do."""


class GatewayCache(pulumi.ComponentResource):
    """Semantic caching for one API of an API Management service that is there.

    Answers are kept apart by subscription; a request without one shares its answer with nobody. The gateway asks for
    embeddings with its own identity.

    Raises: `ArgumentError` before any resource is registered, naming key, value, allowed values and fix.
    """

    resource_id: Output[str]
    """ARM id of the API's policy."""
    resource_name: Output[str]
    """Name of the backend that makes embeddings."""

    def __init__(self, name: str, args: GatewayCacheArgs, opts: Optional[ResourceOptions] = None) -> None:
        spec = normalise(self, name, args, _GatewayCache)
        super().__init__(resource_type(GatewayCache), name, dict(args), opts)
        child = ResourceOptions(parent=self)
        pulumi.log.info(
            "Answers to prompts that only mean about the same may be wrong: measure before it is relied on."
        )

        cache = self._cache(name, spec, child)
        embedder = self._embedder(name, spec, child)
        account = Output.from_input(spec.embeddings_account_id)
        allowed = grant(
            f"{name}{EMBEDDER}",
            account,
            "Cognitive Services OpenAI User",
            spec.service_principal_id,
            PrincipalType.SERVICE_PRINCIPAL,
            child,
        )
        policy = self._policy(
            name, spec, ResourceOptions.merge(child, ResourceOptions(depends_on=[cache, embedder, allowed]))
        )
        self.resource_id, self.resource_name = policy.id, embedder.name
        self.register_outputs({"resource_id": self.resource_id, "resource_name": self.resource_name})

    def _cache(self, name: str, spec: "_GatewayCache", child: ResourceOptions) -> apimanagement.Cache:
        sealed = ResourceOptions(additional_secret_outputs=["connectionString"])
        return apimanagement.Cache(
            name,
            cache_id="default",
            use_from_location="default",
            service_name=spec.service_name,
            resource_group_name=spec.service_group,
            resource_id=Output.concat("https://management.azure.com", spec.cache_id),
            connection_string=Output.secret(spec.connection_string),
            description="Answers of models, by what the prompt means",
            opts=ResourceOptions.merge(child, sealed),
        )

    def _embedder(self, name: str, spec: "_GatewayCache", child: ResourceOptions) -> apimanagement.Backend:
        return apimanagement.Backend(
            f"{name}{EMBEDDER}",
            backend_id=f"{name}{EMBEDDER}",
            service_name=spec.service_name,
            resource_group_name=spec.service_group,
            type="Single",
            protocol="http",
            url=spec.embeddings_url,
            description="Makes the embeddings that prompts are compared by",
            tls={"validate_certificate_chain": True, "validate_certificate_name": True},
            opts=child,
        )

    def _policy(self, name: str, spec: "_GatewayCache", opts: ResourceOptions) -> apimanagement.ApiPolicy:
        return apimanagement.ApiPolicy(
            name,
            policy_id="policy",
            api_id=spec.api_id,
            service_name=spec.service_name,
            resource_group_name=spec.service_group,
            format="xml",
            value=semantic_cache_policy(
                f"{name}{EMBEDDER}", spec.score_threshold, spec.ttl_seconds, spec.most_messages, spec.vary_by
            ),
            opts=opts,
        )


# The checked arguments


class _GatewayCache(Record):
    service_id: TextLeaf
    service_principal_id: TextLeaf
    api_id: TextLeaf
    cache_id: TextLeaf
    connection_string: TextLeaf
    embeddings_account_id: TextLeaf
    embeddings_url: TextLeaf
    score_threshold: Annotated[Number, Field(gt=0, le=0.2)] = 0.05
    ttl_seconds: Annotated[Count, Field(ge=1, le=LONGEST_TTL_SECONDS)] = 3600
    most_messages: Annotated[Count, Field(ge=1)] = 10
    vary_by: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_GatewayCache":
        longest = LONGEST_BACKEND - len(EMBEDDER)
        if len(component_name(info)) > longest:
            fix = f"shorten it by {len(component_name(info)) - longest}"
            refuse(
                "name", component_name(info), f"at most {longest} characters, or the backend's name is too long", fix
            )
        for expression in self.vary_by:
            if not (expression.startswith(("@(", "@{")) and expression.endswith((")", "}"))):
                allowed = "policy expressions: `@(...)` or `@{...}`"
                refuse("vary_by", expression, allowed, "a value that is always the same keeps nothing apart")
        if isinstance(self.embeddings_url, str) and not self.embeddings_url.startswith("https://"):
            refuse(
                "embeddings_url",
                self.embeddings_url,
                "an address that starts with https://",
                "take it from the account",
            )
        return self

    @property
    def service_name(self) -> Output[str]:
        """Of the API Management service."""
        return Output.from_input(self.service_id).apply(name_of)

    @property
    def service_group(self) -> Output[str]:
        """Resource group of the service, which the gateway's team owns."""
        return Output.from_input(self.service_id).apply(resource_group_of)
