"""What a workspace's compute may reach beyond what Azure ML itself needs: rules of its managed network.

Source: Microsoft Learn, Workspace managed virtual network isolation: rules to private endpoints, service tags and, by
a firewall that is paid by the hour, domain names; read 2026-11-23.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

import pulumi
from pulumi import Input, ResourceOptions
from pulumi_azure_native import machinelearningservices as ml
from pydantic import Field, model_validator

from verdazure.args import Flag, Record, Text, TextLeaf, refuse


class OutboundRuleArgs(TypedDict):
    """One thing that may be reached: `resource_id`, `service_tag` or `fqdn`. It is given under a name that stays."""

    resource_id: NotRequired[Input[str]]
    """ARM id of a resource, reached by a private endpoint that Azure ML makes. The workspace's identity needs the role
    Azure AI Enterprise Network Connection Approver on it."""
    subresource: NotRequired[str]
    """Of that resource: `blob`, `dfs`, `vault`, `searchService`."""
    spark: NotRequired[bool]
    """Whether serverless Spark reaches it too. Default false."""
    service_tag: NotRequired[str]
    """An Azure service by its tag: `AzureMonitor`, `DataFactory.SwedenCentral`."""
    protocol: NotRequired[str]
    """Of a service tag: `TCP`, `UDP`, `ICMP` or `*`. Default `TCP`."""
    port_ranges: NotRequired[str]
    """Of a service tag: `443`, `80, 8080-8089`. Default `443`."""
    fqdn: NotRequired[str]
    """A domain name, with `*.` for all below it: `packages.example.com`. The first one starts a firewall."""


class OutboundRule(Record):
    """Checked `OutboundRuleArgs`."""

    resource_id: TextLeaf | None = None
    subresource: Text | None = None
    spark: Flag = False
    service_tag: Annotated[Text, Field(pattern=r"^[A-Za-z0-9.]+$")] | None = None
    protocol: Annotated[Text, Field(pattern=r"^(TCP|UDP|ICMP|\*)$")] = "TCP"
    port_ranges: Annotated[Text, Field(pattern=r"^[0-9*][0-9, -]*$")] = "443"
    fqdn: Annotated[Text, Field(pattern=r"^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")] | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> "OutboundRule":
        given = [key for key in ("resource_id", "service_tag", "fqdn") if getattr(self, key) is not None]
        if len(given) != 1:
            refuse("", ", ".join(given) or None, "resource_id, service_tag or fqdn", "give one of the three")
        if (self.resource_id is None) is not (self.subresource is None):
            refuse("subresource", self.subresource, "what is reached of resource_id, and nothing else", "give both")
        return self

    def properties(self) -> Any:
        """As azure-native has it."""
        if self.fqdn is not None:
            return ml.FqdnOutboundRuleArgs(type="FQDN", category="UserDefined", destination=self.fqdn)
        if self.service_tag is not None:
            place = ml.ServiceTagDestinationArgs(
                action="Allow", service_tag=self.service_tag, protocol=self.protocol, port_ranges=self.port_ranges
            )
            return ml.ServiceTagOutboundRuleArgs(type="ServiceTag", category="UserDefined", destination=place)
        target = ml.PrivateEndpointDestinationArgs(
            service_resource_id=self.resource_id, subresource_target=self.subresource, spark_enabled=self.spark
        )
        return ml.PrivateEndpointOutboundRuleArgs(type="PrivateEndpoint", category="UserDefined", destination=target)


def reach(
    name: str,
    rules: Mapping[str, OutboundRule],
    workspace: ml.Workspace,
    group: Input[str],
    opts: ResourceOptions,
) -> list[pulumi.Resource]:
    """One rule after the other: Azure ML refuses a second change of the network while the first one runs."""
    made: list[pulumi.Resource] = []
    for key, rule in rules.items():
        rule_after = ResourceOptions.merge(opts, ResourceOptions(depends_on=made[-1:]))
        made.append(
            ml.ManagedNetworkSettingsRule(
                f"{name}-outbound-{key}",
                rule_name=key,
                workspace_name=workspace.name,
                resource_group_name=group,
                properties=rule.properties(),
                opts=rule_after,
            )
        )
    return made
