"""What the simulated Azure refuses before anything is created: path and rule of each refusal."""

import pytest

GROUP = {"resourceGroupName": "rg"}
STORAGE = {
    **GROUP,
    "accountName": "stdata",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "location": "uksouth",
}
NODES = {"vmSize": "Standard_NC4as_T4_v3", "scaleSettings": {"maxNodeCount": 2}}
CLUSTER = {
    **GROUP,
    "workspaceName": "mlw",
    "computeName": "gpu",
    "properties": {"computeType": "AmlCompute", "properties": NODES},
}
VAULT = {
    **GROUP,
    "vaultName": "kv-data",
    "properties": {"tenantId": "00000000-0000-0000-0000-000000000000", "sku": {"family": "A", "name": "standard"}},
}
RULE = {
    "name": "cool",
    "type": "Lifecycle",
    "definition": {
        "filters": {"blobTypes": ["blockBlob"]},
        "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 30}}},
    },
}
POLICY = {**GROUP, "accountName": "stdata", "managementPolicyName": "default", "policy": {"rules": [RULE]}}
BOX = {
    **GROUP,
    "jobName": "box",
    "sku": {"name": "DataBox"},
    "transferType": "ImportToAzure",
    "details": {
        "jobDetailsType": "DataBox",
        "contactDetails": {"contactName": "me", "emailList": ["me@example.org"], "phone": "1"},
        "dataImportDetails": [{"accountDetails": {"storageAccountId": "/subscriptions/s"}}],
    },
}


def changed(inputs, path, value):
    """A copy of the inputs with one value set, or removed where it is None."""
    head, *rest = path.split(".")
    copy = dict(inputs)
    if rest:
        copy[head] = changed(copy.get(head, {}), ".".join(rest), value)
    elif value is None:
        copy.pop(head)
    else:
        copy[head] = value
    return copy


GOOD = [
    ("resources:ResourceGroup", {"location": "Sweden Central", "tags": {"owner": "me"}}),
    ("storage:StorageAccount", STORAGE),
    ("storage:StorageAccount", changed(STORAGE, "networkRuleSet", {"defaultAction": "Deny", "ipRules": []})),
    ("machinelearningservices:Compute", CLUSTER),
    ("machinelearningservices:Compute", changed(CLUSTER, "properties.properties.scaleSettings.minNodeCount", 0)),
    ("keyvault:Vault", VAULT),
    (
        "network:BastionHost",
        {
            **GROUP,
            "ipConfigurations": [
                {
                    "subnet": {"id": "/subscriptions/s", "privateEndpointNetworkPolicies": "Disabled"},
                    "publicIPAddress": {},
                }
            ],
        },
    ),  # what SubnetArgs fills in
    ("storage:ManagementPolicy", POLICY),
    ("storage:StorageAccount", changed(STORAGE, "kind", "storagev2")),  # Azure does not mind the case
    ("privatedns:PrivateZone", {**GROUP, "privateZoneName": "privatelink.api.azureml.ms", "location": "global"}),
    ("authorization:RoleAssignment", {"scope": "/subscriptions/s", "principalId": "p", "roleDefinitionId": "r"}),
    ("compute:VirtualMachine", {**GROUP, "location": "uksouth", "hardwareProfile": {"vmSize": "Standard_D2s_v5"}}),
    ("databox:Job", BOX),  # the SDK does not require the discriminator of its account
]


@pytest.mark.parametrize(("token", "inputs"), GOOD)
def test_good_inputs_pass(engine, token, inputs):
    assert engine.findings(token, inputs) == {}


BAD = [
    ("storage:StorageAccount", changed(STORAGE, "skuu", {}), "skuu", "unknown property 'skuu'. Did you mean 'sku'?"),
    (
        "storage:StorageAccount",
        changed(STORAGE, "allow_shared_key_access", False),
        "allow_shared_key_access",
        "unknown property 'allow_shared_key_access'. Did you mean 'allowSharedKeyAccess'?",
    ),
    ("storage:StorageAccount", changed(STORAGE, "kind", None), "kind", "missing required property 'kind'"),
    ("storage:StorageAccount", changed(STORAGE, "sku.name", None), "sku.name", "missing required property 'sku.name'"),
    (
        "storage:StorageAccount",
        changed(STORAGE, "kind", "StorageV3"),
        "kind",
        "'StorageV3' is not a value that Azure knows here. Did you mean 'StorageV2'? "
        "Allowed: BlobStorage, BlockBlobStorage, FileStorage, Storage, StorageV2.",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "allowSharedKeyAccess", "no"),
        "allowSharedKeyAccess",
        "must be of type boolean, but is the string 'no'",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "networkRuleSet", {"defaultAction": "Deny", "ipRules": {}}),
        "networkRuleSet.ipRules",
        "must be of type array, but is the object",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "networkRuleSet", {"defaultAction": "Deny", "ipRules": [{"action": "Allow"}]}),
        "networkRuleSet.ipRules[0].iPAddressOrRange",
        "missing required property 'networkRuleSet.ipRules[0].iPAddressOrRange'",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "tags", {"a": 1}),
        "tags.a",
        "must be of type string, but is the number 1",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "location", "uksout"),
        "location",
        "'uksout' is not in the facts table: no such Azure region is known; did you mean uksouth?",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "tags", {"a?b": "x"}),
        "tags.a?b",
        "is not a tag name that Azure accepts: at most 512 characters, none of < > % & \\ ? /",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "tags", {"a": "x" * 257}),
        "tags.a",
        "has 257 characters: a tag's value has 256 at most",
    ),
    (
        "storage:StorageAccount",
        changed(STORAGE, "tags", {str(i): "x" for i in range(51)}),
        "tags",
        "51 tags are too many: a resource has 50 at most",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.computeType", None),
        "properties.computeType",
        "missing required property 'properties.computeType'. Allowed: AKS, AmlCompute, ComputeInstance, DataFactory, "
        "DataLakeAnalytics, Databricks, HDInsight, Kubernetes, SynapseSpark, VirtualMachine.",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.computeType", "AmlCluster"),
        "properties.computeType",
        "'AmlCluster' is not a value that Azure knows here. Did you mean 'AmlCompute'? Allowed: AKS, AmlCompute, "
        "ComputeInstance, DataFactory, DataLakeAnalytics, Databricks, HDInsight, Kubernetes, SynapseSpark, "
        "VirtualMachine.",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.properties.vmPriority", "Spot"),
        "properties.properties.vmPriority",
        "'Spot' is not a value that Azure knows here. Allowed: Dedicated, LowPriority.",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.properties.scaleSettings", {"minNodeCount": 0}),
        "properties.properties.scaleSettings.maxNodeCount",
        "missing required property 'properties.properties.scaleSettings.maxNodeCount'",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.properties.scaleSettings.maxNodeCount", 1.5),
        "properties.properties.scaleSettings.maxNodeCount",
        "must be of type integer, but is the number 1.5",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.properties.scaleSettings.maxNodeCount", True),
        "properties.properties.scaleSettings.maxNodeCount",
        "must be of type integer, but is the boolean true",
    ),
    (
        "machinelearningservices:Compute",
        changed(CLUSTER, "properties.properties.sshSettings", {}),
        "properties.properties.sshSettings",
        None,
    ),
    ("keyvault:Vault", changed(VAULT, "properties.sku.family", "B"), "properties.sku.family", None),
    (
        "keyvault:Vault",
        changed(VAULT, "properties", "none"),
        "properties",
        "must be of type object, but is the string 'none'",
    ),
    (
        "storage:ManagementPolicy",
        changed(POLICY, "managementPolicyName", "lifecycle"),
        "managementPolicyName",
        "'lifecycle' is not a name that Azure accepts here: it is always 'default'",
    ),
    (
        "storage:ManagementPolicy",
        changed(POLICY, "policy", {"rules": [{**RULE, "type": "LiveCycle"}]}),
        "policy.rules[0].type",
        "'LiveCycle' is not a value that Azure knows here. Did you mean 'Lifecycle'? Allowed: Lifecycle.",
    ),
    (
        "databox:Job",
        changed(BOX, "details.dataImportDetails", [{"accountDetails": {"diskId": "/subscriptions/s"}}]),
        "details.dataImportDetails[0].accountDetails.dataAccountType",
        "missing required property 'details.dataImportDetails[0].accountDetails.dataAccountType'. "
        "Allowed: ManagedDisk, StorageAccount.",
    ),
]


@pytest.mark.parametrize(("token", "inputs", "path", "reason"), BAD)
def test_bad_inputs_are_refused_with_path_and_rule(engine, token, inputs, path, reason):
    found = engine.findings(token, inputs)
    assert list(found) == [path]
    assert reason is None or found[path] == reason


def test_what_a_preview_does_not_know_is_not_judged(engine):
    from verdazure.sandbox.azure.wire import UNKNOWN

    unknown = dict.fromkeys(("accountName", "kind", "sku", "location", "tags", "resourceGroupName"), UNKNOWN)
    assert engine.findings("storage:StorageAccount", unknown) == {}
    assert engine.findings("machinelearningservices:Compute", changed(CLUSTER, "properties.computeType", UNKNOWN)) == {}


def test_a_type_that_the_sdk_does_not_have_is_one_clear_error(engine, refused):
    with pytest.raises(refused, match=r"asks for API version v20230101, which pulumi-azure-native .* does not carry"):
        engine.check("storage/v20230101:StorageAccount", {})
    with pytest.raises(refused, match=r"Did you mean azure-native:storage:StorageAccount\?"):
        engine.check("storage:StorageAcount", {})
