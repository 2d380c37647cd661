"""The network that a platform team would hand over: endpoints of storage, and a subnet for jobs."""

from pulumi_azure_native import network
from verdazure import LandingRef


class Network:
    """A virtual network in the landing's resource group."""

    def __init__(self, landing: LandingRef) -> None:
        group, location, tags = landing["resource_group_name"], landing["location"], landing["tags"]
        hub = network.VirtualNetwork(
            "hub",
            resource_group_name=group,
            location=location,
            address_space={"address_prefixes": ["10.20.0.0/16"]},
            tags=tags,
        )
        place = {"resource_group_name": group, "virtual_network_name": hub.name}
        self.id = hub.id
        self.endpoints_id = network.Subnet("endpoints", address_prefix="10.20.1.0/24", **place).id
        delegation = {"name": "environments", "service_name": "Microsoft.App/environments"}
        self.jobs_id = network.Subnet("jobs", address_prefix="10.20.2.0/27", delegations=[delegation], **place).id
