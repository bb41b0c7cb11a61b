"""Paragraphs that lost their line breaks: divided again, and the title or a heading taken off their front.

Only for posts of which it is known that they were pasted or generated in pieces (`rag.cleaning.corpus_evidence`): a
sentence of a person's may well begin with the words of its heading. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.cleaning.chatter import without_note
from rag.text.keys import MIN_OPENING, is_title, letters
from rag.text.sentences import ends_sentence
from rag.types import Block, Dropped, Post

#: A longer paragraph, with seams inside, is several.
RUNAWAY = 600
#: A title or heading that was glued to the paragraph below it ends within so many characters.
MAX_GLUED = 160
#: A title of fewer letters may be the first words of a sentence.
MIN_NAME = 4

_SEAM = re.compile(r"(?<=[。！？!?」）]) (?=\S)")
_GLUE = re.compile(r"[ \u3000\n]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def is_runaway(text: str) -> bool:
    """Whether a paragraph is several that lost their line breaks: too long for one, with a seam inside."""
    return len(text) > RUNAWAY and bool(_CJK.search(text)) and bool(_SEAM.search(text))


def divided(blocks: Sequence[Block]) -> Iterator[Block]:
    """`blocks`, the runaway paragraphs as those they were: divided where a space follows a Japanese full stop."""
    for block in blocks:
        if block.kind == "text" and is_runaway(block.text):
            yield from (replace(block, text=text) for text in _SEAM.split(block.text) if text.strip())
        else:
            yield block


def without_titles(post: Post, blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped]]:
    """`blocks` without the title where it stands once more, in part too, or at the front of a paragraph; and what went.

    A heading at the front of a paragraph goes too. A block that is most of the title stays if it is a sentence.
    """
    title, titled = letters(post.title), False
    names = [title, *(letters(b.text) for b in blocks if b.kind == "heading" and not _is_most_of(b, post.title))]
    known, openings = {n for n in names if len(n) >= MIN_NAME}, {n[:3] for n in names if len(n) >= MIN_NAME}
    out, dropped = [], []
    for block in blocks:
        text, glued = block.text, 0
        start = letters(text[:12])
        says = block.kind != "heading" and ends_sentence(text)
        if block.kind in ("heading", "text", "quote") and _is_most_of(block, post.title) and not says:
            glued = len(text)
        elif block.kind == "text" and (start[:3] in openings or start[:MIN_OPENING] in title):
            ends = [found.start() for found in _GLUE.finditer(text, 0, MAX_GLUED)]
            fronts = [(end, letters(text[:end])) for end in [*ends, len(text)] if end <= MAX_GLUED]
            glued = max((end for end, front in fronts if front in known), default=0)
            if not glued and fronts and is_title(fronts[-1][1], title):
                glued, titled = len(text) if titled else 0, True
        if glued:
            dropped.append(Dropped(post.path, block.start_line, block.end_line, "title_repeated", text[:glued][:200]))
        if rest := text[glued:].strip() if glued else text:
            out.append(replace(block, text=rest) if glued else block)
    return out, dropped


def _is_most_of(block: Block, title: str) -> bool:
    short = len(block.text) <= 2 * len(title) + 20
    return bool(title) and short and is_title(letters(without_note(block.text)), letters(title))
