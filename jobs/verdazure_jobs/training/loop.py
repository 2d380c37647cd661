"""Step by step, until it is done, learns no more, is interrupted, or has drawn what it may.

The next step depends only on the checkpoint and on the settings: a run that was interrupted ends with the weights of
one that was not.
"""

import json
import math
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

import torch

from verdazure_jobs.training import checkpoints, learner, texts
from verdazure_jobs.training.checkpoints import Checkpoint, Progress, Weights
from verdazure_jobs.training.energy import LOG, Meter
from verdazure_jobs.training.settings import Settings


class End(str, Enum):
    """Why it ended, and the exit code of the command."""

    DONE = "done"
    LEARNS_NO_MORE = "learns no more"
    INTERRUPTED = "interrupted"
    OUT_OF_ENERGY = "out of energy"

    @property
    def exit_code(self) -> int:
        """75 asks for another attempt (EX_TEMPFAIL of sysexits.h), 3 for a larger budget."""
        return {End.INTERRUPTED: 75, End.OUT_OF_ENERGY: 3}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a training."""

    end: End
    progress: Progress
    total_steps: int
    learning_weights: int
    all_weights: int


@dataclass(slots=True)
class _Run:
    settings: Settings
    model: torch.nn.Module
    optimiser: torch.optim.Optimizer
    train: list[texts.Tokens]
    validation: list[texts.Tokens]
    progress: Progress
    best: Weights | None
    meter: Meter

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
        run.progress = replace(run.progress, kwh=run.meter.read(run.progress.step).total_kwh)
        _save(run)
    finally:
        run.meter.close()
    if run.best is not None:
        learner.put(run.model, run.best)
    counted = [weight.numel() for weight in learner.learning(run.model).values()]
    outcome = Outcome(
        end, run.progress, run.total_steps, sum(counted), sum(weight.numel() for weight in run.model.parameters())
    )
    (settings.checkpoints / "run.json").write_text(json.dumps(asdict(outcome), indent=2))
    return run.model, outcome


def _prepare(settings: Settings) -> _Run:
    torch.use_deterministic_algorithms(True, warn_only=True)
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    tokeniser = learner.tokeniser_of(settings.model)
    train, validation = (
        texts.read(settings.data / f"{part}.jsonl", settings.max_tokens, tokeniser) for part in ("train", "validation")
    )
    kept = checkpoints.newest(settings.checkpoints, settings.fingerprint) if settings.resume == "auto" else None
    model = learner.load(settings)
    optimiser = torch.optim.AdamW(learner.learning(model).values(), lr=settings.learning_rate)
    _seed(settings.seed)
    if kept is not None:
        learner.put(model, kept.weights)
        optimiser.load_state_dict(kept.optimiser)
        _restore(kept.random)
    progress = kept.progress if kept else Progress()
    meter = Meter(settings.checkpoints / LOG, progress.kwh, settings.carbon_intensity)
    return _Run(settings, model, optimiser, train, validation, progress, kept.best if kept else None, meter)


def _steps(run: _Run, interrupted: list[int]) -> End:
    settings = run.settings
    evaluate_every = settings.evaluate_every or run.epoch_steps
    while run.progress.step < run.total_steps:
        if run.progress.without_gain >= settings.patience:
            return End.LEARNS_NO_MORE
        _learn(run)
        step = run.progress.step + 1
        run.progress = replace(run.progress, step=step)
        if step % evaluate_every == 0 or step == run.total_steps:
            _evaluate(run)
        if step % settings.checkpoint_every == 0 or interrupted:
            run.progress = replace(run.progress, kwh=run.meter.read(step).total_kwh)
            _save(run)
        if interrupted:
            return End.INTERRUPTED
        if run.progress.kwh >= settings.energy_budget_kwh:
            return End.OUT_OF_ENERGY
    return End.DONE


def _learn(run: _Run) -> None:
    step, settings = run.progress.step, run.settings
    share = 0.5 * (1 + math.cos(math.pi * step / run.total_steps))
    for group in run.optimiser.param_groups:
        group["lr"] = settings.learning_rate * share
    run.model.train()
    batch = _placed(texts.batch_at(run.train, step, settings.batch_size, settings.seed))
    with _mixed(settings):
        loss = run.model(**batch).loss
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(learner.learning(run.model).values(), 1.0)
    run.optimiser.step()


def _evaluate(run: _Run) -> None:
    loss = validation_loss(run.model, run.validation, run.settings)
    best = run.progress.best_loss
    if best is None or loss < best - run.settings.min_delta:
        run.best = learner.weights(run.model)
        run.progress = replace(run.progress, best_loss=loss, without_gain=0)
    else:
        run.progress = replace(run.progress, without_gain=run.progress.without_gain + 1)


def validation_loss(model: torch.nn.Module, validation: list[texts.Tokens], settings: Settings) -> float:
    """Mean over all next tokens, nats. Draws nothing at random: the next step is the same with and without it."""
    model.eval()
    lost, counted = 0.0, 0
    with torch.no_grad(), _mixed(settings):
        for batch in texts.batches(validation, settings.batch_size):
            tokens = int((batch["labels"][:, 1:] != texts.IGNORED).sum())
            lost += float(model(**_placed(batch)).loss) * tokens
            counted += tokens
    return lost / counted


def _save(run: _Run) -> None:
    state = Checkpoint(run.progress, learner.weights(run.model), run.best, run.optimiser.state_dict(), _random())
    checkpoints.save(run.settings.checkpoints, state, run.settings.fingerprint)


def _mixed(settings: Settings) -> Any:
    kind = learner.precision(settings)
    return nullcontext() if kind is None else torch.autocast(learner.device().type, dtype=kind)


def _placed(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.to(learner.device()) for name, tensor in batch.items()}


def _seed(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)


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
