"""What is handed over is smaller and answers as before, or is not handed over."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from transformers import AutoModelForCausalLM

TOLERANCE = 0.05


def made(place: Path) -> dict[str, dict]:
    return {each["form"]: each for each in json.loads((place / "output" / "optimise.json").read_text())}


@pytest.fixture(scope="module")
def finished(tiny, tmp_path_factory) -> Path:
    from verdazure_jobs.finetune import main

    from tests.jobs.conftest import words

    place = tmp_path_factory.mktemp("finished")
    assert main(words(tiny, place, quantise="int8", tolerance=TOLERANCE)) == 0
    return place


def test_eight_bits_answer_as_thirty_two_do(finished, tiny):
    """Told by the command, and seen again here on other texts."""
    told = made(finished)
    assert told["onnx"]["kept"]
    assert told["onnx"]["difference"] < 1e-5
    assert told["int8"]["kept"]
    assert told["int8"]["difference"] <= TOLERANCE
    assert told["int8"]["bytes"] < told["onnx"]["bytes"]

    model = AutoModelForCausalLM.from_pretrained(finished / "output" / "model").eval()
    session = onnxruntime.InferenceSession(finished / "output" / "onnx" / "model.int8.onnx")
    ids = torch.tensor([[7, 8, 9, 10, 11, 12, 13]])
    fed = {"input_ids": ids.numpy(), "attention_mask": np.ones_like(ids.numpy())}
    small = torch.from_numpy(session.run(["logits"], fed)[0]).log_softmax(-1)
    with torch.no_grad():
        whole = model(ids).logits.log_softmax(-1)
    next_token = ids[:, 1:, None]
    differences = (small[:, :-1].gather(-1, next_token) - whole[:, :-1].gather(-1, next_token)).abs()
    assert float(differences.mean()) <= TOLERANCE


def test_what_answers_otherwise_is_not_handed_over(finetune, tmp_path):
    assert finetune(quantise="int8", tolerance=1e-9, epochs=1) == 0
    told = made(tmp_path)
    assert (told["int8"]["kept"], (tmp_path / "output" / "onnx" / "model.int8.onnx").exists()) == (False, False)
    assert told["safetensors"]["kept"]


def test_pruned_weights_are_zeros_if_the_answers_stay(finetune, tmp_path):
    assert finetune(prune=0.1, tolerance=5, epochs=1) == 0
    told = made(tmp_path)["pruned"]
    assert told["kept"]
    assert told["zeros"] == pytest.approx(0.1, abs=0.01)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "output" / "model")
    layer = model.model.layers[0].mlp.down_proj.weight
    assert float((layer == 0).float().mean()) == pytest.approx(0.1, abs=0.01)


def test_weights_come_back_where_pruning_changes_the_answers(finetune, tmp_path):
    assert finetune(prune=0.9, tolerance=1e-9, epochs=1) == 0
    assert made(tmp_path)["pruned"]["kept"] is False
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "output" / "model")
    assert float((model.model.layers[0].mlp.down_proj.weight == 0).float().mean()) < 0.01


def test_the_energy_and_the_run_go_with_the_model(finished):
    assert {each.name for each in (finished / "output").iterdir()} == {
        "energy.jsonl",
        "model",
        "onnx",
        "optimise.json",
        "run.json",
    }
