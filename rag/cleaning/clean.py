"""What of a post is its text: small rules, each with a name, in a fixed order, every removal recorded.

Pure: one post in, one CleanPost out. Knows nothing about other posts, passages or repeats. Patterns here are few and
hold for any blog; what is special to one is learned from its posts (`rag.cleaning.boilerplate`) or told in its rule
file (`rag.cleaning.site_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from rag.cleaning.chatter import degenerate, machine_chatter, split_notes, writing_brief
from rag.cleaning.link_lists import link_list, promotion
from rag.cleaning.markdown import read_markdown
from rag.cleaning.pieces import Piece, sections
from rag.cleaning.site_rules import SiteRules
from rag.text.keys import is_title, letters
from rag.text.sentences import ends_sentence
from rag.types import Block, BlockKind, CleanPost, Dropped, Post

#: Characters of a removed block that the report shows.
SHOWN = 200

# Lines that divide a file and are not Markdown: "---END---", what git leaves in a conflict.
_MARKER_LINE = re.compile(
    r"^[ \t]*(?:[-=*_#~+]{2,}[ \t]*(?:END|EOF|BEGIN|START)[ \t]*[-=*_#~+]{2,}[^\w\n]{0,3}|(?-i:END|EOF)"
    r"|(?:<{7}|>{7}|\|{7})(?:[ \t][^\n]*)?|={7})[ \t]*$",
    re.M | re.I,
)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)
# Code in the template languages of Jekyll and Hugo: the same as a fence.
_HIGHLIGHT = re.compile(
    r"^[ \t]*\{(?:%-?\s{0,9}(?:end)?highlight\b[^%\n]{0,200}%"
    r"|\{[<%]\s{0,9}/?\s{0,9}highlight\b[^}\n]{0,200}\})\}[ \t]*$",
    re.M,
)

# Keys of front matter; the lines of a second one are read as one paragraph.
_FRONT_MATTER = re.compile(r"(?<![A-Za-z])(?:layout|title|date|categories|tags|author|excerpt|permalink|description): ")

_LENGTH_NOTE = re.compile(r"\s*[(（]\s*(?:約\s*)?\d{1,5}\s*(?:文字|字|characters?|words?)\s*[)）]\s*$", re.I)
_CONTINUED = re.compile(r"\s*[(（](?:続き|つづき|cont(?:inued|\.)?)[)）]\s*$", re.I)
_WORD = re.compile(r"[^\W_]")

Rule = Callable[[Sequence[Piece], Post, SiteRules], Iterable[int]]


def clean_post(post: Post, rules: SiteRules | None = None) -> CleanPost:
    """The blocks of `post` that are its text, in order, and a Dropped for each that is not. Pure and linear."""
    rules = rules or SiteRules()
    body, dropped = _without_markers(post)
    pieces: Sequence[Piece] = split_notes(read_markdown(body, post.body_line))
    for rule in RULES:
        gone = set(rule(pieces, post, rules))
        name = rule.__name__
        dropped += [_dropped(post, pieces[i], name) for i in sorted(gone)]
        pieces = [piece for i, piece in enumerate(pieces) if i not in gone]
    blocks = tuple(_block(piece) for piece in pieces)
    return CleanPost(tuple(block for block in blocks if block.text), tuple(sorted(dropped, key=lambda d: d.start_line)))


def _without_markers(post: Post) -> tuple[str, list[Dropped]]:
    """The body with marker lines blanked, so that they don't join what they divide; line numbers stay."""
    body, dropped = post.body, []
    if "highlight" in body:
        body = _HIGHLIGHT.sub("```", body)
    if not _MARKER_LINE.search(body):
        return body, []
    lines, fenced = body.split("\n"), False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and _MARKER_LINE.match(line):
            at = post.body_line + number
            dropped.append(Dropped(post.path, at, at, "marker", line.strip()[:SHOWN]))
            lines[number] = ""
    return "\n".join(lines), dropped


# --- the rules, in the order in which they are applied ------------------------------------------------------------


def marker(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Thematic breaks, and lines of nothing but signs."""
    for i, piece in enumerate(pieces):
        if piece.kind == "rule" or not (piece.kind == "hidden" or piece.images or _WORD.search(piece.text)):
            yield i


def no_text(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """What no reader sees: comments, scripts, template code, tags around nothing."""
    yield from (i for i, piece in enumerate(pieces) if piece.kind == "hidden")


def image_only(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Blocks that hold an image and no text."""
    yield from (i for i, piece in enumerate(pieces) if piece.images and not _WORD.search(piece.text))


def site_pattern(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Blocks in which one of the site's own patterns is found."""
    if rules.drop_patterns:
        yield from (i for i, piece in enumerate(pieces) if rules.drops(piece.text))


def site_section(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Sections under a heading that the site names."""
    unwanted = {letters(heading) for heading in rules.drop_sections}
    for start, end in sections(pieces):
        if unwanted and pieces[start].kind == "heading" and letters(pieces[start].text) in unwanted:
            level = pieces[start].level
            following = (j for j in range(end, len(pieces)) if pieces[j].kind == "heading" and pieces[j].level <= level)
            yield from range(start, next(following, len(pieces)))


def site_code(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Code blocks, if the site asks for it."""
    if not rules.keep_code:
        yield from (i for i, piece in enumerate(pieces) if piece.kind == "code")


def title_repeated(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """The title once more: as heading, in bold, in quotes, as a first line; most of it, unless that is a sentence."""
    title = letters(post.title)
    for i, piece in enumerate(pieces):
        short = len(piece.text) <= 2 * len(post.title) + 20 and piece.kind in ("heading", "text", "quote")
        own = letters(_LENGTH_NOTE.sub("", piece.text)) if title and short else ""
        says = piece.kind != "heading" and ends_sentence(piece.text)
        if own and (own == title or (not says and is_title(own, title))):
            yield i


def front_matter_in_body(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """A second block of front matter."""
    for i, piece in enumerate(pieces):
        if piece.kind != "code" and _FRONT_MATTER.match(piece.text) and len(_FRONT_MATTER.findall(piece.text)) >= 2:
            yield i


RULES: tuple[Rule, ...] = (
    marker, no_text, image_only, site_pattern, site_section, site_code, title_repeated, front_matter_in_body,
    machine_chatter, writing_brief, degenerate, promotion, link_list,
)  # fmt: skip


# --- helpers ------------------------------------------------------------------------------------------------------


def _block(piece: Piece) -> Block:
    text = piece.text.replace("\ufffd", "") if piece.kind != "code" else piece.text
    if piece.kind == "heading":
        text = _CONTINUED.sub("", _LENGTH_NOTE.sub("", text)).strip().rstrip(":：").strip(" ")
    return Block(cast(BlockKind, piece.kind), text, piece.start_line, piece.end_line, piece.level)


def _dropped(post: Post, piece: Piece, reason: str) -> Dropped:
    text = piece.text or ", ".join(piece.images)
    return Dropped(post.path, piece.start_line, piece.end_line, reason, text[:SHOWN])
