"""`python -m verdazure.facts.derive [--check] [TABLE ...]`: derive the tables again from their sources."""

import argparse
import sys
from pathlib import Path

from verdazure.facts.derive import DERIVATIONS, table_text
from verdazure.facts.derive.sources import MissingSource, data_folder

FACTS = Path(__file__).parents[1]


def main() -> int:
    """Exit code: 0 done, or nothing differs; 1 a table differs or a source is missing."""
    parser = argparse.ArgumentParser(prog="python -m verdazure.facts.derive", description=__doc__)
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"default all of: {', '.join(DERIVATIONS)}")
    parser.add_argument("--check", action="store_true", help="write nothing; say which tables differ")
    asked = parser.parse_args()
    if unknown := set(asked.tables) - set(DERIVATIONS):
        parser.error(f"no such table: {', '.join(sorted(unknown))}; there are {', '.join(DERIVATIONS)}")
    differing = []
    for table in asked.tables or DERIVATIONS:
        file = FACTS / f"{table}.csv"
        try:
            text = table_text(table, data_folder())
        except MissingSource as missing:
            print(f"error: {table}: {missing}", file=sys.stderr)
            return 1
        if not file.exists() or file.read_text("utf-8") != text:
            differing.append(table)
            if not asked.check:
                file.write_text(text, "utf-8")
    print(f"{'differ' if asked.check else 'written'}: {', '.join(differing) or 'none'}")
    return 1 if asked.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
