"""Progress that survives the loss of a node: whole or not there, and nothing runs when it is read.

A checkpoint is a folder whose last file lists the SHA-256 of the others. A mounted blob container renames no folder at
once, so that the list, not a rename, tells a whole checkpoint from a torn one.
"""

import hashlib
import json
import os
import pickle
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

KEPT = 2
_LIST, _PROGRESS, _WEIGHTS, _BEST, _STATE = (
    "files.json",
    "progress.json",
    "weights.safetensors",
    "best.safetensors",
    "state.pt",
)
Weights = dict[str, torch.Tensor]


class NotOurs(ValueError):
    """A checkpoint of another training lies in the folder, or one that would run something."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is."""

    step: int = 0
    """Steps done."""
    kwh: float | None = 0.0
    """Energy of all attempts, up to this checkpoint; None if any of it is unknown."""
    best_loss: float | None = None
    """Lowest validation loss, nats a token; None before the first evaluation."""
    without_gain: int = 0
    """Evaluations since then."""
    evaluations: tuple[tuple[int, float], ...] = ()
    """Step and validation loss of each."""
    resumed: int = 0
    """How often it went on after an interruption."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything that the next step depends on."""

    progress: Progress
    weights: Weights
    """Those that learn."""
    best: Weights | None
    """Those of the lowest validation loss."""
    optimiser: dict[str, Any]
    random: dict[str, Any]
    """States of the generators, by device."""


def save(folder: Path, checkpoint: Checkpoint, fingerprint: dict[str, Any]) -> Path:
    """Writes a checkpoint and drops all but the newest whole ones."""
    place = folder / f"step-{checkpoint.progress.step:09d}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    save_file(_plain(checkpoint.weights), place / _WEIGHTS)
    if checkpoint.best is not None:
        save_file(_plain(checkpoint.best), place / _BEST)
    torch.save({"optimiser": checkpoint.optimiser, "random": checkpoint.random}, place / _STATE)
    told = {"progress": asdict(checkpoint.progress), "settings": fingerprint}
    (place / _PROGRESS).write_text(json.dumps(told, indent=2))
    listed = {file.name: _sha256(file) for file in sorted(place.iterdir())}
    for name in listed:
        _flush(place / name)
    (place / _LIST).write_text(json.dumps(listed, indent=2))
    _flush(place / _LIST)
    for old in _whole(folder)[:-KEPT]:
        shutil.rmtree(old)
    return place


def newest(folder: Path, fingerprint: dict[str, Any]) -> Checkpoint | None:
    """The newest whole checkpoint; torn ones are passed over. Raises `NotOurs`."""
    found = _whole(folder)
    if not found:
        return None
    place = found[-1]
    told = json.loads((place / _PROGRESS).read_text())
    if told["settings"] != fingerprint:
        changed = sorted(key for key in fingerprint if told["settings"].get(key) != fingerprint[key])
        raise NotOurs(
            f"{place} was made with another {', '.join(changed)}. Fix: take a new --checkpoints folder for a new "
            "training, or the settings that it was made with."
        )
    state = _state(place / _STATE)
    evaluations = tuple((step, loss) for step, loss in told["progress"].pop("evaluations"))
    progress = Progress(**told["progress"], evaluations=evaluations)
    return Checkpoint(
        progress=replace(progress, resumed=progress.resumed + 1),
        weights=load_file(place / _WEIGHTS),
        best=load_file(place / _BEST) if (place / _BEST).exists() else None,
        optimiser=state["optimiser"],
        random=state["random"],
    )


def _state(file: Path) -> dict[str, Any]:
    """Tensors and plain values alone: a pickle of anything else is refused, not run."""
    try:
        state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise NotOurs(
            f"{file} holds more than numbers; nothing of it was run. Fix: find out who wrote it, and take a new "
            "--checkpoints folder."
        ) from None
    return state


def digest(*files: Path) -> str:
    """One SHA-256 over the names and contents of all."""
    return hashlib.sha256("".join(f"{file.name} {_sha256(file)}\n" for file in files).encode()).hexdigest()


def _whole(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(place for place in folder.glob("step-*") if _is_whole(place)) if folder.is_dir() else []


def _is_whole(place: Path) -> bool:
    try:
        listed = json.loads((place / _LIST).read_text())
        return all(_sha256(place / name) == digest for name, digest in listed.items())
    except (OSError, ValueError, AttributeError):
        return False


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(weights: Weights) -> Weights:
    """Copies of their own: tensors that share memory cannot be saved."""
    return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in weights.items()}
