"""Mends what machines leave in one post, as far as `Decided` says that it is to be looked for. Composes; pure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from rag.cleaning.chatter import divided_notes, machine_chatter, without_note, writing_brief
from rag.cleaning.corpus_evidence import CHATTER, CUTS, RESTARTS
from rag.cleaning.cut_sentences import mend
from rag.cleaning.glued import divided, without_titles
from rag.cleaning.repeats import drop_restarts, drop_twins
from rag.types import Block, Dropped, Post


def repair(
    post: Post, blocks: Sequence[Block], repairs: Container[str], off: Container[str] = frozenset()
) -> tuple[list[Block], list[Dropped]]:  # fmt: skip
    """`blocks` after the `repairs` named, in order, and what went, in order of its lines.

    A paragraph that stands word for word twice in a row is pasted twice, whoever wrote it.

    Reasons that are `off` drop nothing.
    """
    blocks, dropped = list(blocks), []
    if CHATTER in repairs:
        blocks, gone = _without_chatter(post, blocks, off)
        dropped += gone
    if CUTS in repairs:
        blocks = list(divided(blocks))
        if "title_repeated" not in off:
            blocks, gone = without_titles(post, blocks)
            dropped += gone
        blocks, gone = mend(post, blocks, off)
        dropped += gone
    if "repeated_in_post" not in off:
        blocks, gone = drop_restarts(post, blocks) if RESTARTS in repairs else drop_twins(post, blocks)
        dropped += gone
    return blocks, sorted(dropped, key=lambda d: d.start_line)


def _without_chatter(post: Post, blocks: list[Block], off: Container[str]) -> tuple[list[Block], list[Dropped]]:
    dropped: list[Dropped] = []
    blocks = divided_notes(blocks)
    for rule in (machine_chatter, writing_brief):
        name = rule.__name__
        gone = set() if name in off else set(rule(blocks))
        dropped += [
            Dropped(post.path, b.start_line, b.end_line, name, b.text[:200])
            for b in map(blocks.__getitem__, sorted(gone))
        ]
        blocks = [block for i, block in enumerate(blocks) if i not in gone]
    return [replace(b, text=without_note(b.text)) if b.kind == "heading" else b for b in blocks], dropped
