"""From an index that is usable to one that is deep: the transformer's vectors, computed beside it while it answers.

    embed what is missing, newest posts first, each batch kept on the disk -> build once more, with all of them

Any end, a Ctrl-C or a shutdown, costs the batch in hand: the next call goes on. Readers and other builds never wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import BusyError
from rag.indexing.arrays import text_of
from rag.indexing.build import build
from rag.indexing.plan import BuildReport
from rag.indexing.settings import Settings
from rag.indexing.vectors import embed, row_keys, waiting
from rag.models.e5 import shipped_e5
from rag.storage import disk, generation
from rag.storage.disk_errors import writing
from rag.storage.generation import Generation
from rag.storage.passage_store import PassageStore
from rag.storage.vector_log import VectorLog
from rag.types import Encoder, Progress

_LOCK = "VECTORS.lock"
_BATCH = 64  # passages between two writes: a second of two cores


def deepen(
    posts: Path, root: Path, asked: Settings, *, stop: Callable[[], bool] = lambda: False,
    allow_removals: bool = False, progress: Progress | None = None,
) -> BuildReport | None:  # fmt: skip
    """Embed what the index in `root` lacks, then build with it: the report of that build, or None if `stop` said so.

    `stop` is asked after every batch. Posts that came meanwhile are taken in. Raises what `build` raises, and BusyError
    when another process is at the same.
    """
    encoder = shipped_e5()
    with _alone(root):
        while _embed_ahead(root, encoder, stop, progress):
            if progress:
                progress("publish", 0, 0)
            report = build(posts, root, asked, deepen=True, allow_removals=allow_removals)
            if not report.shallow:  # else so many posts came meanwhile that they are embedded ahead too
                VectorLog(root, encoder.name).remove()
                return report
    return None


def build_deep(
    posts: Path, root: Path, asked: Settings, *, rebuild: bool = False, allow_removals: bool = False,
    progress: Progress | None = None,
) -> BuildReport:  # fmt: skip
    """`build`, and then `deepen` where the transformer's vectors are to come: the report of both together.

    The index can be searched once the first is done. Raises what either raises.
    """
    first = build(posts, root, asked, rebuild=rebuild, allow_removals=allow_removals, progress=progress)
    if not first.shallow:
        return first
    deep = deepen(posts, root, asked, allow_removals=allow_removals, progress=progress)
    assert deep, "nothing stops it"
    return replace(
        deep, new=first.new, changed=first.changed, removed=first.removed, unchanged=first.unchanged,
        embedded=first.shallow, anew=first.anew, options=first.options, seconds=first.seconds | deep.seconds,
    )  # fmt: skip


def _embed_ahead(root: Path, encoder: Encoder, stop: Callable[[], bool], progress: Progress | None) -> bool:
    """Whether the vectors of all passages of the index in use are there now, in it or in the log."""
    log = VectorLog(root, encoder.name)
    keys, texts = generation.open_current(root, lambda found: _newest_first(root, found))
    for at in range(0, len(texts), _BATCH):
        some = slice(at, at + _BATCH)
        log.append(keys[some], embed(texts[some], encoder))
        if progress:
            progress("deepen", min(at + _BATCH, len(texts)), len(texts))
        if stop():
            return False
    return True


def _newest_first(root: Path, found: Generation) -> tuple[NDArray[np.uint64], list[str]]:
    """Key and text of each passage that waits; each text once."""
    rows = waiting(root, found)
    store = PassageStore(found.path)
    passages = store.get(rows.tolist())
    store.close()
    order = sorted(range(len(rows)), key=lambda i: passages[i].date, reverse=True)
    keys = row_keys(found)[rows]
    once = list({keys[i].tobytes(): i for i in reversed(order)}.values())[::-1]
    return keys[once], [text_of(passages[i]) for i in once]


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    with writing(root):
        lock = disk.locked(root / _LOCK, wait=False)
    try:
        with lock:
            yield
    except BlockingIOError as error:
        holder = f"process {error.strerror}" if error.strerror else "another process"
        raise BusyError(f"{holder} is embedding the passages of {root} already; wait for it, or end it") from None
