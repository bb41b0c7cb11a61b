"""The text of a block of raw HTML inside Markdown: what a reader would see of it. Not a parser; linear."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from rag.cleaning.inline import tidy
from rag.cleaning.pieces import Piece

_TAG = re.compile(r"<[^<>]{0,2000}>")
_HIDDEN = re.compile(r"\A\s*<(?:script|style|noscript|template|iframe|svg|form|object|embed)\b", re.I)
_HEADING = re.compile(r"<h([1-6])\b[^<>]{0,500}>([^<]*(?:<(?!/h)[^<]*)*)</h[1-6]\s*>", re.I)
_BREAK = re.compile(r"<(?:br|hr|/p|/div|/li|/tr|/dt|/dd|/blockquote|/figure|/summary)\b[^<>]{0,200}>", re.I)
_CELL = re.compile(r"</t[dh]\s*>\s*(?=<t[dh])", re.I)
_LINK = re.compile(r"<a\b[^<>]{0,2000}?\bhref\s*=\s*[\"']?([^\"'\s<>]{1,500})[^<>]{0,2000}>([^<]*)", re.I)


def read_html(content: str, start: int, end: int) -> Iterator[Piece]:
    """The pieces of an HTML block that stands on lines `start` to `end`; one hidden piece if it shows nothing."""
    seen = _without_comments(content)
    if _HIDDEN.match(seen) or not tidy(html.unescape(_TAG.sub("", seen))):
        yield Piece("hidden", content.strip(), start, end)
        return
    at = 0
    for found in _HEADING.finditer(seen):
        yield from _text(seen[at : found.start()], start, end)
        if title := _plain(found.group(2)):
            yield Piece("heading", title, start, end, int(found.group(1)))
        at = found.end()
    yield from _text(seen[at:], start, end)


def _without_comments(content: str) -> str:
    out, at = [], 0
    while (opened := content.find("<!--", at)) >= 0:
        out.append(content[at:opened])
        closed = content.find("-->", opened)
        if closed < 0:
            return "".join(out)
        at = closed + 3
    return "".join([*out, content[at:]])


def _text(content: str, start: int, end: int) -> Iterator[Piece]:
    broken = _BREAK.sub("\n", _CELL.sub(" / ", content.replace("\n", " ")))
    lines = [_plain(line) for line in broken.split("\n")]
    if text := "\n".join(line for line in lines if line):
        links = _LINK.findall(content)
        chars = sum(len(_plain(label)) for _, label in links)
        yield Piece("text", text, start, end, 0, chars, tuple(address for address, _ in links))


def _plain(content: str) -> str:
    return tidy(html.unescape(_TAG.sub("", content)))
