"""The rules, one module a topic. A module that is put here is found: nothing else has to name it."""

import importlib
import pkgutil


def load() -> None:
    """Imports every topic, which registers its rules."""
    for topic in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{topic.name}")
