"""Step by step, until it is done, learns no more, is interrupted, or has drawn what it may.

The next step depends only on the checkpoint and on the settings: a run that was interrupted ends with the weights of
one that was not.
"""

import json
import math
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import torch

from verdazure_jobs.training import checkpoints, learner, texts
from verdazure_jobs.training.checkpoints import Checkpoint, Progress, Weights
from verdazure_jobs.training.energy import LOG, Meter
from verdazure_jobs.training.settings import Settings
from verdazure_jobs.training.texts import Tokens


class End(str, Enum):
    """Why it ended, and the exit code of the command."""

    DONE = "done"
    LEARNS_NO_MORE = "learns no more"
    INTERRUPTED = "interrupted"
    OUT_OF_ENERGY = "out of energy"
    ENERGY_UNKNOWN = "energy unknown"

    @property
    def exit_code(self) -> int:
        """75 asks for another attempt (EX_TEMPFAIL of sysexits.h), 3 for a larger budget, 4 for none."""
        return {End.INTERRUPTED: 75, End.OUT_OF_ENERGY: 3, End.ENERGY_UNKNOWN: 4}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a training."""

    end: End
    progress: Progress
    total_steps: int
    learning_weights: int
    all_weights: int
    grams_co2e: float | None
    """None where the energy or the grid's intensity is unknown."""
    settings: dict[str, Any]


@dataclass(slots=True)
class _Run:
    settings: Settings
    fingerprint: dict[str, Any]
    model: torch.nn.Module
    optimiser: torch.optim.Optimizer
    train: list[Tokens]
    validation: list[Tokens]
    progress: Progress
    best: Weights | None
    meter: Meter
    saved: int
    """Step of the newest checkpoint; 0 for none."""

    @property
    def epoch_steps(self) -> int:
        return texts.steps_of(len(self.train), self.settings.batch_size)

    @property
    def total_steps(self) -> int:
        return self.epoch_steps * self.settings.epochs


def train(settings: Settings) -> tuple[torch.nn.Module, Outcome]:
    """The model with its best weights, and what became of the training."""
    run = _prepare(settings)
    try:
        with _interruption() as interrupted:
            end = _steps(run, interrupted)
        _save(run)
    finally:
        run.meter.close()
    if run.best is not None:
        learner.put(run.model, run.best)
    outcome = _outcome(run, end)
    (settings.checkpoints / "run.json").write_text(json.dumps(asdict(outcome), indent=2))
    return run.model, outcome


def _outcome(run: _Run, end: End) -> Outcome:
    return Outcome(
        end,
        run.progress,
        run.total_steps,
        learning_weights=sum(weight.numel() for weight in learner.learning(run.model).values()),
        all_weights=sum(weight.numel() for weight in run.model.parameters()),
        grams_co2e=run.meter.grams_co2e,
        settings=run.settings.told,
    )


def _prepare(settings: Settings) -> _Run:
    torch.use_deterministic_algorithms(True, warn_only=True)
    train, validation = _texts(settings)
    learner.check_files(settings)
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    fingerprint = {**settings.fingerprint, **_sources(settings)}
    if settings.resume == "never":
        _forget(settings.checkpoints)
    kept = checkpoints.newest(settings.checkpoints, fingerprint)
    model = learner.load(settings)
    texts.check_vocabulary([*train, *validation], model.config.vocab_size)
    optimiser = torch.optim.AdamW(learner.learning(model).values(), lr=settings.learning_rate)
    torch.manual_seed(settings.seed)
    if kept is not None:
        learner.put(model, kept.weights)
        optimiser.load_state_dict(kept.optimiser)
        _restore(kept.random)
    progress, best, saved = (kept.progress, kept.best, kept.progress.step) if kept else (Progress(), None, 0)
    meter = Meter(settings.checkpoints / LOG, progress.kwh, settings.carbon_intensity)
    return _Run(settings, fingerprint, model, optimiser, train, validation, progress, best, meter, saved)


def _texts(settings: Settings) -> tuple[list[Tokens], list[Tokens]]:
    tokeniser = learner.tokeniser_of(settings.model)
    train, validation = (
        texts.read(settings.data / f"{part}.jsonl", settings.max_tokens, tokeniser) for part in ("train", "validation")
    )
    return train, validation


def _sources(settings: Settings) -> dict[str, str]:
    """What a mount's path, which changes with each attempt, does not say: the same model and the same texts."""
    weights = [] if settings.from_scratch else sorted(settings.model.glob("*.safetensors"))
    return {
        "model": checkpoints.digest(settings.model / "config.json", *weights),
        "data": checkpoints.digest(settings.data / "train.jsonl", settings.data / "validation.jsonl"),
    }


def _forget(folder: Path) -> None:
    """A training that begins anew must not be overtaken by the checkpoints of the one before."""
    for place in folder.glob("step-*"):
        shutil.rmtree(place)
    (folder / LOG).unlink(missing_ok=True)


def _steps(run: _Run, interrupted: list[int]) -> End:
    """What is due at a step comes at the head of the turn, so that a resumed run catches up on it."""
    while True:
        if _evaluation_is_due(run):
            _evaluate(run, interrupted)
        if run.progress.step % run.settings.checkpoint_every == 0:
            _save(run)
        end = _end(run, interrupted)
        if end is not None:
            return end
        _learn(run)
        run.progress = replace(run.progress, step=run.progress.step + 1)


def _end(run: _Run, interrupted: list[int]) -> End | None:
    """Why there is no next step; None if there is one."""
    progress, settings = run.progress, run.settings
    if interrupted:
        return End.INTERRUPTED
    if progress.step >= run.total_steps:
        return End.DONE
    if progress.without_gain >= settings.patience:
        return End.LEARNS_NO_MORE
    if settings.energy_budget_kwh is None:
        return None
    if progress.kwh is None:
        return End.ENERGY_UNKNOWN
    return End.OUT_OF_ENERGY if progress.kwh >= settings.energy_budget_kwh else None


def _learn(run: _Run) -> None:
    step, settings = run.progress.step, run.settings
    share = 0.5 * (1 + math.cos(math.pi * step / run.total_steps))
    for group in run.optimiser.param_groups:
        group["lr"] = settings.learning_rate * share
    run.model.train()
    batch = _placed(texts.batch_at(run.train, step, settings.batch_size, settings.seed))
    with _mixed(settings):
        loss = run.model(**batch, use_cache=False).loss
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learner.learning(run.model).values(), 1.0)
    run.optimiser.step()


def _evaluation_is_due(run: _Run) -> bool:
    step, every = run.progress.step, run.settings.evaluate_every or run.epoch_steps
    last = run.progress.evaluations[-1][0] if run.progress.evaluations else 0
    return step > last and (step % every == 0 or step == run.total_steps)


def _evaluate(run: _Run, interrupted: list[int]) -> None:
    loss = validation_loss(run.model, run.validation, run.settings, interrupted)
    if loss is None:
        return
    progress = replace(run.progress, evaluations=(*run.progress.evaluations, (run.progress.step, loss)))
    if progress.best_loss is None or loss < progress.best_loss - run.settings.min_delta:
        run.best = learner.weights(run.model)
        run.progress = replace(progress, best_loss=loss, without_gain=0)
    else:
        run.progress = replace(progress, without_gain=progress.without_gain + 1)


def validation_loss(
    model: torch.nn.Module, validation: list[Tokens], settings: Settings, interrupted: list[int]
) -> float | None:
    """Mean over all next tokens, nats; None if it is interrupted.

    Draws nothing at random: the next step is the same with and without it.
    """
    model.eval()
    lost, counted = 0.0, 0
    with torch.no_grad(), _mixed(settings):
        for batch in texts.batches(validation, settings.batch_size):
            if interrupted:
                return None
            tokens = int((batch["labels"][:, 1:] != texts.IGNORED).sum())
            lost += float(model(**_placed(batch), use_cache=False).loss) * tokens
            counted += tokens
    return lost / counted


def _save(run: _Run) -> None:
    step = run.progress.step
    if run.saved == step:
        return
    run.progress = replace(run.progress, kwh=run.meter.read(step).total_kwh)
    state = Checkpoint(run.progress, learner.weights(run.model), run.best, run.optimiser.state_dict(), _random())
    checkpoints.save(run.settings.checkpoints, state, run.fingerprint)
    run.saved = step


def _mixed(settings: Settings) -> Any:
    kind = learner.precision(settings)
    return nullcontext() if kind is None else torch.autocast(learner.device().type, dtype=kind)


def _placed(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.to(learner.device()) for name, tensor in batch.items()}


def _random() -> dict[str, Any]:
    return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []}


def _restore(state: dict[str, Any]) -> None:
    torch.set_rng_state(state["cpu"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


@contextmanager
def _interruption() -> Iterator[list[int]]:
    """A list that holds the signal once one came: Azure ends a node with SIGTERM and half a minute."""
    came: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: came.append(number)) for each in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield came
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
