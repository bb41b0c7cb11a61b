"""What of a post is its text: small rules, each with a name, in a fixed order, every removal recorded.

Pure: one post in, one CleanPost out. Knows nothing about other posts, passages or repeats. Patterns here are few and
hold for any blog; what is special to one is learned from its posts (`rag.boilerplate`) or told in its rule file
(`rag.rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from rag.markdown import Piece, read_markdown
from rag.rules import SiteRules
from rag.text import letters
from rag.types import Block, BlockKind, CleanPost, Dropped, Post

#: Characters of a removed block that the report shows.
SHOWN = 200

# Lines that divide a file and are not Markdown: "---END---", what git leaves in a conflict.
_MARKER_LINE = re.compile(
    r"^[ \t]*(?:[-=*_#~+]{2,}[ \t]*(?:END|EOF|BEGIN|START)[ \t]*[-=*_#~+]{2,}"
    r"|(?:<{7}|>{7}|\|{7})(?:[ \t][^\n]*)?|={7})[ \t]*$",
    re.M | re.I,
)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)

_RELATED = re.compile(
    r"^(?:.{0,12}関連(?:する)?(?:記事|リンク|投稿|エントリ|ページ)|あわせて読みたい.{0,6}|合わせて読みたい.{0,6}|.{0,8}おすすめ(?:の)?記事"
    r"|人気(?:の)?記事|最新(?:の)?記事|こちらの記事も.{0,10}|次に読む.{0,6}"
    r"|related (?:posts?|articles?|links?|reading)|you (?:may|might) also (?:like|enjoy)|read (?:more|next)|more posts?"
    r"|see also|further reading|table of contents|contents|目次|もくじ|toc)[:：]?$",
    re.I,
)
# Links by which a seller pays, and campaign tags: a block around one is there to sell.
_PAID_LINK = re.compile(
    r"[?&](?:tag=[\w-]+-2\d\b|utm_(?:medium|campaign)=|a8mat=|afl?_?id=)|//(?:amzn\.to|amzn\.asia|a\.r10\.to"
    r"|hb\.afl\.rakuten\.co\.jp|px\.a8\.net|ck\.jp\.ap\.valuecommerce\.com|af\.moshimo\.com|h\.accesstrade\.net)",
    re.I,
)
_DISCLOSURE = re.compile(
    r"アフィリエイト(?:リンク|プログラム|広告)|アソシエイト(?:リンク|・?プログラム)|affiliate links?|Amazon Associate",
    re.I,
)
#: A disclosure is a line of small print; a paragraph that explains affiliate marketing is a text.
MAX_DISCLOSURE = 160
#: A section of more text than this has something to say, whatever it links to.
MAX_SALES_TEXT = 200
#: Part of a block's characters inside links from which it is a list of links.
LINK_SHARE = 0.8

# What a writing machine says about its task. Anchored at the start of a block, which must be short.
_CHATTER = re.compile(
    r"^[(（【]?(?:文字数(?:確認|カウント)?[:：]|約?\d{3,5}\s*文字|(?:はい、)?(?:承知|了解)(?:いた)?しました"
    r"|既存の記事の(?:最後|冒頭|続き)|以下(?:に|は|が).{0,20}(?:記事|本文|原稿)(?:の(?:続き|全文))?(?:を|です|になります)"
    r"|(?:申し訳|恐れ入)[^。]{0,20}(?:再度お試し|別の情報源)|.{0,80}ご依頼いただいた記事|(?:Web|ウェブ)検索が.{0,20}利用できない(?:ため|ので)"
    r"|記事全体で\d+|\d+\.\s*記事全体で\d+"
    r"|the (?:article|character|word) (?:has|count)|(?:word|character) count\b"
    r"|i have (?:outputted|completed|written|generated)"
    r"|i(?:'m| am) (?:unable|not able|sorry)|i apologi[sz]e|as an ai (?:language )?(?:model|assistant)"
    r"|(?:sure|certainly|of course)[,!] here(?:'s| is)"
    r"|here(?:'s| is) (?:the|your|a) (?:article|revised|rewritten|continuation)"
    r"|please let me know if you(?:'d| would)? (?:like|need|want))",
    re.I,
)
MAX_CHATTER = 400
_FRONT_MATTER = re.compile(
    r"^(?:layout|title|date|categories|tags|author|excerpt|permalink|image|description):\s", re.M
)

_LENGTH_NOTE = re.compile(r"\s*[(（]\s*(?:約\s*)?\d{1,5}\s*(?:文字|字|characters?|words?)\s*[)）]\s*$", re.I)
_CONTINUED = re.compile(r"\s*[(（](?:続き|つづき|cont(?:inued|\.)?)[)）]\s*$", re.I)
_WORD = re.compile(r"[^\W_]")
_SYMBOLS = re.compile(r"[\W_]+")
#: A block of which the same few characters make up almost all is noise: a run of ${{}^{} or =====.
MIN_DEGENERATE = 120
MAX_SYMBOL_SHARE = 0.5
MIN_DISTINCT_SHARE = 0.03

Rule = Callable[[Sequence[Piece], Post, SiteRules], Iterable[int]]


def clean_post(post: Post, rules: SiteRules | None = None) -> CleanPost:
    """The blocks of `post` that are its text, in order, and a Dropped for each that is not. Pure and linear."""
    rules = rules or SiteRules()
    body, dropped = _without_markers(post)
    pieces: Sequence[Piece] = read_markdown(body, post.body_line)
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
    """Thematic breaks, and blocks of which only template code or attributes were left."""
    for i, piece in enumerate(pieces):
        if piece.kind == "rule" or (not _WORD.search(piece.text) and not piece.images and piece.kind != "comment"):
            yield i


def hidden_html(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Comments, scripts, styles, and tags around nothing."""
    yield from (i for i, piece in enumerate(pieces) if piece.kind == "comment")


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
    for start, end in _sections(pieces):
        if unwanted and pieces[start].kind == "heading" and letters(pieces[start].text) in unwanted:
            level = pieces[start].level
            following = (j for j in range(end, len(pieces)) if pieces[j].kind == "heading" and pieces[j].level <= level)
            yield from range(start, next(following, len(pieces)))


def site_code(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Code blocks, if the site asks for it."""
    if not rules.keep_code:
        yield from (i for i, piece in enumerate(pieces) if piece.kind == "code")


def title_repeated(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """The title once more: as heading, in bold, in quotes, as a first line."""
    title = letters(post.title)
    for i, piece in enumerate(pieces):
        short = len(piece.text) <= 2 * len(post.title) + 20 and piece.kind in ("heading", "text", "quote")
        if title and short and letters(_LENGTH_NOTE.sub("", piece.text)) == title:
            yield i


def front_matter_in_body(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """A second block of front matter."""
    for i, piece in enumerate(pieces):
        if piece.kind != "code" and len(_FRONT_MATTER.findall(piece.text)) >= 2:
            yield i


def machine_chatter(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """What a writing machine says about its task, its limits or its character count."""
    for i, piece in enumerate(pieces):
        if piece.kind != "code" and len(piece.text) <= MAX_CHATTER and _CHATTER.match(piece.text):
            yield i


def degenerate(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Runs of symbols, or of the same few characters, that carry no words."""
    for i, piece in enumerate(pieces):
        if piece.kind not in ("code", "table") and _is_noise(piece.text):
            yield i


def link_list(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Lists of links, lone links, and the headings that announce them."""
    kept = {letters(heading) for heading in rules.keep_sections}
    for start, end in _sections(pieces):
        linked = [i for i in range(start, end) if _is_link(pieces[i]) and pieces[i].kind != "heading"]
        yield from linked
        heading = pieces[start]
        if heading.kind != "heading" or letters(heading.text) in kept:
            continue
        if len(linked) == end - start - 1 and (linked or _RELATED.match(heading.text)):
            yield start


def promotion(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Short sections around a paid or campaign link, and affiliate disclosures."""
    for start, end in _sections(pieces):
        section = range(start, end)
        paid = [i for i in section if any(_PAID_LINK.search(link) for link in pieces[i].links)]
        small_print = [
            i for i in section if len(pieces[i].text) <= MAX_DISCLOSURE and _DISCLOSURE.search(pieces[i].text)
        ]
        said = sum(len(pieces[i].text) for i in section if i not in paid and i not in small_print)
        if paid and said <= MAX_SALES_TEXT:
            yield from section
        else:
            yield from (i for i in paid if _is_link(pieces[i]) or len(pieces[i].text) <= MAX_DISCLOSURE)
            yield from small_print


RULES: tuple[Rule, ...] = (
    marker, hidden_html, image_only, site_pattern, site_section, site_code, title_repeated, front_matter_in_body,
    machine_chatter, degenerate, promotion, link_list,
)  # fmt: skip


# --- helpers ------------------------------------------------------------------------------------------------------


def _sections(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Index ranges from one heading to the next; the first may have none."""
    starts = [0] + [i for i, piece in enumerate(pieces) if piece.kind == "heading" and i]
    yield from zip(starts, [*starts[1:], len(pieces)], strict=True)


def _is_link(piece: Piece) -> bool:
    return bool(piece.links) and piece.link_chars >= LINK_SHARE * len(re.sub(r"^(?:-|\d+[.)]) ", "", piece.text))


def _is_noise(text: str) -> bool:
    if len(text) < MIN_DEGENERATE:
        return False
    symbols = sum(len(run) for run in _SYMBOLS.findall(text))
    return symbols > MAX_SYMBOL_SHARE * len(text) or len(set(text)) < min(30, MIN_DISTINCT_SHARE * len(text))


def _block(piece: Piece) -> Block:
    text = piece.text.replace("\ufffd", "") if piece.kind != "code" else piece.text
    if piece.kind == "heading":
        text = _CONTINUED.sub("", _LENGTH_NOTE.sub("", text)).strip().rstrip(":：").strip(" ")
    return Block(cast(BlockKind, piece.kind), text, piece.start_line, piece.end_line, piece.level)


def _dropped(post: Post, piece: Piece, reason: str) -> Dropped:
    text = piece.text or ", ".join(piece.images)
    return Dropped(post.path, piece.start_line, piece.end_line, reason, text[:SHOWN])
