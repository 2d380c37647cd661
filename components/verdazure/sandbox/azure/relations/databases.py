"""Cosmos DB and SQL."""

import re
from collections import Counter
from collections.abc import Iterator

from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid


def _locations(inputs: Inputs) -> Iterator[Finding]:
    # Database Accounts - Create Or Update: each failover priority once, from 0 (the write region) without a gap.
    places = list(items(inputs, "locations"))
    if known(inputs, "locations") == []:
        yield Finding("locations", "is empty; an account has at least one region")
    priorities = [known(place, "failoverPriority") for _, place in places]
    if len(places) > 1 and None not in priorities and sorted(priorities) != list(range(len(places))):
        yield Finding("locations", f"their failoverPriority must be 0 to {len(places) - 1}, each once")
    names = Counter(_plain(known(place, "locationName")) for _, place in places)
    for where, place in places:
        name = known(place, "locationName")
        if name and names[_plain(name)] > 1:
            yield Finding(f"{where}.locationName", f"'{name}' is listed twice")


def _plain(name: object) -> str:
    return str(name).replace(" ", "").lower()


def _serverless(inputs: Inputs) -> Iterator[Finding]:
    # Azure Cosmos DB, "Azure Cosmos DB serverless account type": one region.
    names = [known(each, "name") for _, each in items(inputs, "capabilities")]
    if "EnableServerless" in names and len(known(inputs, "locations") or ()) > 1:
        yield Finding("locations", "has several regions; a serverless account has one")
    if "EnableServerless" in names and known(inputs, "enableFreeTier"):
        yield Finding("enableFreeTier", "does not go with a serverless account")


def _staleness(inputs: Inputs) -> Iterator[Finding]:
    # Azure Cosmos DB, "Consistency levels": lowest bounds for one region and for several.
    if known(inputs, "consistencyPolicy.defaultConsistencyLevel") != "BoundedStaleness":
        return
    several = len(known(inputs, "locations") or ()) > 1
    for name, least in (
        ("maxStalenessPrefix", 100_000 if several else 10),
        ("maxIntervalInSeconds", 300 if several else 5),
    ):
        value = known(inputs, f"consistencyPolicy.{name}")
        if value is not None and value < least:
            where = "several regions" if several else "one region"
            yield Finding(f"consistencyPolicy.{name}", f"{value:g} is too low; with {where} it must be {least} or more")


def _throughput(inputs: Inputs) -> Iterator[Finding]:
    # Azure Cosmos DB, "Provisioned throughput" and "Create with autoscale throughput".
    fixed, top = known(inputs, "options.throughput"), known(inputs, "options.autoscaleSettings.maxThroughput")
    if not unsaid(inputs, "options.throughput") and not unsaid(inputs, "options.autoscaleSettings"):
        yield Finding("options.autoscaleSettings", "and throughput exclude one another; give one")
    if fixed is not None and (fixed < 400 or fixed % 100):
        yield Finding("options.throughput", f"{fixed:g} is not allowed; it is 400 RU/s or more, in steps of 100")
    if top is not None and (top < 1000 or top % 1000):
        path = "options.autoscaleSettings.maxThroughput"
        yield Finding(path, f"{top:g} is not allowed; it is 1000 RU/s or more, in steps of 1000")


def _container(inputs: Inputs) -> Iterator[Finding]:
    # Azure Cosmos DB, "Time to Live": -1 or a positive number of seconds. "Partitioning": paths begin with a slash.
    yield from _throughput(inputs)
    lasting = known(inputs, "resource.defaultTtl")
    if lasting is not None and lasting != -1 and lasting < 1:
        yield Finding("resource.defaultTtl", f"{lasting:g} is out of range; give -1 (never) or 1 second and more")
    for where, path in items(inputs, "resource.partitionKey.paths"):
        if not str(path).startswith("/"):
            yield Finding(where, f"'{path}' is not a path, such as /tenant")


# SQL. Azure SQL Database, "CREATE LOGIN" and "Microsoft Entra-only authentication"; password policy of Azure SQL.
_FORBIDDEN_LOGINS = frozenset(
    {"admin", "administrator", "dbmanager", "dbo", "guest", "loginmanager", "public", "root", "sa"}
)


def _server_login(inputs: Inputs) -> Iterator[Finding]:
    login, password = known(inputs, "administratorLogin"), known(inputs, "administratorLoginPassword")
    only_entra = known(inputs, "administrators.azureADOnlyAuthentication")
    if unsaid(inputs, "administratorLogin") and not only_entra and unsaid(inputs, "administrators"):
        reason = "is required, unless administrators names an Entra administrator with azureADOnlyAuthentication"
        yield Finding("administratorLogin", reason)
    if login is not None and str(login).lower() in _FORBIDDEN_LOGINS:
        yield Finding("administratorLogin", f"'{login}' is a name that Azure SQL does not take for an administrator")
    if not unsaid(inputs, "administratorLogin") and unsaid(inputs, "administratorLoginPassword"):
        yield Finding("administratorLoginPassword", "is required beside administratorLogin")
    if password is not None and not _is_strong(str(password), str(login)):
        reason = "is too weak: 8 to 128 characters of three kinds (lower, upper, digit, other), without the login"
        yield Finding("administratorLoginPassword", reason)


def _is_strong(password: str, login: str) -> bool:
    kinds = sum(bool(re.search(kind, password)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    return 8 <= len(password) <= 128 and kinds >= 3 and login.lower() not in password.lower()


RULES = {
    "cosmosdb:DatabaseAccount": (_locations, _serverless, _staleness),
    "cosmosdb:SqlResourceSqlContainer": (_container,),
    "cosmosdb:SqlResourceSqlDatabase": (_throughput,),
    "sql:Server": (_server_login,),
}
