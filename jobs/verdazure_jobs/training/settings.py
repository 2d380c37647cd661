"""What the command line says, checked: one clear error (what, where, allowed, fix) and nothing begun."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

UNKNOWN = "unknown"


class SettingsError(ValueError):
    """A setting that means nothing, or that takes a justification."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One fine-tuning. Raises `SettingsError`."""

    model: Path
    """Folder of the base model, as `save_pretrained` writes it; with `from_scratch` its `config.json` is enough."""
    data: Path
    """Folder with `train.jsonl` and `validation.jsonl`: `{"text": ...}` or `{"input_ids": [...]}` a line."""
    output: Path
    checkpoints: Path
    resume: str = "auto"
    """`auto` goes on from the newest whole checkpoint, `never` begins anew."""
    method: str = "lora"
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    epochs: int = 3
    learning_rate: float = 2e-4
    batch_size: int = 8
    max_tokens: int = 512
    """Of a text; what is longer is cut."""
    seed: int = 0
    precision: str = "auto"
    """`auto` is bf16 where the device computes with it, else fp32."""
    gradient_checkpointing: bool = True
    checkpoint_every: int = 50
    """Steps."""
    evaluate_every: int = 0
    """Steps; 0 for the end of each epoch."""
    patience: int = 2
    min_delta: float = 0.001
    energy_budget_kwh: float | None = None
    """Over all interruptions, looked at with each checkpoint; None for no bound."""
    carbon_intensity: float | None = None
    """gCO2e/kWh; None for unknown."""
    prune: float = 0.0
    """Share of each layer's weights that become 0, 0 to below 1."""
    quantise: str = "int8"
    tolerance: float = 0.05
    """Mean difference of the log-probability of each next token, nats, that pruning or quantising may make."""
    from_scratch: bool = False
    justification: str = ""

    def __post_init__(self) -> None:
        for key, allowed in CHOICES.items():
            if getattr(self, key) not in allowed:
                raise _wrong(key, getattr(self, key), ", ".join(allowed), f"such as {allowed[0]}")
        for key in ("rank", "alpha", "epochs", "batch_size", "checkpoint_every", "patience"):
            if getattr(self, key) < 1:
                raise _wrong(key, getattr(self, key), "a whole number, at least 1", "raise it")
        if self.max_tokens < 2:
            raise _wrong("max_tokens", self.max_tokens, "at least 2: a token and the next one", "raise it")
        for key in ("learning_rate", "energy_budget_kwh", "tolerance"):
            value = getattr(self, key)
            if value is not None and not 0 < value < math.inf:
                raise _wrong(key, value, "above 0", "raise it")
        for key in ("dropout", "prune"):
            if not 0 <= getattr(self, key) < 1:
                raise _wrong(key, getattr(self, key), "0 to below 1", "give a share")
        self._check_waste()

    def _check_waste(self) -> None:
        if self.from_scratch and self.method != "full":
            raise _wrong("method", self.method, "full, from scratch: there is no base to adapt", "give --method full")
        if self.from_scratch and not self.justification.strip():
            fix = "fine-tune the base model, or say in --justification why its weights are of no use"
            raise _wrong("justification", "", "a reason, from scratch", fix)

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What a checkpoint must have been made with, so that going on from it is the same training."""
        return {key: value for key, value in asdict(self).items() if key not in _FREE}

    @property
    def told(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self).items()}


_WHERE = ("model", "data", "output", "checkpoints")
_BOUNDS = ("resume", "energy_budget_kwh", "carbon_intensity", "checkpoint_every", "justification")
_AFTERWARDS = ("prune", "quantise", "tolerance")
_FREE = (*_WHERE, *_BOUNDS, *_AFTERWARDS)
"""What may change between attempts."""

CHOICES = {
    "resume": ("auto", "never"),
    "method": ("lora", "qlora", "full"),
    "precision": ("auto", "bf16", "fp32"),
    "quantise": ("int8", "none"),
}


def parse(words: Sequence[str]) -> Settings:
    """Raises `SettingsError`, and `SystemExit` as argparse does for words that it does not know."""
    return Settings(**vars(_parser().parse_args(words)))


def _wrong(key: str, value: object, allowed: str, fix: str) -> SettingsError:
    flag = "--" + key.replace("_", "-")
    return SettingsError(f"{flag} is {value!r}. Allowed: {allowed}. Fix: {fix}.")


def _intensity(text: str) -> float | None:
    if text == UNKNOWN:
        return None
    value = float(text)
    if not value >= 0:
        raise ValueError(text)
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verdazure_jobs.finetune",
        description="Fine-tunes a causal language model: resumes, keeps to an energy budget, hands over a small model.",
        allow_abbrev=False,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    for key, told in _PATHS.items():
        add(f"--{key}", type=Path, required=True, help=told)
    for key, (kind, told) in _NUMBERS.items():
        add("--" + key.replace("_", "-"), type=kind, default=Settings.__dataclass_fields__[key].default, help=told)
    for key, allowed in CHOICES.items():
        add(f"--{key}", choices=allowed, default=Settings.__dataclass_fields__[key].default)
    add("--carbon-intensity", type=_intensity, default=None, help=f"gCO2e/kWh of the grid, or {UNKNOWN}")
    add("--gradient-checkpointing", action=argparse.BooleanOptionalAction, default=True, help="less memory, more time")
    add("--from-scratch", action="store_true", help="random weights; takes --method full and --justification")
    add("--justification", default="", help="why it is trained from scratch")
    return parser


_PATHS = {
    "model": "folder of the base model",
    "data": "folder with train.jsonl and validation.jsonl",
    "output": "folder that receives the finished model",
    "checkpoints": "folder that survives the node: a mounted output",
}
_NUMBERS: dict[str, tuple[type, str]] = {
    "rank": (int, "rank of the adapters"),
    "alpha": (int, "scale of the adapters"),
    "dropout": (float, "of the adapters' inputs"),
    "epochs": (int, "most passes over the data"),
    "learning_rate": (float, "at the start; falls to 0 along a cosine"),
    "batch_size": (int, "texts a step"),
    "max_tokens": (int, "of a text; what is longer is cut"),
    "seed": (int, "of the order, the adapters and the dropout"),
    "checkpoint_every": (int, "steps"),
    "evaluate_every": (int, "steps; 0 for the end of each epoch"),
    "patience": (int, "evaluations without an improvement before it ends"),
    "min_delta": (float, "least fall of the validation loss that is an improvement"),
    "energy_budget_kwh": (float, "energy, kWh, over all interruptions, after which it saves and ends"),
    "prune": (float, "share of weights that become 0"),
    "tolerance": (float, "mean difference of log-probabilities, nats, that pruning or quantising may make"),
}
