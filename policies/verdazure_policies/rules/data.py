"""Data: Azure ML reaches data by identity, where it lies."""

from collections.abc import Iterator

from verdazure_policies.rulebook import HIGH, Params, rule
from verdazure_policies.samples import AML_WORKSPACE, DATASTORE, UNKNOWN
from verdazure_policies.view import Finding, Resource

AUTH_MODE = "systemDatastoresAuthMode"
CREDENTIALS = "properties.credentials.credentialsType"


@rule(
    id="DA05",
    name="identity-datastores",
    title="Datastores are reached by identity",
    severity=HIGH,
    guide="Regional data strategy",
    why="With an identity the data is used where it lies; a key gets passed on, and copies follow it.",
    types=["machinelearningservices:Workspace", "machinelearningservices:Datastore"],
    passes=[AML_WORKSPACE, AML_WORKSPACE.having(AUTH_MODE, "identity"), DATASTORE],
    fails=[
        AML_WORKSPACE.without(AUTH_MODE),
        AML_WORKSPACE.having(AUTH_MODE, "AccessKey"),
        DATASTORE.having(CREDENTIALS, "AccountKey"),
    ],
    unknown=[AML_WORKSPACE.having(AUTH_MODE, UNKNOWN), DATASTORE.having("properties.credentials", UNKNOWN)],
)
def identity_datastores(resource: Resource, params: Params) -> Iterator[Finding]:
    if resource.type == "machinelearningservices:Workspace":
        yield from resource[AUTH_MODE].equals("Identity").otherwise("set systemDatastoresAuthMode to Identity")
    else:
        yield from resource[CREDENTIALS].equals("None").otherwise("use NoneDatastoreCredentials and an identity")
