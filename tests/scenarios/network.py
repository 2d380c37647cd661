"""What a platform team hands over: a hub network in the landing's resource group, with subnets and DNS zones."""

from pulumi import Output
from pulumi_azure_native import network, privatedns
from verdazure import LandingRef


class Hub:
    """A virtual network, 10.20.0.0/16."""

    def __init__(self, landing: LandingRef) -> None:
        self._group, self._tags = landing["resource_group_name"], landing["tags"]
        self._hub = network.VirtualNetwork(
            "hub",
            resource_group_name=self._group,
            location=landing["location"],
            address_space={"address_prefixes": ["10.20.0.0/16"]},
            tags=self._tags,
        )
        self.id = self._hub.id

    def subnet(self, name: str, prefix: str, service: str | None = None) -> Output[str]:
        """ARM id of a new subnet, delegated to that service if one is named."""
        return network.Subnet(
            name,
            resource_group_name=self._group,
            virtual_network_name=self._hub.name,
            address_prefix=prefix,
            delegations=[{"name": "environments", "service_name": service}] if service else None,
        ).id

    def zone(self, name: str) -> Output[str]:
        """ARM id of a new private DNS zone."""
        return privatedns.PrivateZone(
            name, resource_group_name=self._group, private_zone_name=name, location="global", tags=self._tags
        ).id
