"""Edge: what runs on devices near the data, and who gets it.

language    target conditions and routes, by a grammar; pure
manifest    deployment manifests: built, checked, put together as a device gets them
sizing      how large a hub its devices need; pure
dataplane   deployments, devices and enrolments as resources, by the services' own interfaces
fleet       the hub and the provisioning service that they are in, and who is told
site        the way by Azure Arc: IoT Operations on a cluster; broker and dataflows are its parts
"""
