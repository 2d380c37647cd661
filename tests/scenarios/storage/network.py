"""The part of a hub network that private storage needs: a subnet, and the zones of blobs and of file systems."""

from pulumi_azure_native import network, privatedns
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
        self.subnet_id = network.Subnet(
            "endpoints",
            resource_group_name=group,
            virtual_network_name=hub.name,
            address_prefix="10.20.1.0/24",
        ).id
        self.blob_zone_id, self.dfs_zone_id = (
            privatedns.PrivateZone(
                zone, resource_group_name=group, private_zone_name=zone, location="global", tags=tags
            ).id
            for zone in ("privatelink.blob.core.windows.net", "privatelink.dfs.core.windows.net")
        )
