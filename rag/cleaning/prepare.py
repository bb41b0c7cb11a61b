"""From posts to the passages that are indexed. Composes; decides nothing itself.

Each post is cleaned by itself; what all of them show decides which repairs act on which post and what of it is the
blog's (`Decided`); then each is repaired and split, and posts that say the same are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

from rag.cleaning.boilerplate import edges_of, learn_boilerplate, suspects_of, without
from rag.cleaning.clean import clean_post
from rag.cleaning.corpus_evidence import RESTARTS, CorpusEvidence, learn_evidence, signs_of
from rag.cleaning.dedupe import Traces, drop_repeats, trace
from rag.cleaning.repair import repair
from rag.cleaning.site_rules import SiteRules
from rag.cleaning.split import split_post
from rag.cleaning.stages import CleanPost, Decided, SplitPost, Traits
from rag.text.keys import digest
from rag.types import Dropped, Passage, Post, Progress, place_of

T = TypeVar("T")
S = TypeVar("S")

#: Characters of posts to clean from which a second process pays: it takes a second to start.
PARALLEL_FROM = 4_000_000
#: Posts handed to a process at a time.
BATCH = 25


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a build indexes, and what it left out and why."""

    passages: list[Passage]
    later: list[Dropped]  # what was left out when the posts were compared, in order
    cleaned: dict[str, CleanPost]  # by `cache_key`; may be handed to the next build
    traces: Traces = field(compare=False)  # of the passages before repeats were dropped; likewise
    evidence: CorpusEvidence = field(default_factory=CorpusEvidence)

    @property
    def dropped(self) -> list[Dropped]:
        """All that was left out, in the order of the posts."""
        split = (clean.split.dropped for clean in self.cleaned.values() if clean.split)
        return sorted(chain(*(clean.dropped for clean in self.cleaned.values()), *split, self.later), key=place_of)


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
    rules = rules or SiteRules()
    cleaned = _clean_all(posts, rules, cached or {}, progress)
    evidence, decided = _decide(posts, cleaned, rules)
    cleaned = _split_all(posts, cleaned, decided, rules, progress)
    if progress:
        progress("repeats", 0, 0)
    passages = [passage for clean in cleaned if clean.split for passage in clean.split.passages]
    restarting = {post.path for post, its in zip(posts, decided, strict=True) if RESTARTS in its.repairs}
    passages, later, traces = drop_repeats(passages, trace(passages, traces), restarting, rules.off)
    return Prepared(passages, later, dict(zip(map(cache_key, posts), cleaned, strict=True)), traces, evidence)


def cache_key(post: Post) -> str:
    """Names all that `clean_post` makes of a post: its file's bytes, its path and its title."""
    return digest(f"{post.path}\0{post.title}\0{post.digest}")


def _decide(
    posts: Sequence[Post], cleaned: Sequence[CleanPost], rules: SiteRules
) -> tuple[CorpusEvidence, list[Decided]]:  # fmt: skip
    """What all posts show, and what follows for each."""
    traits = [clean.traits or _traits(clean) for clean in cleaned]
    evidence = learn_evidence([some.signs for some in traits])
    gone = learn_boilerplate(posts, traits, edges="boilerplate" not in rules.off)
    return evidence, [Decided(evidence.repairs(t.signs), keys) for t, keys in zip(traits, gone, strict=True)]


def _traits(clean: CleanPost) -> Traits:
    return Traits(signs_of(clean.blocks), edges_of(clean.blocks), suspects_of(clean.blocks))


def _clean_all(
    posts: Sequence[Post], rules: SiteRules, cached: Mapping[str, CleanPost], progress: Progress | None
) -> list[CleanPost]:
    new = [post for post in posts if cache_key(post) not in cached]
    made: dict[str, CleanPost] = {}
    for post, clean in _run(_clean, new, sum(len(post.body) for post in new), rules):
        made[post.path] = clean
        if progress and (len(made) % BATCH == 0 or len(made) == len(new)):
            progress("clean", len(made), len(new))
    return [made[post.path] if post.path in made else cached[cache_key(post)] for post in posts]


def _split_all(
    posts: Sequence[Post], cleaned: Sequence[CleanPost], decided: Sequence[Decided], rules: SiteRules,
    progress: Progress | None,
) -> list[CleanPost]:  # fmt: skip
    """`cleaned`, each of them split as was `decided`; those that are split so already are only passed on."""
    done = list(cleaned)
    new = [i for i, clean in enumerate(cleaned) if clean.split is None or clean.split.decided != decided[i]]
    tasks = [(replace(posts[i], body=""), cleaned[i], decided[i]) for i in new]
    size = sum(len(block.text) for i in new for block in cleaned[i].blocks)
    for n, (i, (_, split)) in enumerate(zip(new, _run(_split, tasks, size, rules), strict=True), 1):
        done[i] = replace(cleaned[i], split=split)
        if progress and (n % BATCH == 0 or n == len(new)):
            progress("clean", n, len(new))
    return done


def _run(
    work: Callable[[S, SiteRules], T], tasks: Sequence[S], size: int, rules: SiteRules
) -> Iterator[tuple[S, T]]:  # fmt: skip
    """Each task with what `work` makes of it, in order; in two processes if they hold enough characters for that."""
    batches = [tasks[at : at + BATCH] for at in range(0, len(tasks), BATCH)]
    if size < PARALLEL_FROM:
        return ((task, work(task, rules)) for task in tasks)
    import joblib  # only where it is wanted: it takes as long to import as numpy

    # joblib's own processes: they need no `if __name__ == "__main__"` in the caller and fork no running threads.
    pool = joblib.Parallel(n_jobs=2, return_as="generator")
    found: Iterator[list[T]] = pool(joblib.delayed(_batch)(work, batch, rules) for batch in batches)
    return (
        (task, made) for batch, some in zip(batches, found, strict=True) for task, made in zip(batch, some, strict=True)
    )


def _batch(work: Callable[[S, SiteRules], T], batch: Sequence[S], rules: SiteRules) -> list[T]:
    return [work(task, rules) for task in batch]


def _clean(post: Post, rules: SiteRules) -> CleanPost:
    """All that can be done to a post before the others are known."""
    clean = clean_post(post, rules)
    return replace(clean, traits=_traits(clean))


def _split(task: tuple[Post, CleanPost, Decided], rules: SiteRules) -> SplitPost:
    """All that is done to a post by itself once the others are known."""
    post, clean, decided = task
    blocks, site = without(clean.blocks, decided.gone)
    dropped = [Dropped(post.path, b.start_line, b.end_line, reason, b.text[:200]) for b, reason in site]
    blocks, mended = repair(post, blocks, decided.repairs, rules.off)
    left_out = [] if "empty_heading" in rules.off else [*clean.dropped, *dropped, *mended]
    passages, empty = split_post(post, blocks, left_out)
    return SplitPost(decided, tuple(passages), tuple(sorted([*dropped, *mended, *empty], key=place_of)))
