"""A small Azure that lives: jobs work while its clock runs, metrics are given, and any step may be the last."""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

WORKSPACE = "/subscriptions/0000/resourceGroups/ai/providers/Microsoft.MachineLearningServices/workspaces/ml"
SETTING = "/subscriptions/0000/resourceGroups/ai/providers/Microsoft.Insights/autoscaleSettings/blue"
ENDPOINT = f"{WORKSPACE}/onlineEndpoints/chat"
CLUSTER = f"{WORKSPACE}/computes/gpu"
PROFILE_ID = "/subscriptions/0000/resourceGroups/ai/providers/Microsoft.Cdn/profiles/front"
ORIGINS = f"{PROFILE_ID}/originGroups/chat/origins"
LOGS = "/subscriptions/0000/resourceGroups/ai/providers/Microsoft.OperationalInsights/workspaces/logs"
VERSIONS = f"{WORKSPACE}/models/churn/versions"


class Killed(BaseException):
    """The process ends here; no handler sees it."""


class Steps:
    """Counts what a round changes outside, and ends it before or after the `kill`-th of these steps."""

    def __init__(self) -> None:
        self.count, self.kill, self.after = 0, None, False

    def take(self, effect):
        here = self.count == self.kill
        self.count += 1
        if here and not self.after:
            raise Killed
        done = effect()
        if here:
            raise Killed
        return done


class Azure:
    """Documents by path; `now` is its clock. `puts` and `cancels` say what was asked of jobs, in order."""

    def __init__(self, now: datetime, steps: Steps) -> None:
        self.now, self.steps = now, steps
        self.documents: dict[str, dict] = {}
        self.worked: dict[str, float] = {}
        self.puts: list[str] = []
        self.cancels: list[str] = []
        self.finished: dict[str, datetime] = {}
        self.metrics = {}
        self.refuse = None

    def answer(self, said, body):
        if said.startswith("GET"):
            return self._answered(said, body)
        return self.steps.take(lambda: self._answered(said, body))

    def _answered(self, said, body):
        method, _, url = said.partition(" ")
        path = unquote(urlsplit(url).path)
        if self.refuse is not None and (refused := self.refuse(method, path)) is not None:
            return refused
        if path.endswith("/providers/Microsoft.Insights/metrics"):
            return 200, self._measured(
                path.removesuffix("/providers/Microsoft.Insights/metrics"), parse_qs(urlsplit(url).query)
            )
        if method == "GET" and path.endswith(("/schedules", "/versions")):
            return 200, {"value": [each for at, each in self.documents.items() if at.startswith(f"{path}/")]}
        if method == "POST":
            job = path.removesuffix("/cancel")
            self.cancels.append(job.rpartition("/")[2])
            self.documents[job]["properties"]["status"] = "Canceled"
            return 200, {}
        if method == "PUT":
            return 200, self._put(path, body)
        if method == "PATCH":
            inner = body["properties"]
            merged = inner.get("properties", inner)
            found = self.documents[path]["properties"]
            (found["properties"] if "properties" in inner else found).update(merged)
            return 200, self.documents[path]
        found = self.documents.get(path)
        return (404, {"error": {"code": "NotFound"}}) if found is None else (200, found)

    def _put(self, path, body):
        if "/jobs/" in path:
            self.puts.append(path.rpartition("/")[2])
            body = {"properties": {**body["properties"], "status": "Running"}}
        self.documents[path] = body
        return body

    def _measured(self, resource, query):
        """A metric is a number, or numbers by a dimension's value; a function of the time where it moves."""
        name = query["metricnames"][0]
        aggregation = query["aggregation"][0].lower()
        start, end = (datetime.fromisoformat(each) for each in query["timespan"][0].split("/"))
        found = self.metrics.get((resource, name))
        found = found(start) if callable(found) else found
        minutes = int((end - start) / timedelta(minutes=1))
        by_value = found if isinstance(found, dict) else {"": found}
        if "$filter" not in query and isinstance(found, dict):
            by_value = {"": sum(found.values())}
        series = []
        for value, number in by_value.items():
            data = [{"timeStamp": "", **({} if number is None else {aggregation: number})} for _ in range(minutes)]
            dimension = query.get("$filter", ["envoy_response_code"])[0].partition(" ")[0]
            series.append({"metadatavalues": [{"name": {"value": dimension}, "value": value}], "data": data})
        return {"value": [{"timeseries": series}]}

    def pass_time(self, span: timedelta, hours_of) -> None:
        """Jobs that run work; all legs of a run work on the same checkpoints."""
        for path, document in self.documents.items():
            if "/jobs/" not in path or document["properties"]["status"] != "Running":
                continue
            run = re.match(r".*?T\d{4}", path.rpartition("/")[2])[0]
            hours = hours_of(run)
            left = hours - self.worked.get(run, 0.0)
            worked = min(left, span / timedelta(hours=1))
            self.worked[run] = self.worked.get(run, 0.0) + worked
            if left - worked < 1e-9:
                document["properties"]["status"] = "Completed"
                self.finished[run] = self.now + timedelta(hours=worked)
        self.now += span


class Remembered:
    """A memory of dicts; each `keep` is a step."""

    def __init__(self, steps: Steps) -> None:
        self.documents, self.steps = {}, steps

    def recall(self, loop, target):
        return dict(self.documents.get((loop, target), {}))

    def keep(self, loop, target, document):
        self.steps.take(lambda: self.documents.update({(loop, target): dict(document)}))


class Mine:
    """A turn that nobody disputes."""

    def check(self):
        pass
