"""What is learned from, in an order that only seed and epoch decide: a resumed run sees what it would have seen."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

Tokens = Sequence[int]
IGNORED = -100
"""What PyTorch's cross entropy leaves out."""


class TextsError(ValueError):
    """A line that cannot be learned from."""


def read(file: Path, max_tokens: int, tokeniser: Any) -> list[Tokens]:
    """The texts of a file as token ids. Raises `TextsError`, naming file and line."""
    if not file.is_file():
        raise TextsError(f"{file} is not there: put train.jsonl and validation.jsonl into the data folder")
    texts = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                texts.append(_tokens(line, f"{file.name}, line {number}", tokeniser)[:max_tokens])
    if not texts:
        raise TextsError(f"{file} holds no text")
    return texts


def _tokens(line: str, where: str, tokeniser: Any) -> Tokens:
    try:
        said = json.loads(line)
    except json.JSONDecodeError as error:
        raise TextsError(f"{where} is no JSON: {error.msg}") from None
    ids = said.get("input_ids") if isinstance(said, dict) else None
    if ids is None and isinstance(said, dict) and isinstance(said.get("text"), str):
        if tokeniser is None:
            raise TextsError(f"{where} is text, and the model's folder has no tokeniser: give input_ids")
        ids = tokeniser(said["text"])["input_ids"]
    if not isinstance(ids, list) or len(ids) < 2 or not all(type(each) is int and each >= 0 for each in ids):
        raise TextsError(f'{where} has neither "text" nor "input_ids" with at least two tokens')
    return ids


def check_vocabulary(texts: Sequence[Tokens], size: int) -> None:
    """Raises `TextsError` for a token that the model has no row for."""
    most = max(map(max, texts))
    if most >= size:
        raise TextsError(f"there is a token {most}, and the model knows {size}: take the tokens of its own tokeniser")


@lru_cache(maxsize=1)
def order(count: int, seed: int, epoch: int) -> list[int]:
    """The texts of an epoch, shuffled."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    shuffled: list[int] = torch.randperm(count, generator=generator).tolist()
    return shuffled


def steps_of(count: int, batch_size: int) -> int:
    """Steps of an epoch; the last one may be smaller."""
    return -(-count // batch_size)


def batch_at(texts: Sequence[Tokens], step: int, batch_size: int, seed: int) -> dict[str, torch.Tensor]:
    """What the step learns from, whatever came before it in this process."""
    epoch, within = divmod(step, steps_of(len(texts), batch_size))
    chosen = order(len(texts), seed, epoch)[within * batch_size : (within + 1) * batch_size]
    return padded([texts[index] for index in chosen])


def batches(texts: Sequence[Tokens], batch_size: int) -> Iterator[dict[str, torch.Tensor]]:
    """All texts, in the order of the file."""
    for start in range(0, len(texts), batch_size):
        yield padded(texts[start : start + batch_size])


def padded(texts: Sequence[Tokens]) -> dict[str, torch.Tensor]:
    """Texts of different lengths as tensors [texts, tokens]."""
    longest = max(len(text) for text in texts)
    ids = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = 1
    return {"input_ids": ids, "attention_mask": mask, "labels": ids.masked_fill(mask == 0, IGNORED)}
