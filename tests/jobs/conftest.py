"""A model so small that it trains in seconds, made here: nothing is downloaded."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from verdazure_jobs.finetune import main

torch.set_num_threads(1)

WORDS, LENGTH = 48, 12
Finetune = Callable[..., int]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `base`, and `data` that counts upwards from somewhere: easy to learn, unknown to random weights."""
    place = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(7)
    shape = LlamaConfig(
        vocab_size=WORDS,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(shape).save_pretrained(place / "base")
    (place / "data").mkdir()
    for name, starts in (("train", range(3, 43)), ("validation", range(5, 25, 4))):
        lines = [{"input_ids": [3 + (start + step) % (WORDS - 3) for step in range(LENGTH)]} for start in starts]
        (place / "data" / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return place


def words(tiny: Path, place: Path, **settings: object) -> list[str]:
    """The command's words, for settings by name."""
    told = {
        "model": tiny / "base",
        "data": tiny / "data",
        "output": place / "output",
        "checkpoints": place / "checkpoints",
        "rank": 4,
        "alpha": 8,
        "epochs": 4,
        "batch_size": 4,
        "learning_rate": 0.01,
        "checkpoint_every": 4,
        "dropout": 0.1,
        "quantise": "none",
        **settings,
    }
    flags = []
    for key, value in told.items():
        flag = "--" + key.replace("_", "-")
        flags += [flag] if value is True else [flag, str(value)]
    return flags


@pytest.fixture
def finetune(tiny: Path, tmp_path: Path) -> Finetune:
    """`finetune(epochs=1)` runs the command in this process, in the test's own folder, and answers its exit code."""

    def run(place: Path = tmp_path, **settings: object) -> int:
        return main(words(tiny, place, **settings))

    return run


@pytest.fixture
def started(tiny: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """The same in a process of its own, which can be killed."""

    def run(place: Path = tmp_path, **settings: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "verdazure_jobs.finetune", *words(tiny, place, **settings)]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        )

    return run
