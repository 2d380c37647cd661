"""Virtual machines and disks."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid

# Azure virtual machines, "Frequently asked questions": user names that Azure does not take.
_FORBIDDEN_USERS = frozenset(
    {"1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet", "backup", "console"}
    | {"david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys"}
    | {"test", "test1", "test2", "test3", "user", "user1", "user2", "user3", "user4", "user5"}
)
_LONGEST_WINDOWS_NAME, _LONGEST_LINUX_NAME = 15, 64
_MOST_LUNS = 64


def retired_size(path: str, inputs: Any) -> Iterator[Finding]:
    """What is wrong with a VM size that Azure has taken away. Source: the row of the facts table."""
    from verdazure import facts  # late: reading the table would double the time that a start takes

    size = known(inputs, path)
    row = facts.vm_sizes().get(str(size))
    if row and row.status == "retired":
        since = f" on {row.retires_on}" if row.retires_on else ""
        instead = f"; {row.successor} comes closest" if row.successor else ""
        yield Finding(path, f"'{size}' was retired{since} and is no longer offered{instead}")


def _size(inputs: Inputs) -> Iterator[Finding]:
    yield from retired_size("hardwareProfile.vmSize", inputs)


def _computer_name(inputs: Inputs) -> Iterator[Finding]:
    # Azure Resource Manager, "Naming rules and restrictions": 15 characters on Windows, 64 on Linux.
    name = known(inputs, "osProfile.computerName")
    windows = not unsaid(inputs, "osProfile.windowsConfiguration")
    longest = _LONGEST_WINDOWS_NAME if windows else _LONGEST_LINUX_NAME
    if name is not None and not 1 <= len(name) <= longest:
        system = "Windows" if windows else "Linux"
        reason = f"'{name}' has {len(name)} characters; a {system} machine's name has 1 to {longest}"
        yield Finding("osProfile.computerName", reason)


def _administrator(inputs: Inputs) -> Iterator[Finding]:
    user = known(inputs, "osProfile.adminUsername")
    if user is not None and str(user).lower() in _FORBIDDEN_USERS:
        yield Finding("osProfile.adminUsername", f"'{user}' is a name that Azure does not take for an administrator")


def _way_in(inputs: Inputs) -> Iterator[Finding]:
    # Azure virtual machines, "Create and manage SSH keys": no password means at least one key.
    linux = "osProfile.linuxConfiguration"
    if known(inputs, f"{linux}.disablePasswordAuthentication") and unsaid(inputs, f"{linux}.ssh.publicKeys"):
        yield Finding(f"{linux}.ssh.publicKeys", "is required when disablePasswordAuthentication is true")
    if not unsaid(inputs, linux) and not unsaid(inputs, "osProfile.windowsConfiguration"):
        yield Finding("osProfile.windowsConfiguration", "and linuxConfiguration exclude one another; give one")


def _spot(inputs: Inputs) -> Iterator[Finding]:
    # Azure virtual machines, "Use Azure Spot Virtual Machines".
    priority = "Regular" if unsaid(inputs, "priority") else known(inputs, "priority")
    for name in ("evictionPolicy", "billingProfile.maxPrice"):
        if priority == "Regular" and not unsaid(inputs, name):
            yield Finding(name, "goes with priority Spot only")
    price = known(inputs, "billingProfile.maxPrice")
    if price is not None and price != -1 and price <= 0:
        yield Finding(
            "billingProfile.maxPrice", f"{price:g} is out of range; give US dollars above 0, or -1 for no cap"
        )


def _placement(inputs: Inputs) -> Iterator[Finding]:
    if not unsaid(inputs, "zones") and not unsaid(inputs, "availabilitySet"):
        yield Finding("availabilitySet", "and zones exclude one another; give one")


def _disks(inputs: Inputs) -> Iterator[Finding]:
    disks = list(items(inputs, "storageProfile.dataDisks"))
    used = Counter(known(disk, "lun") for _, disk in disks)
    for where, disk in disks:
        lun = known(disk, "lun")
        if lun is not None and used[lun] > 1:
            yield Finding(f"{where}.lun", f"{lun:g} is used by two disks")
        if lun is not None and not 0 <= lun < _MOST_LUNS:
            yield Finding(f"{where}.lun", f"{lun:g} is out of range; it must be 0 to {_MOST_LUNS - 1}")
        if known(disk, "createOption") == "Empty" and unsaid(disk, "diskSizeGB"):
            yield Finding(f"{where}.diskSizeGB", "is required when createOption is Empty")


RULES = {
    "compute:VirtualMachine": (_size, _computer_name, _administrator, _way_in, _spot, _placement, _disks),
}
