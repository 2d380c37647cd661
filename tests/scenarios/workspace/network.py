"""The part of a hub network that a private workspace needs: a subnet, and the two zones of Azure ML."""

from pulumi_azure_native import network, privatedns
from verdazure import LandingRef

ZONES = ("privatelink.api.azureml.ms", "privatelink.notebooks.azure.net")


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
        subnet = network.Subnet(
            "endpoints",
            resource_group_name=group,
            virtual_network_name=hub.name,
            address_prefix="10.20.1.0/24",
        )
        self.subnet_id = subnet.id
        self.zone_ids = [
            privatedns.PrivateZone(
                zone, resource_group_name=group, private_zone_name=zone, location="global", tags=tags
            ).id
            for zone in ZONES
        ]
