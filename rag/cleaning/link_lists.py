"""Rules of cleaning: links to other posts of the blog, and what sells.

Links carry facts: sources, names, what a release brought. So a list of links goes only where a second sign says that it
is the site's, and what sells only if it recurs. Each rule yields the indices of pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.cleaning.pieces import Piece, sections
from rag.cleaning.site_rules import SiteRules
from rag.text.keys import letters
from rag.types import Post

# Headings that announce other posts of the blog, in the languages that this program knows words of.
_RELATED = re.compile(
    r"^(?:.{0,12}関連(?:する)?(?:記事|投稿|エントリー?|ポスト)|(?:あわせて|合わせて)読みたい.{0,6}"
    r"|.{0,8}おすすめ(?:の)?記事|人気(?:の)?記事|最新(?:の)?記事|こちらの記事も.{0,10}|次に読む(?:記事)?"
    r"|related (?:posts?|articles?|entries|stories)|(?:more|recent|popular) (?:posts|articles)"
    r"|you (?:may|might) also (?:like|enjoy)|相关(?:文章|阅读|推荐)|相關(?:文章|閱讀)|관련 ?(?:글|포스트|게시물)"
    r"|(?:ähnliche|verwandte) (?:beiträge|artikel)|(?:articles|billets) (?:similaires|liés|connexes)"
    r"|(?:artículos|entradas) relacionad[ao]s|(?:posts|artigos) relacionados|articoli correlati"
    r"|(?:похожие|связанные) (?:записи|статьи|посты))[:：]?$",
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
_CONTENTS = re.compile(
    r"(?:the |table of )?contents|toc|目次|もくじ|目录|目錄|목차|inhalt(?:sverzeichnis)?|sommaire|table des matières"
    r"|índice|tabla de contenidos|sumário|indice|оглавление|содержание",
    re.I,
)
# An address without a host: of this site. Hugo and Jekyll write theirs with a template.
_OWN = re.compile(r"(?!//)(?:[/.?#]|\{[{%]|%7B%7B|[^:/?#\s]+(?:/|\.(?:md|html?)\b))")
_MARK = re.compile(r"^\s*(?:-|\d+[.)]) ")
#: A disclosure is a line of small print; a paragraph that explains affiliate marketing is a text.
MAX_DISCLOSURE = 160
#: Words around a paid link up to which a section only sells; more have something to say, whatever they link to.
MAX_SALES_TEXT = 120
#: Part of a block's characters inside links from which it is a list of links.
LINK_SHARE = 0.8


def link_list(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Links to the blog's own posts under a heading that announces such, or a table of contents, and its heading."""
    kept = {letters(heading) for heading in rules.keep_sections}
    for start, end in sections(pieces):
        heading = pieces[start].text.rstrip(":：") if pieces[start].kind == "heading" else ""
        related = bool(_RELATED.match(heading)) and letters(heading) not in kept
        contents = bool(_CONTENTS.fullmatch(heading)) and letters(heading) not in kept
        tests = [_is_placeholder, *([_is_own_link] if related else []), *([_is_inside] if contents else [])]
        linked = [i for i in range(start, end) if any(test(pieces[i]) for test in tests)]
        yield from linked
        # What follows the links under such a heading belongs to the section before.
        if (related or contents) and linked and (linked[0] == start + 1 or len(linked) == end - start - 1):
            yield start


def announced_links(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Links under a heading that announces posts of the blog, whose addresses don't tell whether they are."""
    kept = {letters(heading) for heading in rules.keep_sections}
    for start, end in sections(pieces):
        heading = pieces[start]
        if heading.kind == "heading" and letters(heading.text) not in kept and _RELATED.match(heading.text):
            yield from (i for i in range(start + 1, end) if _is_link(pieces[i]))


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
    """Whether nearly all of a block is inside links."""
    return bool(piece.links) and piece.link_chars >= LINK_SHARE * len(_MARK.sub("", piece.text))


def _is_own_link(piece: Piece) -> bool:
    return _is_link(piece) and all(_OWN.match(link) for link in piece.links)


def _is_inside(piece: Piece) -> bool:
    """Whether a block is a link to a place in its own post."""
    return _is_link(piece) and all(link.startswith("#") for link in piece.links)


def _is_placeholder(piece: Piece) -> bool:
    """Whether a block is the item in whose place kramdown puts the contents."""
    return piece.kind == "list" and piece.text.startswith("- ") and bool(_CONTENTS.fullmatch(piece.text[2:]))
