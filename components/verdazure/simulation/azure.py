"""An Azure of plain documents: it speaks as `verdazure.arm.Arm` does, and its jobs work while its clock runs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from verdazure.simulation.places import deployment, model_schedule, origin, profile, setting, workspace
from verdazure.simulation.scenario import DailyJob, Model, Scenario
from verdazure.training.live import PROPERTY, LivePlan
from verdazure.training.timing import Every, Timing, TimingMode


class SimulatedAzure:
    """Of one scenario."""

    answered: datetime | None = None

    def __init__(self, scenario: Scenario) -> None:
        self.now = scenario.start
        self._scenario = scenario
        self._documents: dict[str, dict[str, Any]] = {}
        self._schedules: list[dict[str, Any]] = []
        self._work: dict[str, float] = {}
        """Hours that are left, by run."""
        for name, job in scenario.jobs.items():
            self._schedules.append(_schedule(name, job, TimingMode.LIVE))
        for name, model in scenario.models.items():
            self._schedules.append(_schedule(model_schedule(name), model, TimingMode.DRIFT))
            self._documents[f"{workspace()}/schedules/{model_schedule(name)}"] = self._schedules[-1]
            self._register(name, scenario.start - timedelta(days=30))
        for name, service in scenario.services.items():
            capacity = {"minimum": str(service.floor), "maximum": str(service.ceiling)}
            load = {"name": "load", "capacity": {**capacity, "default": str(service.floor)}, "rules": []}
            self._documents[setting(name)] = {"properties": {"profiles": [load]}}
        for name, route in scenario.routes.items():
            for key in route.origins:
                weight = nearest_first(route.origins, _hourly(route.load, self.now), route.residency)[key]
                state = {"weight": max(weight, 1), "enabledState": "Enabled", "hostName": key}
                self._documents[origin(name, key)] = {"properties": state}

    # As Arm

    def read(self, path: str, api_version: str, **parameters: str) -> Mapping[str, Any]:
        """A document, a metric or the newest version of a model."""
        if path.endswith("/providers/Microsoft.Insights/metrics"):
            return self._metric(path.removesuffix("/providers/Microsoft.Insights/metrics"), parameters["metricnames"])
        if path.endswith("/versions"):
            return {"value": [self._documents[path]]}
        return self._documents[path]

    def read_all(self, path: str, api_version: str) -> Iterator[Mapping[str, Any]]:
        """The schedules."""
        return iter(self._schedules)

    def find(self, path: str, api_version: str) -> Mapping[str, Any] | None:
        """A job, if it is there."""
        return self._documents.get(path)

    def put(self, path: str, api_version: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """A job starts; a setting is replaced."""
        if "/jobs/" in path:
            body = {"properties": {"status": "Running"}}
        self._documents[path] = dict(body)
        return body

    def patch(self, path: str, api_version: str, body: Mapping[str, Any]) -> None:
        """An origin's weight."""
        self._documents[path]["properties"].update(body["properties"])

    def act(self, path: str, api_version: str) -> None:
        """A job is cancelled."""
        self._documents[path.removesuffix("/cancel")]["properties"]["status"] = "Canceled"

    # Time

    def pass_time(self, span: timedelta) -> dict[str, float]:
        """Hours that each schedule's run worked."""
        worked: dict[str, float] = {}
        for path, document in self._documents.items():
            if "/jobs/" not in path or document["properties"]["status"] != "Running":
                continue
            schedule, run = self._run_of(path)
            left = self._work.setdefault(run, self._planned(schedule))
            hours = min(left, span / timedelta(hours=1))
            self._work[run] = left - hours
            worked[schedule] = worked.get(schedule, 0.0) + hours
            if self._work[run] < 1e-9:
                document["properties"]["status"] = "Completed"
                if schedule not in self._scenario.jobs:
                    self._register(schedule.removesuffix("-training"), self.now + span)
        self.now += span
        return worked

    def runs_left(self) -> Mapping[str, float]:
        """Hours of work that runs have not done yet, by run."""
        return {run: left for run, left in self._work.items() if left >= 1e-9}

    def most_instances(self, name: str) -> int:
        """That a service may have now: the controller's profile goes before."""
        profiles = self._documents[setting(name)]["properties"]["profiles"]
        chosen = next((each for each in profiles if "fixedDate" in each), profiles[0])
        return int(chosen["capacity"]["maximum"])

    def weights(self, route: str) -> dict[str, int]:
        """Of its origins."""
        found = {key: self._documents[origin(route, key)]["properties"] for key in self._scenario.routes[route].origins}
        return {key: each["weight"] if each["enabledState"] == "Enabled" else 0 for key, each in found.items()}

    def _metric(self, resource: str, name: str) -> Mapping[str, Any]:
        for service, described in self._scenario.services.items():
            if resource == deployment(service):
                return _series({"": {"average": _hourly(described.load, self.now)}})
        for route, routed in self._scenario.routes.items():
            if resource == profile(route):
                load, weights = _hourly(routed.load, self.now), self.weights(route)
                total = sum(weights.values())
                points = {
                    "OriginRequestCount": {key: {"total": 60 * load * weights[key] / total} for key in weights},
                    "OriginHealthPercentage": {key: {"average": 100.0} for key in weights},
                    "OriginLatency": {key: {"average": each.latency_ms} for key, each in routed.origins.items()},
                }
                return _series(points[name])
        return _series({})

    def _register(self, model: str, at: datetime) -> None:
        self._documents[f"{workspace()}/models/{model}/versions"] = {
            "systemData": {"createdAt": at.isoformat()},
            "properties": {},
        }

    def _planned(self, schedule: str) -> float:
        job = self._scenario.jobs.get(schedule)
        return job.hours if job else self._scenario.models[schedule.removesuffix("-training")].hours

    @staticmethod
    def _run_of(path: str) -> tuple[str, str]:
        """Schedule and run of a leg: `train`, `train-20260302T0000` of `train-20260302T0000-2`."""
        leg = path.rpartition("/")[2]
        run = leg[: leg.index("T0000") + 5]
        return run[: -len("-20260302T0000")], run


def nearest_first(origins: Mapping[str, Any], load: float, residency: str | None) -> dict[str, int]:
    """Whole per cent by origin: what latency alone would do, within capacity and residency."""
    from verdazure import facts

    left, shares = 100.0, dict.fromkeys(origins, 0)
    for key in sorted(origins, key=lambda each: origins[each].latency_ms):
        if residency is None or residency in facts.region(origins[key].region).residencies:
            shares[key] = int(min(left, 100 * origins[key].requests_per_second / load if load else left))
            left -= shares[key]
    last = max(shares, key=lambda key: shares[key])
    shares[last] += 100 - sum(shares.values())
    return shares


def _hourly(day: tuple[float, ...], now: datetime) -> float:
    return day[now.hour]


def _schedule(name: str, job: DailyJob | Model, mode: TimingMode) -> dict[str, Any]:
    timing = Timing(mode=mode, every=Every.DAY, hours=job.hours, within_hours=job.within_hours, watts=job.watts)
    plan = LivePlan(region=job.region, timing=timing, resumable=True).write()
    return {"name": name, "properties": {"properties": {PROPERTY: plan}, "action": {"jobDefinition": {}}}}


def _series(values: Mapping[str, Mapping[str, float]]) -> Mapping[str, Any]:
    """Ten minutes of the same."""
    return {
        "value": [
            {
                "timeseries": [
                    {"metadatavalues": [{"name": {"value": "Origin"}, "value": key}], "data": [point] * 10}
                    for key, point in values.items()
                ]
            }
        ]
    }
