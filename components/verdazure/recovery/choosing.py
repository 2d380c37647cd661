"""Which measures a need takes: together they cover every loss that it names, and no others that do draw less."""

from dataclasses import dataclass
from itertools import combinations

from verdazure.recovery.measures import Judged, Loss, Measure, Need, judge


class NothingSuffices(ValueError):
    """No measure serves; the message says why for each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken, and all that was weighed."""

    measures: tuple[Measure, ...]
    judged: tuple[Judged, ...]

    @property
    def kwh(self) -> float:
        """What the measures add in a month for each GB of the data."""
        return sum(each.added_kwh for each in self.judged if each.measure in self.measures)

    def __str__(self) -> str:
        chosen = " with ".join(measure.value for measure in self.measures)
        return "; ".join((f"{chosen} is taken", *map(str, self.judged)))


def choose(need: Need) -> Choice:
    """The usable measures that cover the losses and add least; of equals the fewest, then the first in the enum.

    Raises `NothingSuffices`.
    """
    judged = judge(need)
    wanted = frozenset(list(Loss)[: list(Loss).index(need.survives) + 1])
    usable = [each for each in judged if not each.why_not]
    covering = [
        chosen
        for count in range(1, len(wanted) + 1)
        for chosen in combinations(usable, count)
        if wanted <= frozenset().union(*(each.covers for each in chosen))
    ]
    if not covering:
        raise NothingSuffices(
            "; ".join(f"{each.measure.value}: {each.why_not or 'not against all of it'}" for each in judged)
        )
    best = min(covering, key=lambda chosen: (round(sum(each.added_kwh for each in chosen), 12), len(chosen)))
    return Choice(tuple(each.measure for each in best), judged)
