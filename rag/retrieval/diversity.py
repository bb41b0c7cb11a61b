"""From ranked rows to the hits that are shown: one story per near-repeat, several posts among the first.

Knows nothing about how the rows were ranked.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from rag.types import Hit, Passage

#: Passages of one post among the first hits of a result. Those who ask for more hits than that want what else there
#: is, and the post that fits best often holds it: a limit on all ten costs .09 of hit@10 (`bench/LOG.md`).
PER_POST, FIRST = 2, 5
_SHINGLE, _PROBES = 8, 16  # characters; shingles looked for before all are compared
#: Two hits of which this share of shingles is common tell one story; the better one stays.
SAME_STORY = 0.7

Ranked = tuple[int, float, dict[str, float]]  # row, score, scores by leg
Read = Callable[[Sequence[int]], Sequence[Passage]]  # passages of these rows, in this order


def diversified(
    read: Read, ranked: Iterable[Ranked], k: int, per_post: int | None
) -> list[Hit]:  # fmt: skip
    """The first k that don't repeat a better one; of the FIRST hits at most `per_post` are of one post.

    What that holds back comes after these, with no higher a score than what was put before it; if the other posts have
    too little for FIRST hits, it stays out.
    """
    hits: list[Hit] = []
    texts: list[str] = []
    from_post: Counter[str] = Counter()
    waiting: list[tuple[Ranked, Passage]] = []

    def take(item: Ranked, passage: Passage) -> None:
        text = "".join(unicodedata.normalize("NFKC", passage.text).lower().split())  # all white space out
        if len(hits) < 100 and any(_same_story(text, other) for other in texts):
            return
        texts.append(text)
        from_post[passage.post] += 1
        score = min(item[1], hits[-1].score if hits else 1.0)
        hits.append(Hit(passage, score, item[2]))

    for item, passage in _read(read, ranked, k + FIRST):
        if len(hits) < FIRST and per_post is not None and from_post[passage.post] >= per_post:
            waiting.append((item, passage))
            continue
        take(item, passage)
        if len(hits) == FIRST:
            while waiting and len(hits) < k:
                take(*waiting.pop(0))
        if len(hits) >= k:
            break
    return hits


def _read(read: Read, ranked: Iterable[Ranked], batch: int) -> Iterator[tuple[Ranked, Passage]]:
    left = iter(ranked)
    while some := list(islice(left, batch)):
        yield from zip(some, read([row for row, _, _ in some]), strict=True)


def _same_story(a: str, b: str) -> bool:
    """Whether more than SAME_STORY of the shingles of the text that has fewer are in the other too."""
    short, long = sorted((a, b), key=len)
    places = range(0, max(1, len(short) - _SHINGLE + 1), max(1, len(short) // _PROBES))
    # Looked for first, as that tells nearly all texts apart at a tenth of the cost.
    left = (1 - SAME_STORY / 2) * len(places)
    for i in places:
        if short[i : i + _SHINGLE] not in long:
            left -= 1
            if left < 0:
                return False
    ours, theirs = _shingles(a), _shingles(b)
    return len(ours & theirs) / max(1, min(len(ours), len(theirs))) > SAME_STORY


@lru_cache(maxsize=64)
def _shingles(text: str) -> frozenset[str]:
    ends = range(_SHINGLE, max(_SHINGLE, len(text)) + 1)
    return frozenset(map(text.__getitem__, map(slice, range(len(ends)), ends)))
