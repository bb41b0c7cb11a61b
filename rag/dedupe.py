"""Passages that say what another already says, over the whole corpus.

First exact repeats, then near ones: passages that share shingles are candidates, and one is dropped only when the other
holds each of its sentences. The fullest stays and lists the others' posts in `also_in`. Knows nothing about posts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.text import sentence_key
from rag.types import Copy, Dropped, Passage


def drop_repeats(passages: Sequence[Passage]) -> tuple[list[Passage], list[Dropped]]:
    """`passages` without those that another holds, order kept, and a Dropped for each that went."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, passage in enumerate(passages):
        groups[sentence_key(passage.text)].append(i)
    dropped: list[Dropped] = []
    also: dict[int, tuple[Copy, ...]] = {}
    gone: set[int] = set()
    for members in groups.values():
        first, rest = members[0], members[1:]
        gone.update(rest)
        copies = {}
        for i in rest:
            p = passages[i]
            here = p.post == passages[first].post
            dropped.append(
                Dropped(
                    p.post, p.start_line, p.end_line, "repeated_in_post" if here else "repeated_in_posts", p.text[:200]
                )
            )
            if not here:
                copies[p.post] = Copy(p.post, p.url, p.date)
        if copies:
            also[first] = tuple(copies.values())
    kept = [replace(p, also_in=also[i]) if i in also else p for i, p in enumerate(passages) if i not in gone]
    return kept, dropped
