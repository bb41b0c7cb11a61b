"""What of a post is its text: small rules, each with a name, in a fixed order, every removal recorded.

Pure: one post in, one CleanPost out. Knows nothing about other posts, passages or repeats. Patterns here are few and
hold for any blog; what is special to one is learned from its posts (`rag.cleaning.boilerplate`) or told in its rule
file (`rag.cleaning.site_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from rag.cleaning.chatter import without_note
from rag.cleaning.link_lists import announced_links, link_list, promotion
from rag.cleaning.markdown import read_markdown
from rag.cleaning.pieces import Piece, sections
from rag.cleaning.site_rules import SiteRules
from rag.cleaning.stages import CleanPost
from rag.text.keys import letters
from rag.types import Block, BlockKind, Dropped, Post

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

_WORD = re.compile(r"[^\W_]")
# What stands for an image: three letters of Japanese, Chinese or Korean, or three words; fewer name a file.
_CAPTION = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{3}|[^\\W\\d_]\\W+[^\\W_]+\\W+[^\\W_]")
#: A shorter run is a line that somebody drew.
MIN_RUN = 60
_RUN_OF_SIGNS = re.compile(r"(?<![^\w\s])([。！？.!?」』）)]{0,3})(?:[^\w\s]|_){60,}")
_OVER_AND_OVER = re.compile(r"([^\n\d]{1,8}?)\1{59,}")

Rule = Callable[[Sequence[Piece], Post, SiteRules], Iterable[int]]


def clean_post(post: Post, rules: SiteRules | None = None) -> CleanPost:
    """The blocks of `post` that are its text, in order, and a Dropped for each that is not. Pure and linear.

    Blocks that are its text unless they recur over the posts are kept as suspects.
    """
    rules = rules or SiteRules()
    body, dropped = _without_markers(post)
    pieces = read_markdown(body, post.body_line)
    pieces = _without_runs(post, [_with_words(piece, rules) for piece in pieces], rules, dropped)
    for rule in RULES:
        name = rule.__name__
        gone = set() if name in rules.off else set(rule(pieces, post, rules))
        dropped += [_dropped(post, pieces[i], name) for i in sorted(gone)]
        pieces = [piece for i, piece in enumerate(pieces) if i not in gone]
    suspects = _suspects(pieces, post, rules)
    blocks = (_block(piece, suspects.get(i, "")) for i, piece in enumerate(pieces))
    kept = tuple(block for block in blocks if block.text)
    return CleanPost(kept, tuple(sorted(dropped, key=lambda d: d.start_line)))


def _suspects(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> dict[int, str]:
    """Indices of the pieces that are the site's if they recur over its posts, and the reason for which they then go."""
    found = dict.fromkeys(announced_links(pieces, post, rules), "link_list")
    found |= dict.fromkeys(promotion(pieces, post, rules), "promotion")
    return {i: reason for i, reason in found.items() if reason not in rules.off}


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
    """Blocks that hold an image, and neither text nor words about it."""
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
    """The title once more, word for word: as a heading, in bold, in quotes, as a first line. Every passage has it."""
    title = letters(post.title)
    found = {
        i
        for i, piece in enumerate(pieces)
        if piece.kind in ("heading", "text", "quote")
        and len(piece.text) <= 2 * len(post.title) + 20
        and title
        and letters(without_note(piece.text)) == title
    }
    yield from found if len(found) < len(pieces) else ()  # a post of nothing else can be found by it


RULES: tuple[Rule, ...] = (
    marker, no_text, image_only, site_pattern, site_section, site_code, title_repeated, link_list,
)  # fmt: skip


# --- helpers ------------------------------------------------------------------------------------------------------


def _with_words(piece: Piece, rules: SiteRules) -> Piece:
    """A block of images alone as the text that stands for them, if it reads as words and not as a file's name."""
    if not piece.images or _WORD.search(piece.text):
        return piece
    said = [alt.strip() for alt in piece.images if _CAPTION.search(alt) or "image_only" in rules.off]
    return replace(piece, kind="text", text="\n".join(f"[{alt}]" for alt in said if alt)) if said else piece


def _without_runs(post: Post, pieces: Sequence[Piece], rules: SiteRules, dropped: list[Dropped]) -> list[Piece]:
    """`pieces` without long runs of signs, and with what is written over and over written once."""
    out = []
    for piece in pieces:
        text = piece.text
        if (
            piece.kind in ("text", "list", "quote", "heading")
            and len(text) >= MIN_RUN
            and "degenerate" not in rules.off
        ):
            text = _OVER_AND_OVER.sub(r"\1", _RUN_OF_SIGNS.sub(r"\1 ", text)).strip()
            if text != piece.text and (run := _RUN_OF_SIGNS.search(piece.text) or _OVER_AND_OVER.search(piece.text)):
                dropped.append(Dropped(post.path, piece.start_line, piece.end_line, "degenerate", run[0][:SHOWN]))
        out.append(piece if text == piece.text else replace(piece, text=text))
    return out


def _block(piece: Piece, suspect: str) -> Block:
    text = piece.text.replace("\ufffd", "") if piece.kind != "code" else piece.text
    if piece.kind == "heading":
        text = text.strip().rstrip(":：").strip(" ")
    return Block(cast(BlockKind, piece.kind), text, piece.start_line, piece.end_line, piece.level, suspect)


def _dropped(post: Post, piece: Piece, reason: str) -> Dropped:
    text = piece.text or ", ".join(piece.images)
    return Dropped(post.path, piece.start_line, piece.end_line, reason, text[:SHOWN])
