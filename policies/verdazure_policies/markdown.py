"""The little Markdown that pages are made of."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def document(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"
