"""From Markdown to pieces in reading order, through markdown-it's tokens. Knows nothing about what is worth keeping.

A heading may be written as one (`## …`, `<h3>`, an underline) or only look like one (a line of nothing but bold text, a
line that opens with ■): both become headings, the second kind below all real ones.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from rag.inline import Line, join_lines, read_lines, tidy

PieceKind = Literal["heading", "text", "list", "table", "code", "quote", "rule", "comment"]

#: Level of a line that only looks like a heading: below h1 to h6.
LOOKALIKE_LEVEL = 7
#: A longer bold line is a sentence that its author stresses; real headings of Japanese blogs rarely pass 60.
MAX_LOOKALIKE = 80
#: A heading longer than this swallowed the paragraph below it.
MAX_HEADING = 150
#: An underlined paragraph longer than this is a paragraph above a rule, not a heading.
MAX_UNDERLINED = 80

# A whole text on one line: its headings, rules and links stand inside it after a space.
_FLAT = re.compile(r" (?=#{1,6} \S)| (?=-{3,} #)|(?<=[。！？!?]) (?=-{3,}(?: |$))| (?=[-*] \[)| ?-{2,}END-{2,} ?")
#: A line longer than this may be such a text.
MIN_FLAT = 300

_LOOKALIKE_MARK = re.compile(r"^[■◆●▼▲□◇★☆▶►]\s*(?=\S)|^(?=[【（][^【】（）]{1,40}[】）]$)")
_TIGHT_HEADING = re.compile(r"^(#{2,6})(?=[^\s#])")  # "##見出し", which CommonMark takes for text
_STOP = re.compile(r"[。．！？!?]")
_DEEPER = {"bullet_list_open": 1, "ordered_list_open": 1, "bullet_list_close": -1, "ordered_list_close": -1}
_TAG = re.compile(r"<[^<>]{0,2000}>")
_COMMENT = re.compile(r"\A<!--(?:[^-]|-(?!->))*-->\s*\Z")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^<>]{0,500}>(.*?)</h\1\s*>", re.I | re.S)
_HIDDEN_BLOCK = re.compile(r"\A<(?:script|style|noscript|template|iframe|svg|form)\b", re.I)
_HTML_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/summary|/dt|/dd|/blockquote)\b[^<>]{0,200}>", re.I)
_CELL_END = re.compile(r"</t[dh]\s*>\s*(?=<t[dh])", re.I)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of a post before any rule has looked at it. Lines are 1-based in the file."""

    kind: PieceKind
    text: str
    start_line: int
    end_line: int
    level: int = 0  # of a heading: 1-6, or LOOKALIKE_LEVEL; of a list item: its depth from 1
    link_chars: int = 0  # characters of `text` inside links
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()  # alternative texts


def read_markdown(body: str, first_line: int = 1) -> list[Piece]:
    """The pieces of a post body that starts on line `first_line` of its file, in order. Linear in its length."""
    return list(_pieces(_parser().parse(body), first_line))


def sections(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Index ranges from one heading to the next; the first may have none."""
    starts = [0] + [i for i, piece in enumerate(pieces) if piece.kind == "heading" and i]
    yield from zip(starts, [*starts[1:], len(pieces)], strict=True)


def runs(pieces: Sequence[Piece], kind: str) -> Iterator[tuple[int, int]]:
    """Index ranges of neighbours of one kind."""
    start = None
    for i in range(len(pieces) + 1):
        inside = i < len(pieces) and pieces[i].kind == kind
        if inside and start is None:
            start = i
        elif not inside and start is not None:
            yield start, i
            start = None


@functools.cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(footnote_plugin)
        .use(dollarmath_plugin, allow_space=False, allow_digits=False)
    )


def _pieces(tokens: Sequence[Token], first: int) -> Iterator[Piece]:
    depth = quotes = 0
    marker = ""
    for index, token in enumerate(tokens):
        kind = token.type
        start, end = token.map or (0, 0)
        start, end = first + start, max(first + start, first + end - 1)
        if kind in _DEEPER:
            depth += _DEEPER[kind]
        elif kind in ("blockquote_open", "blockquote_close"):
            quotes += 1 if kind.endswith("open") else -1
        elif kind == "list_item_open":
            marker = f"{token.info}. " if token.info else "- "
        elif kind in ("heading_open", "paragraph_open") and _is_flat(tokens[index + 1].content):
            restored = _FLAT.sub("\n\n", tokens[index + 1].content)
            yield from (replace(piece, start_line=start, end_line=end) for piece in read_markdown(restored))
        elif kind == "paragraph_open":
            lines = read_lines(tokens[index + 1].children or [])
            where: PieceKind = "list" if depth else "quote" if quotes else "text"
            yield from _paragraph(lines, where, start, depth, marker)
            marker = ""
        else:
            yield from _other(tokens, index, start, end)


def _other(tokens: Sequence[Token], index: int, start: int, end: int) -> Iterator[Piece]:
    """The pieces of a block that is no paragraph; nothing for tokens that only open or close one."""
    token = tokens[index]
    if token.type == "heading_open":
        yield from _heading(tokens[index + 1], token, start, end)
    elif token.type == "table_open":
        yield _table(tokens, index, start, end)
    elif token.type in ("fence", "code_block", "math_block"):
        yield from _code(token, start, end)
    elif token.type == "html_block":
        yield from _html(token.content, start, end)
    elif token.type == "hr":
        yield Piece("rule", token.markup, start, start)


def _is_flat(content: str) -> bool:
    return len(content) > MIN_FLAT and bool(_FLAT.search(content))


def _heading(inline: Token, opening: Token, start: int, end: int) -> Iterator[Piece]:
    lines = read_lines(inline.children or [])
    text = join_lines([line.text for line in lines])
    underlined = opening.markup in ("=", "-")
    if underlined and (len(text) > MAX_UNDERLINED or _STOP.search(text[:-1])):
        yield from _paragraph(lines, "text", start, 0, "")
        yield Piece("rule", opening.markup * 3, end, end)
        return
    text = text.replace("\n", " ")
    if len(text) > MAX_HEADING:
        yield from _paragraph(lines, "text", start, 0, "")
        return
    chars, links = sum(line.link_chars for line in lines), tuple(link for line in lines for link in line.links)
    yield Piece("heading", text, start, end, int(opening.tag[1]), chars, links)


def _paragraph(lines: Sequence[Line], kind: PieceKind, start: int, depth: int, marker: str) -> Iterator[Piece]:
    """A paragraph, divided where one of its lines looks like a heading."""
    run: list[Line] = []
    for line in lines:
        if kind == "text" and (title := _lookalike(line)):
            if run:
                yield _prose(run, kind, start, depth, marker)
            at = start + line.offset
            yield Piece("heading", title, at, at, LOOKALIKE_LEVEL, line.link_chars, tuple(line.links))
            run = []
        else:
            run.append(line)
    if run:
        yield _prose(run, kind, start, depth, marker)


def _prose(lines: Sequence[Line], kind: PieceKind, start: int, depth: int, marker: str) -> Piece:
    text = join_lines([line.text for line in lines])
    return Piece(
        kind,
        marker + text if text else "",
        start + lines[0].offset,
        start + lines[-1].offset,
        depth,
        sum(line.link_chars for line in lines),
        tuple(link for line in lines for link in line.links),
        tuple(image for line in lines for image in line.images),
    )


def _lookalike(line: Line) -> str:
    """The text of a line that looks like a heading, else ""."""
    marked = _LOOKALIKE_MARK.match(line.text) or _TIGHT_HEADING.match(line.text)
    if not (line.bold or marked) or len(line.text) > MAX_LOOKALIKE or _STOP.search(line.text[:-1]):
        return ""
    if marked and line.text[-1] in "。．":
        return ""
    return line.text[marked.end() if marked else 0 :]


def _table(tokens: Sequence[Token], index: int, start: int, end: int) -> Piece:
    """Each row as a line that reads alone: "header: cell / header: cell"."""
    rows: list[list[str]] = []
    links: list[str] = []
    chars = 0
    for token in tokens[index:]:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            lines = read_lines(token.children or [])
            rows[-1].append(" ".join(line.text for line in lines if line.text))
            chars += sum(line.link_chars for line in lines)
            links += [link for line in lines for link in line.links]
    header, body = rows[0], rows[1:]
    written = [
        " / ".join(f"{name}: {cell}" if name else cell for name, cell in zip(header, row, strict=False) if cell)
        for row in body
    ] or [" / ".join(cell for cell in header if cell)]
    return Piece("table", "\n".join(line for line in written if line), start, end, 0, chars, tuple(links))


def _code(token: Token, start: int, end: int) -> Iterator[Piece]:
    content = token.content.strip("\n")
    prose = token.type == "code_block" and 2 * len(_CJK.findall(content)) > len(content)
    if not prose:
        yield Piece("code", content, start, end)
        return
    for offset, line in enumerate(content.split("\n")):  # Japanese prose that happens to be indented by four
        if text := tidy(re.sub(r"^\s*[*+-]\s+", "- ", line)):
            yield Piece("list" if text.startswith("- ") else "text", text, start + offset, start + offset, 1)


def _html(content: str, start: int, end: int) -> Iterator[Piece]:
    """The text of raw HTML, its headings as headings; comments and what a browser doesn't show as a comment piece."""
    content = content.strip()
    if _HIDDEN_BLOCK.match(content) or _COMMENT.match(content) or content.startswith("<!--"):
        yield Piece("comment", content, start, end)
        return
    if found := _HTML_HEADING.match(content):
        if text := tidy(html.unescape(_TAG.sub("", found.group(2)))):
            yield Piece("heading", text, start, start, int(found.group(1)))
        content = content[found.end() :]
    broken = _HTML_BREAK.sub("\n", _CELL_END.sub(" / ", content.replace("\n", " ")))
    lines = [tidy(html.unescape(_TAG.sub("", line))) for line in broken.split("\n")]
    text = "\n".join(line for line in lines if line)
    links = tuple(re.findall(r"href=[\"']?([^\"'\s<>]{1,500})", content))
    yield Piece("text" if text else "comment", text or content, start, end, links=links, link_chars=0)
