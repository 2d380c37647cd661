"""A service on a local socket, for all that ask one."""

from tests.unit.web.local_service import _socket, cache, clock, service, wire_to

__all__ = ["_socket", "cache", "clock", "service", "wire_to"]
