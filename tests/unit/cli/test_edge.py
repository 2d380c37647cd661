"""`verdazure edge`: what is refused before a hub sees it, and what one device ends up with."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app

from tests.unit.edge.manifests import BASE, LAYER, content


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **files):
        for name, document in files.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(document))
        return CliRunner().invoke(app, ["edge", *arguments, "--on", "2026-11-24"])

    return run


def listed(name, plan, priority, condition="*"):
    return {"id": name, "content": content(plan), "targetCondition": condition, "priority": priority}


LISTED = [listed("base", BASE, 1), listed("night", LAYER, 5, "tags.site = 'malmo' AND tags.line = 3")]


def test_good_manifests_pass(run):
    shown = run("check", "base.json", "layer.json", base=content(BASE), layer={"content": content(LAYER)})
    assert shown.exit_code == 0
    assert shown.output.splitlines() == [
        "base.json: a base deployment, nothing to say against it",
        "layer.json: a layered deployment, nothing to say against it",
    ]


def test_a_bad_one_is_refused_with_file_and_path(run):
    bad = content(BASE)
    del bad["modulesContent"]["$edgeHub"]["properties.desired"]["storeAndForwardConfiguration"]
    shown = run("check", "base.json", "bad.json", base=content(BASE), bad=bad)
    assert shown.exit_code == 1
    path = "modulesContent.$edgeHub.properties.desired.storeAndForwardConfiguration"
    assert shown.output.splitlines()[1] == f"bad.json: {path} is required. Fix: add {path!r} to the arguments."


def test_the_deployments_of_a_hub_are_judged_together(run):
    shown = run("check", "l.json", l=[*LISTED, listed("low", LAYER, 1)])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "l.json: base: a base deployment, nothing to say against it",
        "l.json: night: a layered deployment, nothing to say against it",
        "l.json: low: a layered deployment, nothing to say against it",
        "l.json: low.priority is 1. Allowed: above 1, the lowest of a base: a layer at or below its base never counts. "
        "Fix: raise it.",
    ]
    many = run("check", "l.json", l=[listed(f"l{n}", LAYER, 5) for n in range(101)])
    assert many.output.splitlines()[-1].startswith("l.json: there are 101 deployments. Allowed: at most 100 a hub")
    assert run("check", "l.json", l=LISTED).exit_code == 0
    assert run("check", "l.json", l=[listed("base", BASE, 1, "site = 1")]).exit_code == 1
    assert run("check", "l.json", l={"x": 1}).exit_code == 2


def test_a_hub_is_sized_and_batching_shown(run):
    def sized(*arguments):
        return CliRunner().invoke(app, ["edge", "size", *arguments])

    shown = sized("--devices", "500", "--messages", "17280", "--bytes", "300")
    assert (shown.exit_code, shown.output.splitlines()) == (
        0,
        [
            "as it is: 17,280 messages of 300 bytes a device and day: S2, 2 units; 8,640,000 counted, 72 % of the "
            "quota",
            "batched: 1,330 messages of 3,900 bytes a device and day: S1, 3 units; 665,000 counted, 55 % of the quota",
        ],
    )
    too_much = sized("--devices", "1000000", "--messages", "86400", "--bytes", "4096")
    assert too_much.exit_code == 1
    assert "none: 86,400,000,000 messages a day are more than 4 units of S2 take: aggregate on the devices" in (
        too_much.output
    )


def test_a_device_gets_base_and_layers_by_its_tags(run):
    shown = run("render", "--device", "d1", "--from", "l.json", "--tag", "site=malmo", "--tag", "line=3", l=LISTED)
    assert shown.exit_code == 0
    assert shown.stderr == "d1: base + night\n"
    assert json.loads(shown.stdout)["modulesContent"]["camera"]["properties.desired"]["lens"] == {"zoom": 3}


def test_twins_and_stacks_are_read_as_azure_and_pulumi_print_them(run):
    outputs = [{**{k: v for k, v in each.items() if k != "id"}, "deploymentId": each["id"]} for each in LISTED]
    kind = "pulumi-python:dynamic/verdazure:EdgeDeployment"
    state = {"deployment": {"resources": [{"type": kind, "outputs": each} for each in outputs]}}
    twin = {"deviceId": "other", "tags": {"site": "malmo", "line": 4}}
    shown = run("render", "--device", "d1", "--from", "state.json", "--twin", "twin.json", state=state, twin=twin)
    assert (shown.exit_code, shown.stderr) == (0, "d1: base\n")


def test_what_cannot_be_put_together_is_said(run):
    alone = run("render", "--device", "d1", "--from", "l.json", l=LISTED[1:])
    assert (alone.exit_code, alone.stderr) == (1, "error: no base deployment is for 'd1': it keeps what it has\n")
    wrong = run("render", "--device", "d1", "--from", "l.json", l=[listed("base", BASE, 1, "site = 1")])
    assert wrong.exit_code == 1
    assert "site cannot be asked for" in wrong.stderr
    assert run("render", "--device", "d1", "--from", "l.json", l={}).exit_code == 2
