"""Logs, metrics, alerts, autoscaling and budgets."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from verdazure.sandbox.azure import limits
from verdazure.sandbox.azure.finding import Finding, Inputs, items, known, unsaid

# Azure Monitor, "Manage data retention in a Log Analytics workspace": days by SKU; Free keeps 7.
_LONGEST_RETENTION = 730
_SHORTEST_RETENTION: Mapping[str, int] = {"PerGB2018": 30, "CapacityReservation": 30, "LACluster": 30}
_FREE_RETENTION = 7

# Azure Monitor, "Azure Monitor Logs cost calculations and options", commitment tiers in GB a day.
_COMMITMENTS = (100, 200, 300, 400, 500, 1000, 2000, 5000, 10000, 25000, 50000)


def _log_retention(inputs: Inputs) -> Iterator[Finding]:
    sku, days = known(inputs, "sku.name"), known(inputs, "retentionInDays")
    if days is None:
        return
    if sku == "Free" and days != _FREE_RETENTION:
        yield Finding("retentionInDays", f"{days:g} is not allowed for sku Free, which keeps {_FREE_RETENTION} days")
    least = _SHORTEST_RETENTION.get(sku or "PerGB2018")
    if least and not least <= days <= _LONGEST_RETENTION:
        yield Finding("retentionInDays", f"{days:g} is out of range; it must be {least} to {_LONGEST_RETENTION}")


def _commitment(inputs: Inputs) -> Iterator[Finding]:
    sku, level = known(inputs, "sku.name"), known(inputs, "sku.capacityReservationLevel")
    if sku == "CapacityReservation" and unsaid(inputs, "sku.capacityReservationLevel"):
        yield Finding("sku.capacityReservationLevel", "is required for sku CapacityReservation")
    if level is not None and level not in _COMMITMENTS:
        allowed = ", ".join(map(str, _COMMITMENTS))
        yield Finding("sku.capacityReservationLevel", f"{level:g} is not a commitment tier; allowed: {allowed}")


def _daily_cap(inputs: Inputs) -> Iterator[Finding]:
    # WorkspaceCapping.dailyQuotaGb: -1 is no cap. Azure Monitor, "Set daily cap on Log Analytics workspace".
    cap = known(inputs, "workspaceCapping.dailyQuotaGb")
    if cap is not None and cap != -1 and cap <= 0:
        yield Finding("workspaceCapping.dailyQuotaGb", f"{cap:g} is out of range; give more than 0, or -1 for no cap")


# Application Insights. Components - Create Or Update.
_INSIGHTS_RETENTION = (30, 60, 90, 120, 180, 270, 365, 550, 730)


def _insights(inputs: Inputs) -> Iterator[Finding]:
    days, share = known(inputs, "retentionInDays"), known(inputs, "samplingPercentage")
    if days is not None and days not in _INSIGHTS_RETENTION:
        allowed = ", ".join(map(str, _INSIGHTS_RETENTION))
        yield Finding("retentionInDays", f"{days:g} is not a retention that Azure has; allowed: {allowed}")
    if share is not None and not 0 < share <= 100:
        yield Finding("samplingPercentage", f"{share:g} is out of range; it must be more than 0, at most 100")


# Diagnostic settings. Azure Monitor, "Diagnostic settings in Azure Monitor".
_DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


def _diagnostics(inputs: Inputs) -> Iterator[Finding]:
    if all(unsaid(inputs, destination) for destination in _DESTINATIONS):
        yield Finding("workspaceId", f"is missing: give at least one destination, {', '.join(_DESTINATIONS)}")
    if unsaid(inputs, "logs") and unsaid(inputs, "metrics"):
        yield Finding("logs", "is missing: a setting sends logs, metrics or both")
    for where, log in items(inputs, "logs"):
        category, group = unsaid(log, "category"), unsaid(log, "categoryGroup")
        if category and group:
            yield Finding(f"{where}.category", "is missing: give a category or a categoryGroup")
        if not category and not group:
            yield Finding(f"{where}.categoryGroup", "and category exclude one another; give one")


# Alerts. Azure Monitor, "Create or edit a metric alert rule" and "Create or edit a log search alert rule".
_METRIC_FREQUENCIES = ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H")
_METRIC_WINDOWS = ("PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D")
_LOG_FREQUENCIES = (
    "PT1M",
    "PT5M",
    "PT10M",
    "PT15M",
    "PT30M",
    "PT45M",
    "PT1H",
    "PT2H",
    "PT3H",
    "PT4H",
    "PT5H",
    "PT6H",
    "P1D",
)


def _severity(inputs: Inputs) -> Iterator[Finding]:
    severity = known(inputs, "severity")
    if severity is not None and severity not in range(5):
        yield Finding("severity", f"{severity:g} is out of range; it must be 0 (critical) to 4 (verbose)")


def _metric_times(inputs: Inputs) -> Iterator[Finding]:
    yield from _one_of("evaluationFrequency", inputs, _METRIC_FREQUENCIES)
    yield from _one_of("windowSize", inputs, _METRIC_WINDOWS)
    yield from _window_covers_frequency(inputs)


def _log_times(inputs: Inputs) -> Iterator[Finding]:
    yield from _one_of("evaluationFrequency", inputs, _LOG_FREQUENCIES)
    for name in ("windowSize", "muteActionsDuration", "overrideQueryTimeRange"):
        value = known(inputs, name)
        if value is not None and limits.length_of(str(value)) is None:
            yield Finding(name, f"'{value}' is not an ISO 8601 duration, such as PT10M")
    yield from _window_covers_frequency(inputs)
    if known(inputs, "autoMitigate") and known(inputs, "muteActionsDuration"):
        yield Finding(
            "muteActionsDuration", "does not go with autoMitigate: an alert that resolves itself is not muted"
        )


def _one_of(name: str, inputs: Inputs, allowed: tuple[str, ...]) -> Iterator[Finding]:
    value = known(inputs, name)
    same = {limits.length_of(each) for each in allowed}
    if value is not None and limits.length_of(str(value)) not in same:
        yield Finding(name, f"'{value}' is not allowed; allowed: {', '.join(allowed)}")


def _window_covers_frequency(inputs: Inputs) -> Iterator[Finding]:
    window = limits.length_of(str(known(inputs, "windowSize")))
    frequency = limits.length_of(str(known(inputs, "evaluationFrequency")))
    if window is not None and frequency is not None and window < frequency:
        shown = known(inputs, "evaluationFrequency")
        yield Finding("windowSize", f"'{known(inputs, 'windowSize')}' is shorter than evaluationFrequency, '{shown}'")


# Autoscale. Autoscale Settings - Create Or Update; counts are strings there.


def _capacities(inputs: Inputs) -> Iterator[Finding]:
    for where, profile in items(inputs, "profiles"):
        counts = {name: _count(known(profile, f"capacity.{name}")) for name in ("minimum", "default", "maximum")}
        for name, count in counts.items():
            if known(profile, f"capacity.{name}") is not None and count is None:
                given = known(profile, f"capacity.{name}")
                yield Finding(f"{where}.capacity.{name}", f"'{given}' is not a whole number of instances")
        least, usual, most = counts.values()
        if least is not None and most is not None and least > most:
            yield Finding(f"{where}.capacity.minimum", f"{least} must not be more than maximum, {most}")
        elif usual is not None and least is not None and most is not None and not least <= usual <= most:
            yield Finding(f"{where}.capacity.default", f"{usual} must be between minimum, {least}, and maximum, {most}")


def _count(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def _autoscale_times(inputs: Inputs) -> Iterator[Finding]:
    # MetricTrigger: the grain is at least a minute, the window 5 minutes to 12 hours and not below the grain.
    for where, profile in items(inputs, "profiles"):
        for at, rule in items(profile, "rules"):
            window = limits.length_of(str(known(rule, "metricTrigger.timeWindow")))
            if window is not None and not timedelta(minutes=5) <= window <= timedelta(hours=12):
                given = known(rule, "metricTrigger.timeWindow")
                reason = f"'{given}' is out of range; it must be PT5M to PT12H"
                yield Finding(f"{where}.{at}.metricTrigger.timeWindow", reason)


# Budgets. Budgets - Create Or Update.
_FIRST_BUDGET = datetime(2017, 6, 1)
_MOST_NOTIFICATIONS, _HIGHEST_THRESHOLD = 5, 1000


def _budget(inputs: Inputs) -> Iterator[Finding]:
    amount = known(inputs, "amount")
    if amount is not None and amount <= 0:
        yield Finding("amount", f"{amount:g} is out of range; it must be more than 0")
    notifications = known(inputs, "notifications") or {}
    if len(notifications) > _MOST_NOTIFICATIONS:
        reason = f"has {len(notifications)} notifications; a budget has {_MOST_NOTIFICATIONS} at most"
        yield Finding("notifications", reason)
    for where, notification in items(inputs, "notifications"):
        threshold = known(notification, "threshold")
        if threshold is not None and not 0 <= threshold <= _HIGHEST_THRESHOLD:
            yield Finding(f"{where}.threshold", f"{threshold:g} is out of range; it must be 0 to {_HIGHEST_THRESHOLD}")
        if all(unsaid(notification, name) for name in ("contactEmails", "contactRoles", "contactGroups")):
            yield Finding(
                f"{where}.contactEmails", "is empty: somebody has to be told, by e-mail, role or action group"
            )


def _budget_period(inputs: Inputs) -> Iterator[Finding]:
    start, end = (_moment(known(inputs, f"timePeriod.{name}")) for name in ("startDate", "endDate"))
    for name, moment in (("startDate", start), ("endDate", end)):
        given = known(inputs, f"timePeriod.{name}")
        if given is not None and moment is None:
            yield Finding(f"timePeriod.{name}", f"'{given}' is not a date, such as 2026-01-01T00:00:00Z")
    if start and (start.day != 1 or start < _FIRST_BUDGET):
        reason = f"'{start:%Y-%m-%d}' must be the first of a month, from {_FIRST_BUDGET:%Y-%m-%d} on"
        yield Finding("timePeriod.startDate", reason)
    if start and end and end <= start:
        yield Finding("timePeriod.endDate", f"'{end:%Y-%m-%d}' must be after startDate, '{start:%Y-%m-%d}'")


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=None)
    except ValueError:
        return None


def _short_name(inputs: Inputs) -> Iterator[Finding]:
    # Action Groups - Create Or Update: it is what text messages show.
    name = known(inputs, "groupShortName")
    if name is not None and not re.fullmatch(r".{1,12}", str(name)):
        yield Finding("groupShortName", f"'{name}' has {len(name)} characters; it must have 1 to 12")


RULES = {
    "applicationinsights:Component": (_insights,),
    "consumption:Budget": (_budget, _budget_period),
    "monitor:ActionGroup": (_short_name,),
    "monitor:AutoscaleSetting": (_capacities, _autoscale_times),
    "monitor:DiagnosticSetting": (_diagnostics,),
    "monitor:MetricAlert": (_severity, _metric_times),
    "monitor:ScheduledQueryRule": (_severity, _log_times),
    "operationalinsights:Workspace": (_log_retention, _commitment, _daily_cap),
}
