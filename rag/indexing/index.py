"""The index as its users see it: build it, open it, search it. A thin face over `build`, `generation` and `search`.

An opened index is pinned to one complete, checked generation for as long as it lives; a later build doesn't touch it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rag.answering.calibration import Calibration
from rag.cleaning.corpus_evidence import CorpusEvidence
from rag.cleaning.site_rules import SiteRules
from rag.errors import IndexMismatch
from rag.indexing.build import build
from rag.indexing.deepen import build_deep
from rag.indexing.opened import LAYOUT, make_reader, open_parts, score_texts
from rag.indexing.plan import BuildReport
from rag.indexing.settings import DEFAULTS, Settings
from rag.indexing.takeover import TABLE
from rag.indexing.vectors import waiting
from rag.models.e5 import shipped_e5
from rag.models.embed import STATIC, StaticEncoder, load_encoder
from rag.retrieval.diversity import PER_POST
from rag.retrieval.filters import make_filters
from rag.retrieval.search import IndexParts, search
from rag.storage import generation
from rag.storage.generation import Generation
from rag.types import Dropped, Encoder, Filters, Hit, Passage, Progress, Reranker

DEFAULT_INDEX = "indexes/default"


class Index:
    """One generation of an index, opened for reading; safe to share between threads."""

    def __init__(self, opened: Generation, parts: IndexParts, report: BuildReport | None = None) -> None:
        self.generation, self.parts = opened, parts
        self.reader = make_reader(parts)  # for `evidence` and `answer`
        self.calibration = Calibration.from_json(opened.manifest["meta"].get("calibration"))
        self.cleaning_evidence = CorpusEvidence.from_json(opened.manifest["meta"].get("evidence"))
        self.report = report  # of the build that was just done; None for an index that was only opened

    def __len__(self) -> int:
        return len(self.parts.store)

    def close(self) -> None:
        """Let go of the files."""
        self.parts.store.close()

    def search(
        self, question: str, k: int = 5, *, since: str | None = None, until: str | None = None,
        tags: Iterable[str] | None = None, categories: Iterable[str] | None = None, per_post: int | None = PER_POST,
        authors: Iterable[str] | None = None,
    ) -> list[Hit]:  # fmt: skip
        """The passages that fit the question best, best first, at most `k`; at most `per_post` of one post among the
        first five.

        Days are inclusive: "2025-09-01", "2025-09" or "2025". A passage passes when its post has any of the tags, any
        of the categories and any of the authors or translators. Raises InputError for an empty or overlong question,
        k < 1, or an unknown filter.
        """
        return self.search_filtered(question, k, make_filters(since, until, tags, categories, authors), per_post)

    def search_filtered(self, question: str, k: int, filters: Filters, per_post: int | None = PER_POST) -> list[Hit]:
        """As `search`, with filters already made."""
        return search(self.parts, question, k, filters, per_post)

    def openings(self, filters: Filters, k: int) -> list[Passage]:
        """At most k passages that pass: what their posts begin with, by path, then what comes second, and so on."""
        rows = self.parts.store.rows_matching(filters)
        posts = self.parts.posts[rows]
        places = np.arange(len(rows)) - np.searchsorted(posts, posts)
        return self.parts.store.get(rows[np.lexsort((rows, places))][:k].tolist())

    def score_sentences(self, question: str, sentences: Sequence[str]) -> list[float]:
        """How much of the question each sentence meets, in [0, 1], by late interaction."""
        return score_texts(self.parts, question, sentences)

    def posts(self) -> list[tuple[str, str, str, str]]:
        """(path, title, date, url) of every post, by path."""
        return self.parts.store.posts()

    def passages(self) -> Iterator[Passage]:
        """Every passage, by post and place in it."""
        return self.parts.store.all()

    def post_passages(self, path: str) -> list[Passage]:
        """What was kept of one post, in its order; [] for an unknown path."""
        return self.parts.store.of_post(path)

    def dropped(self, reason: str | None = None, post: str | None = None) -> list[Dropped]:
        """What cleaning and de-duplication left out, of one reason or one post or altogether."""
        return self.parts.store.dropped(reason, post)

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """{"tags": [(name, number of posts)], "categories": [...]}, most frequent first."""
        return self.parts.store.facets()

    def _depth(self) -> dict[str, int] | None:
        """How many passages the transformer has embedded, of how many; None for an index of another model."""
        if self.generation.meta["settings"]["model"] != DEFAULTS.model:
            return None
        waits = len(waiting(self.generation.path.parent, self.generation))
        return {"passages": len(self) - waits, "of": len(self)}

    def status(self) -> dict[str, Any]:
        """Generation, counts, model, sizes, dates, drops by reason and problem files of this generation."""
        meta = self.generation.manifest["meta"]
        files = self.generation.manifest["files"]
        return {
            "generation": self.generation.id,
            **{key: meta[key] for key in ("built", "posts", "passages", "oldest", "newest", "model", "dim")},
            "adapted": "+adapted" in meta["static_model"],
            "deep": self._depth(),
            "bytes": sum(entry["size"] for entry in files.values()),
            "dropped": meta["dropped"],
            "repairs": {finding.repair: finding.posts for finding in self.cleaning_evidence.findings()},
            "problems": meta["problems"],
            "settings": meta["settings"],
            "site_url": meta["site_url"],
        }


def build_index(
    posts: str | Path, index: str | Path = DEFAULT_INDEX, *, model: str | None = None, adapt: bool | None = None,
    permalink: str | None = None, drafts: bool | None = None, future: bool | None = None,
    rules: SiteRules | None = None, main_lang: str | None = None, site_url: str | None = None, rebuild: bool = False,
    quick: bool = False, allow_removals: bool = False, progress: Progress | None = None,
) -> Index:  # fmt: skip
    """Build the index of a folder of posts, or bring it up to date, and open it; `Index.report` says what was done.

    `model` is a sentence-transformers model by name or path, or "builtin"; `adapt` fits the built-in one to these
    posts; `rules` are a site's own for cleaning (`rag.cleaning.site_rules`); posts in `main_lang` have no language in
    their addresses, which begin with `site_url` where they are linked to. What is None is as the index was built
    before, or else the default. `rebuild` takes nothing computed over; `quick` leaves out the transformer's vectors,
    which take minutes for a large blog, for a later build; `allow_removals` is needed when many posts are gone. Raises
    the errors of `rag.errors`.
    """
    asked = Settings(model, adapt, permalink, drafts, future, rules, main_lang, site_url)
    make = partial(build, quick=True) if quick else build_deep
    report = make(Path(posts), Path(index), asked, rebuild=rebuild, allow_removals=allow_removals, progress=progress)
    return open_index(index, report=report)


def open_index(
    index: str | Path = DEFAULT_INDEX, *, report: BuildReport | None = None, like: Index | None = None,
    reranker: Reranker | None = None,
) -> Index:  # fmt: skip
    """Open the generation in use, after checking every file of it against its checksum.

    `reranker` reorders the best passages of every search (`rag.models.rerank`). Models that `like`, an open index,
    holds already are shared with it. Raises IndexMissing, IndexDamaged, or IndexMismatch when it was built with another
    built-in model than this one's, or laid out by another version.
    """
    return generation.open_current(Path(index), lambda found: _open(index, found, report, like, reranker))


def _open(
    index: str | Path, found: Generation, report: BuildReport | None, like: Index | None, reranker: Reranker | None
) -> Index:
    meta = found.manifest["meta"]
    layout = meta.get("layout", 1)
    if layout != LAYOUT:
        older = "an older" if layout < LAYOUT else "a newer"
        raise IndexMismatch(
            f"{index} was built by {older} version of this program (layout {layout}, this one reads {LAYOUT}); "
            "run `rag build` on the posts again"
        )
    static = _static(found, like)
    if static.base_name != meta["base_model"]:
        raise IndexMismatch(
            f"{index} was built with the model {meta['base_model']}, this version ships {static.base_name}; "
            "run `rag build` on the posts again"
        )
    model = meta["settings"]["model"]
    encoder: Encoder = static
    if meta["model"] != static.name and model == DEFAULTS.model:
        encoder = shipped_e5()
    elif model not in (DEFAULTS.model, STATIC):
        shared = like is not None and like.generation.manifest["meta"]["settings"]["model"] == model
        encoder = like.parts.encoder if like and shared else load_encoder(model)
    if (encoder.name, encoder.dim) != (meta["model"], meta["dim"]):
        raise IndexMismatch(
            f"{index} was built with {meta['model']} ({meta['dim']} dimensions), the model at hand is {encoder.name} "
            f"({encoder.dim}); run `rag build --rebuild` on the posts"
        )
    if reranker is None and like:
        reranker = like.parts.reranker
    return Index(found, replace(open_parts(found.path, encoder, static), reranker=reranker), report)


def _static(found: Generation, like: Index | None) -> StaticEncoder:
    """The built-in model with the generation's own table, if it has one."""
    if like and like.parts.tokens.name == found.manifest["meta"]["static_model"]:  # the name holds the table's hash
        return like.parts.tokens
    table = found.path / TABLE
    return StaticEncoder.load(table=table if table.exists() else None)
