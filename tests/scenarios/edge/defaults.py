"""The smallest fleet: devices on a virtual network, of which the hub keeps faults alone."""

import network
from verdazure import EdgeFleet, Environment, Landing

landing = Landing("ml", {"team": "vision", "environment": Environment.DEV, "residency": "eu"})
subnet = network.Hub(landing.ref).subnet("endpoints", "10.20.1.0/24")
EdgeFleet(
    "fleet",
    {
        "landing": landing.ref,
        "routes": {"faults": {"condition": "level = 'alert'"}},
        "private_endpoints": {"hub": {"subnet_id": subnet}},
        "provisioning_endpoints": {"hub": {"subnet_id": subnet}},
    },
)
