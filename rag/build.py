"""From a folder of posts to a published generation of an index. Composes the build half; knows nothing about questions.

    posts/ -> load -> prepare (clean, split, dedupe) -> tokens, words, vectors -> the files of one generation

What was computed for a passage is taken over from the generation before, so that a build only computes what is new.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import sudachipy

from rag import arrays, generation
from rag.adapt import MIN_PASSAGES, adapt
from rag.arrays import Arrays
from rag.calibrate import HITS, calibrate
from rag.embed import StaticEncoder, load_encoder, save_table
from rag.errors import PostsError, UnusableIndex
from rag.generation import Generation
from rag.late import document_frequency
from rag.lexical import build_lexical
from rag.load import load_posts
from rag.parts import make_reader, open_parts
from rag.prepare import Prepared, prepare
from rag.search import search
from rag.store import PassageStore, write_store
from rag.types import Encoder, Filters, Passage, Post, Problem, Progress

#: Raised by one whenever a stage makes something else of the same input: older generations are then not taken over.
PIPELINE = 1
TABLE = "table.safetensors"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a build was asked for; kept with the index."""

    model: str | None = None  # None: the built-in one
    adapt: bool = True
    permalink: str | None = None
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do. Post paths are sorted."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    passages: int = 0
    embedded: int = 0  # passages that were not taken over from the generation before
    dropped: dict[str, int] = field(default_factory=dict)  # by reason
    seconds: dict[str, float] = field(default_factory=dict)  # by stage

    @property
    def anything_changed(self) -> bool:
        """Whether the posts differ from those of the generation in use."""
        return bool(self.new or self.changed or self.removed)


def build(
    posts: Path, root: Path, settings: Settings, *, rebuild: bool = False, plan: bool = False,
    progress: Progress | None = None,
) -> BuildReport:  # fmt: skip
    """Bring the index in `root` up to date with the posts and publish it; with `plan` only say what would be done.

    Raises PostsError when there is nothing to index, BusyError when another build is at work, StorageError when the
    disk refuses; the index that was there is then untouched.
    """
    clock = Clock(progress)
    with clock.stage("load"):
        loaded, problems = load_posts(posts, permalink=settings.permalink, drafts=settings.drafts)
    if not loaded:
        why = f" ({problems[0].path}: {problems[0].reason})" if problems else ""
        raise PostsError(f"{posts} holds no post that can be indexed{why}; give a folder of Markdown files (*.md)")
    before = None if rebuild else _previous(root, settings)
    report = _compare(loaded, problems, before)
    if plan or (before and not report.anything_changed):
        meta = before.meta if before else {}
        passages, dropped = int(meta.get("passages", 0)), dict(meta.get("dropped", {}))
        return replace(report, passages=passages, dropped=dropped, seconds=clock.seconds)
    with generation.writer(root, need_bytes=4 * sum(len(p.body) for p in loaded)) as writer:
        with clock.stage("clean"):
            prepared = prepare(loaded, progress=progress)
        if not prepared.passages:
            raise PostsError(f"{posts}: nothing was left of {len(loaded)} posts after cleaning; see what they hold")
        encoder, static = _encoders(prepared.passages, settings, before, writer.path / TABLE, clock)
        old = arrays.load(before.path) if before and before.meta["static_model"] == static.name else None
        with clock.stage("embed"):
            made, embedded = arrays.compute(prepared.passages, encoder, static, old, progress)
        with clock.stage("write"):
            write_store(writer.path, loaded, prepared.passages, prepared.dropped)
            arrays.save_glosses(writer.path, prepared.passages)
            _write_arrays(writer.path, made, static.vocab_size)
        with clock.stage("calibrate"):
            calibration = _calibrate(writer.path, prepared.passages, encoder, static)
        report = replace(
            report, passages=len(prepared.passages), embedded=embedded, seconds=clock.seconds,
            dropped=dict(sorted(Counter(d.reason for d in prepared.dropped).items())),
        )  # fmt: skip
        with clock.stage("publish"):
            meta = _meta(loaded, prepared, report, settings, encoder, static)
            writer.publish(meta | {"calibration": calibration})
    return replace(report, seconds=clock.seconds)


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


def _previous(root: Path, settings: Settings) -> Generation | None:
    """The generation in use, if a build with these settings can take over from it."""
    try:
        found = generation.open_verified(root)
    except UnusableIndex:
        return None  # nothing there, or damaged: everything is made again
    meta = found.manifest["meta"]
    same = meta.get("pipeline") == pipeline_version() and meta.get("settings") == asdict(settings)
    return found if same and meta.get("base_model") == StaticEncoder.load().name else None


def pipeline_version() -> str:
    """Names everything outside the posts that decides what a build makes of them, the model aside."""
    return f"{PIPELINE}/sudachi {sudachipy.__version__}"


def _compare(posts: Sequence[Post], problems: Sequence[Problem], before: Generation | None) -> BuildReport:
    known: dict[str, tuple[str, str]] = {}
    if before:
        store = PassageStore(before.path)
        known = store.digests()
        store.close()
    now = {p.path: (p.digest, p.url) for p in posts}
    return BuildReport(
        new=tuple(sorted(now.keys() - known.keys())),
        changed=tuple(sorted(path for path in now.keys() & known.keys() if now[path] != known[path])),
        removed=tuple(sorted(known.keys() - now.keys())),
        unchanged=sum(now[path] == known[path] for path in now.keys() & known.keys()),
        problems=tuple(problems),
    )


def _encoders(
    passages: Sequence[Passage], settings: Settings, before: Generation | None, table: Path, clock: Clock
) -> tuple[Encoder, StaticEncoder]:
    """The encoder of the dense leg and the static one of the late leg; an adapted table is written to `table`.

    The table of the generation before is kept: adapting anew would change every vector for a few new posts.
    """
    static = StaticEncoder.load()
    if before and (before.path / TABLE).exists():
        table.write_bytes((before.path / TABLE).read_bytes())
        static = StaticEncoder.load(table=table)
    elif settings.adapt and len(passages) >= MIN_PASSAGES:
        with clock.stage("adapt"):
            save_table(table, *adapt(static, passages, progress=clock.progress))
        static = StaticEncoder.load(table=table)
    builtin = settings.model in (None, "builtin")
    return (static if builtin else load_encoder(settings.model)), static


def _write_arrays(folder: Path, made: Arrays, token_count: int) -> None:
    arrays.save(folder, made)
    words = [made.words.row(i) for i in range(len(made.words))]
    for name, array in build_lexical(words, len(made.vocabulary)).items():
        np.save(folder / f"bm25_{name}.npy", array, allow_pickle=False)
    df = document_frequency(made.tokens.values, made.tokens.offsets, token_count)
    np.save(folder / "token_df.npy", df, allow_pickle=False)


def _calibrate(
    folder: Path, passages: Sequence[Passage], encoder: Encoder, static: StaticEncoder
) -> dict[str, list[float]]:
    """What this index's scores mean for an answer, found by asking it."""
    parts = open_parts(folder, encoder, static)
    found = calibrate(passages, lambda question: search(parts, question, HITS, Filters()), make_reader(parts))
    parts.store.close()
    return found.as_json()


def _meta(
    posts: Sequence[Post], prepared: Prepared, report: BuildReport, settings: Settings, encoder: Encoder,
    static: StaticEncoder,
) -> dict[str, Any]:  # fmt: skip
    dates = sorted(p.date for p in posts if p.date)
    return {
        "pipeline": pipeline_version(),
        "settings": asdict(settings),
        "model": encoder.name,
        "dim": encoder.dim,
        "base_model": static.base_name,
        "static_model": static.name,
        "posts": len(posts),
        "passages": len(prepared.passages),
        "oldest": dates[0] if dates else "",
        "newest": dates[-1] if dates else "",
        "dropped": report.dropped,
        "problems": [asdict(p) for p in report.problems],
        "built": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": report.seconds,
    }
