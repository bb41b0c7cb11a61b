"""Reads the training pairs and turns them into token ids, once. Knows nothing about losses.

The folder holds pairs_ja.jsonl.xz and pairs_other.jsonl.xz, lines {"q", "p", "s": source, "l": language}, and
parallel.jsonl.xz, lines {"a", "b", "l": "ja-en"}.
"""

from __future__ import annotations

import json
import lzma
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

PAIR_FILES = ("pairs_ja.jsonl.xz", "pairs_other.jsonl.xz")
PARALLEL_FILE = "parallel.jsonl.xz"
MAX_CHARS = 480  # a passage's length in the product, about; the rest of a longer text teaches little more
SMALL_SOURCE = 4_000  # pairs; smaller sources of one language are thrown together so that a batch can be filled
#: Shares of each language's texts that train the tokenizer: Japanese first, the other scripts still covered.
TOKENIZER_SHARE = {"ja": 0.6, "en": 0.4, "other": 0.3, "parallel": 0.2}


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of many texts, end to end: text i is ids[bounds[i]:bounds[i + 1]]."""

    ids: NDArray[np.uint16]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1


@dataclass(frozen=True, slots=True)
class Source:
    """Pairs of one source and language: left[i] and right[i] belong together."""

    name: str
    left: Texts
    right: Texts


def read_lines(path: Path) -> Iterator[dict[str, str]]:
    """The JSON lines of an .xz file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def tokenizer_texts(folder: Path, seed: int) -> Iterator[str]:
    """The texts that train the tokenizer."""
    draw = random.Random(seed)
    for name in PAIR_FILES:
        for line in read_lines(folder / name):
            if draw.random() < TOKENIZER_SHARE.get(line["l"], TOKENIZER_SHARE["other"]):
                yield line["p"]
                yield line["q"]
    for line in read_lines(folder / PARALLEL_FILE):
        if draw.random() < TOKENIZER_SHARE["parallel"]:
            yield line["a"]
            yield line["b"]


def encode_sources(folder: Path, tokenizer: Tokenizer, cache: Path) -> list[Source]:
    """Every source as token ids, from `cache` (an .npz) when it is there."""
    if not cache.exists():
        arrays: dict[str, NDArray[np.generic]] = {}
        for name, (left, right) in sorted(_by_source(folder).items()):
            for side, texts in (("left", left), ("right", right)):
                encoded = _encode(tokenizer, texts)
                arrays[f"{name}|{side}|ids"], arrays[f"{name}|{side}|bounds"] = encoded.ids, encoded.bounds
            print(f"  {name}: {len(left):,} pairs", flush=True)
        np.savez(cache, **arrays)
    with np.load(cache) as held:
        names = sorted({key.split("|")[0] for key in held.files})
        sides = [
            [Texts(held[f"{name}|{side}|ids"], held[f"{name}|{side}|bounds"]) for side in ("left", "right")]
            for name in names
        ]
    return [Source(name, left, right) for name, (left, right) in zip(names, sides, strict=True)]


def _by_source(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Left and right texts by "language source", or "a-b" for aligned sentences; small sources merged by language."""
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for name in PAIR_FILES:
        for line in read_lines(folder / name):
            left, right = found[f"{line['l']} {line['s'].replace('/', '_')}"]
            left.append(line["q"][:MAX_CHARS])
            right.append(line["p"][:MAX_CHARS])
    for name in [name for name, (left, _) in found.items() if len(left) < SMALL_SOURCE]:
        left, right = found.pop(name)
        merged = found[f"{name.split()[0]} small"]
        merged[0].extend(left)
        merged[1].extend(right)
    for line in read_lines(folder / PARALLEL_FILE):
        left, right = found[line["l"]]
        left.append(line["a"][:MAX_CHARS])
        right.append(line["b"][:MAX_CHARS])
    return dict(found)


def _encode(tokenizer: Tokenizer, texts: list[str]) -> Texts:
    rest, rows = iter(texts), []
    while batch := list(islice(rest, 4096)):
        rows += [np.array(e.ids, np.uint16) for e in tokenizer.encode_batch_fast(batch, add_special_tokens=False)]
    rows = [row[row > 0] for row in rows]  # the unknown token says nothing
    return Texts(np.concatenate(rows), np.cumsum([0, *map(len, rows)]))
