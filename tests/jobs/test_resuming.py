"""A training that is killed goes on where it was, and ends with the weights of one that was not."""

import json
import random
import signal
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

STEPS = 40
# Any steps will do: they are drawn, and the same in each run.
KILLED_AFTER = sorted(random.Random(20261124).sample(range(4, STEPS - 6, 4), 2))  # noqa: S311


def merged(place: Path) -> dict[str, torch.Tensor]:
    return load_file(place / "output" / "model" / "model.safetensors")


def log(place: Path) -> list[dict]:
    return [json.loads(line) for line in (place / "checkpoints" / "energy.jsonl").read_text().splitlines()]


def outcome(place: Path) -> dict:
    return json.loads((place / "checkpoints" / "run.json").read_text())


@pytest.fixture(scope="module")
def whole(tiny, tmp_path_factory) -> Path:
    """A run that nobody interrupted."""
    from verdazure_jobs.finetune import main

    from tests.jobs.conftest import words

    place = tmp_path_factory.mktemp("whole")
    assert main(words(tiny, place)) == 0
    return place


def wait_for(place: Path, step: int) -> None:
    """Until the checkpoint of that step is whole."""
    listed = place / "checkpoints" / f"step-{step:09d}" / "files.json"
    deadline = time.monotonic() + 120
    while not listed.exists():
        assert time.monotonic() < deadline, f"no checkpoint of step {step}"
        time.sleep(0.002)


@pytest.mark.parametrize("step", KILLED_AFTER)
def test_killed_at_any_step_it_ends_with_the_same_weights(step, whole, started, finetune, tmp_path):
    """Tolerance: none. On a CPU each number is the same, bit by bit."""
    process = started()
    wait_for(tmp_path, step)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert finetune() == 0
    ours, theirs = merged(tmp_path), merged(whole)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert outcome(tmp_path)["progress"]["resumed"] == 1


def test_a_node_that_is_taken_away_is_a_saved_step_and_another_attempt(whole, started, finetune, tmp_path):
    process = started(checkpoint_every=1)
    wait_for(tmp_path, 2)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(said)["end"]) == (75, "interrupted")
    assert not (tmp_path / "output").exists()
    assert finetune() == 0
    assert all(torch.equal(tensor, merged(whole)[name]) for name, tensor in merged(tmp_path).items())


def test_energy_is_written_down_and_only_grows(whole):
    readings = log(whole)
    totals = [each["total_kwh"] for each in readings]
    assert all(each["kwh"] > 0 for each in readings)
    assert totals == sorted(totals)
    assert totals[-1] == pytest.approx(sum(each["kwh"] for each in readings))
    assert {each["grams_co2e"] for each in readings} == {None}, "an unknown grid is not a clean one"
    assert {each["processor"] for each in readings} <= {"measured", "estimated"}
    assert outcome(whole)["progress"]["kwh"] == totals[-1]


def test_a_resumed_run_goes_on_counting(finetune, tmp_path):
    assert finetune(energy_budget_kwh=1e-9, carbon_intensity=100) == 3
    before = log(tmp_path)[-1]["total_kwh"]
    assert finetune(carbon_intensity=100) == 0
    last = log(tmp_path)[-1]
    assert last["total_kwh"] > before
    assert last["grams_co2e"] == pytest.approx(100 * last["total_kwh"])


def test_what_is_out_of_energy_saves_and_hands_over_nothing(finetune, tmp_path):
    assert finetune(energy_budget_kwh=1e-9) == 3
    assert (outcome(tmp_path)["end"], outcome(tmp_path)["progress"]["step"]) == ("out of energy", 4)
    assert [place.name for place in (tmp_path / "checkpoints").glob("step-*")] == ["step-000000004"]
    assert not (tmp_path / "output").exists()


def test_a_budget_of_what_nobody_measures_is_no_budget(finetune, tmp_path, monkeypatch):
    class Blind:
        total_kwh = grams_co2e = None

        def __init__(self, log, *_):
            log.touch()

        def read(self, step):
            return self

        def close(self):
            pass

    monkeypatch.setattr("verdazure_jobs.training.loop.Meter", Blind)
    assert finetune(energy_budget_kwh=1) == 4
    assert (outcome(tmp_path)["end"], outcome(tmp_path)["progress"]["kwh"]) == ("energy unknown", None)
    assert finetune() == 0
    assert outcome(tmp_path)["progress"]["kwh"] is None


def test_it_ends_when_it_learns_no_more(finetune, tmp_path):
    assert finetune(min_delta=100, patience=1, epochs=9) == 0
    assert (outcome(tmp_path)["end"], outcome(tmp_path)["progress"]["step"]) == ("learns no more", 20)


def test_it_learns_few_weights_and_does_learn(whole, finetune, tmp_path):
    assert finetune(learning_rate=1e-9) == 0
    assert outcome(whole)["learning_weights"] < outcome(whole)["all_weights"] / 3
    assert outcome(whole)["progress"]["best_loss"] < 0.95 * outcome(tmp_path)["progress"]["best_loss"]


def test_a_torn_checkpoint_is_passed_over(whole, finetune, tmp_path):
    assert finetune(energy_budget_kwh=1e-9, checkpoint_every=4) == 3
    torn = tmp_path / "checkpoints" / "step-000000008"
    torn.mkdir()
    (torn / "weights.safetensors").write_bytes(b"half of it")
    damaged = tmp_path / "checkpoints" / "step-000000009"
    damaged.mkdir()
    (damaged / "progress.json").write_text("{}")
    (damaged / "files.json").write_text('{"progress.json": "0"}')
    assert finetune() == 0
    assert all(torch.equal(tensor, merged(whole)[name]) for name, tensor in merged(tmp_path).items())


class Bomb:
    def __init__(self, file: Path):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_pickle_in_a_checkpoint_is_not_run(finetune, tmp_path, capsys):
    import hashlib

    assert finetune(energy_budget_kwh=1e-9) == 3
    (place,) = (tmp_path / "checkpoints").glob("step-*")
    torch.save({"optimiser": Bomb(tmp_path / "ran"), "random": {}}, place / "state.pt")
    listed = json.loads((place / "files.json").read_text())
    listed["state.pt"] = hashlib.sha256((place / "state.pt").read_bytes()).hexdigest()
    (place / "files.json").write_text(json.dumps(listed))
    assert finetune() == 2
    assert "holds more than numbers; nothing of it was run" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


def test_another_trainings_checkpoints_are_not_gone_on_from(finetune, tmp_path, capsys):
    assert finetune(energy_budget_kwh=1e-9) == 3
    assert finetune(rank=8) == 2
    assert "was made with another rank. Fix: take a new --checkpoints folder" in capsys.readouterr().err


def test_only_the_newest_two_checkpoints_are_kept(whole):
    kept = sorted(place.name for place in (whole / "checkpoints").glob("step-*"))
    assert kept == ["step-000000036", "step-000000040"]
