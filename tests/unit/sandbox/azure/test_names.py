"""Azure's naming rules, per type."""

import pytest
from verdazure.sandbox.azure import names

ACCEPTED = [
    ("resources:ResourceGroup", "rg-data(1)_x.y"),
    ("storage:StorageAccount", "abc"),
    ("storage:BlobContainer", "$web"),
    ("storage:BlobContainer", "raw-data"),
    ("storage:BlobServiceProperties", "default"),
    ("keyvault:Vault", "kv-data-1"),
    ("containerregistry:Registry", "CrData5"),
    ("machinelearningservices:Workspace", "mlw-a_b"),
    ("machinelearningservices:Datastore", "workspace_blobstore"),
    ("operationalinsights:Workspace", "log1"),
    ("applicationinsights:Component", "appi data (1)"),
    ("managedidentity:UserAssignedIdentity", "id-x_y"),
    ("authorization:RoleAssignment", "0f3f0ba3-7b86-4b4c-9d0f-1a7c6a3b9e21"),
    ("consumption:Budget", "budget_1-x"),
    ("network:PrivateEndpoint", "pep-a.b_"),
    ("privatedns:PrivateZone", "privatelink.blob.core.windows.net"),
    ("iotoperations:Instance", "iotops-line-1"),
    ("extendedlocation:CustomLocation", "cl_line"),
    ("storage:Queue", "no rule, no refusal?"),
]
REFUSED = [
    ("resources:ResourceGroup", "ends.with.dot."),
    ("resources:ResourceGroup", "x" * 91),
    ("storage:StorageAccount", "ab"),
    ("storage:StorageAccount", "Capital"),
    ("storage:StorageAccount", "with-dash"),
    ("storage:StorageAccount", "x" * 25),
    ("storage:BlobContainer", "-raw"),
    ("storage:BlobContainer", "a--b"),
    ("storage:BlobContainer", "RAW"),
    ("storage:BlobServiceProperties", "main"),
    ("keyvault:Vault", "1kv"),
    ("keyvault:Vault", "kv--x"),
    ("keyvault:Vault", "kv-"),
    ("keyvault:Vault", "k" * 25),
    ("containerregistry:Registry", "cr-x5"),
    ("containerregistry:Registry", "crx5"),
    ("machinelearningservices:Workspace", "-mlw"),
    ("machinelearningservices:Workspace", "m" * 34),
    ("machinelearningservices:Datastore", "Blob"),
    ("operationalinsights:Workspace", "-log"),
    ("applicationinsights:Component", "a/b"),
    ("applicationinsights:Component", "dot."),
    ("managedidentity:UserAssignedIdentity", "_id"),
    ("authorization:RoleAssignment", "reader"),
    ("consumption:Budget", "budget 1"),
    ("network:PrivateEndpoint", "p"),
    ("network:VirtualNetwork", "vnet-"),
    ("privatedns:PrivateZone", "single"),
    ("authorization:ManagementLockByScope", "dot."),
    ("iotoperations:BrokerListener", "x" * 64),
    ("iotoperations:Instance", "Line"),
    ("iotoperations:Dataflow", "ab"),
    ("deviceregistry:SchemaRegistry", "sr-"),
    ("extendedlocation:CustomLocation", "-line"),
]


@pytest.mark.parametrize(("kind", "name"), ACCEPTED)
def test_a_good_name_passes(kind, name):
    assert names.problem(f"azure-native:{kind}", name, {}) is None


@pytest.mark.parametrize(("kind", "name"), REFUSED)
def test_a_bad_name_is_refused_with_the_name_and_the_rule(kind, name):
    assert f"'{name}'" in names.problem(f"azure-native:{kind}", name, {})


@pytest.mark.parametrize(
    ("compute_type", "name", "accepted"),
    [
        ("AmlCompute", "gpu-cluster-1", True),
        ("AmlCompute", "x" * 32, True),
        ("AmlCompute", "x" * 33, False),
        ("AmlCompute", "ab", False),
        ("ComputeInstance", "ci-anna", True),
        ("ComputeInstance", "1ci", False),
        ("ComputeInstance", "ci-anna-1", False),
        ("ComputeInstance", "x" * 25, False),
        ("Kubernetes", "k8", True),
        ("Kubernetes", "k" * 17, False),
    ],
)
def test_computes_are_named_by_kind(compute_type, name, accepted):
    inputs = {"properties": {"computeType": compute_type}}
    assert (names.problem("azure-native:machinelearningservices:Compute", name, inputs) is None) is accepted


def test_the_message_says_length_and_characters():
    assert names.problem("azure-native:storage:StorageAccount", "ab", {}) == (
        "'ab' has 2 characters; Azure asks for 3 to 24: lower-case letters and digits"
    )
    assert names.problem("azure-native:storage:StorageAccount", "a-b", {}) == (
        "'a-b' is not a name that Azure accepts here; it asks for 3 to 24 characters: lower-case letters and digits"
    )
