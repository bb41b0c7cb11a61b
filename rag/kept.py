"""What a generation keeps for the next build: every post as it was read and cleaned, without its body.

One SQLite file in the generation, covered by its manifest like the rest. Knows nothing about how posts are cleaned.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from rag import database
from rag.types import Block, CleanPost, Dropped, Post, Problem

FILE = "kept.sqlite"
_SCHEMA = "CREATE TABLE kept (path TEXT PRIMARY KEY, digest TEXT, title TEXT, post TEXT, problems TEXT, clean BLOB)"
_LEVEL = 1  # of zlib: a third of the size already, and the text is read at every build


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that was indexed, its body left empty, and what was reported about its file."""

    post: Post
    problems: tuple[Problem, ...]


def write_kept(
    folder: Path, posts: Sequence[Post], problems: Iterable[Problem], cleaned: Mapping[str, CleanPost | bytes]
) -> None:
    """Write the file into `folder`; `cleaned` is by path of the post, bytes being what `read_cleaned` gave.

    Raises OSError when the disk refuses.
    """
    by_path: dict[str, list[str]] = {}
    for problem in problems:
        if not problem.skipped:
            by_path.setdefault(problem.path, []).append(problem.reason)
    with database.writing(folder / FILE, _SCHEMA) as db:
        db.executemany(
            "INSERT INTO kept VALUES (?,?,?,?,?,?)",
            (
                (p.path, p.digest, p.title, _json(astuple(replace(p, body=""))), _json(by_path.get(p.path, [])),
                 c if isinstance(c := cleaned[p.path], bytes) else _packed(c))
                for p in posts
            ),
        )  # fmt: skip


def read_kept(folder: Path) -> dict[str, Kept]:
    """What is kept of each post, by its path; {} when the generation keeps nothing. Raises IndexDamaged."""
    found = {}
    for path, post, problems in _rows(folder, "SELECT path, post, problems FROM kept"):
        fields = json.loads(post)
        fields[4:6] = map(tuple, fields[4:6])
        found[path] = Kept(Post(*fields), tuple(Problem(path, r, skipped=False) for r in json.loads(problems)))
    return found


def read_cleaned(folder: Path, posts: Iterable[Post]) -> dict[str, bytes]:
    """By path, the cleaned form of those `posts` whose file and title are kept under whatever path. See `unpack`."""
    held = {(digest, title): clean for digest, title, clean in _rows(folder, "SELECT digest, title, clean FROM kept")}
    return {p.path: held[p.digest, p.title] for p in posts if (p.digest, p.title) in held}


def unpack(packed: bytes, path: str) -> CleanPost:
    """The cleaned form of the post at `path`."""
    blocks, dropped, keys = json.loads(zlib.decompress(packed))
    return CleanPost(tuple(Block(*b) for b in blocks), tuple(Dropped(path, *d) for d in dropped), tuple(keys))


def _packed(clean: CleanPost) -> bytes:
    blocks = [[b.kind, b.text, b.start_line, b.end_line, b.level] for b in clean.blocks]
    dropped = [[d.start_line, d.end_line, d.reason, d.text] for d in clean.dropped]
    return zlib.compress(_json([blocks, dropped, clean.keys or ()]).encode("utf-8", "surrogatepass"), _LEVEL)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    path = folder / FILE
    if not path.exists():
        return []
    db = database.connect(path)
    try:
        with database.reading(path):
            return db.execute(sql).fetchall()
    finally:
        db.close()
