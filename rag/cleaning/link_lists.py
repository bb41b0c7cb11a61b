"""Rules of cleaning: lists of links, and sections that sell. Each rule yields the indices of the pieces that go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.cleaning.pieces import Piece, sections
from rag.cleaning.site_rules import SiteRules
from rag.text.keys import letters
from rag.types import Post

_RELATED = re.compile(
    r"^(?:.{0,12}関連(?:する)?(?:記事|リンク|投稿|エントリ|ページ)|あわせて読みたい.{0,6}|合わせて読みたい.{0,6}|.{0,8}おすすめ(?:の)?記事"
    r"|人気(?:の)?記事|最新(?:の)?記事|こちらの記事も.{0,10}|次に読む.{0,6}"
    r"|related (?:posts?|articles?|links?|reading)|you (?:may|might) also (?:like|enjoy)|read (?:more|next)|more posts?"
    r"|see also|further reading|table of contents|contents|目次|もくじ|toc)[:：]?$",
    re.I,
)
# Links by which a seller pays, and campaign tags by which a site counts who follows its own advertisement.
_PAID_LINK = re.compile(
    r"[?&](?:tag=[\w-]+-2\d\b|a8mat=|afl?_?id=)|//(?:amzn\.to|amzn\.asia|a\.r10\.to|hb\.afl\.rakuten\.co\.jp|px\.a8\.net"
    r"|ck\.jp\.ap\.valuecommerce\.com|af\.moshimo\.com|h\.accesstrade\.net)",
    re.I,
)
_CAMPAIGN = re.compile(r"[?&]utm_(?:medium|campaign)=", re.I)
_DISCLOSURE = re.compile(
    r"アフィリエイト(?:リンク|プログラム|広告)|アソシエイト(?:リンク|・?プログラム)|affiliate links?|Amazon Associate",
    re.I,
)
_CONTENTS = re.compile(r"- (?:toc|table of contents|目次)", re.I)  # kramdown puts the contents in this item's place
_ADDRESS = re.compile(r"<?https?://[^\s<>]+>?")
#: A disclosure is a line of small print; a paragraph that explains affiliate marketing is a text.
MAX_DISCLOSURE = 160
#: Words around a paid link up to which a section only sells; more have something to say, whatever they link to.
MAX_SALES_TEXT = 120
#: Part of a block's characters inside links from which it is a list of links.
LINK_SHARE = 0.8


def link_list(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Lists of links, lone links, and the headings that announce them."""
    kept = {letters(heading) for heading in rules.keep_sections}
    for start, end in sections(pieces):
        linked = [i for i in range(start, end) if pieces[i].kind != "heading" and _is_link(pieces[i])]
        yield from linked
        heading = pieces[start]
        if heading.kind != "heading" or letters(heading.text) in kept:
            continue
        related, alone = _RELATED.match(heading.text), len(linked) == end - start - 1
        # What follows the links under such a heading belongs to the section before.
        if (alone and (linked or related)) or (related and linked[:1] == [start + 1]):
            yield start


def promotion(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Short sections around a paid or campaign link, and affiliate disclosures."""
    for start, end in sections(pieces):
        selling = [i for i in range(start, end) if _sells(pieces[i])]
        brief = [i for i in range(start, end) if len(pieces[i].text) <= MAX_DISCLOSURE]
        small_print = [i for i in brief if _DISCLOSURE.search(pieces[i].text)]
        sold = range(start, max(selling + small_print, default=start) + 1)  # what follows is the post again
        said = sum(
            len(pieces[i].text) for i in sold if pieces[i].kind != "heading" and i not in {*selling, *small_print}
        )
        if not selling or said > MAX_SALES_TEXT:
            yield from selling
            yield from small_print
            continue
        yield from sold
        above = start - 1
        while above >= 0 and pieces[above].kind == "heading" and pieces[above].level < pieces[above + 1].level:
            yield above  # "Books we recommend", over headings that each name one
            above -= 1


def _sells(piece: Piece) -> bool:
    """Whether a block is there for its paid link, rather than a text that happens to hold one."""
    if any(_CAMPAIGN.search(link) for link in piece.links) and len(piece.text) <= MAX_DISCLOSURE:
        return True
    return any(_PAID_LINK.search(link) for link in piece.links) and 2 * piece.link_chars >= len(piece.text)


def _is_link(piece: Piece) -> bool:
    if _ADDRESS.fullmatch(piece.text) or (piece.kind == "list" and _CONTENTS.fullmatch(piece.text)):
        return True
    return bool(piece.links) and piece.link_chars >= LINK_SHARE * len(re.sub(r"^(?:-|\d+[.)]) ", "", piece.text))
