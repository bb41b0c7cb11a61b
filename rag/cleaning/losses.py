"""What may have been lost: of all that was left out, that of which the words stand in no passage.

A repeat, a title or the cut copy of a sentence is said elsewhere; an advertisement is not, nor is a line that a rule
took by mistake. So whoever looks for mistakes begins here. Works on what the index keeps; knows no rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.cleaning.reasons import ALWAYS
from rag.cleaning.shingles import shingles_of
from rag.text.keys import sentence_key
from rag.types import Dropped, Passage

#: Part of the shingles of what was left out that have to stand in passages for it to be said elsewhere.
SAID = 0.6
_TABLE = np.uint32(1 << 24)
#: Reasons for which nothing is left out that is not said elsewhere, sentence by sentence, or that has no words.
_SURE = ALWAYS | {"image_only", "repeated_in_post", "repeated_in_posts", "cut_repeated"}


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of the files that hold text: how many, and how many may have been lost, and for which reasons."""

    text: int = 0
    lost: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> float:
        """Share in [0, 1]; 1 for no text."""
        return 1 - self.lost / self.text if self.text else 1.0


def unsure(passages: Iterable[Passage], dropped: Sequence[Dropped]) -> list[Dropped]:
    """Those of `dropped` of which the words stand in no passage, title or heading, in their order."""
    asked = [d for d in dropped if d.reason not in _SURE]
    shingles = shingles_of([sentence_key(d.text) for d in asked], sample=1)
    wanted = np.unique(shingles.values)
    if not len(wanted):
        return []
    likely = np.zeros(_TABLE, bool)  # tells nearly all shingles of the passages apart from those wanted
    likely[wanted % _TABLE] = True
    found = np.zeros(len(wanted), bool)
    texts = (sentence_key(text) for p in passages for text in (p.text, p.context))
    for some in _batches(texts):
        hashes = shingles_of(some, sample=1).values
        hashes = hashes[likely[hashes % _TABLE]]
        at = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
        found[at[wanted[at] == hashes]] = True
    said = found[np.searchsorted(wanted, shingles.values)]
    counts = np.diff(shingles.offsets)
    owners = np.repeat(np.arange(len(asked)), counts)
    shares = np.bincount(owners, said, len(asked)) / np.maximum(1, counts)
    return [d for d, count, share in zip(asked, counts, shares, strict=True) if count and share < SAID]


def lines_by_post(
    passages: Iterable[Passage], dropped: Iterable[Dropped], lost: Iterable[Dropped]
) -> dict[str, Lines]:  # fmt: skip
    """By path of each post that has text, the lines of it. `lost` are those `unsure`."""
    text: defaultdict[str, set[int]] = defaultdict(set)
    for p in passages:
        text[p.post].update(range(p.start_line, p.end_line + 1))
    for d in dropped:
        if d.reason not in ALWAYS:
            text[d.post].update(range(d.start_line, d.end_line + 1))
    gone: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for d in lost:
        gone[d.post].update(dict.fromkeys(range(d.start_line, d.end_line + 1), d.reason))
    return {
        post: Lines(len(lines), len(gone[post]), dict(Counter(gone[post].values())))
        for post, lines in sorted(text.items())
    }


def all_lines(by_post: Iterable[Lines]) -> Lines:
    """The sum."""
    by_post = list(by_post)
    reasons: Counter[str] = Counter()
    for lines in by_post:
        reasons.update(lines.reasons)
    return Lines(sum(x.text for x in by_post), sum(x.lost for x in by_post), dict(sorted(reasons.items())))


def _batches(texts: Iterable[str], size: int = 1_000_000) -> Iterable[list[str]]:
    batch: list[str] = []
    held = 0
    for text in texts:
        batch.append(text)
        held += len(text)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
