"""Settings that mean nothing or waste energy are refused before anything begins."""

import subprocess
import sys

import pytest
import torch
from transformers import AutoModelForCausalLM
from verdazure_jobs.finetune import main
from verdazure_jobs.training.settings import parse

GIVEN = ["--model", "m", "--data", "d", "--output", "o", "--checkpoints", "c"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rank", "0"], "--rank is 0. Allowed: a whole number, at least 1. Fix: raise it."),
        (["--energy-budget-kwh", "0"], "--energy-budget-kwh is 0.0. Allowed: above 0. Fix: raise it."),
        (["--prune", "1"], "--prune is 1.0. Allowed: 0 to below 1. Fix: give a share."),
        (["--from-scratch"], "--method is 'lora'. Allowed: full, from scratch: there is no base to adapt."),
        (["--from-scratch", "--method", "full"], "--justification is ''. Allowed: a reason, from scratch."),
        (["--max-tokens", "1"], "--max-tokens is 1. Allowed: at least 2: a token and the next one."),
    ],
)
def test_it_is_one_clear_error(words, said, capsys):
    assert main([*GIVEN, *words]) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_grid_is_said_so():
    assert parse([*GIVEN, "--carbon-intensity", "unknown"]).carbon_intensity is None
    assert parse([*GIVEN, "--carbon-intensity", "23.43"]).carbon_intensity == 23.43


@pytest.mark.parametrize("words", [["--carbon-intensity", "-1"], ["--carbon-intensity", "clean"], ["--epoch", "2"]])
def test_words_that_it_does_not_know_are_wrong_usage(words):
    with pytest.raises(SystemExit) as ended:
        parse([*GIVEN, *words])
    assert ended.value.code == 2


def test_help_comes_without_pytorch():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "verdazure_jobs.finetune", "--help"], capture_output=True, text=True
    )
    assert (done.returncode, "torch" in done.stderr) == (0, False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "train.jsonl, line 1 is no JSON"),
        ('{"text": "leaves"}', "line 1 is text, and the model's folder has no tokeniser: give input_ids"),
        ('{"input_ids": [3]}', 'line 1 has neither "text" nor "input_ids" with at least two tokens'),
        ("", "train.jsonl holds no text"),
    ],
)
def test_what_cannot_be_learned_from_is_named_by_its_line(line, said, tiny, tmp_path, capsys):
    from tests.jobs.conftest import words

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.jsonl").write_text(line)
    assert main(words(tiny, tmp_path, data=tmp_path / "data")) == 2
    assert said in capsys.readouterr().err


def test_from_scratch_takes_the_architecture_alone(finetune, tmp_path):
    settings = {"from_scratch": True, "justification": "no base counts", "method": "full", "epochs": 1}
    assert finetune(**settings) == 0


def test_adapters_over_a_base_of_four_bits_learn_too(finetune, tmp_path):
    """Without a GPU as well, slowly; what is handed over is the base as it came, with the adapters in it."""
    assert finetune(method="qlora", epochs=1) == 0
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "output" / "model")
    assert model.dtype == torch.float32
    assert not hasattr(model.config, "quantization_config")


def test_weights_in_pickles_are_not_read(finetune, tiny, tmp_path, capsys):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text((tiny / "base" / "config.json").read_text())
    (tmp_path / "base" / "pytorch_model.bin").write_bytes(b"\x80\x02}.")
    assert finetune(model=tmp_path / "base") == 2
    assert "weights in pickles are not read" in capsys.readouterr().err
