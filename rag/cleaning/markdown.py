"""From Markdown to pieces in reading order, through markdown-it's tokens. Knows nothing about what is worth keeping.

A heading may be written as one (`## …`, `<h3>`, an underline) or only look like one (a line of nothing but bold text, a
line that opens with ■): both become headings, the second kind below all real ones.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from rag.cleaning.html_tags import read_html
from rag.cleaning.inline import Line, join_lines, read_lines, tidy
from rag.cleaning.pieces import LOOKALIKE_LEVEL, Piece, PieceKind

#: A longer bold line is a sentence that its author stresses; real headings of Japanese blogs rarely pass 60.
MAX_LOOKALIKE = 80
#: A heading longer than this swallowed the paragraph below it.
MAX_HEADING = 150
#: An underlined paragraph longer than this is a paragraph above a rule, not a heading.
MAX_UNDERLINED = 80
#: A line longer than this may be a whole text that lost its line breaks.
MIN_FLAT = 300
#: Breaks that are restored in one such line.
MAX_FLAT = 1_000
#: A paragraph longer than this is checked for being nothing but signs before it is parsed.
MIN_SIGNS = 2_000

# Where such a text is to be broken: its headings, rules and links stand inside it after a space.
_FLAT = re.compile(r" (?=#{1,6} \S)| (?=-{3,} #)|(?<=[。！？!?]) (?=-{3,}(?: |$))| (?=[-*] \[)| ?-{2,}END-{2,} ?")
# 【…】 around a whole line, and signs that Japanese authors set before a heading.
_LOOKALIKE_MARK = re.compile(r"^[■◆●▼▲□◇★☆▶►]\s*(?=\S)|^(?=[【（][^【】（）]{1,40}[】）]$)")
_TIGHT_HEADING = re.compile(r"^(#{2,6})(?=[^\s#])")  # "##見出し", which CommonMark takes for text
_BULLET = re.compile(
    r"^[・･•‣◦○◯][ \u3000]*(?=\S)|^(?=[①-⑳㋐-㋾]|[(（]\d{1,2}[)）])"
)  # list items that Markdown takes for text
# Without one of these a paragraph is plain text.
_MARKUP = re.compile(r"[\\`*_\[<&$~^]")
_SIGNS = re.compile(r"[\W_]+")
_STOP = re.compile(r"[。．！？!?]")
_STATED = re.compile(r"[。．！!]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_DEEPER = {"bullet_list_open": 1, "ordered_list_open": 1, "bullet_list_close": -1, "ordered_list_close": -1}

Env = MutableMapping[str, Any]


def read_markdown(body: str, first_line: int = 1) -> list[Piece]:
    """The pieces of a post body that starts on line `first_line` of its file, in order. Linear in its length.

    Footnotes stand where they are written, not at the end.
    """
    return list(_pieces(body, first_line, restore=True))


@functools.cache
def _parser() -> MarkdownIt:
    """Blocks only: what stands inside a paragraph is parsed when it is read, if it holds any markup at all."""
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(footnote_plugin)
        .use(dollarmath_plugin, allow_space=False, allow_digits=False)
        .disable(["inline", "footnote_tail", "text_join"])
    )


def _lines(content: str, env: Env) -> list[Line]:
    """The lines of a paragraph. One that is nearly all signs stays as it is: no text, and slow to parse."""
    signs = sum(len(run) for run in _SIGNS.findall(content)) if len(content) > MIN_SIGNS else 0
    if not _MARKUP.search(content) or 2 * signs > len(content):
        return [Line(tidy(line), offset=offset) for offset, line in enumerate(content.split("\n"))]
    children: list[Token] = []
    _parser().inline.parse(content, _parser(), env, children)
    return read_lines(children)


def _pieces(body: str, first: int, restore: bool) -> Iterator[Piece]:
    """The pieces of `body`; with `restore`, texts that lost their line breaks get them back."""
    env: Env = {}
    tokens = _parser().parse(body, env)
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
        elif restore and kind in ("heading_open", "paragraph_open") and _is_flat(tokens[index + 1].content):
            restored = _FLAT.sub("\n\n", tokens[index + 1].content, count=MAX_FLAT)
            yield from (replace(piece, start_line=start, end_line=end) for piece in _pieces(restored, 1, restore=False))
        elif kind == "paragraph_open":
            where: PieceKind = "list" if depth else "quote" if quotes else "text"
            yield from _paragraph(tokens[index + 1].content, env, where, start, depth, marker)
            marker = ""
        else:
            yield from _other(tokens, index, start, end, env)


def _other(tokens: Sequence[Token], index: int, start: int, end: int, env: Env) -> Iterator[Piece]:
    """The pieces of a block that is no paragraph; nothing for tokens that only open or close one."""
    token = tokens[index]
    if token.type == "heading_open":
        yield from _heading(tokens[index + 1].content, env, token, start, end)
    elif token.type == "table_open":
        yield _table(tokens, index, start, end, env)
    elif token.type in ("fence", "code_block", "math_block"):
        yield from _code(token, start, end)
    elif token.type == "html_block":
        yield from read_html(token.content, start, end)
    elif token.type == "hr":
        yield Piece("rule", token.markup[:3], start, start)


def _is_flat(content: str) -> bool:
    return len(content) > MIN_FLAT and bool(_FLAT.search(content))


def _heading(content: str, env: Env, opening: Token, start: int, end: int) -> Iterator[Piece]:
    lines = _lines(content, env)
    text = join_lines([line.text for line in lines])
    underlined = opening.markup in ("=", "-")
    if underlined and (len(text) > MAX_UNDERLINED or _STOP.search(text[:-1]) or text[-1:] in "。．"):
        yield from _paragraph(content, env, "text", start, 0, "")
        yield Piece("rule", opening.markup * 3, end, end)
    elif len(text) > MAX_HEADING:
        yield from _paragraph(content, env, "text", start, 0, "")
    else:
        chars, links = sum(line.link_chars for line in lines), tuple(link for line in lines for link in line.links)
        yield Piece("heading", text.replace("\n", " "), start, end, int(opening.tag[1]), chars, links)


def _paragraph(content: str, env: Env, kind: PieceKind, start: int, depth: int, marker: str) -> Iterator[Piece]:
    """A paragraph, divided where one of its lines looks like a heading or an item of a list."""
    lines = _lines(content, env)
    if not any(line.text or line.images for line in lines):
        yield Piece("hidden", content, start, start + len(lines) - 1)
        return
    run: list[Line] = []
    for line in lines:
        title = _lookalike(line) if kind == "text" else ""
        bullet = _BULLET.match(line.text) if kind == "text" else None
        if (title or bullet) and run:
            yield _prose(run, kind, start, depth, marker)
            run = []
        if title:
            at = start + line.offset
            yield Piece("heading", title, at, at, LOOKALIKE_LEVEL, line.link_chars, tuple(line.links))
        elif bullet:
            item = replace(line, text=line.text[bullet.end() :])
            yield _prose([item], "list", start, 1, "- " if bullet.end() else "")
        else:
            run.append(line)
    if run and any(line.text or line.images for line in run):
        yield _prose(run, kind, start, depth, marker)


def _prose(lines: Sequence[Line], kind: PieceKind, start: int, depth: int, marker: str) -> Piece:
    text = join_lines([line.text for line in lines])
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


def _lookalike(line: Line) -> str:
    """The text of a line that looks like a heading, else ""."""
    marked = _LOOKALIKE_MARK.match(line.text) or _TIGHT_HEADING.match(line.text)
    stops = _STATED if line.bold else _STOP  # "Is it safe? What the makers say", in bold, is a heading all the same
    if not (line.bold or marked) or len(line.text) > MAX_LOOKALIKE or stops.search(line.text[:-1]):
        return ""
    if marked and line.text[-1] in "。．":
        return ""
    return line.text[marked.end() if marked else 0 :]


def _table(tokens: Sequence[Token], index: int, start: int, end: int, env: Env) -> Piece:
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
            lines = _lines(token.content, env)
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
