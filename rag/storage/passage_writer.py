"""Writes passages, posts and drops into one SQLite file of a generation, once; `rag.storage.passage_store` reads it.

Row i of the passage table belongs to row i of every array of the generation.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from rag.storage import database
from rag.storage.packed_rows import LeftOut
from rag.types import Dropped, Ids, Passage, Post

FILE = "passages.sqlite"

_SCHEMA = """
CREATE TABLE posts (
  path TEXT PRIMARY KEY, digest TEXT, title TEXT, date TEXT, url TEXT, tags TEXT, categories TEXT, lang TEXT,
  authors TEXT, translators TEXT) WITHOUT ROWID;
CREATE TABLE passages (
  row INTEGER PRIMARY KEY, id TEXT, post TEXT, heading TEXT, day TEXT, start_line INTEGER, end_line INTEGER,
  also_in TEXT, text TEXT);
CREATE TABLE labels (kind TEXT, name TEXT, post TEXT);
CREATE TABLE dropped (post TEXT, start_line INTEGER, end_line INTEGER, reason TEXT, text TEXT);
CREATE TABLE left_out (post TEXT, stage INTEGER, reasons TEXT, packed BLOB, PRIMARY KEY (post, stage));
"""
_INDEXES = (
    "CREATE INDEX passage_post ON passages (post, start_line)",
    "CREATE INDEX label_post ON labels (kind, name, post)",
    "CREATE INDEX dropped_reason ON dropped (reason)",
)
_COPY = (
    "INSERT INTO passages SELECT row + ?, id, post, heading, day, start_line, end_line, also_in, text "
    "FROM old.passages WHERE row BETWEEN ? AND ? ORDER BY row"
)


def write_store(
    folder: Path, posts: Iterable[Post], passages: Sequence[Passage], dropped: Iterable[Dropped],
    left_out: Iterable[Sequence[LeftOut]] = (), standing: Ids | None = None, before: Path | None = None,
) -> None:  # fmt: skip
    """Write the file into `folder`; what was left out is in `dropped`, or in `left_out`, which has for each post what
    each stage of cleaning left out. Same input, same bytes.

    What a passage says of its post is taken from `posts`, all of which have to be there. `standing` tells which row of
    the file in the folder `before` says the same of the passage, its copies aside; -1 for none.
    Raises OSError when the disk refuses.
    """
    with database.writing(folder / FILE, _SCHEMA, before / FILE if before else None) as db:
        db.executemany(
            "INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                (
                    p.path,
                    p.digest,
                    p.title,
                    p.date,
                    p.url,
                    _json(p.tags),
                    _json(p.categories),
                    p.lang,
                    _json(p.authors),
                    _json(p.translators),
                )
                for p in posts
            ),
        )
        _insert(db, passages, standing if before and standing is not None else np.full(len(passages), -1))
        db.executemany("INSERT INTO labels VALUES (?,?,?)", _labels(passages))
        db.executemany(
            "INSERT INTO dropped VALUES (?,?,?,?,?)",
            ((d.post, d.start_line, d.end_line, d.reason, d.text) for d in dropped),
        )
        packed = (
            (some.path, stage, json.dumps(some.reasons), some.packed)
            for stages in left_out
            for stage, some in enumerate(stages)
        )
        db.executemany("INSERT INTO left_out VALUES (?,?,?,?)", packed)
        for index in _INDEXES:
            db.execute(index)


def _as_row(p: Passage) -> tuple[str | int, ...]:
    return p.id, p.post, p.heading, p.date, p.start_line, p.end_line, _also_in(p), p.text


def _also_in(p: Passage) -> str:
    return _json([(c.post, c.url, c.date) for c in p.also_in]) if p.also_in else "[]"


def _insert(db: sqlite3.Connection, passages: Sequence[Passage], standing: Ids) -> None:
    """In their order; those that stood there before SQLite copies itself, while other threads go on."""
    standing = standing.copy()
    if standing.max(initial=-1) >= 0:
        copies = dict(db.execute("SELECT row, also_in FROM old.passages WHERE also_in <> '[]'"))
        for i, (row, passage) in enumerate(zip(standing.tolist(), passages, strict=True)):
            if (passage.also_in or row in copies) and copies.get(row, "[]") != _also_in(passage):
                standing[i] = -1
    breaks = (np.diff(standing) != 1) | (standing[:-1] < 0)  # a new passage is a run by itself
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(standing)]
    for start, end in pairwise(edges if len(standing) else []):
        first = int(standing[start])
        if first < 0:
            db.execute("INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?)", (start, *_as_row(passages[start])))
        else:
            db.execute(_COPY, (start - first, first, first + end - start - 1))


def _json(values: Sequence[object]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _labels(passages: Sequence[Passage]) -> Iterator[tuple[str, str, str]]:
    """Of the posts that have passages."""
    for p in {p.post: p for p in passages}.values():
        yield from (("tag", name, p.post) for name in p.tags)
        yield from (("category", name, p.post) for name in p.categories)
        yield from (("author", name, p.post) for name in dict.fromkeys((*p.authors, *p.translators)))
