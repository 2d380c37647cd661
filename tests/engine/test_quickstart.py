"""The main job: a team's stack, from nothing to deployed, changed, and gone again."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACK = ["--policy-pack", str(ROOT / "policies")]


def resources(pulumi, folder):
    return json.loads(pulumi("stack", "export", cwd=folder).stdout)["deployment"].get("resources", [])


def steps(pulumi, folder):
    """What a preview would do, by logical name, leaving out what stays the same."""
    plan = json.loads(pulumi("preview", "--json", cwd=folder).stdout)
    return {
        step["urn"].rsplit("::", 1)[-1]: step["op"]
        for step in plan["steps"]
        if step["op"] not in ("same", "delete", "read") and "azure-native" in step["urn"]
    }


def test_it_comes_up_settles_goes_and_comes_up_again(quickstart, pulumi, sandbox_env):
    first = pulumi("up", "--yes", *PACK, cwd=quickstart)
    assert "✅ verdazure" in first.stdout
    assert not any(word in first.stdout for word in ("[mandatory]", "[advisory]", "can't run policy"))
    outputs = json.loads(pulumi("stack", "output", "--json", cwd=quickstart).stdout)
    assert outputs["region"] == "swedencentral"
    assert outputs["gridIntensity"] == "23.43 gCO2e/kWh"
    assert outputs["cluster"] == "gpu"
    assert set(outputs["containers"]) == {"raw", "dataset", "checkpoint", "model", "scratch"}

    pulumi("up", "--yes", "--expect-no-changes", *PACK, cwd=quickstart)
    pulumi("refresh", "--yes", "--expect-no-changes", cwd=quickstart)

    pulumi("destroy", "--yes", cwd=quickstart)
    assert resources(pulumi, quickstart) == []
    pulumi("up", "--yes", *PACK, cwd=quickstart)
    assert json.loads(pulumi("stack", "output", "--json", cwd=quickstart).stdout)["workspace"] != outputs["workspace"]


def test_a_preview_registers_what_an_up_does(quickstart, pulumi):
    planned = json.loads(pulumi("preview", "--json", cwd=quickstart).stdout)["steps"]
    pulumi("up", "--yes", cwd=quickstart)
    held = {resource["urn"] for resource in resources(pulumi, quickstart) if "pulumi:providers" not in resource["type"]}
    assert {step["urn"] for step in planned} == held


def test_vm_size_replaces_the_cluster_and_max_nodes_changes_it_in_place(quickstart, pulumi):
    pulumi("up", "--yes", cwd=quickstart)
    pulumi("config", "set", "maxNodes", "6", cwd=quickstart)
    assert steps(pulumi, quickstart) == {"gpu": "update"}
    pulumi("config", "set", "maxNodes", "4", cwd=quickstart)
    pulumi("config", "set", "vmSize", "Standard_NC8as_T4_v3", cwd=quickstart)
    assert set(steps(pulumi, quickstart)) == {"gpu"}
    assert steps(pulumi, quickstart)["gpu"] in ("replace", "create-replacement", "delete-replaced")
    pulumi("up", "--yes", cwd=quickstart)
    (cluster,) = (held for held in resources(pulumi, quickstart) if held["type"].endswith(":Compute"))
    assert cluster["outputs"]["properties"]["properties"]["vmSize"] == "Standard_NC8as_T4_v3"


def test_no_secret_stands_in_the_state_or_the_outputs(quickstart, pulumi):
    pulumi("up", "--yes", cwd=quickstart)
    state = pulumi("stack", "export", cwd=quickstart).stdout
    insights = next(
        held for held in json.loads(state)["deployment"]["resources"] if held["type"].endswith(":Component")
    )
    sealed = json.loads(pulumi("stack", "export", "--show-secrets", cwd=quickstart).stdout)["deployment"]["resources"]
    opened = next(held for held in sealed if held["urn"] == insights["urn"])["outputs"]
    for key in ("connectionString", "instrumentationKey"):
        plaintext = json.loads(opened[key]["plaintext"])
        assert plaintext not in state, key
    for word in ("AccountKey=", "SharedAccessKey=", "primarySharedKey", "primaryKey", "adminPassword"):
        assert word.lower() not in state.lower(), word
    assert "Key" not in pulumi("stack", "output", "--json", "--show-secrets", cwd=quickstart).stdout


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "GpuCluster('gpu', {**CLUSTER, 'max_node': 3})",
            "error: GpuCluster 'gpu' has 2 faults:|max_nodes is required. Fix: add 'max_nodes' to the arguments.|"
            "unknown key 'max_node'. Allowed: |Fix: did you mean 'max_nodes'?",
        ),
        (
            "GpuCluster('gpu', {**CLUSTER, 'max_nodes': 2, 'priority': 'Spot'})",
            "error: GpuCluster 'gpu': priority is 'Spot'. Allowed: 'LowPriority' or 'Dedicated'. Fix: ",
        ),
        (
            "GpuCluster('gpu', {**CLUSTER, 'max_nodes': 2, 'min_nodes': 3})",
            "error: GpuCluster 'gpu': min_nodes is 3. Allowed: at most max_nodes (2). Fix: lower min_nodes, best to 0.",
        ),
        (
            "Landing('ml', {'team': 'vision', 'environment': 'dev', 'residency': 'eu', 'region': 'eastus'})",
            "error: Landing 'ml': region is 'eastus'. Allowed: a region inside residency 'eu': swedencentral, |"
            "Fix: use swedencentral (23.43 gCO2e/kWh), or leave region out to have it chosen.",
        ),
        (
            "MlWorkspace('computer-vision-team', {'landing': SITE})",
            "error: MlWorkspace 'computer-vision-team': name is 'computer-vision-team'. Allowed: at most |"
            "characters, or the |'s name would be too long. Fix: shorten it by ",
        ),
    ],
)
def test_bad_input_fails_the_preview_with_one_message_and_creates_nothing(project, pulumi, program, message):
    folder = project(
        f"""
        from verdazure import GpuCluster, Landing, MlWorkspace

        SITE = {{"resource_group_name": "rg", "location": "swedencentral", "name_suffix": "abc123"}}
        CLUSTER = {{
            "landing": SITE,
            "workspace_name": "mlw",
            "vm_size": "Standard_NC4as_T4_v3",
            "checkpointable": True,
        }}
        {program}
        """
    )
    failed = pulumi("preview", cwd=folder, check=False)
    printed = failed.stdout + failed.stderr
    assert failed.returncode != 0
    diagnostics = printed.partition("Diagnostics:")[2]
    for part in message.split("|"):
        assert diagnostics.count(part) == 1
    assert "Traceback" not in printed
    assert resources(pulumi, folder) == []


def test_components_are_served_to_other_languages(project, pulumi):
    """A program that knows only the schema: camelCase arguments, everything built by the component provider host."""
    folder = project(
        """
        import pulumi

        class Remote(pulumi.ComponentResource):
            resource_id: pulumi.Output[str]
            resource_name: pulumi.Output[str]

            def __init__(self, kind, name, args, outputs):
                super().__init__(f"verdazure:index:{kind}", name, {**args, **dict.fromkeys(outputs)}, remote=True)

        landing = Remote(
            "Landing",
            "ml",
            {
                "team": "vision",
                "environment": "dev",
                "residency": "eu",
                "monthlyBudget": {"amount": 5, "contactEmails": ["a@example.com"]},
            },
            ["resourceName", "location", "nameSuffix", "logWorkspaceId"],
        )
        site = {
            "resourceGroupName": landing.resourceName,
            "location": landing.location,
            "nameSuffix": landing.nameSuffix,
            "logWorkspaceId": landing.logWorkspaceId,
            "tags": {"workload": "ml", "owner": "vision", "environment": "dev"},
        }
        workspace = Remote("MlWorkspace", "ml", {"landing": site}, ["resourceName"])
        classes = {"model": {}, "scratch": {"deleteAfterDays": 3}}
        Remote("TieredStorage", "data", {"landing": site, "classes": classes}, ["containers"])
        Remote(
            "GpuCluster",
            "gpu",
            {
                "landing": site,
                "workspaceName": workspace.resourceName,
                "vmSize": "Standard_NC4as_T4_v3",
                "maxNodes": 2,
                "checkpointable": True,
            },
            ["resourceId"],
        )
        pulumi.export("region", landing.location)
        """
    )
    described = (folder / "Pulumi.yaml").read_text()
    plugin = f"plugins:\n  providers:\n    - name: verdazure\n      path: {ROOT / 'components'}\n"
    (folder / "Pulumi.yaml").write_text(described + plugin)
    pulumi("up", "--yes", *PACK, cwd=folder)
    assert json.loads(pulumi("stack", "output", "--json", cwd=folder).stdout) == {"region": "swedencentral"}
    (cluster,) = (held for held in resources(pulumi, folder) if held["type"].endswith(":Compute"))
    scale = cluster["inputs"]["properties"]["properties"]["scaleSettings"]
    assert scale == {"minNodeCount": 0, "maxNodeCount": 2, "nodeIdleTimeBeforeScaleDown": "PT5M"}


def test_the_served_schema_is_the_one_that_was_reviewed(tmp_path, pulumi):
    served = json.loads(pulumi("package", "get-schema", str(ROOT / "components"), cwd=tmp_path).stdout)
    reviewed = json.loads((ROOT / "tests" / "unit" / "components" / "schema.json").read_text())
    for token, declared in reviewed["resources"].items():
        for part in ("inputProperties", "properties"):
            assert set(served["resources"][token][part]) == set(declared[part]), token
        for part in ("requiredInputs", "required"):
            assert sorted(served["resources"][token][part]) == sorted(declared[part]), token
