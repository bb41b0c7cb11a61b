"""Keeps an index up to date while its posts are edited: looks at the folder, waits until it is quiet, builds, deepens.

Time stamps and sizes only say when to look; what has changed is decided by content (`rag.indexing.plan`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from rag.errors import RagError
from rag.indexing import last_failure
from rag.indexing.build import build
from rag.indexing.deepen import deepen
from rag.indexing.plan import BuildReport
from rag.indexing.settings import Settings
from rag.posts.load import find_posts
from rag.types import Progress

EVERY = 1.0  # seconds between two looks, some 20 ms for 1,500 posts
#: An editor or a checkout writes several files: a build waits until two looks see the same, but not longer than this.
PATIENCE = 30.0
#: Without a visible change the posts are compared all the same this often: one may have come due.
RECHECK = 300.0
RETRY = 60.0  # seconds until a build that failed is tried again

Look = dict[str, tuple[int, ...]]


def watch(
    posts: Path, root: Path, asked: Settings, *, built: Callable[[BuildReport], None],
    failed: Callable[[RagError], None], stop: threading.Event, quick: bool = False, allow_removals: bool = False,
    progress: Progress | None = None, every: float = EVERY,
) -> None:  # fmt: skip
    """Build now, and again whenever the posts change, until `stop` is set; while they don't, deepen unless `quick`.

    `built` gets the first report and each of a build that changed something or met other problems than the one before;
    `failed` gets the errors of later builds, which leave the index as it was. Raises what the first build raises.
    """

    def build_now() -> BuildReport:
        return build(posts, root, asked, quick=quick, allow_removals=allow_removals, progress=progress)

    def deepen_now() -> BuildReport | None:
        changed = lambda: stop.is_set() or _look(posts) != seen  # noqa: E731
        return deepen(posts, root, asked, stop=changed, allow_removals=allow_removals, progress=progress)

    seen = _look(posts)
    first = build_now()
    last_failure.clear(root)
    built(first)
    shallow, problems = bool(first.shallow), first.problems
    due = time.monotonic() + RECHECK
    while not stop.wait(every):
        now = _look(posts)
        idle = now == seen and time.monotonic() < due
        if idle and (quick or not shallow):
            continue
        if not idle:
            seen = _quiet(posts, now, stop, every)
            if stop.is_set():
                return
        try:
            report = deepen_now() if idle else build_now()
        except RagError as error:
            last_failure.note(root, error)
            failed(error)
            due, shallow = time.monotonic() + RETRY, False  # the build then tells anew
            continue
        due = time.monotonic() + RECHECK
        last_failure.clear(root)
        shallow = report is None or bool(report.shallow)  # None: the posts changed while it was at work
        if report and (idle or report.anything_changed or report.problems != problems):
            built(report)
        problems = report.problems if report else problems


def _quiet(posts: Path, now: Look, stop: threading.Event, every: float) -> Look:
    """The folder as two looks in a row see it, or as it is when patience ends."""
    until = time.monotonic() + PATIENCE
    while not stop.wait(every) and time.monotonic() < until:
        before, now = now, _look(posts)
        if now == before:
            break
    return now


def _look(posts: Path) -> Look:
    """What tells without reading that a post was written; {} when the folder can't be listed, which `build` reports."""
    try:
        found, _ = find_posts(posts)
    except RagError:
        return {}
    look: Look = {}
    for name, path in found:
        try:
            s = path.lstat()
        except OSError:  # gone since it was listed
            continue
        look[name] = (s.st_mtime_ns, s.st_ctime_ns, s.st_size, s.st_ino)  # ctime: an edit can't set it back
    return look
