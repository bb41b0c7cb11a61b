"""From the tokens of markdown-it to pieces, block by block. Knows nothing about templates or what is worth keeping."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from rag.cleaning.html_blocks import HtmlReader
from rag.cleaning.inline import Line, join_lines, read_lines, tidy
from rag.cleaning.paragraphs import paragraph
from rag.cleaning.pieces import Piece, PieceKind
from rag.cleaning.tables import rows_as_lines

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
# Without one of these a paragraph is plain text.
_MARKUP = re.compile(r"[\\`*_\[<&$~^]")
_SIGNS = re.compile(r"[\W_]+")
_STOP = re.compile(r"[。．！？!?]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_TASK = re.compile(r"\[([ xX])\][ \t]+")
# "details 材料", "note[材料]", "tip 材料"; what follows Zenn's "message" is its colour.
_TITLE = re.compile(r"\s*(?!message\b)[\w-]+\s*(?:\[([^\]]{1,200})\]|([^\s{\[][^{]{0,200}))?")

Env = MutableMapping[str, Any]


def read_blocks(body: str, first: int) -> Iterator[Piece]:
    """The pieces of `body`, whose first line is `first`; texts that lost their line breaks get them back."""
    return _Walk(body, first, restore=True).run()


def parse(body: str, env: Env) -> list[Token]:
    """The blocks of `body`; what stands inside a paragraph is parsed when it is read, if it holds any markup at all."""
    return _parser().parse(body, env)


@functools.cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(footnote_plugin)
        .use(deflist_plugin)
        .use(admon_plugin)
        .use(container_plugin, "any", validate=lambda title, _: bool(title.strip()))
        .use(dollarmath_plugin, allow_space=False, allow_digits=False)
        .disable(["inline", "footnote_tail", "text_join"])
    )


class _Walk:
    """One walk over the tokens of a text."""

    def __init__(self, body: str, first: int, restore: bool) -> None:
        self.env: Env = {}
        self.tokens = parse(body, self.env)
        self.first, self.restore = first, restore
        self.html = HtmlReader()
        self.depth = self.quotes = 0  # open lists, open quotations
        self.marker = ""  # of the item whose text comes next
        self.term = ""  # that a definition list defines

    def run(self) -> Iterator[Piece]:
        """The pieces, in order."""
        for index, token in enumerate(self.tokens):
            start, end = token.map or (0, 0)
            start, end = self.first + start, max(self.first + start, self.first + end - 1)
            if token.type == "html_block" or (token.type == "code_block" and self.html.goes_on_in(token.content)):
                yield from self.html.feed(token.content, start, end)
                continue
            if token.type.startswith(("bullet_list", "ordered_list", "list_item", "blockquote", "dt", "dd")):
                self.enter(index)
            for piece in self.block(index, start, end):
                yield from self.html.around(piece)
        yield from self.html.close()

    def enter(self, index: int) -> None:
        """Keep count of the lists and quotations that are open."""
        token = self.tokens[index]
        name = token.type.rpartition("_")[0]
        if name in ("bullet_list", "ordered_list", "dd"):
            self.depth += token.nesting
        elif name == "blockquote":
            self.quotes += token.nesting
        if name == "dt" and token.nesting > 0:
            self.term = join_lines(self.lines(self.tokens[index + 1].content)).replace("\n", " ")
        self.marker = ""
        if name == "list_item" and token.nesting > 0:
            self.marker = f"{token.info}. " if token.info else "- "
        elif name == "dd" and token.nesting > 0:
            self.marker = f"- {self.term}: "

    def block(self, index: int, start: int, end: int) -> Iterator[Piece]:
        """The pieces of one block; nothing for tokens that only open or close one."""
        token, kind = self.tokens[index], self.tokens[index].type
        content = self.tokens[index + 1].content if kind in ("heading_open", "paragraph_open") else ""
        if self.restore and len(content) > MIN_FLAT and _FLAT.search(content):
            restored = _FLAT.sub("\n\n", content, count=MAX_FLAT)
            for piece in _Walk(restored, 1, restore=False).run():
                yield replace(piece, start_line=start, end_line=end)
        elif kind == "paragraph_open":
            yield from self.paragraph(content, start)
        elif kind == "heading_open":
            yield from self.heading(content, token, start, end)
        elif kind == "table_open":
            yield self.table(index, start, end)
        elif kind in ("fence", "code_block", "math_block"):
            yield from _code(token, start, end)
        elif kind == "hr":
            yield Piece("rule", token.markup[:3], start, start)
        elif kind in ("admonition_open", "container_any_open") and (title := _title(token)):
            yield Piece("text", title + ("：" if _CJK.search(title) else ":"), start, start)

    def lines(self, content: str) -> list[Line]:
        """The lines of a paragraph. One that is nearly all signs stays as it is: no text, and slow to parse."""
        signs = sum(len(run) for run in _SIGNS.findall(content)) if len(content) > MIN_SIGNS else 0
        if not _MARKUP.search(content) or 2 * signs > len(content):
            lines = content.split("\n")
            return [Line(tidy(line), offset=n, hard=line.endswith("  ")) for n, line in enumerate(lines)]
        children: list[Token] = []
        _parser().inline.parse(content, _parser(), self.env, children)
        return read_lines(children)

    def paragraph(self, content: str, start: int) -> Iterator[Piece]:
        """A paragraph where it stands: in a list, in a quotation, or as text."""
        marker, self.marker = self.marker, ""
        if marker and (task := _TASK.match(content)):
            marker += "☐ " if task[1] == " " else "☑ "
            content = content[task.end() :]
        lines = self.lines(content)
        if not any(line.text or line.images or line.gone for line in lines):
            yield Piece("hidden", content, start, start + len(lines) - 1)
            return
        kind: PieceKind = "list" if self.depth else "quote" if self.quotes else "text"
        yield from paragraph(lines, kind, start, self.depth, marker)

    def heading(self, content: str, opening: Token, start: int, end: int) -> Iterator[Piece]:
        """A heading, unless what is marked as one is a paragraph."""
        lines = self.lines(content)
        text = join_lines(lines)
        underlined = opening.markup in ("=", "-")
        sentence = underlined and (len(text) > MAX_UNDERLINED or _STOP.search(text[:-1]) or text[-1:] in "。．")
        if sentence or len(text) > MAX_HEADING:
            yield from paragraph(lines, "text", start)
            if sentence:
                yield Piece("rule", opening.markup * 3, end, end)
            return
        chars, links = sum(line.link_chars for line in lines), tuple(link for line in lines for link in line.links)
        images = tuple(image for line in lines for image in line.images)
        yield Piece("heading", text.replace("\n", " "), start, end, int(opening.tag[1]), chars, links, images)

    def table(self, index: int, start: int, end: int) -> Piece:
        """A table, row by row."""
        rows: list[list[str]] = []
        lines: list[Line] = []
        for token in self.tokens[index:]:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                cell = self.lines(token.content)
                rows[-1].append(" ".join(line.text for line in cell if line.text))
                lines += cell
        chars, links = sum(line.link_chars for line in lines), tuple(link for line in lines for link in line.links)
        images = tuple(image for line in lines for image in line.images)
        return Piece("table", "\n".join(rows_as_lines(rows[0], rows[1:])), start, end, 0, chars, links, images)


def _title(opening: Token) -> str:
    """The title that the author of a box gave it; "" if it has only a kind."""
    if opening.type == "admonition_open":
        return "" if opening.content.lower() == str(opening.meta.get("tag")) else opening.content
    found = _TITLE.match(opening.info)
    return (found[1] or found[2] or "").strip() if found else ""


def _code(token: Token, start: int, end: int) -> Iterator[Piece]:
    content = token.content.strip("\n")
    prose = token.type == "code_block" and 2 * len(_CJK.findall(content)) > len(content)
    if not prose:
        yield Piece("code", content, start, end)
        return
    for offset, line in enumerate(content.split("\n")):  # Japanese prose that happens to be indented by four
        if text := tidy(re.sub(r"^\s*[*+-]\s+", "- ", line)):
            yield Piece("list" if text.startswith("- ") else "text", text, start + offset, start + offset, 1)
