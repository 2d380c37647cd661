"""One decision round of a fleet: 5,000 online deployments that scale, 10,000 pending jobs that share places.

Azure is a dictionary here: what is measured is the controller, not the network. In Azure a round is split into parts
that run beside one another, each waiting for its own answers. Run: python benchmarks/fleet.py [--rounds 100]
"""

import argparse
import gc
import json
import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from verdazure.carbon.series import Basis, Origin, Quality, Series, Signal
from verdazure.controller.rounds import decide_round
from verdazure.steering import Steering
from verdazure.training.live import PROPERTY, LivePlan
from verdazure.training.timing import Every, Timing, TimingMode

DEPLOYMENTS, JOBS, PLACES = 5_000, 10_000, 50
SECONDS = 10.0
START = datetime(2026, 3, 2, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
REGIONS = ("swedencentral", "germanywestcentral", "francecentral", "westeurope")
ROOT = "/subscriptions/0000/resourceGroups/ai/providers"
HOURLY = 250 + 150 * np.sin(np.arange(24 * 40) / 24 * 2 * np.pi)


def steering() -> Steering:
    deployments = {
        f"d{each}": {
            "deployment_id": f"{_workspace(0)}/onlineEndpoints/e{each}/deployments/d",
            "autoscale_setting_id": f"{ROOT}/Microsoft.Insights/autoscaleSettings/d{each}",
            "region": REGIONS[each % 4],
            "floor": 2,
            "ceiling": 10,
            "requests_per_minute": 100,
            "caps": [{"grams_per_kwh": 300, "instances": 4}],
            "urgent_share": 0.3,
            "watts_per_instance": 400,
        }
        for each in range(DEPLOYMENTS)
    }
    training = {
        f"w{each}": {"workspace_id": _workspace(each), "at_once": JOBS // PLACES // 4} for each in range(PLACES)
    }
    return Steering.model_validate({"deployments": deployments, "training": training})


def _workspace(place: int) -> str:
    return f"{ROOT}/Microsoft.MachineLearningServices/workspaces/w{place}"


class Azure:
    """Speaks as `verdazure.arm.Arm` does."""

    answered = None

    def __init__(self) -> None:
        generator = np.random.default_rng(7)
        self.changes = 0
        self.jobs: dict[str, dict] = {}
        self.newest: dict[str, str] = {}
        self.settings: dict[str, dict] = {}
        self.schedules = {f"{_workspace(each)}/schedules": [] for each in range(PLACES)}
        for job in range(JOBS):
            place, hours = job % PLACES, float(generator.integers(1, 9))
            timing = Timing(mode=TimingMode.LIVE, every=Every.DAY, hours=hours, within_hours=24, watts=3000)
            plan = LivePlan(region=REGIONS[place % 4], timing=timing, resumable=True).write()
            self.schedules[f"{_workspace(place)}/schedules"].append(
                {"name": f"j{job}", "properties": {"properties": {PROPERTY: plan}, "action": {"jobDefinition": {}}}}
            )

    def read(self, path, version, **parameters):
        if path.endswith("/metrics"):
            return {"value": [{"timeseries": [{"data": [{"average": 450.0}] * 10}]}]}
        return self.settings.setdefault(
            path,
            {
                "properties": {
                    "profiles": [{"name": "load", "capacity": {"minimum": "2", "maximum": "10"}, "rules": []}]
                }
            },
        )

    def read_all(self, path, version):
        return self.schedules[path]

    def find(self, path, version):
        return self.jobs.get(path)

    def put(self, path, version, body):
        self.changes += 1
        if "/jobs/" in path:  # of the legs of a run only the newest is ever asked for again
            run = path[: path.index("T0000")]
            self.jobs.pop(self.newest.get(run), None)
            self.newest[run] = path
            self.jobs[path] = {"properties": {"status": "Running"}}
        else:
            self.settings[path] = body

    def act(self, path, version):
        self.changes += 1
        self.jobs[path.removesuffix("/cancel")]["properties"]["status"] = "Canceled"


class Kept:
    """A memory, and a turn."""

    def __init__(self) -> None:
        self.documents: dict = {}

    def recall(self, loop, target):
        return json.loads(self.documents.get((loop, target), "{}"))

    def keep(self, loop, target, document):
        self.documents[loop, target] = json.dumps(document)

    def check(self):
        pass


def forecast_at(now: datetime):
    def forecast(region: str, ahead: timedelta) -> Series:
        gone = int((now - START) / timedelta(hours=1))
        origin = Origin("benchmark", region, Signal.AVERAGE, Basis.LIFECYCLE)
        shift = REGIONS.index(region) * 3
        return Series(
            origin,
            START + timedelta(hours=gone),
            timedelta(hours=1),
            HOURLY[gone + shift : gone + shift + 48],
            Quality.FORECAST,
        )

    return forecast


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=4)
    rounds = options.parse_args().rounds
    document, azure, kept = steering(), Azure(), Kept()
    table = Table("round", "decisions", "changes", "seconds", "resident MB")
    seconds, sizes = [], []
    for number in range(rounds):
        now = START + number * QUARTER
        changes, began = azure.changes, time.perf_counter()
        decided = sum(1 for _ in decide_round(document, azure, kept, kept, forecast_at(now), None, now))
        seconds.append(time.perf_counter() - began)
        gc.collect()
        sizes.append(resident_mb())
        if number < 4 or number % 10 == 9:
            table.add_row(
                str(number + 1),
                f"{decided:,}",
                f"{azure.changes - changes:,}",
                f"{seconds[-1]:.2f}",
                f"{sizes[-1]:.0f}",
            )
    console = Console()
    console.print(table)
    console.print(
        f"{DEPLOYMENTS:,} deployments, {JOBS:,} jobs: longest round {max(seconds):.1f} s, "
        f"{max(seconds) / SECONDS:.2f} of the {SECONDS:g} s allowed; "
        f"memory after the last round {sizes[-1] / sizes[min(3, len(sizes) - 1)]:.2f} times that after the fourth"
    )


if __name__ == "__main__":
    main()
