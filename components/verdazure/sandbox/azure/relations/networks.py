"""Virtual networks, addresses, rules and private endpoints."""

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations
from typing import Any

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid

Network = IPv4Network | IPv6Network

# Azure Virtual Network, "Virtual network FAQ": five addresses of a subnet are Azure's, so /29 is the smallest.
_SMALLEST_SUBNET = 29


def network(text: Any) -> Network | None:
    """The network of a CIDR block, or nothing where the text is none."""
    try:
        return ip_network(str(text))
    except ValueError:
        return None


def _blocks(path: str, inputs: Any) -> Iterator[tuple[str, Any]]:
    single, plural = known(inputs, "addressPrefix"), items(inputs, "addressPrefixes")
    if single:
        yield f"{path}addressPrefix", single
    yield from ((f"{path}{where}", block) for where, block in plural)


def _cidr(where: str, block: Any) -> Iterator[Finding]:
    if network(block) is None:
        yield Finding(where, f"'{block}' is not a CIDR block, such as 10.0.0.0/16 (no bits set after the prefix)")


def _address_space(inputs: Inputs) -> Iterator[Finding]:
    if unsaid(inputs, "addressSpace.addressPrefixes") and unsaid(inputs, "addressSpace.ipamPoolPrefixAllocations"):
        yield Finding("addressSpace.addressPrefixes", "is required: a network has at least one CIDR block")
    for where, block in items(inputs, "addressSpace.addressPrefixes"):
        yield from _cidr(where, block)


def _subnets_inside(inputs: Inputs) -> Iterator[Finding]:
    # Azure Virtual Network, "Add, change, or delete a virtual network subnet": inside the space, without overlap.
    spaces = [network(block) for _, block in items(inputs, "addressSpace.addressPrefixes")]
    judged = bool(spaces) and None not in spaces
    placed: list[tuple[str, Network]] = []
    for where, subnet in items(inputs, "subnets"):
        for at, block in _blocks(f"{where}.", subnet):
            yield from _subnet_block(at, block)
            found = network(block)
            if found is None:
                continue
            if judged and not any(space and contains(space, found) for space in spaces):
                yield Finding(at, f"'{block}' is outside the network's address space")
            placed.append((at, found))
    for (_, one), (at, other) in combinations(placed, 2):
        if one.overlaps(other):
            yield Finding(at, f"'{other}' overlaps '{one}'")


def contains(space: Network, block: Network) -> bool:
    """Whether a block lies in an address space."""
    return space.version == block.version and block.subnet_of(space)  # type: ignore[arg-type]


def _subnet(inputs: Inputs) -> Iterator[Finding]:
    if all(unsaid(inputs, name) for name in ("addressPrefix", "addressPrefixes", "ipamPoolPrefixAllocations")):
        yield Finding("addressPrefix", "is required: a subnet has a CIDR block")
    for where, block in _blocks("", inputs):
        yield from _subnet_block(where, block)


def _subnet_block(where: str, block: Any) -> Iterator[Finding]:
    yield from _cidr(where, block)
    found = network(block)
    if isinstance(found, IPv4Network) and found.prefixlen > _SMALLEST_SUBNET:
        yield Finding(where, f"'{block}' is too small; the smallest subnet is a /{_SMALLEST_SUBNET}")


# Security rules. Azure Virtual Network, "Network security groups".
_PRIORITIES = range(100, 4097)
_ONE_OF = (
    ("sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups"),
    ("destinationAddressPrefix", "destinationAddressPrefixes", "destinationApplicationSecurityGroups"),
    ("sourcePortRange", "sourcePortRanges"),
    ("destinationPortRange", "destinationPortRanges"),
)
_HIGHEST_PORT = 65535


def _security_rule(inputs: Inputs) -> Iterator[Finding]:
    yield from _rule("", inputs)


def _security_rules(inputs: Inputs) -> Iterator[Finding]:
    rules = list(items(inputs, "securityRules"))
    for where, rule in rules:
        yield from _rule(f"{where}.", rule)
    used = Counter((known(rule, "direction"), known(rule, "priority")) for _, rule in rules)
    for where, rule in rules:
        key = (known(rule, "direction"), known(rule, "priority"))
        if None not in key and used[key] > 1:
            yield Finding(f"{where}.priority", f"{key[1]:g} is used by two rules of direction {key[0]}")


def _rule(path: str, rule: Any) -> Iterator[Finding]:
    priority = known(rule, "priority")
    if priority is not None and priority not in _PRIORITIES:
        reason = f"{priority:g} is out of range; it must be {_PRIORITIES.start} to {_PRIORITIES.stop - 1}"
        yield Finding(f"{path}priority", reason)
    for alternatives in _ONE_OF:
        given = [name for name in alternatives if not unsaid(rule, name)]
        if len(given) > 1:
            yield Finding(f"{path}{given[1]}", f"and {given[0]} exclude one another; give one")
        if not given:
            yield Finding(f"{path}{alternatives[0]}", f"is missing: give one of {', '.join(alternatives)}")
    for name in ("sourcePortRange", "destinationPortRange"):
        ports = known(rule, name)
        if ports is not None and not _are_ports(str(ports)):
            yield Finding(f"{path}{name}", f"'{ports}' is not a port, a range such as 80-90, or *")


def _are_ports(text: str) -> bool:
    ends = text.split("-")
    if text == "*":
        return True
    if len(ends) > 2 or not all(end.isdecimal() and int(end) <= _HIGHEST_PORT for end in ends):
        return False
    return int(ends[0]) <= int(ends[-1])


def _public_address(inputs: Inputs) -> Iterator[Finding]:
    # Azure Virtual Network, "Public IP addresses", table of the SKUs.
    if known(inputs, "sku.name") != "Standard":
        return
    if known(inputs, "publicIPAllocationMethod") == "Dynamic" and known(inputs, "publicIPAddressVersion") != "IPv6":
        yield Finding("publicIPAllocationMethod", "must be Static for sku Standard")


def _idle_timeout(inputs: Inputs) -> Iterator[Finding]:
    # Azure Load Balancer, "TCP reset and idle timeout": 4 to 30 minutes for a public IP address.
    minutes = known(inputs, "idleTimeoutInMinutes")
    if minutes is not None and not 4 <= minutes <= 30:
        yield Finding("idleTimeoutInMinutes", f"{minutes:g} is out of range; it must be 4 to 30")


def _private_endpoint(inputs: Inputs) -> Iterator[Finding]:
    # Azure Private Link, "What is a private endpoint?": one connection, automatic or manual, in one subnet.
    if unsaid(inputs, "subnet"):
        yield Finding("subnet", "is required: a private endpoint takes its address from a subnet")
    kinds = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    given = [kind for kind in kinds if not unsaid(inputs, kind)]
    if not given:
        yield Finding(kinds[0], "is required: a private endpoint has one connection")
    if len(given) > 1:
        yield Finding(kinds[1], f"and {kinds[0]} exclude one another; give one")
    for kind in given:
        for where, connection in items(inputs, kind):
            if unsaid(connection, "privateLinkServiceId"):
                yield Finding(f"{where}.privateLinkServiceId", "is required: the resource id of the service")


def _is_global(inputs: Inputs) -> Iterator[Finding]:
    # Azure DNS, "What is a private Azure DNS zone?": zones and their links are global.
    location = known(inputs, "location")
    if location is not None and str(location).lower() != "global":
        yield Finding("location", f"'{location}' is not a location of this type: it is always 'global'")


RULES = {
    "network:NetworkSecurityGroup": (_security_rules,),
    "network:PrivateEndpoint": (_private_endpoint,),
    "network:PublicIPAddress": (_public_address, _idle_timeout),
    "network:SecurityRule": (_security_rule,),
    "network:Subnet": (_subnet,),
    "network:VirtualNetwork": (_address_space, _subnets_inside),
    "privatedns:PrivateZone": (_is_global,),
    "privatedns:VirtualNetworkLink": (_is_global,),
}
