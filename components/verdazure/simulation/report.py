"""The table and the picture of a replay."""

from pathlib import Path

from rich import box
from rich.table import Table

from verdazure.simulation.replay import Replay, Traces
from verdazure.simulation.scenario import Scenario


def table(made: Replay) -> Table:
    """A row a target, and what they are together."""
    shown = Table(title="kgCO2e", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in ("loop", "target"):
        shown.add_column(column, no_wrap=True)
    for column in ("naive", "did", "optimum", "saved", "possible"):
        shown.add_column(column, justify="right", no_wrap=True)
    shown.add_column("")
    for each in made.outcomes:
        shown.add_row(
            each.loop,
            each.target,
            f"{each.naive:.2f}",
            f"{each.did:.2f}",
            "" if each.optimum is None else f"{each.optimum:.2f}",
            _percent(each.saved),
            "" if each.possible is None else _percent(each.possible),
            each.note,
        )
    summed = [each for each in made.outcomes if each.summed]
    naive, did = sum(each.naive for each in summed), sum(each.did for each in summed)
    shown.add_section()
    shown.add_row("", "together", f"{naive:.2f}", f"{did:.2f}", "", _percent(1 - did / naive) if naive else "")
    return shown


def _percent(share: float) -> str:
    return f"{round(100 * share, 1) + 0.0:.1f} %"  # no minus before a nought


def picture(scenario: Scenario, traces: Traces, made: Replay, to: Path) -> None:
    """Intensity above, and below it what each target emitted, kgCO2e an hour. The file's ending says the format.

    Raises `ModuleNotFoundError` without matplotlib, and `ValueError` for an ending that it does not know.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 2.2 + 1.3 * len(made.emitted)), layout="constrained")
    above, *below = figure.subplots(1 + len(made.emitted), 1, sharex=True, squeeze=False)[:, 0]
    for region in scenario.regions:
        grams = [float(traces[region].values[traces[region].index(hour)]) for hour in made.hours]
        above.step(made.hours, grams, where="post", label=region, linewidth=1)
    above.set_ylabel("gCO2e/kWh")
    above.set_ylim(bottom=0)
    above.legend(loc="upper right", fontsize=7, ncols=4)
    above.set_title(f"{scenario.days} days from {scenario.start:%d %b %Y}", fontsize=10, loc="left")
    for axis, (name, kilograms) in zip(below, made.emitted.items(), strict=True):
        axis.fill_between(made.hours, kilograms, step="post", alpha=0.7, label="controller")
        if name in made.naively:
            axis.step(made.hours, made.naively[name], where="post", color="black", linewidth=0.7, label="naive")
            axis.legend(loc="upper right", fontsize=7)
        axis.set_ylabel(f"{name}\nkg/h", fontsize=8)
        axis.set_ylim(bottom=0)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    above.xaxis.set_major_locator(locator)
    above.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    figure.savefig(to)
