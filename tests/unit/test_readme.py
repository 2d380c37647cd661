"""The README shows what the tests run: its examples are scenario files, and the files it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_example_is_a_scenario():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    scenario = (ROOT / "tests/scenarios/compute/defaults.py").read_text()
    assert scenario.endswith(example)


def test_every_file_that_is_linked_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 8
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"[`$] ?make ([a-z-]+)", README)) <= targets
