"""From a folder of posts to a published generation of an index. Composes the build half; knows nothing about questions.

    posts/ -> load -> prepare (clean, split, dedupe) -> tokens, words, vectors -> the files of one generation

What was computed for a passage is taken over from the generation before, so that a build only computes what is new.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from rag.answering.calibration import HITS, MIDDLING, Calibration, calibrate
from rag.cleaning.prepare import Prepared, cache_key
from rag.cleaning.stages import CleanPost
from rag.errors import PostsError
from rag.indexing import arrays
from rag.indexing.arrays import Arrays
from rag.indexing.build_cache import write_cache
from rag.indexing.opened import LAYOUT, check_parts, open_parts
from rag.indexing.overview import FILE as MAP
from rag.indexing.overview import place_posts
from rag.indexing.plan import BuildReport, Plan, addresses, make_plan, pipeline_version
from rag.indexing.settings import Settings, as_json
from rag.indexing.takeover import TABLE, Previous, old_table, prepare_planned
from rag.indexing.vectors import choose_encoder, keep_ahead, known_vectors, vectors_of, waiting
from rag.models.adapt import MIN_PASSAGES, adapt
from rag.models.embed import StaticEncoder, save_table
from rag.retrieval.late_interaction import MAX_SHARE
from rag.retrieval.postings import carried_over, postings_of
from rag.retrieval.search import search
from rag.storage import generation
from rag.storage.array_files import write_array
from rag.storage.generation import Writer
from rag.storage.packed_rows import LeftOut
from rag.storage.passage_writer import write_store
from rag.types import Dropped, Encoder, Filters, Ids, Passage, Progress

_BYTES_PER_BYTE = 4  # of a generation for each of the posts: measured 3 to 6, most with many short passages
#: Part of the passages that may be new before an index is asked again what its scores mean.
RECALIBRATE = 0.1


def build(
    posts: Path, root: Path, asked: Settings, *, rebuild: bool = False, plan: bool = False, quick: bool = False,
    deepen: bool = False, allow_removals: bool = False, progress: Progress | None = None,
) -> BuildReport:  # fmt: skip
    """Bring the index in `root` up to date with the posts and publish it; with `plan` only say what would be done.

    Which model's vectors, and what is `quick`: `rag.indexing.vectors.choose_encoder`. The report's `shallow` says how
    many wait for `rag.indexing.deepen`; `deepen` publishes also when the posts are as they were. Raises PostsError when
    there is nothing to index, or so much is gone that it looks like a mistake, unless `allow_removals`; BusyError when
    another build is at work, StorageError when the disk refuses. The index that was there is then untouched.
    """
    clock = Clock(progress)
    with clock.stage("load"):
        planned = make_plan(posts, root, asked, rebuild=rebuild)
    if planned.report.guard and not (plan or allow_removals):
        raise PostsError(planned.report.guard)
    if plan or not (planned.needed or deepen):
        return _idle(planned, clock, root)
    with generation.writer(root, need_bytes=_BYTES_PER_BYTE * planned.total_bytes) as writer:
        if generation.in_use(root) != planned.in_use:  # another build came first
            planned = make_plan(posts, root, asked, rebuild=rebuild)
            if not (planned.needed or deepen):
                return _idle(planned, clock, root)
        return _publish(planned, writer, clock, root, quick=quick)


def _idle(planned: Plan, clock: Clock, root: Path) -> BuildReport:
    """The report of a build that changes nothing."""
    before = planned.before
    meta = before.meta if before else {}
    passages, dropped = int(meta.get("passages", 0)), dict(meta.get("dropped", {}))
    shallow = len(waiting(root, before)) if before else 0
    return replace(planned.report, passages=passages, dropped=dropped, shallow=shallow, seconds=clock.seconds)


class Clock:
    """Seconds by stage, and the stage's name to whoever watches."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is inside."""
        if self.progress:
            self.progress(name, 0, 0)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def _publish(planned: Plan, writer: Writer, clock: Clock, root: Path, *, quick: bool) -> BuildReport:
    """Compute what is new, write a generation and put it in use."""
    before, folder = planned.before, writer.path
    # SQLite, the tokenizer and numpy let go of the interpreter's lock, so a second thread has time of its own.
    with ThreadPoolExecutor(1) as other:
        loaded = other.submit(old_table, before, folder / TABLE)
        with clock.stage("clean"):
            prepared, standing = prepare_planned(planned, clock.progress)
        if not prepared.passages:
            raise PostsError(
                f"{planned.folder}: nothing was left of {len(planned.posts)} posts after cleaning; see what they hold"
            )
        static = _static(prepared.passages, planned, folder / TABLE, clock, loaded.result())
        old = Previous(before.path) if before and before.meta["static_model"] == static.name else None
        keys, source = arrays.keys_of(prepared.passages, old.arrays if old else None, standing)
        known = known_vectors(root, planned.vectors_of)
        encoder, shallow = choose_encoder(planned.settings.model, static, keys, known, quick=quick)
        if shallow:
            keep_ahead(root, keys, known)
        cleaned = {post.path: prepared.cleaned[cache_key(post)] for post in planned.posts}
        left_out = [
            [LeftOut.of(path, clean.dropped), LeftOut.of(path, clean.split.dropped if clean.split else ())]
            for path, clean in cleaned.items()
        ]
        stored = other.submit(_write_rows, planned, folder, prepared, left_out, cleaned, standing)
        with clock.stage("embed"):
            vectors, embedded = vectors_of(prepared.passages, keys, encoder, known, clock.progress)
            taken = old.arrays if old else None
            made = arrays.compute(prepared.passages, keys, vectors, static, taken, source, clock.progress)
        with clock.stage("write"):
            arrays.save(folder, made)
            arrays.save_traces(folder, prepared.traces)
            arrays.save_glosses(folder, made.glosses, before.path if before else None)
            _write_words(folder, made, source, old)
            _write_tokens(folder, made, source, old, static.vocab_size)
            _write_map(folder, planned, prepared, made)
            stored.result()
    with clock.stage("calibrate"):
        scale = _calibration(planned, folder, prepared.passages, int((source < 0).sum()), (encoder, static))
    report = replace(
        planned.report, passages=len(prepared.passages), embedded=embedded, shallow=shallow, seconds=clock.seconds,
        dropped=_reasons(prepared.later, chain(*left_out)),
    )  # fmt: skip
    with clock.stage("publish"):
        meta = _meta(planned, report, encoder, static) | scale | {"evidence": prepared.evidence.as_json()}
        writer.publish(meta, check=check_parts)
    return replace(report, seconds=clock.seconds)


def _write_rows(
    planned: Plan, folder: Path, prepared: Prepared, left_out: Sequence[Sequence[LeftOut]],
    cleaned: Mapping[str, CleanPost], standing: Ids,
) -> None:  # fmt: skip
    before = planned.before.path if planned.before else None
    write_store(folder, planned.posts, prepared.passages, prepared.later, left_out, standing, before)
    write_cache(folder, planned.posts, planned.report.problems, cleaned, prepared.passages)


def _reasons(dropped: Iterable[Dropped], left_out: Iterable[LeftOut]) -> dict[str, int]:
    """How often each reason occurs in both."""
    counts = Counter(d.reason for d in dropped)
    for some in left_out:
        counts.update(some.reasons)
    return dict(sorted(counts.items()))


def _static(
    passages: Sequence[Passage], planned: Plan, table: Path, clock: Clock, static: StaticEncoder | None
) -> StaticEncoder:
    """The static model, whose tokens the late leg has; a table adapted now is written to `table`."""
    if static is None:
        static = StaticEncoder.load()
        if planned.settings.adapt and len(passages) >= MIN_PASSAGES:
            with clock.stage("adapt"):
                save_table(table, *adapt(static, passages, progress=clock.progress))
            static = StaticEncoder.load(table=table)
    return static


def _write_map(folder: Path, planned: Plan, prepared: Prepared, made: Arrays) -> None:
    """Where each post lies on the page's map, by path."""
    paths = sorted(post.path for post in planned.posts)
    write_array(folder / MAP, place_posts(made.vectors, [p.post for p in prepared.passages], paths))


def _write_words(folder: Path, made: Arrays, source: Ids, old: Previous | None) -> None:
    names = made.words.names
    if old is None:
        postings = postings_of(made.words.rows, len(names))
    else:
        place = {name: i for i, name in enumerate(names)}
        now = np.array([place.get(name, -1) for name in old.arrays.words.names], np.int64)
        known = arrays.load_postings(old.path, "word")
        postings = carried_over(known, old.arrays.words.rows, made.words.rows, source, now, len(names))
    arrays.save_postings(folder, "word", postings)


def _write_tokens(folder: Path, made: Arrays, source: Ids, old: Previous | None, count: int) -> None:
    if old is None:
        postings = postings_of(made.tokens, count, MAX_SHARE)
    else:
        known = arrays.load_postings(old.path, "token")
        same = np.arange(count)
        postings = carried_over(known, old.arrays.tokens, made.tokens, source, same, count, MAX_SHARE)
    arrays.save_postings(folder, "token", postings)


def _calibration(
    planned: Plan, folder: Path, passages: Sequence[Passage], fresh: int, encoders: tuple[Encoder, StaticEncoder]
) -> dict[str, Any]:
    """What this index's scores mean for an answer: found by asking it, or known from before when little is new."""
    old = planned.before.meta if planned.before else {}
    new = fresh + int(old.get("new_since_calibration", 0))
    known = Calibration.from_json(old.get("calibration"))
    same_model = old.get("model") == encoders[0].name
    if known is not MIDDLING and same_model and new <= RECALIBRATE * len(passages):
        return {"calibration": known.as_json(), "new_since_calibration": new}
    parts = open_parts(folder, *encoders)
    found = calibrate(passages, lambda question: search(parts, question, HITS, Filters()))
    parts.store.close()
    return {"calibration": found.as_json(), "new_since_calibration": 0}


def _meta(planned: Plan, report: BuildReport, encoder: Encoder, static: StaticEncoder) -> dict[str, Any]:
    dates = sorted(p.date for p in planned.posts if p.date)
    return {
        "layout": LAYOUT,
        "pipeline": pipeline_version(),
        "settings": as_json(planned.settings),
        "addresses": addresses(planned.options),
        "site_url": planned.site_url,
        "folder": str(planned.folder.resolve()),  # where an owner's server finds the posts; shown to nobody else
        "model": encoder.name,
        "dim": encoder.dim,
        "base_model": static.base_name,
        "static_model": static.name,
        "posts": len(planned.posts),
        "passages": report.passages,
        "oldest": dates[0] if dates else "",
        "newest": dates[-1] if dates else "",
        "dropped": report.dropped,
        "problems": [asdict(p) for p in report.problems],
        "built": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": report.seconds,
    }
