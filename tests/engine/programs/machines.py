"""A network, a virtual machine behind a public address, a container group and a zone that names them."""

import pulumi
from pulumi_azure_native import compute, containerinstance, dns, network, resources

group = resources.ResourceGroup("machines", location="westeurope")
net = network.VirtualNetwork(
    "net",
    resource_group_name=group.name,
    address_space={"address_prefixes": ["10.20.0.0/16"]},
)
front = network.Subnet(
    "front", resource_group_name=group.name, virtual_network_name=net.name, address_prefix="10.20.1.0/24"
)
address = network.PublicIPAddress(
    "address",
    resource_group_name=group.name,
    public_ip_allocation_method="Dynamic",
    dns_settings={"domain_name_label": "verde-vm"},
)
nic = network.NetworkInterface(
    "nic",
    resource_group_name=group.name,
    ip_configurations=[
        {
            "name": "web",
            "subnet": {"id": front.id},
            "private_ip_allocation_method": "Dynamic",
            "public_ip_address": {"id": address.id},
        }
    ],
)
machine = compute.VirtualMachine(
    "vm",
    resource_group_name=group.name,
    hardware_profile={"vm_size": "Standard_B2ats_v2"},
    network_profile={"network_interfaces": [{"id": nic.id}]},
    os_profile={
        "computer_name": "verde",
        "admin_username": "grower",
        "admin_password": pulumi.Output.secret("Leaf-and-Root-7"),
    },
    storage_profile={
        "os_disk": {"create_option": "FromImage", "name": "system"},
        "image_reference": {
            "publisher": "Canonical",
            "offer": "ubuntu-24_04-lts",
            "sku": "server",
            "version": "latest",
        },
    },
)
containers = containerinstance.ContainerGroup(
    "hello",
    resource_group_name=group.name,
    os_type="Linux",
    containers=[
        {
            "name": "hello",
            "image": "mcr.microsoft.com/azuredocs/aci-helloworld",
            "ports": [{"port": 80}],
            "resources": {"requests": {"cpu": 1, "memory_in_gb": 1.5}},
        }
    ],
    ip_address={"type": "Public", "dns_name_label": "verde-aci", "ports": [{"port": 80, "protocol": "TCP"}]},
)
zone = dns.Zone("zone", zone_name="verde.example", resource_group_name=group.name, location="global")
alias = dns.RecordSet(
    "alias",
    resource_group_name=group.name,
    zone_name=zone.name,
    relative_record_set_name="hello",
    record_type="CNAME",
    ttl=300,
    cname_record={"cname": containers.ip_address.apply(lambda address: address.fqdn)},
)

# Azure gives a dynamic address once something uses it, so the program asks after the machine is there.
attached = machine.id.apply(
    lambda _: network.get_public_ip_address_output(resource_group_name=group.name, public_ip_address_name=address.name)
)
pulumi.export("address", attached.ip_address)
pulumi.export("fqdn", attached.dns_settings.apply(lambda settings: settings.fqdn))
pulumi.export("private", nic.ip_configurations.apply(lambda configurations: configurations[0].private_ip_address))
pulumi.export("containers", containers.ip_address.apply(lambda address: [address.fqdn, address.ip]))
pulumi.export("name_servers", zone.name_servers)
pulumi.export("alias", alias.fqdn)
