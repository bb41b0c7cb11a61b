"""From posts to the passages that are indexed: clean, mend, split, drop repeats. Composes; decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from rag.cleaning.boilerplate import keys_of, learn_boilerplate
from rag.cleaning.clean import clean_post
from rag.cleaning.cut_sentences import mend
from rag.cleaning.dedupe import Traces, drop_repeats, trace
from rag.cleaning.repeats import drop_restarts
from rag.cleaning.site_rules import SiteRules
from rag.cleaning.split import split_post
from rag.text.keys import digest
from rag.types import CleanPost, Dropped, Passage, Post, Progress, SplitPost, place_of

#: Characters of posts to clean from which a second process pays: it takes a second to start.
PARALLEL_FROM = 4_000_000
#: Posts handed to a process at a time.
BATCH = 25


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a build indexes, and what it left out and why."""

    passages: list[Passage]
    later: list[Dropped]  # what was left out when the cleaned posts were split and compared, in order
    cleaned: dict[str, CleanPost]  # by `cache_key`; may be handed to the next build
    traces: Traces = field(compare=False)  # of the passages before repeats were dropped; likewise

    @property
    def dropped(self) -> list[Dropped]:
        """All that was left out, in the order of the posts."""
        return sorted(chain(*(clean.dropped for clean in self.cleaned.values()), self.later), key=place_of)


def prepare(
    posts: Sequence[Post],
    rules: SiteRules | None = None,
    *,
    cached: Mapping[str, CleanPost] | None = None,
    traces: Traces | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """The passages of `posts`, in their order, and all that was left out.

    `cached` and `traces` are what an earlier call with the same rules returned. The result does not depend on them, nor
    on the number of processes.
    """
    cleaned = _clean_all(posts, rules or SiteRules(), cached or {}, progress)
    boilerplate = learn_boilerplate(cleaned)
    passages: list[Passage] = []
    later: list[Dropped] = []
    for i, (post, clean) in enumerate(zip(posts, cleaned, strict=True)):
        own = boilerplate if clean.keys is None else boilerplate.intersection(clean.keys)
        split = clean.split
        if split is None or split.boilerplate != own:
            made, left = split_post(post, clean.blocks, own)
            split = SplitPost(own, tuple(made), tuple(left))
            cleaned[i] = replace(clean, split=split)
        passages += split.passages
        later += split.dropped
    if progress:
        progress("repeats", 0, 0)
    passages, repeats, traces = drop_repeats(passages, trace(passages, traces))
    later = sorted(later + repeats, key=place_of)
    return Prepared(passages, later, dict(zip(map(cache_key, posts), cleaned, strict=True)), traces)


def cache_key(post: Post) -> str:
    """Names all that `clean_post` makes of a post: its file's bytes, its path and its title."""
    return digest(f"{post.path}\0{post.title}\0{post.digest}")


def _clean_all(
    posts: Sequence[Post], rules: SiteRules, cached: Mapping[str, CleanPost], progress: Progress | None
) -> list[CleanPost]:
    new = [post for post in posts if cache_key(post) not in cached]
    batches = [new[at : at + BATCH] for at in range(0, len(new), BATCH)]
    made: dict[str, CleanPost] = {}
    for batch, cleaned in zip(batches, _run(batches, rules), strict=True):
        made.update((post.path, clean) for post, clean in zip(batch, cleaned, strict=True))
        if progress:
            progress("clean", len(made), len(new))
    return [made[post.path] if post.path in made else cached[cache_key(post)] for post in posts]


def _run(batches: Sequence[Sequence[Post]], rules: SiteRules) -> Iterator[list[CleanPost]]:
    if sum(len(post.body) for batch in batches for post in batch) < PARALLEL_FROM:
        return (_clean_batch(batch, rules) for batch in batches)
    import joblib  # only where it is wanted: it takes as long to import as numpy

    # joblib's own processes: they need no `if __name__ == "__main__"` in the caller and fork no running threads.
    work = joblib.Parallel(n_jobs=2, return_as="generator")
    found: Iterator[list[CleanPost]] = work(joblib.delayed(_clean_batch)(batch, rules) for batch in batches)
    return found


def _clean_batch(posts: Sequence[Post], rules: SiteRules) -> list[CleanPost]:
    return [_clean(post, rules) for post in posts]


def _clean(post: Post, rules: SiteRules) -> CleanPost:
    """All that is done to a post by itself."""
    clean = clean_post(post, rules)
    blocks, cut = mend(post, clean.blocks)
    blocks, repeated = drop_restarts(post, blocks)
    done = CleanPost(tuple(blocks), (*clean.dropped, *cut, *repeated))
    return replace(done, keys=keys_of(done))
