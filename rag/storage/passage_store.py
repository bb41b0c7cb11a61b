"""Reads passages, posts and drops from the SQLite file of a generation. Knows nothing about vectors or words.

Row i of the passage table belongs to row i of every array of the generation. `passage_writer` wrote the file.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from rag.storage import database
from rag.storage.packed_rows import LeftOut
from rag.storage.passage_writer import FILE
from rag.types import Copy, Dropped, Filters, Ids, Passage, place_of

_COLUMNS = (
    "id, text, title, heading, post, url, day, tags, categories, start_line, end_line, also_in, lang, authors, "
    "translators"
)
_JOINED = "passages JOIN posts ON path = post"
_AT_ONCE = 900  # rows asked for in one query: SQLite is built with limits from 999 values on


@dataclass(frozen=True, slots=True)
class PostCounts:
    """A post that has passages: the row of its first one, and how many."""

    row: int
    path: str
    date: str
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    passages: int


class PassageStore:
    """Read access to the file of one generation; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._path = folder / FILE
        self._db = database.connect(self._path)
        weakref.finalize(self, self._db.close)  # a server's old generation is closed with its last question
        self._count = int(self._query("SELECT count(*) FROM passages")[0][0])

    def close(self) -> None:
        """Close the file; the store can't be used after that."""
        self._db.close()

    def __len__(self) -> int:
        return self._count

    def _query(self, sql: str, args: Sequence[str | int] = ()) -> list[tuple[str, ...]]:
        with self._lock, database.reading(self._path):
            return self._db.execute(sql, args).fetchall()

    def get(self, rows: Sequence[int]) -> list[Passage]:
        """Passages of these rows, in this order. Raises KeyError for a row that isn't there."""
        by_row: dict[int, Passage] = {}
        for start in range(0, len(rows), _AT_ONCE):
            some = [int(row) for row in rows[start : start + _AT_ONCE]]
            marks = ",".join("?" * len(some))
            found = self._query(f"SELECT row, {_COLUMNS} FROM {_JOINED} WHERE row IN ({marks})", some)
            by_row |= {int(row): _as_passage(columns) for row, *columns in found}
        return [by_row[int(row)] for row in rows]

    def all(self) -> Iterator[Passage]:
        """Every passage, in row order."""
        for start in range(0, self._count, _AT_ONCE):
            yield from self.get(range(start, min(start + _AT_ONCE, self._count)))

    def of_post(self, path: str) -> list[Passage]:
        """The passages kept from one post, in the order of the post; [] for an unknown post."""
        sql = f"SELECT {_COLUMNS} FROM {_JOINED} WHERE post = ? ORDER BY start_line, row"
        return [_as_passage(columns) for columns in self._query(sql, [path])]

    def rows_by_post(self) -> dict[str, list[tuple[str, str, str, str, int, int]]]:
        """Of each post that has any its passages in row order: id, text, heading, day, first and last line."""
        posts = self._query("SELECT post, count(*) FROM passages GROUP BY post ORDER BY min(row)")
        rows: list[Any] = self._query("SELECT id, text, heading, day, start_line, end_line FROM passages ORDER BY row")
        left = iter(rows)
        return {post: list(islice(left, int(count))) for post, count in posts}

    def first_rows(self) -> Ids:
        """The row of the first passage of each post that has any, rising from 0: a post's passages lie together."""
        rows = self._query("SELECT min(row) FROM passages GROUP BY post ORDER BY 1")
        return np.array([row for (row,) in rows], dtype=np.int64)

    def per_post(self) -> list[PostCounts]:
        """What each post that has passages gave, by path."""
        sql = f"SELECT min(row), post, date, tags, categories, count(*) FROM {_JOINED} GROUP BY post ORDER BY post"
        return [
            PostCounts(int(row), post, date, tuple(json.loads(tags)), tuple(json.loads(categories)), int(n))
            for row, post, date, tags, categories, n in self._query(sql)
        ]

    def posts(self) -> list[tuple[str, str, str, str]]:
        """(path, title, date, url) of every post, by path."""
        return [(p, t, d, u) for p, t, d, u in self._query("SELECT path, title, date, url FROM posts ORDER BY path")]

    def digests(self) -> dict[str, tuple[str, str]]:
        """Post path -> (SHA-256 of the file that was indexed, its url)."""
        return {path: (digest, url) for path, digest, url in self._query("SELECT path, digest, url FROM posts")}

    def dropped(self, reason: str | None = None, post: str | None = None) -> list[Dropped]:
        """What was left out, in post order, all of it or of one reason or one post."""
        wanted = [(c, v) for c, v in (("reason", reason), ("post", post)) if v is not None]
        where = " WHERE " + " AND ".join(f"{c} = ?" for c, _ in wanted) if wanted else ""
        sql = f"SELECT post, start_line, end_line, reason, text FROM dropped{where}"
        found = [Dropped(p, int(a), int(b), r, t) for p, a, b, r, t in self._query(sql, [v for _, v in wanted])]
        for left_out in chain(*self.left_out(post).values()):
            if reason is None or reason in left_out.reasons:
                found += (d for d in left_out if reason in (None, d.reason))
        return sorted(found, key=place_of)

    def left_out(self, post: str | None = None) -> dict[str, list[LeftOut]]:
        """By path of the post what each stage of cleaning left out of it, of all posts or of one."""
        where, args = ("", []) if post is None else (" WHERE post = ?", [post])
        sql = f"SELECT post, packed, reasons FROM left_out{where} ORDER BY post, stage"
        with self._lock, database.reading(self._path):
            rows = self._db.execute(sql, args).fetchall()
        found: defaultdict[str, list[LeftOut]] = defaultdict(list)
        for path, packed, reasons in rows:
            found[path].append(LeftOut(path, packed, json.loads(reasons)))
        return dict(found)

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """{"tags": [(name, posts)], "categories": [...], "authors": [...]}, most frequent first."""
        return {plural: list(names) for plural, names in self._facets.items()}

    @cached_property
    def _facets(self) -> dict[str, list[tuple[str, int]]]:
        """Kept, as every question may hold a tag."""
        sql = "SELECT name, count(*) AS n FROM labels WHERE kind = ? GROUP BY name ORDER BY n DESC, name"
        return {
            plural: [(name, int(n)) for name, n in self._query(sql, [kind])]
            for plural, kind in (("tags", "tag"), ("categories", "category"), ("authors", "author"))
        }

    def rows_matching(self, filters: Filters) -> Ids:
        """Sorted rows of the passages that pass the filters."""
        clauses, args = [], []
        for clause, value in (("day >= ?", filters.since), ("day <= ? AND day != ''", filters.until)):
            if value:
                clauses.append(clause)
                args.append(value)
        for kind, names in (("tag", filters.tags), ("category", filters.categories), ("author", filters.authors)):
            if names:
                marks = ",".join("?" * len(names))
                clauses.append(f"post IN (SELECT post FROM labels WHERE kind = '{kind}' AND name IN ({marks}))")
                args.extend(names)
        where = " WHERE " + " AND ".join(clauses) if clauses else ""
        rows = self._query(f"SELECT row FROM passages{where} ORDER BY row", args)
        return np.array([row for (row,) in rows], dtype=np.int64)


def _as_passage(columns: Sequence[str]) -> Passage:
    id_, text, title, heading, post, url, day, tags, categories, start, end, also_in, lang, *people = columns
    return Passage(
        id_, text, title, heading, post, url, day,
        _names(tags), _names(categories), int(start), int(end), _copies(also_in), lang, *map(_names, people),
    )  # fmt: skip


@lru_cache(maxsize=1000)
def _names(packed: str) -> tuple[str, ...]:
    """All passages of a post have the same tags, and few have copies."""
    return tuple(json.loads(packed))


@lru_cache(maxsize=1000)
def _copies(packed: str) -> tuple[Copy, ...]:
    return tuple(Copy(*copy) for copy in json.loads(packed))
