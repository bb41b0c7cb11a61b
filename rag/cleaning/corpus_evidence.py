"""Which flaws of machines a blog shows, and so which repairs act on which of its posts.

A repair that is right for a blog that a machine wrote is wrong for one by people: they end without a full stop, say a
thing twice on purpose, write about machines. So each post is counted (`signs_of`), all counts are added up
(`CorpusEvidence`), and a repair acts on a post only where that shows its flaw. Pure: the same posts give the same
evidence in any order, and one post's counts are the same in any company, so that they can be kept.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rag.cleaning.chatter import reads_like_chatter
from rag.cleaning.glued import is_runaway
from rag.cleaning.stages import Signs
from rag.text.keys import sentence_key
from rag.text.sentences import ends_sentence, split_sentences
from rag.types import Block

#: What can be looked for, in the order of the report.
RESTARTS, CUTS, CHATTER = "restarts", "cut sentences", "machine chatter"
REPAIRS = (RESTARTS, CUTS, CHATTER)
#: What decides about each, in words; to be formatted with `CorpusEvidence.figures`.
WHY: Mapping[str, str] = {
    RESTARTS: "{restarting:,} of {posts:,} posts say two sentences or more again, in the same order",
    CUTS: "{begun_again:,} paragraphs break off in a sentence that stands whole elsewhere in the post; "
    "{stopped:.0%} of the paragraphs end with a full stop",
    CHATTER: "{chatter:,} blocks read like it; it counts only where posts begin their text again, as {restarting:,} do",
}
#: Letters of a sentence or a paragraph that tells anything: fewer recur by chance ("See the release notes.").
MIN_LETTERS = 20
#: Sentences that must recur together, in their order: one alone may be a refrain or the phrase of a form.
RUN = 2
#: A post restarts by itself if so many of its sentences, and this part of them, are in such runs. Of 1,830 posts by
#: people one has as many; of 300 by a machine 221.
MANY_AGAIN, PART_AGAIN = 5, 0.2
#: A blog is made by restarts if so many posts show any of it, and this part of them: .00 to .02 of five blogs by
#: people, .79 of a machine's.
MANY_POSTS, PART_POSTS = 3, 0.1
#: A loose end is a flaw only in a post whose paragraphs end with a full stop.
PART_STOPPED = 0.9


def signs_of(blocks: Sequence[Block]) -> Signs:
    """The counts of one post, from its blocks in order, as they were written."""
    keys: list[str] = []
    open_ends: list[str] = []  # the last sentence of each paragraph that breaks off
    paragraphs = stopped = runaway = 0
    for block, below in itertools.zip_longest(blocks, blocks[1:]):
        if block.kind != "text":
            continue
        own = [sentence_key(block.text[start:end]) for start, end in split_sentences(block.text)]
        keys += [key for key in own if len(key) >= MIN_LETTERS]
        runaway += is_runaway(block.text)
        leads_in = below is not None and below.kind not in ("text", "heading")
        if sum(map(len, own)) >= MIN_LETTERS and not leads_in:
            paragraphs += 1
            stopped += ends_sentence(block.text)
            if not ends_sentence(block.text):
                open_ends.append(own[-1])
    ordered = sorted(set(keys))
    return Signs(
        len(keys), _again(keys), paragraphs, stopped, sum(_begins_one(key, ordered) for key in open_ends), runaway,
        sum(reads_like_chatter(block) for block in blocks),
    )  # fmt: skip


def _again(keys: Sequence[str]) -> int:
    """How many of the sentences stand in a run of RUN that was there before."""
    seen: set[tuple[str, ...]] = set()
    again: set[int] = set()
    for at in range(len(keys) - RUN + 1):
        run = tuple(keys[at : at + RUN])
        if run in seen:
            again.update(range(at, at + RUN))
        seen.add(run)
    return len(again)


def _begins_one(key: str, ordered: Sequence[str]) -> bool:
    """Whether a longer one of the `ordered` keys begins with `key`."""
    at = bisect.bisect_right(ordered, key)
    return len(key) >= MIN_LETTERS and at < len(ordered) and ordered[at].startswith(key)


def _restarts(signs: Signs) -> bool:
    """Whether the post by itself shows that it was begun again."""
    return bool(signs.begun_again) or signs.again >= max(MANY_AGAIN, PART_AGAIN * signs.sentences)


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one repair is made, and why, in figures that a reader can check."""

    repair: str
    posts: int  # on which it acts; 0: it is not made
    why: str  # part of a sentence


@dataclass(frozen=True, slots=True)
class CorpusEvidence:
    """What all posts together show: sums of their signs, and of how many posts what is true."""

    posts: int = 0
    restarting: int = 0  # posts that begin any of their text again
    total: Signs = field(default_factory=Signs)  # of all posts
    acting: tuple[int, ...] = (0,) * len(REPAIRS)  # posts on which each of REPAIRS acts

    @property
    def by_machine(self) -> bool:
        """Whether posts begin their text again so often that it is how this blog is made."""
        return self.restarting >= max(MANY_POSTS, PART_POSTS * self.posts)

    def repairs(self, signs: Signs) -> frozenset[str]:
        """What is looked for in a post with these `signs`."""
        begins_again = bool(signs.again or signs.begun_again)
        if not (_restarts(signs) or self.by_machine):
            return frozenset()
        found = {RESTARTS} if begins_again else set()
        if signs.stopped + signs.begun_again >= PART_STOPPED * signs.paragraphs:
            found.add(CUTS)
        return frozenset(found | ({CHATTER} if signs.chatter else set()))

    @property
    def figures(self) -> dict[str, int | float]:
        """What WHY speaks of; `stopped` in [0, 1]."""
        stopped = self.total.stopped / max(1, self.total.paragraphs)
        return {
            "posts": self.posts, "restarting": self.restarting, "begun_again": self.total.begun_again,
            "stopped": stopped, "chatter": self.total.chatter,
        }  # fmt: skip

    def findings(self) -> list[Finding]:
        """What is made of the repairs and why, in the order of REPAIRS."""
        return [
            Finding(name, count, WHY[name].format(**self.figures))
            for name, count in zip(REPAIRS, self.acting, strict=True)
        ]

    def as_json(self) -> dict[str, object]:
        """For the index's manifest."""
        return {
            "posts": self.posts, "restarting": self.restarting, "total": asdict(self.total),
            "acting": dict(zip(REPAIRS, self.acting, strict=True)),
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: object) -> CorpusEvidence:
        """As `as_json` made it; of an index that has none, the evidence of no posts."""
        if not isinstance(stored, Mapping):
            return cls()
        acting = tuple(int(stored["acting"].get(name, 0)) for name in REPAIRS)
        return cls(stored["posts"], stored["restarting"], Signs(**stored["total"]), acting)


def learn_evidence(signs: Sequence[Signs]) -> CorpusEvidence:
    """The evidence of posts with these `signs`, in any order."""
    total: Counter[str] = Counter()
    for some in signs:
        total.update(asdict(some))
    restarting = sum(bool(some.again or some.begun_again) for some in signs)
    found = CorpusEvidence(len(signs), restarting, Signs(**total))
    acting = Counter(name for some in signs for name in found.repairs(some))
    return replace(found, acting=tuple(acting[name] for name in REPAIRS))
