"""What is known of a post between the stages of cleaning, and kept for the next build.

Post -> CleanPost (alone) -> Traits -> all posts' -> Decided -> SplitPost
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.types import Block, Dropped, Passage


@dataclass(frozen=True, slots=True)
class Signs:
    """How far one post shows the flaws that machines leave: counts in its running text, lists and code aside."""

    sentences: int = 0  # long enough to tell
    again: int = 0  # of these, those in a run of sentences that the post has said before, word for word
    paragraphs: int = 0
    stopped: int = 0  # of these, those that end where a sentence may end
    begun_again: int = 0  # that break off in a sentence which stands whole elsewhere in the post
    runaway: int = 0  # longer than any paragraph that is meant as one, with the seams of several inside
    chatter: int = 0  # blocks of any kind that read like a writing machine speaking of its task


@dataclass(frozen=True, slots=True)
class Traits:
    """What of one post is needed to decide about the others."""

    signs: Signs
    edges: tuple[str, ...]  # keys of what stands at its beginning and at its end, see rag.cleaning.boilerplate
    suspects: tuple[str, ...]  # keys of its blocks that go if they recur, sorted


@dataclass(frozen=True, slots=True)
class CleanPost:
    """What the rules that need no other post kept of one post, in reading order, and what they left out."""

    blocks: Sequence[Block]
    dropped: Sequence[Dropped]
    traits: Traits | None = field(default=None, compare=False)  # None: not computed yet
    split: SplitPost | None = field(default=None, compare=False)  # None: not split yet


@dataclass(frozen=True, slots=True)
class Decided:
    """What all posts together decide about one."""

    repairs: frozenset[str] = frozenset()  # names of the flaws that are looked for in it
    gone: frozenset[str] = frozenset()  # keys of what in it is the site's, or recurs where only adverts do


@dataclass(frozen=True, slots=True)
class SplitPost:
    """The passages of one post before they are compared with others', and what that left out."""

    decided: Decided
    passages: tuple[Passage, ...]
    dropped: Sequence[Dropped]
    packed: bytes | None = field(default=None, compare=False)  # as kept, passages aside; None: not kept yet
