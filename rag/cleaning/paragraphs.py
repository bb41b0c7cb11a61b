"""From the lines of one paragraph to pieces: what of it is a heading, an item of a list, running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.cleaning.inline import Line, join_lines
from rag.cleaning.pieces import LOOKALIKE_LEVEL, Piece, PieceKind
from rag.text.sentences import ends_sentence, split_sentences

#: A longer bold line is a sentence that its author stresses; real headings of Japanese blogs rarely pass 60.
MAX_LOOKALIKE = 80

# 【…】 around a whole line, and signs that Japanese authors set before a heading.
_LOOKALIKE_MARK = re.compile(r"^[■◆●▼▲□◇★☆▶►]\s*(?=\S)|^(?=【[^【】]{1,40}】$)")
_TIGHT_HEADING = re.compile(r"^(#{2,6})(?=[^\s#])")  # "##見出し", which CommonMark takes for text
_BULLET = re.compile(
    r"^[・･•‣◦○◯][ \u3000]*(?=\S)|^(?=[①-⑳㋐-㋾]|[(（]\d{1,2}[)）])"
)  # list items that Markdown takes for text
_STOP = re.compile(r"[。．！？!?]")
_ASKED = "？?"


def paragraph(lines: Sequence[Line], kind: PieceKind, start: int, depth: int = 0, marker: str = "") -> Iterator[Piece]:
    """The pieces of a paragraph whose first line is `start`, divided where a line looks like a heading or an item.

    `depth` and `marker` are those of the list it stands in. What is struck out or hidden in it comes as a piece, too.
    """
    run: list[Line] = []
    for line, following in zip(lines, [*lines[1:], Line()], strict=True):
        if line.gone:
            yield Piece("hidden", " ".join(line.gone), start + line.offset, start + line.offset)
        title = lookalike(line) if kind == "text" and not _in_sentence(run, line, following) else ""
        bullet = _BULLET.match(line.text) if kind == "text" else None
        if (title or bullet) and run:
            yield prose(run, kind, start, depth, marker)
            run = []
        if title:
            at = start + line.offset
            yield Piece("heading", title, at, at, LOOKALIKE_LEVEL, line.link_chars, tuple(line.links))
        elif bullet:
            item = replace(line, text=line.text[bullet.end() :])
            yield prose([item], "list", start, 1, "- " if bullet.end() else "")
        else:
            run.append(line)
    if run and any(line.text or line.images for line in run):
        yield prose(run, kind, start, depth, marker)


def prose(lines: Sequence[Line], kind: PieceKind, start: int, depth: int, marker: str) -> Piece:
    """Lines that belong together as one piece."""
    text = join_lines(lines)
    return Piece(
        kind,
        "  " * (depth - 1) + marker + text if text else "",
        start + lines[0].offset,
        start + lines[-1].offset,
        depth,
        sum(line.link_chars for line in lines),
        tuple(link for line in lines for link in line.links),
        tuple(image for line in lines for image in line.images),
    )


def _in_sentence(before: Sequence[Line], line: Line, following: Line) -> bool:
    """Whether a sentence goes through this line, which its author wrapped before or behind it."""
    above = next((other for other in reversed(before) if other.text), None)
    goes_on = following.text[:1].islower() or following.text[:1] in (",", ";", "、", "，")
    return bool(above and not above.hard and not ends_sentence(above.text)) or (goes_on and not line.hard)


def lookalike(line: Line) -> str:
    """The text of a line that looks like a heading, else "": a bold question may be one, a bold statement is none."""
    marked = _LOOKALIKE_MARK.match(line.text) or _TIGHT_HEADING.match(line.text)
    if not (line.bold or marked) or len(line.text) > MAX_LOOKALIKE or line.text[-1] in "。．.!！":
        return ""
    if marked and _STOP.search(line.text[:-1]):
        return ""
    ends = [line.text[end - 1] for _, end in split_sentences(line.text)[:-1]]
    if any(end not in _ASKED for end in ends):  # "Is it safe? What the makers say" is a heading all the same
        return ""
    return line.text[marked.end() if marked else 0 :]
