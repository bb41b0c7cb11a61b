"""Reads texts of many languages: JSON lines, plain or .xz, and Markdown. Knows nothing about models."""

from __future__ import annotations

import json
import lzma
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

FIELDS = ("q", "p", "a", "b", "text")  # of a line: question, passage, sentence and translation, context
SEED = 7
MOST_CHARS = 600  # of a text that is drawn: the length of a passage


def read_texts(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """(group, text) of all files in the folders, in the order of their names. A group is a language or a blog."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.name.endswith((".jsonl", ".jsonl.xz")):
                found = _of_lines(path)
            elif path.suffix in (".md", ".markdown") and path.is_file():
                found = _of_post(path, path.relative_to(folder).parts[0] if path.parent != folder else folder.name)
            else:
                continue
            yield from ((group, text) for group, text in found if text.strip())


def _of_post(path: Path, group: str) -> Iterator[tuple[str, str]]:
    for paragraph in path.read_text(encoding="utf-8", errors="replace").split("\n\n"):
        yield group, paragraph


def _of_lines(path: Path) -> Iterator[tuple[str, str]]:
    stem = path.name.split(".")[0]
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            held = json.loads(line)
            languages = str(held.get("l", stem)).split("-")  # "ja-en" for a sentence and its translation
            for name in FIELDS:
                if isinstance(held.get(name), str):
                    yield languages[-1 if name == "b" else 0], held[name]


class Draw:
    """Up to `most` texts of each group of all that pass by, each as likely as the others."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.drawn: dict[str, list[str]] = defaultdict(list)
        self._seen: dict[str, int] = defaultdict(int)
        self._random = random.Random(SEED)

    def take(self, group: str, text: str) -> None:
        self._seen[group] += 1
        place = self._random.randrange(self._seen[group])
        if len(self.drawn[group]) < self.most:
            self.drawn[group].append(text[:MOST_CHARS])
        elif place < self.most:
            self.drawn[group][place] = text[:MOST_CHARS]
