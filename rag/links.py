"""Rules of cleaning: lists of links, and sections that sell. Each rule yields the indices of the pieces that go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.markdown import Piece, sections
from rag.rules import SiteRules
from rag.text import letters
from rag.types import Post

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


def link_list(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Lists of links, lone links, and the headings that announce them."""
    kept = {letters(heading) for heading in rules.keep_sections}
    for start, end in sections(pieces):
        linked = [i for i in range(start, end) if _is_link(pieces[i]) and pieces[i].kind != "heading"]
        yield from linked
        heading = pieces[start]
        if heading.kind != "heading" or letters(heading.text) in kept:
            continue
        if len(linked) == end - start - 1 and (linked or _RELATED.match(heading.text)):
            yield start


def promotion(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Short sections around a paid or campaign link, and affiliate disclosures."""
    for start, end in sections(pieces):
        paid = [i for i in range(start, end) if any(_PAID_LINK.search(link) for link in pieces[i].links)]
        brief = [i for i in range(start, end) if len(pieces[i].text) <= MAX_DISCLOSURE]
        small_print = [i for i in brief if _DISCLOSURE.search(pieces[i].text)]
        sold = range(start, max(paid + small_print, default=start) + 1)  # what follows is the post again
        said = sum(len(pieces[i].text) for i in sold if i not in paid and i not in small_print)
        if paid and said <= MAX_SALES_TEXT:
            yield from sold
            above = start - 1
            while above >= 0 and pieces[above].kind == "heading" and pieces[above].level < pieces[above + 1].level:
                yield above  # "Books we recommend", over headings that each name one
                above -= 1
        else:
            yield from (i for i in paid if _is_link(pieces[i]) or len(pieces[i].text) <= MAX_DISCLOSURE)
            yield from small_print


def _is_link(piece: Piece) -> bool:
    return bool(piece.links) and piece.link_chars >= LINK_SHARE * len(re.sub(r"^(?:-|\d+[.)]) ", "", piece.text))
