"""The size that does a job with the least energy, and why each other does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from verdazure import facts
from verdazure.cli import app
from verdazure.compute.rightsizing import Job, sized, smallest

JOBS = st.one_of(
    st.builds(
        Job,
        hours=st.floats(0.1, 1000),
        gpus=st.integers(1, 8),
        gpu_memory_gib=st.floats(0, 192),
        vcpus=st.integers(1, 96),
    ),
    st.builds(Job, hours=st.floats(0.1, 1000), vcpus=st.integers(1, 32), memory_gib=st.floats(0, 128)),
)


@pytest.mark.parametrize(
    ("job", "name"),
    [
        (Job(hours=10, gpus=1), "Standard_NC4as_T4_v3"),
        (Job(hours=10, gpus=1, gpu_memory_gib=40), "Standard_NC24ads_A100_v4"),
        (Job(hours=10, gpus=1, gpu_memory_gib=90), "Standard_NC40ads_H100_v5"),
        (Job(hours=10, gpus=1, vcpus=16), "Standard_NC16as_T4_v3"),
        (Job(hours=10, gpus=8, gpu_memory_gib=80), "Standard_ND96amsr_A100_v4"),
        (Job(hours=10), "Standard_D2ads_v5"),
        (Job(hours=10, vcpus=3), "Standard_D4ads_v5"),
        (Job(hours=10, memory_gib=33), "Standard_D16ads_v5"),
    ],
)
def test_the_size_with_the_least_energy_that_does_the_job(job, name):
    assert smallest(job).size.name == name


def test_what_no_size_does_has_none():
    assert smallest(Job(hours=1, gpus=9)) is None


@pytest.mark.parametrize(
    ("name", "lacks"),
    [
        ("Standard_NC6s_v3", "is retired"),
        ("Standard_D4ads_v5", "has no GPU"),
        ("Standard_D4pds_v6", "has Arm processors, which Azure ML does not name among those that it supports"),
        ("Standard_NC4as_T4_v3", "has 1 of 2 GPUs"),
        ("Standard_NC48ads_A100_v4", None),
        ("Standard_NC16ads_A10_v4", "is preview"),
    ],
)
def test_each_other_says_why_it_does_not(name, lacks):
    judged = {each.size.name: each for each in sized(Job(hours=1, gpus=2, gpu_memory_gib=40))}
    assert judged[name].lacks == lacks


def test_a_gpu_that_would_idle_is_no_answer():
    judged = {each.size.name: each.lacks for each in sized(Job(hours=1))}
    assert judged["Standard_NC4as_T4_v3"] == "has a GPU that would idle"


def test_what_draws_an_unknown_amount_comes_after_what_is_known_and_is_not_zero():
    doing = [each for each in sized(Job(hours=1, gpus=4, gpu_memory_gib=150)) if each.lacks is None]
    unknown = [each for each in doing if each.energy is None]
    assert [each.size.name for each in unknown] == ["Standard_ND128isr_NDR_GB200_v6"]
    assert doing[-1] is unknown[0]
    assert "no cpu" in unknown[0].unknown


def test_emissions_are_the_energy_on_the_regions_grid():
    first = sized(Job(hours=10, gpus=1), "swedencentral")[0]
    grams = facts.region("swedencentral").intensity_g_per_kwh
    assert first.emissions.grams == pytest.approx(first.energy.kwh * grams)


def test_an_unknown_grid_emits_an_unknown_amount():
    unknown = next(name for name, row in facts.regions().items() if row.intensity_g_per_kwh is None)
    first = sized(Job(hours=10, gpus=1), unknown)[0]
    assert (first.energy is None, first.emissions) == (False, None)


@given(JOBS)
def test_what_is_chosen_fits_and_nothing_that_fits_draws_less(job):
    chosen = smallest(job)
    fitting = [each for each in sized(job) if each.lacks is None and each.energy is not None]
    assert (chosen is None) is (not fitting)
    if chosen:
        assert chosen.size.gpu_count >= job.gpus
        assert chosen.size.vcpus >= job.vcpus
        assert not job.gpu_memory_gib or chosen.size.gpu_memory_gib >= job.gpu_memory_gib
        assert not job.memory_gib or chosen.size.memory_gib >= job.memory_gib
        assert chosen.energy.kwh == min(each.energy.kwh for each in fitting)


@given(JOBS, st.floats(0.1, 1))
def test_who_asks_for_less_never_draws_more(job, share):
    less = Job(
        job.hours * share, job.gpus, job.gpu_memory_gib * share, max(1, int(job.vcpus * share)), job.memory_gib * share
    )
    before, after = smallest(job), smallest(less)
    if before:
        assert after.energy.kwh <= before.energy.kwh * (1 + 1e-9)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hours": 0}, "hours is 0; a job runs for more than 0 hours"),
        ({"hours": 1, "gpu_memory_gib": 4}, "gpu_memory_gib is of a board; give gpus too"),
        ({"hours": 1, "vcpus": 0}, "vcpus at least 1"),
    ],
)
def test_a_job_that_means_nothing_is_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        Job(**settings)


def run(*arguments):
    return CliRunner().invoke(app, ["size", *arguments])


def test_the_command_lists_what_does_the_job_by_energy():
    told = json.loads(run("--gpus", "1", "--gpu-memory", "40", "--hours", "10", "--json").output)
    energies = [each["energy_kwh"] for each in told if each["energy_kwh"] is not None]
    assert (told[0]["vm_size"], energies) == ("Standard_NC24ads_A100_v4", sorted(energies))
    assert {each["lacks"] for each in told} == {None}
    shown = run("--gpus", "1", "--hours", "10", "--region", "swedencentral", "--all").output
    assert "Standard_NC4as_T4_v3" in shown
    assert "retired" in shown


def test_the_command_fails_where_none_does():
    done = run("--gpus", "9", "--hours", "1")
    assert (done.exit_code, "no current size in the facts table does this job" in done.output) == (1, True)
    assert run("--hours", "0").exit_code == 2
    assert run("--hours", "1", "--region", "atlantis").exit_code == 2
