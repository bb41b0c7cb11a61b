"""The blocks of a post before any rule has looked at them, and how rules walk over them. Knows no Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.types import Block

#: "rule" is a thematic break; "hidden" is what no reader sees: comments, scripts, template code.
PieceKind = Literal["heading", "text", "list", "table", "code", "quote", "rule", "hidden"]

#: Level of a line that only looks like a heading: below h1 to h6.
LOOKALIKE_LEVEL = 7


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of a post, markup removed. Lines are 1-based in the file."""

    kind: PieceKind
    text: str  # of a rule or hidden piece: its source
    start_line: int
    end_line: int
    level: int = 0  # of a heading: 1-6, or LOOKALIKE_LEVEL; of a list item: its depth from 1
    link_chars: int = 0  # characters of `text` inside links
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()  # alternative texts


def sections(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Index ranges from one heading to the next; the first may have no heading. Empty for no pieces."""
    starts = [0] + [i for i, piece in enumerate(pieces) if piece.kind == "heading" and i]
    if pieces:
        yield from zip(starts, [*starts[1:], len(pieces)], strict=True)


def runs(pieces: Sequence[Piece | Block], kind: PieceKind) -> Iterator[tuple[int, int]]:
    """Index ranges of neighbours of one kind."""
    start = None
    for i in range(len(pieces) + 1):
        inside = i < len(pieces) and pieces[i].kind == kind
        if inside and start is None:
            start = i
        elif not inside and start is not None:
            yield start, i
            start = None
