"""From posts to the passages that are indexed: clean, mend, split, drop repeats. Composes; decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.boilerplate import learn_boilerplate
from rag.clean import clean_post
from rag.dedupe import drop_repeats
from rag.mend import mend
from rag.rules import SiteRules
from rag.split import split_post
from rag.types import CleanPost, Dropped, Passage, Post, Progress


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a build indexes, and what it left out and why."""

    passages: list[Passage]
    dropped: list[Dropped]
    cleaned: dict[str, CleanPost]  # by post path; may be handed to the next build


def prepare(
    posts: Sequence[Post],
    rules: SiteRules | None = None,
    *,
    cached: Mapping[str, CleanPost] | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """The passages of `posts`, in their order. `cached` holds, by post digest, what `clean_post` made of it before."""
    rules, cached = rules or SiteRules(), cached or {}
    cleaned: dict[str, CleanPost] = {}
    for done, post in enumerate(posts):
        cleaned[post.path] = cached.get(post.digest) or clean_post(post, rules)
        if progress:
            progress("clean", done + 1, len(posts))
    boilerplate = learn_boilerplate(list(cleaned.values()))
    passages: list[Passage] = []
    dropped: list[Dropped] = []
    for post in posts:
        blocks, mended = mend(post.path, cleaned[post.path].blocks)
        made, left = split_post(post, blocks, boilerplate)
        passages += made
        dropped += [*cleaned[post.path].dropped, *mended, *left]
    passages, repeats = drop_repeats(passages)
    return Prepared(passages, dropped + repeats, cleaned)
