"""Quota and region are asked before a deployment, in the words of Resource Manager's interface."""

import json

import pytest
from typer.testing import CliRunner
from verdazure.cli import app
from verdazure.cli import compute as command
from verdazure.compute.preflight import Asked, Fits, preflight

from tests.unit.resource_manager import Answers, manager

PLACE = "/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/swedencentral"
T4, A100 = "Standard_NC4as_T4_v3", "Standard_NC24ads_A100_v4"


def size(name, cores, family, **more):
    kinds = ["AmlCompute", "ComputeInstance"]
    return {"name": name, "vCPUs": cores, "family": family, "supportedComputeTypes": kinds, **more}


def usage(name, used, limit, scope=""):
    where = f"/subscriptions/s/resourceGroups/rg{scope}/usages/{name}"
    return {"id": where, "name": {"value": name}, "currentValue": used, "limit": limit, "unit": "Count"}


SIZES = [
    size(T4, 4, "standardNCASv3_T4Family", lowPriorityCapable=True),
    size(A100, 24, "standardNCADSA100v4Family", lowPriorityCapable=False),
    size("Standard_E4s_v3", 4, "standardESv3Family") | {"supportedComputeTypes": ["MIR"]},
]
USAGES = [
    usage("TotalLowPriorityCores", 10, 30),
    usage("standardncasv3_t4family", 0, 16),
    usage("TotalDedicatedCores", 90, 100),
    usage("standardNCASv3_T4Family", 0, 999, "/providers/Microsoft.MachineLearningServices/workspaces/mlw"),
]


class Azure(Answers):
    def __init__(self, sizes=SIZES, usages=USAGES):
        found = {f"{PLACE}/vmSizes": sizes, f"{PLACE}/usages": usages}
        super().__init__(lambda said, _: (200, {"value": found[said.split(" ")[1].partition("?")[0]]}))


def verdicts(*asked, azure=None):
    return list(preflight(manager(azure or Azure()), "s", "swedencentral", asked))


@pytest.mark.parametrize(
    ("asked", "fits", "reason"),
    [
        (Asked("gpu", T4, 5), Fits.YES, "asks for 20 vCPUs of TotalLowPriorityCores: 20 are free."),
        (
            Asked("gpu", T4, 6),
            Fits.NO,
            "asks for 24 vCPUs of TotalLowPriorityCores: 20 of 30 are free; request quota, or lower nodes to 5.",
        ),
        (Asked("gpu", T4, 2, False), Fits.YES, "asks for 8 vCPUs of TotalDedicatedCores: 10 are free."),
        (
            Asked("gpu", T4, 3, False),
            Fits.NO,
            "asks for 12 vCPUs of TotalDedicatedCores: 10 of 100 are free; request quota, or lower nodes to 2.",
        ),
        (
            Asked("gpu", T4.upper(), 5, False),
            Fits.NO,
            "asks for 20 vCPUs of standardNCASv3_T4Family: 16 of 16 are free; request quota, or lower nodes to 4.",
        ),
        (Asked("gpu", A100, 1), Fits.NO, f"{A100} has no low-priority nodes in swedencentral."),
        (
            Asked("gpu", A100, 1, False),
            Fits.UNKNOWN,
            "Azure names no quota standardNCADSA100v4Family for this subscription in swedencentral.",
        ),
        (Asked("gpu", "Standard_E4s_v3", 1), Fits.NO, "Standard_E4s_v3 is for no cluster in swedencentral."),
        (Asked("gpu", "Standard_X", 1), Fits.NO, "swedencentral has no Standard_X for Azure ML."),
    ],
)
def test_a_cluster_fits_or_not_and_says_by_how_much(asked, fits, reason):
    (verdict,) = verdicts(asked)
    assert (verdict.fits, verdict.reason) == (fits, reason)


def test_clusters_share_what_is_free():
    found = verdicts(Asked("a", T4, 3), Asked("b", T4, 3), Asked("c", T4, 2))
    assert [each.fits for each in found] == [Fits.YES, Fits.NO, Fits.YES]


def test_it_only_reads():
    azure = Azure()
    verdicts(Asked("gpu", T4, 1), azure=azure)
    assert azure.asked == [
        f"GET {PLACE}/vmSizes?api-version=2024-10-01",
        f"GET {PLACE}/usages?api-version=2024-10-01",
    ]


def run(monkeypatch, *arguments):
    monkeypatch.setattr(command, "resource_manager", lambda: manager(Azure()))
    return CliRunner().invoke(app, ["preflight", "--subscription", "s", "--region", "swedencentral", *arguments])


def test_the_command_tells_each_verdict_and_fails_with_one(monkeypatch, tmp_path):
    file = tmp_path / "clusters.json"
    file.write_text(json.dumps({"gpu": {"vm_size": T4, "nodes": 2}, "big": {"vm_size": A100, "nodes": 1}}))
    done = run(monkeypatch, "--clusters", str(file))
    assert (done.exit_code, done.output) == (
        1,
        "fits          gpu: asks for 8 vCPUs of TotalLowPriorityCores: 20 are free.\n"
        f"does not fit  big: {A100} has no low-priority nodes in swedencentral.\n",
    )
    done = run(monkeypatch, "--vm-size", T4, "--nodes", "1", "--json")
    assert (done.exit_code, json.loads(done.output)[0]["fits"]) == (0, "fits")


@pytest.mark.parametrize("text", ["[]", "{", '{"gpu": {"size": "x"}}', '{"gpu": {"vm_size": "x", "nodes": 0}}'])
def test_what_says_no_clusters_is_one_clear_error(monkeypatch, tmp_path, text):
    file = tmp_path / "clusters.json"
    file.write_text(text)
    assert run(monkeypatch, "--clusters", str(file)).exit_code == 2


def test_one_of_both_is_given(monkeypatch):
    assert run(monkeypatch).exit_code == 2
