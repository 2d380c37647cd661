"""Freezes the profiles of this version: `python -m verdazure_policies.profiles 2026-12`."""

import sys
from pathlib import Path

from verdazure_policies.profiles import write

if __name__ == "__main__":
    write(Path(__file__).parent, sys.argv[1])
