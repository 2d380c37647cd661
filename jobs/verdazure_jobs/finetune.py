"""`python -m verdazure_jobs.finetune`: what a training image runs.

Exit codes: 0 done; 2 wrong usage; 3 the energy budget is spent, 4 there is one and nobody knows what is drawn, 75
interrupted: progress is saved in all three.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict

from verdazure_jobs.training.settings import Settings, SettingsError, parse

WRONG_USAGE = 2


def main(words: Sequence[str]) -> int:
    """Trains, and hands the model over if the training came to its end."""
    try:
        return _finetune(parse(words))
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG_USAGE


def _finetune(settings: Settings) -> int:
    # PyTorch takes seconds to import: --help and wrong usage do without.
    from verdazure_jobs.training.checkpoints import NotOurs
    from verdazure_jobs.training.energy import LOG
    from verdazure_jobs.training.finishing import finish
    from verdazure_jobs.training.loop import train
    from verdazure_jobs.training.texts import TextsError

    try:
        model, outcome = train(settings)
    except (NotOurs, TextsError) as error:
        raise SettingsError(str(error)) from None
    print(json.dumps(asdict(outcome)))
    if outcome.end.exit_code == 0:
        settings.output.mkdir(parents=True, exist_ok=True)
        for made in finish(model, settings):
            print(json.dumps(asdict(made)))
        for name in (LOG, "run.json"):
            shutil.copy(settings.checkpoints / name, settings.output / name)
    return outcome.end.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
