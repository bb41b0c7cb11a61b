"""What a build takes over from the generation before: posts as they were cleaned, arrays, the adapted table.

Everything here only saves time: a build without it gives the same bytes, the table aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np

from rag.cleaning.prepare import Prepared, cache_key, prepare
from rag.indexing import arrays
from rag.indexing.build_cache import Row, read_cleaned
from rag.indexing.plan import Plan
from rag.models.embed import StaticEncoder
from rag.storage.generation import Generation
from rag.storage.passage_store import PassageStore
from rag.types import Ids, Passage, Progress

TABLE = "table.safetensors"


class Previous:
    """The arrays of the generation before, and where its other files are."""

    def __init__(self, path: Path) -> None:
        self.path, self.arrays = path, arrays.load(path)


def prepare_planned(planned: Plan, progress: Progress | None) -> tuple[Prepared, Ids]:
    """What is to be indexed; what the generation before keeps is taken over. Of each passage also the row that it has
    there, if its post is as it was, else -1.
    """
    before, rules = planned.before, planned.settings.rules
    if before is None:
        prepared = prepare(planned.posts, rules, progress=progress)
        return prepared, np.full(len(prepared.passages), -1)
    store = PassageStore(before.path)
    rows, digests = store.rows_by_post(), store.digests()
    kept = read_cleaned(before.path, planned.posts, store.left_out(), rows)
    store.close()
    cached = {cache_key(post): kept[post.path] for post in planned.posts if post.path in kept}
    traces = arrays.load_traces(before.path)
    prepared = prepare(planned.posts, rules, cached=cached, traces=traces, progress=progress)
    same = {post.path for post in planned.posts if digests.get(post.path, ("",))[0] == post.digest}
    return prepared, _standing(prepared.passages, same, rows)


def _standing(passages: Sequence[Passage], same: set[str], before: Mapping[str, Sequence[Row]]) -> Ids:
    """For each passage of a post whose file is the `same` its row, if the post gave these very passages `before`."""
    firsts = dict(zip(before, np.cumsum([0, *map(len, before.values())]).tolist(), strict=False))
    standing, start = np.full(len(passages), -1), 0
    for path, group in groupby(passages, attrgetter("post")):
        now = [(p.id, p.date, p.start_line, p.end_line) for p in group]
        if path in same and now == [(id_, *place) for id_, _, _, *place in before.get(path, ())]:
            standing[start : start + len(now)] = firsts[path] + np.arange(len(now))
        start += len(now)
    return standing


def old_table(before: Generation | None, table: Path) -> StaticEncoder | None:
    """The model with the adapted table of the generation before, which is copied to `table`; None if it has none.

    It is kept: adapting anew would change every vector for a few new posts.
    """
    if before is None or not (before.path / TABLE).exists():
        return None
    table.write_bytes((before.path / TABLE).read_bytes())
    return StaticEncoder.load(table=table)
