"""Blocks that recur over the posts of one blog: footers, calls to action, author notes. Learned, not listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.text.keys import block_key
from rag.types import CleanPost

#: A block in this many posts, and in this part of them, is the blog's and not the post's.
MIN_POSTS = 4
MIN_SHARE = 0.01
#: A dropped text this long may have been shortened for the report.
MAX_SHOWN = 200


def keys_of(clean: CleanPost) -> tuple[str, ...]:
    """Keys of all in one post that may recur in others, sorted: its blocks, headings aside, and its promotions."""
    keys = {block_key(block.text) for block in clean.blocks if block.kind != "heading"}
    keys |= {block_key(d.text) for d in clean.dropped if d.reason == "promotion" and len(d.text) < MAX_SHOWN}
    return tuple(sorted(keys - {""}))


def learn_boilerplate(cleaned: Sequence[CleanPost]) -> frozenset[str]:
    """Keys of the blocks that recur over posts, headings aside. The order of the posts plays no part."""
    counts: Counter[str] = Counter()
    for post in cleaned:
        counts.update(keys_of(post) if post.keys is None else post.keys)
    least = max(MIN_POSTS, MIN_SHARE * len(cleaned))
    return frozenset(key for key, count in counts.items() if count >= least)
