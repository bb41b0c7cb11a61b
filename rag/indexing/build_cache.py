"""What a generation keeps for the next build: every post as it was read, cleaned and split, without its
body.

One SQLite file in the generation, covered by its manifest like the rest. Knows nothing about how posts are cleaned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any

from rag.cleaning.stages import CleanPost, Decided, Signs, SplitPost, Traits
from rag.storage import database
from rag.storage.packed_rows import PackedRows, pack, unpack
from rag.types import Block, Dropped, Passage, Post, Problem

FILE = "kept.sqlite"
_SCHEMA = (
    "CREATE TABLE kept "
    "(path TEXT PRIMARY KEY, digest TEXT, title TEXT, post TEXT, problems TEXT, blocks BLOB, split BLOB, "
    "passages BLOB)"  # NULL where they are those that are indexed, as they are of nearly all posts
)

_FIELDS = tuple(field.name for field in fields(Post))
#: id, text, heading, day, first and last line of a passage.
Row = tuple[str, str, str, str, int, int]


@dataclass(frozen=True, slots=True)
class CachedPost:
    """A post that was indexed, its body left empty, and what was reported about its file."""

    post: Post
    problems: tuple[Problem, ...]


def write_cache(
    folder: Path, posts: Sequence[Post], problems: Iterable[Problem], cleaned: Mapping[str, CleanPost],
    indexed: Iterable[Passage],
) -> None:  # fmt: skip
    """Write the file into `folder`; `cleaned` is by path of the post. Passages that were `indexed` as they were split
    are left to `read_cleaned`'s `rows`. Raises OSError when the disk refuses.
    """
    ids: dict[str, list[str]] = {}
    for passage in indexed:
        ids.setdefault(passage.post, []).append(passage.id)
    by_path: dict[str, list[str]] = {}
    for problem in problems:
        if not problem.skipped:
            by_path.setdefault(problem.path, []).append(problem.reason)
    with database.writing(folder / FILE, _SCHEMA) as db:
        db.executemany(
            "INSERT INTO kept VALUES (?,?,?,?,?,?,?,?)",
            (
                (p.path, p.digest, p.title, _json(_without_body(p)), _json(by_path.get(p.path, [])),
                 _packed_blocks(cleaned[p.path].blocks), *_packed_split(cleaned[p.path], ids.get(p.path, [])))
                for p in posts
            ),
        )  # fmt: skip


def read_cache(folder: Path) -> dict[str, CachedPost]:
    """What is kept of each post, by its path; {} when the generation keeps nothing. Raises IndexDamaged."""
    found = {}
    for path, post, problems in _rows(folder, "SELECT path, post, problems FROM kept"):
        named = dict(zip(_FIELDS, json.loads(post), strict=True))
        named |= {name: tuple(named[name]) for name in ("tags", "categories", "authors", "translators")}
        found[path] = CachedPost(Post(**named), tuple(Problem(path, r, skipped=False) for r in json.loads(problems)))
    return found


def read_cleaned(
    folder: Path, posts: Iterable[Post], left_out: Mapping[str, Sequence[Sequence[Dropped]]],
    rows: Mapping[str, Sequence[Row]],
) -> dict[str, CleanPost]:  # fmt: skip
    """By path, the cleaned form of those `posts` whose file and title are kept under whatever path.

    `left_out`, when each was cleaned and when it was split, and the `rows` of the passages that are indexed, are by the
    path at the time. How a post was split is known only if it still has that path.
    """
    kept = _rows(folder, "SELECT digest, title, path, blocks, split, passages FROM kept")
    held = {(digest, title): (path, *packed) for digest, title, path, *packed in kept}
    found = {}
    for post in posts:
        if (post.digest, post.title) in held:
            path, blocks, split, own = held[post.digest, post.title]
            passages = rows.get(path, ()) if own is None else unpack(own)
            found[post.path] = _cleaned(post, path, blocks, split, passages, left_out[path])
    return found


def _cleaned(
    post: Post, path: str, blocks: bytes, packed: bytes, passages: Sequence[Row],
    left_out: Sequence[Sequence[Dropped]],
) -> CleanPost:  # fmt: skip
    signs, edges, suspects, repairs, gone = unpack(packed)
    traits = Traits(Signs(*signs), tuple(edges), tuple(suspects))
    cleaned, later = left_out
    if path != post.path:
        renamed = tuple(replace(d, post=post.path) for d in cleaned)
        return CleanPost(PackedRows(blocks, Block), renamed, traits)
    split = SplitPost(
        Decided(frozenset(repairs), frozenset(gone)),
        tuple(
            Passage(
                id_,
                text,
                post.title,
                heading,
                path,
                post.url,
                day,
                post.tags,
                post.categories,
                start,
                end,
                lang=post.lang,
                authors=post.authors,
                translators=post.translators,
            )
            for id_, text, heading, day, start, end in passages
        ),
        later,
        packed,
    )
    return CleanPost(PackedRows(blocks, Block), cleaned, traits, split)


def _without_body(p: Post) -> tuple[object, ...]:
    """The fields of Post in their order. Not `astuple`: it copies every value, in a tenth of a second for 1,500."""
    return tuple("" if name == "body" else getattr(p, name) for name in _FIELDS)


def _packed_blocks(blocks: Sequence[Block]) -> bytes:
    if isinstance(blocks, PackedRows):
        return blocks.packed
    return pack([(b.kind, b.text, b.start_line, b.end_line, b.level, b.suspect) for b in blocks])


def _packed_split(clean: CleanPost, indexed: list[str]) -> tuple[bytes, bytes | None]:
    """What is known of a post and decided about it, and its passages unless they are those with the ids `indexed`."""
    split = clean.split or SplitPost(Decided(), (), ())
    passages = None
    if [p.id for p in split.passages] != indexed:
        passages = pack([(p.id, p.text, p.heading, p.date, p.start_line, p.end_line) for p in split.passages])
    if split.packed is not None:
        return split.packed, passages
    traits = clean.traits or Traits(Signs(), (), ())
    decided = split.decided
    values = [astuple(traits.signs), traits.edges, traits.suspects, sorted(decided.repairs), sorted(decided.gone)]
    return pack(values), passages


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
