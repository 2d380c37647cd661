"""GpuCluster: what it registers, what it refuses, when it warns."""

import pytest
from verdazure import ArgumentError, Clusters, CpuCluster, DevInstance, GpuCluster, KubernetesCompute, Priority

from tests.unit.conftest import SITE, SUBSCRIPTION

GOOD = {
    "landing": SITE,
    "workspace_name": "mlw-ml-abc123",
    "vm_size": "Standard_NC4as_T4_v3",
    "max_nodes": 4,
    "checkpointable": True,
}


def clusters(deploy, **args):
    return deploy(lambda: GpuCluster("gpu", {**GOOD, **args}) and {}).of("machinelearningservices:Compute")


def test_defaults_scale_to_zero_on_spare_capacity_and_are_closed(deploy):
    assert clusters(deploy)["gpu"] == {
        "computeName": "gpu",
        "workspaceName": "mlw-ml-abc123",
        "resourceGroupName": "rg-ml",
        "location": "swedencentral",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "computeType": "AmlCompute",
            "disableLocalAuth": True,
            "properties": {
                "osType": "Linux",
                "vmSize": "Standard_NC4as_T4_v3",
                "vmPriority": "LowPriority",
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT5M"},
                "enableNodePublicIp": False,
                "remoteLoginPortPublicAccess": "Disabled",
            },
        },
        "tags": {
            "managed-by": "verdazure",
            "workload": "ml",
            "owner": "vision",
            "environment": "dev",
            "interruptible": "true",
        },
    }


def test_the_fallback_is_a_second_cluster_that_differs_only_in_priority(deploy):
    made = clusters(deploy, dedicated_fallback=True)
    spare, fallback = made["gpu"], made["gpu-dedicated"]
    assert fallback["computeName"] == "gpu-ded"
    assert fallback["properties"]["properties"].pop("vmPriority") == "Dedicated"
    assert spare["properties"]["properties"].pop("vmPriority") == "LowPriority"
    assert fallback["properties"] == spare["properties"]
    assert fallback["tags"]["interruptible"] == "false"


def test_nodes_act_as_the_identity_that_is_given(deploy):
    assert clusters(deploy, identity_id="/subscriptions/s/id")["gpu"]["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["/subscriptions/s/id"],
    }


def test_an_own_subnet_is_passed_on(deploy):
    made = clusters(deploy, subnet_id="/subscriptions/s/subnets/gpu")["gpu"]
    assert made["properties"]["properties"]["subnet"] == {"id": "/subscriptions/s/subnets/gpu"}


def test_outputs_name_both_clusters(deploy):
    def program():
        cluster = GpuCluster("gpu", {**GOOD, "dedicated_fallback": True})
        return {"name": cluster.resource_name, "fallback": cluster.fallback_name, "who": cluster.principal_id}

    assert deploy(program).outputs == {"name": "gpu", "fallback": "gpu-ded", "who": "principal of gpu"}


def test_the_caller_s_tags_come_on_top(deploy):
    tags = clusters(deploy, tags={"owner": "platform", "cost-center": "4711"})["gpu"]["tags"]
    assert (tags["owner"], tags["cost-center"], tags["workload"]) == ("platform", "4711", "ml")


@pytest.mark.parametrize(
    ("args", "warning"),
    [
        ({"min_nodes": 1}, "min_nodes is 1: idle nodes draw power all day."),
        ({"idle_minutes": 30}, "idle_minutes is 30; the limit is 10."),
        ({"max_nodes": 17}, "max_nodes is 17; the limit is 16."),
        ({"priority": "Dedicated"}, "priority is Dedicated: capacity is held that others could use."),
    ],
)
def test_weakening_a_default_warns_and_names_the_rule(deploy, args, warning):
    rule = {"min_nodes": "CM01", "idle_minutes": "CM02", "max_nodes": "CM06", "priority": "CM05"}[next(iter(args))]
    warnings = deploy(lambda: GpuCluster("gpu", {**GOOD, **args}) and {}).warnings
    assert warnings == [f"{warning} This weakens a sustainable default; rule {rule} guards it."]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"max_node": 3},
            "unknown key 'max_node'. Allowed: checkpointable, dedicated_fallback, eviction, identity_id, idle_minutes, "
            "landing, max_nodes, min_nodes, priority, subnet_id, tags, vm_size, workspace_name. Fix: did you mean "
            "'max_nodes'?",
        ),
        (
            {"priority": "Spot"},
            "priority is 'Spot'. Allowed: 'LowPriority' or 'Dedicated'. Fix: use one of these.",
        ),
        (
            {"min_nodes": 5},
            "min_nodes is 5. Allowed: at most max_nodes (4). Fix: lower min_nodes, best to 0.",
        ),
        (
            {"checkpointable": False},
            "checkpointable is False. Allowed: true when priority is 'LowPriority', as Azure may take nodes back. Fix: "
            "set checkpointable to true once the jobs resume from a checkpoint, or set priority to 'Dedicated'.",
        ),
        (
            {"vm_size": "Standard_NC6s_v3"},
            "vm_size is 'Standard_NC6s_v3'. Allowed: a size that Azure has not announced to retire (retired). "
            "Fix: use Standard_NC4as_T4_v3.",
        ),
        (
            {"vm_size": "Standard_D4ads_v5"},
            "vm_size is 'Standard_D4ads_v5'. Allowed: a size with a GPU. "
            "Fix: use Standard_NC4as_T4_v3, the smallest GPU size.",
        ),
        (
            {"vm_size": "Standard_NC4as_T4_v4"},
            "vm_size is 'Standard_NC4as_T4_v4'. Allowed: a GPU size in the facts table. Fix: 'Standard_NC4as_T4_v4' is "
            "not in the facts table: no such VM size is known; did you mean Standard_NC4as_T4_v3?",
        ),
        (
            {"max_nodes": 2.5},
            "max_nodes is 2.5. Allowed: a valid integer. Fix: set 'max_nodes' to a valid integer.",
        ),
        (
            {"dedicated_fallback": True, "priority": "Dedicated"},
            "dedicated_fallback is True. Allowed: true only beside a low-priority cluster. Fix: remove it.",
        ),
        (
            {"eviction": "restartable"},
            "checkpointable is True. Allowed: nothing, where eviction says it. Fix: remove checkpointable, or "
            "eviction.",
        ),
        (
            {"landing": {**SITE, "region": "swedencentral"}},
            "unknown key 'landing.region'. Allowed: location, log_workspace_id, name_suffix, resource_group_name, tags."
            " Fix: remove it.",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_registered(deploy, args, message):
    refusals = []

    def program():
        with pytest.raises(ArgumentError) as refused:
            GpuCluster("gpu", {**GOOD, **args})
        refusals.append(str(refused.value))

    assert deploy(program).inputs == {}
    assert refusals == [f"GpuCluster 'gpu': {message}"]


@pytest.mark.parametrize(
    ("name", "args", "room"),
    [("a-cluster-with-a-long-name", {}, 16), ("gpu-training-1", {"dedicated_fallback": True}, 12), ("1gpu", {}, 16)],
)
def test_a_name_that_azure_would_refuse_is_refused(deploy, name, args, room):
    def program():
        with pytest.raises(ArgumentError) as refused:
            GpuCluster(name, {**GOOD, **args})
        assert str(refused.value) == (
            f"GpuCluster '{name}': name is '{name}'. Allowed: 3 to {room} letters, digits and dashes, starting with a "
            "letter, as Azure ML allows a compute. Fix: rename the component."
        )

    assert deploy(program).inputs == {}


def test_integers_that_arrive_as_floats_are_mended(deploy):
    made = clusters(deploy, max_nodes=4.0, min_nodes=0.0)["gpu"]["properties"]["properties"]["scaleSettings"]
    assert (made["maxNodeCount"], made["minNodeCount"]) == (4, 0)
    assert isinstance(made["maxNodeCount"], int | float)


def test_priority_documents_what_low_priority_is_today():
    assert Priority.LOW_PRIORITY.value == "LowPriority"


# CpuCluster


WITHOUT_GPU = {
    "landing": SITE,
    "workspace_name": "mlw-ml-abc123",
    "vm_size": "Standard_D4ads_v5",
    "max_nodes": 2,
    "eviction": "restartable",
}


def cpu(deploy, **args):
    return deploy(lambda: CpuCluster("cpu", {**WITHOUT_GPU, **args}) and {})


def test_a_cluster_without_gpus_is_the_same_but_for_its_size(deploy):
    ours, theirs = cpu(deploy).of("machinelearningservices:Compute")["cpu"], clusters(deploy)["gpu"]
    ours["properties"]["properties"]["vmSize"] = theirs["properties"]["properties"]["vmSize"]
    ours["properties"]["properties"]["scaleSettings"]["maxNodeCount"] = 4
    assert ours["tags"].pop("eviction") == "restartable"
    assert {**ours, "computeName": "gpu"} == theirs


@pytest.mark.parametrize(
    ("eviction", "priority"),
    [("checkpointing", "LowPriority"), ("restartable", "LowPriority"), ("never", "Dedicated")],
)
def test_what_the_loss_of_a_node_means_says_where_nodes_come_from(deploy, eviction, priority):
    made = cpu(deploy, eviction=eviction)
    node = made.of("machinelearningservices:Compute")["cpu"]
    assert node["properties"]["properties"]["vmPriority"] == priority
    assert node["tags"]["interruptible"] == str(priority == "LowPriority").lower()
    assert made.warnings == [], "rule CM05 is about GPUs"


def test_a_gpu_that_would_idle_is_refused():
    with pytest.raises(
        ArgumentError, match=r"Allowed: a size with no GPU\. Fix: use Standard_D2ads_v5, the smallest CPU"
    ):
        CpuCluster("cpu", {**WITHOUT_GPU, "vm_size": "Standard_NC4as_T4_v3"})


def test_an_arm_size_is_refused_as_azure_ml_names_none():
    with pytest.raises(
        ArgumentError, match=r"Allowed: a size with x64 processors, .*\. Fix: use Standard_D2ads_v5 or larger"
    ):
        CpuCluster("cpu", {**WITHOUT_GPU, "vm_size": "Standard_D4pds_v6"})


# DevInstance


PERSON = {
    "landing": SITE,
    "workspace_name": "mlw-ml-abc123",
    "user_object_id": "11111111-1111-1111-1111-111111111111",
    "user_tenant_id": "22222222-2222-2222-2222-222222222222",
}


def workstation(deploy, **args):
    made = deploy(lambda: DevInstance("ada", {**PERSON, **args}) and {})
    return made.of("machinelearningservices:Compute")["ada"]


def test_a_workstation_is_one_persons_and_switches_itself_off(deploy):
    made = workstation(deploy)
    assert (made["computeName"], made["identity"]) == ("ada-abc123", {"type": "SystemAssigned"})
    assert made["properties"] == {
        "computeType": "ComputeInstance",
        "disableLocalAuth": True,
        "properties": {
            "vmSize": "Standard_D4ads_v5",
            "idleTimeBeforeShutdown": "PT30M",
            "schedules": {
                "computeStartStop": [
                    {
                        "action": "Stop",
                        "status": "Enabled",
                        "triggerType": "Cron",
                        "cron": {"expression": "0 19 * * *", "timeZone": "UTC"},
                    }
                ]
            },
            "applicationSharingPolicy": "Personal",
            "computeInstanceAuthorizationType": "personal",
            "personalComputeInstanceSettings": {
                "assignedUser": {"objectId": PERSON["user_object_id"], "tenantId": PERSON["user_tenant_id"]}
            },
            "enableNodePublicIp": False,
            "enableSSO": True,
            "sshSettings": {"sshPublicAccess": "Disabled"},
        },
    }


def test_the_end_of_the_day_is_the_teams_own(deploy):
    given = {"stop_at": "17:45", "stop_on": "weekdays", "time_zone": "W. Europe Standard Time", "idle_minutes": 60}
    properties = workstation(deploy, **given)["properties"]["properties"]
    assert properties["schedules"]["computeStartStop"][0]["cron"] == {
        "expression": "45 17 * * 1-5",
        "timeZone": "W. Europe Standard Time",
    }
    assert properties["idleTimeBeforeShutdown"] == "PT60M"


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("ada", {"idle_minutes": 61}, "idle_minutes is 61. Allowed: less than or equal to 60"),
        ("ada", {"idle_minutes": 14}, "idle_minutes is 14. Allowed: greater than or equal to 15"),
        ("ada", {"stop_at": "7pm"}, "stop_at is '7pm'"),
        (
            "ada",
            {"vm_size": "Standard_D4pds_v6"},
            "Allowed: a size with x64 processors, as Azure ML",
        ),
        ("ada", {"vm_size": "Standard_NC6s_v3"}, "Allowed: a size that Azure has not announced to retire (retired)"),
        ("ada-of-the-vision-team", {}, "Allowed: up to 17 letters, digits and dashes, starting with a letter"),
    ],
)
def test_a_workstation_that_would_not_stop_is_refused(name, args, said):
    with pytest.raises(ArgumentError) as refused:
        DevInstance(name, {**PERSON, **args})
    assert said in str(refused.value)


# KubernetesCompute


AKS = f"{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.ContainerService/managedClusters/aks-hub"
ATTACHED = {
    "landing": SITE,
    "workspace_name": "mlw-ml-abc123",
    "cluster_id": AKS,
    "instance_types": {"small": {"cpu": "2", "memory": "8Gi", "gpus": 1, "node_selector": {"pool": "spot"}}},
}


def test_jobs_go_to_a_cluster_that_is_there_within_limits(deploy):
    made = deploy(lambda: KubernetesCompute("aks", ATTACHED) and {})
    amounts = {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": "1"}
    assert made.of("machinelearningservices:Compute")["aks"]["properties"] == {
        "computeType": "Kubernetes",
        "resourceId": AKS,
        "disableLocalAuth": True,
        "properties": {
            "namespace": "azureml",
            "defaultInstanceType": "small",
            "instanceTypes": {
                "small": {"nodeSelector": {"pool": "spot"}, "resources": {"requests": amounts, "limits": amounts}}
            },
        },
    }
    assert made.of("kubernetesconfiguration:Extension")["aks-extension"] == {
        "extensionName": "azureml",
        "extensionType": "microsoft.azureml.kubernetes",
        "autoUpgradeMinorVersion": True,
        "releaseTrain": "stable",
        "identity": {"type": "SystemAssigned"},
        "scope": {"cluster": {"releaseNamespace": "azureml-system"}},
        "configurationSettings": {"enableTraining": "True", "enableInference": "False"},
        "clusterRp": "Microsoft.ContainerService",
        "clusterResourceName": "managedClusters",
        "clusterName": "aks-hub",
        "resourceGroupName": "rg-hub",
    }


def test_models_are_served_by_tls_beside_the_jobs_or_in_their_place(deploy):
    serving = {"tls_secret": "models", "host_name": "models.example.com"}
    by_tls = {
        "enableInference": "True",
        "allowInsecureConnections": "False",
        "inferenceRouterHA": "False",
        "inferenceRouterServiceType": "ClusterIP",
        "sslCname": "models.example.com",
        "sslSecret": "models",
    }
    for trains in (True, False):
        args = {**ATTACHED, "inference": serving, "trains": trains}
        made = deploy(lambda args=args: KubernetesCompute("aks", args) and {})
        settings = made.of("kubernetesconfiguration:Extension")["aks-extension"]["configurationSettings"]
        assert settings == {"enableTraining": str(trains), **by_tls}


def test_an_extension_that_is_there_is_left_alone(deploy):
    made = deploy(lambda: KubernetesCompute("aks", {**ATTACHED, "installs_extension": False}) and {})
    assert made.of("kubernetesconfiguration:Extension") == {}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"cluster_id": "aks-hub"}, "cluster_id is 'aks-hub'. Allowed: the ARM id of a Microsoft.ContainerService"),
        ({"instance_types": {}}, "instance_types is empty. Allowed: at least 1 item"),
        ({"trains": False}, "trains is False. Allowed: true, or inference. Fix: say what the cluster is for."),
        (
            {"inference": {"tls_secret": "Models", "host_name": "models.example.com"}},
            "inference.tls_secret is 'Models'",
        ),
        (
            {"inference": {"tls_secret": "m", "host_name": "a.example.com"}, "installs_extension": False},
            "installs_extension is False. Allowed: true where trains or inference say what the extension does.",
        ),
        (
            {"default_instance_type": "large"},
            "default_instance_type is 'large'. Allowed: small. Fix: name one of them.",
        ),
    ],
)
def test_a_cluster_without_limits_is_refused(args, said):
    with pytest.raises(ArgumentError) as refused:
        KubernetesCompute("aks", {**ATTACHED, **args})
    assert said in str(refused.value)


# Clusters


FLEET = {
    "landing": SITE,
    "workspace_name": "mlw-ml-abc123",
    "identity_id": "id",
    "tags": {"cost-center": "4711"},
    "clusters": {
        "boards": {"vm_size": "Standard_NC4as_T4_v3", "max_nodes": 2, "eviction": "checkpointing"},
        "cores": {
            "vm_size": "Standard_D4ads_v5",
            "max_nodes": 4,
            "eviction": "restartable",
            "idle_minutes": 10,
            "tags": {"for": "batches"},
        },
    },
}


def test_each_cluster_of_a_map_is_what_it_would_be_alone(deploy):
    def program():
        made = Clusters("fleet", FLEET)
        return {"ids": made.resource_ids, "names": made.resource_names}

    found = deploy(program)
    nodes = found.of("machinelearningservices:Compute")
    alone = deploy(
        lambda: (
            CpuCluster(
                "cores",
                {
                    **WITHOUT_GPU,
                    "max_nodes": 4,
                    "idle_minutes": 10,
                    "identity_id": "id",
                    "tags": {"cost-center": "4711", "for": "batches"},
                },
            )
            and {}
        )
    )
    assert nodes["cores"] == alone.of("machinelearningservices:Compute")["cores"]
    assert nodes["boards"]["properties"]["properties"]["vmSize"] == "Standard_NC4as_T4_v3"
    assert found.outputs["names"] == {"boards": "boards", "cores": "cores"}
    assert set(found.outputs["ids"]) == {"boards", "cores"}


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"vm_size": "Standard_X"}, "Clusters 'fleet': clusters.boards.vm_size is 'Standard_X'"),
        ({"max_nodes": 0}, "Clusters 'boards': max_nodes is 0"),
        ({"eviction": "sometimes"}, "Clusters 'fleet': clusters.boards.eviction is 'sometimes'"),
    ],
)
def test_a_cluster_of_a_map_is_refused_by_its_name(deploy, cluster, said):
    boards = {**FLEET["clusters"]["boards"], **cluster}

    def program():
        with pytest.raises(ArgumentError) as refused:
            Clusters("fleet", {**FLEET, "clusters": {"boards": boards}})
        assert said in str(refused.value)

    assert deploy(program).inputs == {}
