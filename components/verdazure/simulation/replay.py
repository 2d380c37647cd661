"""Rounds after rounds of the controller itself, and what came of it beside naive and optimum.

Naive starts each job at once, keeps no cap, sends requests to the nearest region and trains each model again weekly.
The optimum knows the trace: jobs pause at will and share no places, requests go anywhere within capacity at once. For
services there is none to be named: what a cap holds back is not served at that time.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]

from verdazure import facts
from verdazure.arm import Arm
from verdazure.carbon.drift import Observed
from verdazure.carbon.quantities import Energy, Intensity, Power
from verdazure.carbon.scheduling import Job, capacity_bounds, contiguous, interruptible
from verdazure.carbon.series import Quality, Series
from verdazure.controller.records import Decision
from verdazure.controller.rounds import decide_round
from verdazure.simulation.azure import SimulatedAzure, nearest_first
from verdazure.simulation.places import model_schedule
from verdazure.simulation.scenario import DailyJob, Model, Scenario

Traces = Mapping[str, Series]
"""Intensities by region, from the scenario's start to two days after its end."""
AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one target, kgCO2e."""

    loop: str
    target: str
    naive: float
    did: float
    optimum: float | None
    """None where there is none to be named."""
    note: str = ""
    summed: bool = True
    """Whether what is saved is saved for good: what a cap holds back is served, and emitted, later."""

    @property
    def saved(self) -> float:
        """Share of naive."""
        return 1 - self.did / self.naive if self.naive else 0.0

    @property
    def possible(self) -> float | None:
        """Share of naive that the optimum would have saved."""
        return None if self.optimum is None or not self.naive else 1 - self.optimum / self.naive


@dataclass
class Replay:
    """What a replay gives."""

    outcomes: list[Outcome]
    decisions: list[Decision]
    hours: list[datetime] = field(default_factory=list)
    emitted: dict[str, list[float]] = field(default_factory=dict)
    """kgCO2e an hour by target, round by round."""
    naively: dict[str, list[float]] = field(default_factory=dict)


class _Notes:
    """Memory and turn."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Mapping[str, Any]] = {}

    def recall(self, loop: str, target: str) -> Mapping[str, Any]:
        return self._kept.get((loop, target), {})

    def keep(self, loop: str, target: str, document: Mapping[str, Any]) -> None:
        self._kept[loop, target] = document

    def check(self) -> None:
        """Nobody else acts here."""


def replay(scenario: Scenario, traces: Traces, wrong_by: float = 0.0, seed: int = 1) -> Replay:
    """Plays the scenario. Forecasts are the trace, wrong by that share (a standard deviation, more the further ahead).

    Raises `Gap` where the trace does not reach two days beyond the end.
    """
    azure, notes, steering = SimulatedAzure(scenario), _Notes(), scenario.steering()
    step = timedelta(minutes=scenario.every_minutes)
    made = Replay([], [])
    book = _Book(scenario, traces, made)
    while azure.now < scenario.end:
        ask = _forecaster(traces, azure.now, wrong_by, seed)
        # SimulatedAzure has Arm's methods and no network.
        made.decisions += decide_round(steering, cast(Arm, azure), notes, notes, ask, _signals(scenario), azure.now)
        began = azure.now
        serving = {name: book.instances(name, azure.most_instances(name), began) for name in scenario.services}
        weights = {name: azure.weights(name) for name in scenario.routes}
        worked = azure.pass_time(step)
        book.enter(began, step, worked, serving, weights)
    made.outcomes += book.outcomes(azure)
    return made


def _forecaster(traces: Traces, now: datetime, wrong_by: float, seed: int) -> Callable[[str, timedelta], Series]:
    def forecast(region: str, ahead: timedelta) -> Series:
        known = traces[region].between(now, now + ahead)
        if not wrong_by:
            return known
        generator = np.random.default_rng([seed, int(now.timestamp()), sum(region.encode())])
        grows = np.sqrt(np.arange(known.values.size) / max(known.values.size - 1, 1))
        error = np.exp(generator.normal(0.0, wrong_by, known.values.size) * grows)
        return Series(known.origin, known.start, known.step, known.values * error, Quality.FORECAST)

    return forecast


def _signals(scenario: Scenario) -> Callable[[str, str, datetime, datetime], Sequence[Observed]]:
    def windows(workspace: str, model: str, since: datetime, until: datetime) -> Sequence[Observed]:
        days = enumerate(scenario.models[model].psi, start=1)
        seen = [Observed(scenario.start + timedelta(days=day), psi) for day, psi in days]
        return [each for each in seen if since < each.ended <= until]

    return windows


class _Book:
    """Keeps account of what each target emitted."""

    def __init__(self, scenario: Scenario, traces: Traces, made: Replay) -> None:
        self._scenario, self._traces, self._made = scenario, traces, made
        self._bands = {name: each.bands() for name, each in scenario.steering().deployments.items()}
        self._did: dict[str, float] = {}
        self._naive: dict[str, float] = {}
        self._best: dict[str, float] = {}

    def instances(self, name: str, most: int, now: datetime) -> int:
        """That load alone would ask for, as far as the autoscaler lets it."""
        service = self._scenario.services[name]
        return min(most, capacity_bounds(self._bands[name], service.load[now.hour], None, None).most)

    def enter(
        self,
        began: datetime,
        step: timedelta,
        worked: Mapping[str, float],
        serving: Mapping[str, int],
        weights: Mapping[str, Mapping[str, int]],
    ) -> None:
        """One round's time."""
        hours = step / timedelta(hours=1)
        self._made.hours.append(began)
        jobs: dict[str, DailyJob | Model] = {**self._scenario.jobs, **self._scenario.models}
        for name, job in jobs.items():
            schedule = name if name in self._scenario.jobs else model_schedule(name)
            share = worked.get(schedule, 0.0) / hours
            kilograms = self._kilograms(job.region, began, job.watts * share, hours)
            self._did[name] = self._did.get(name, 0.0) + kilograms
            self._draw(name, kilograms / hours)
        for name, count in serving.items():
            service = self._scenario.services[name]
            unheld = self.instances(name, service.ceiling, began)
            each = self._kilograms(service.region, began, service.watts_per_instance, hours)
            self._did[name] = self._did.get(name, 0.0) + each * count
            self._naive[name] = self._naive.get(name, 0.0) + each * unheld
            self._draw(name, each * count / hours, each * unheld / hours)
        for name, shares in weights.items():
            self._route(name, shares, began, hours)

    def _route(self, name: str, shares: Mapping[str, int], began: datetime, hours: float) -> None:
        route = self._scenario.routes[name]
        load, total = route.load[began.hour], sum(shares.values())
        grams = {
            key: Energy.of_joules(each.joules_per_request).kwh * self._grams(each.region, began)
            for key, each in route.origins.items()
        }
        nearest = nearest_first(route.origins, load, route.residency)
        requests = load * 3600 * hours
        best = requests * self._cheapest(name, grams, load)
        did = requests * sum(grams[key] * share for key, share in shares.items()) / total / 1000
        naive = requests * sum(grams[key] * share for key, share in nearest.items()) / 100 / 1000
        self._did[name] = self._did.get(name, 0.0) + did
        self._naive[name] = self._naive.get(name, 0.0) + naive
        self._best[name] = self._best.get(name, 0.0) + best / 1000
        self._draw(name, did / hours, naive / hours)

    def _cheapest(self, name: str, grams: Mapping[str, float], load: float) -> float:
        """gCO2e a request at best."""
        route = self._scenario.routes[name]
        allowed = [
            key
            for key, each in route.origins.items()
            if route.residency is None or route.residency in facts.region(each.region).residencies
        ]
        limits = [(0, min(1, route.origins[key].requests_per_second / load) if load else 1) for key in allowed]
        solved = linprog([grams[key] for key in allowed], A_eq=[[1] * len(allowed)], b_eq=[1], bounds=limits)
        return float(solved.fun) if solved.success else math.nan

    def outcomes(self, azure: SimulatedAzure) -> list[Outcome]:
        """One a target."""
        found = [self._job(name, job, azure) for name, job in self._scenario.jobs.items()]
        found += [self._model(name, model) for name, model in self._scenario.models.items()]
        found += [
            Outcome("scale", name, self._naive[name], self._did[name], None, "held back, not in the sum", summed=False)
            for name in self._scenario.services
        ]
        found += [
            Outcome("route", name, self._naive[name], self._did[name], self._best[name])
            for name in self._scenario.routes
        ]
        return found

    def _job(self, name: str, job: DailyJob, azure: SimulatedAzure) -> Outcome:
        naive = best = 0.0
        for day in range(self._scenario.days):
            release = self._scenario.start + timedelta(days=day)
            planned = Job(Power(job.watts), job.hours, release, release + timedelta(hours=job.within_hours))
            plan = interruptible(planned, self._traces[job.region])
            naive, best = naive + plan.baseline.kilograms, best + plan.emissions.kilograms
        left = sum(hours for run, hours in azure.runs_left().items() if run.startswith(f"{name}-2"))
        note = f"{left:.1f} h not done" if left else "all in time"
        return Outcome("train", name, naive, self._did[name], best, note)

    def _model(self, name: str, model: Model) -> Outcome:
        """Naive trains at the start of each week; the optimum never does, where drift asks for nothing."""
        naive = best = 0.0
        for day in range(0, self._scenario.days, 7):
            release = self._scenario.start + timedelta(days=day)
            planned = Job(Power(model.watts), model.hours, release, release + timedelta(hours=model.within_hours))
            plan = contiguous(planned, self._traces[model.region])
            naive += plan.baseline.kilograms
        orders = [each for each in self._made.decisions if each.target == name and each.action.startswith("order ")]
        for each in orders:
            release = each.at.replace(hour=0, minute=0)
            deadline = release + timedelta(hours=model.within_hours)
            if each.at + timedelta(hours=model.hours) <= deadline:
                planned = Job(Power(model.watts), model.hours, each.at, deadline)
                best += interruptible(planned, self._traces[model.region]).emissions.kilograms
        return Outcome("retrain", name, naive, self._did[name], best, f"{len(orders)} trainings")

    def _grams(self, region: str, now: datetime) -> float:
        trace = self._traces[region]
        return float(trace.values[trace.index(now)])

    def _kilograms(self, region: str, now: datetime, watts: float, hours: float) -> float:
        return Power(watts).over(hours).at(Intensity(self._grams(region, now))).kilograms

    def _draw(self, name: str, did: float, naive: float | None = None) -> None:
        self._made.emitted.setdefault(name, []).append(did)
        if naive is not None:
            self._made.naively.setdefault(name, []).append(naive)
