"""The part of a hub network that a job needs: a subnet of its own, and one with the account's endpoints."""

from pulumi_azure_native import network
from verdazure import LandingRef


class Hub:
    """A virtual network in the landing's resource group, as a platform team would hand it over."""

    def __init__(self, landing: LandingRef) -> None:
        group, location, tags = landing["resource_group_name"], landing["location"], landing["tags"]
        hub = network.VirtualNetwork(
            "hub",
            resource_group_name=group,
            location=location,
            address_space={"address_prefixes": ["10.20.0.0/16"]},
            tags=tags,
        )
        self.network_id = hub.id
        self.endpoints_id = network.Subnet(
            "endpoints", resource_group_name=group, virtual_network_name=hub.name, address_prefix="10.20.1.0/24"
        ).id
        self.jobs_id = network.Subnet(
            "jobs",
            resource_group_name=group,
            virtual_network_name=hub.name,
            address_prefix="10.20.2.0/27",
            delegations=[{"name": "environments", "service_name": "Microsoft.App/environments"}],
        ).id
