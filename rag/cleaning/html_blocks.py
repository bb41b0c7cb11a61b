"""Raw HTML inside Markdown, read as a reader would see it: its headings, lists, tables and text become pieces.

Markdown hands HTML over in blocks that end at a blank line, so that a table may come in ten of them with Markdown
between: the reader keeps what is open from one to the next. Linear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from rag.cleaning.html_tables import OpenTable
from rag.cleaning.html_tags import BLOCKS, CONTAINERS, TAG, Tag, holds_html, read_tag
from rag.cleaning.inline import LineReader, join_lines
from rag.cleaning.paragraphs import paragraph, prose
from rag.cleaning.pieces import Piece, PieceKind

_HEADING = re.compile("h([1-6])")
_BREAK = re.compile(r"[ \t]*\n\s*")
_CJK = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_BREAK_IN_CJK = re.compile(f"(?<={_CJK})\\n\\s*(?={_CJK})")


class HtmlReader:
    """Reads HTML block by block; what is open stays open for the next."""

    def __init__(self) -> None:
        self.inline = LineReader()
        self.open: list[str] = []  # elements that hold blocks
        self.counts: list[int] = []  # of each open list: the number of its next item, 0 for one without numbers
        self.tables: list[OpenTable] = []
        self.marker, self.term, self.level = "", "", 0  # of the item, definition or heading that is open
        self.code: list[str] | None = None  # text of an open <pre>
        self.start = self.line = 1
        self.fresh = True  # whether a new run of text begins
        self.made: list[Piece] = []

    def goes_on_in(self, content: str) -> bool:
        """Whether indented text is more of the HTML that is open, rather than code."""
        return bool(self.tables) or (bool(self.open) and holds_html(content))

    def feed(self, content: str, start: int, end: int) -> Iterator[Piece]:
        """The pieces of a block of HTML on lines `start` to `end`; one hidden piece if it shows nothing."""
        self.start = self.line = start
        seen, comment, _ = content.partition("<!--")  # one that is never closed, or it would be gone by now
        at, shows = 0, False
        for found in TAG.finditer(seen):
            shows |= self.take_text(seen[at : found.start()])
            self.line += found[0].count("\n")
            tag = read_tag(found[0])
            shows |= tag.name == "img"
            self.take_tag(tag)
            at = found.end()
        shows |= self.take_text(seen[at:])
        if self.code is not None:
            self.end_code()
        self.line = min(self.line, end)
        self.flush()
        self.inline = LineReader()  # an <iframe> or <del> that is never closed ends with its block
        if not shows or comment:
            self.made.append(Piece("hidden", content.strip(), start, end))
        yield from self.taken()

    def around(self, piece: Piece) -> Iterator[Piece]:
        """A piece of Markdown that stands between blocks of HTML: in a cell it is the cell's."""
        if self.tables and piece.kind == "heading":  # nobody puts one into a table: its end is missing
            yield from self.close()
        self.put(piece)
        yield from self.taken()

    def close(self) -> Iterator[Piece]:
        """What is still open at the end."""
        self.flush()
        while self.tables:
            self.end_table()
        self.open, self.counts = [], []
        yield from self.taken()

    def taken(self) -> list[Piece]:
        """What was made since the last call."""
        made, self.made = self.made, []
        return made

    # --- text and tags ------------------------------------------------------------------------------------------

    def take_text(self, text: str) -> bool:
        """Add text; whether it shows any."""
        lead = len(text) - len(text.lstrip())
        if self.fresh and lead < len(text):
            self.start, self.fresh = self.line + text.count("\n", 0, lead), False
        self.line += text.count("\n")
        if self.code is None:
            self.inline.add(html.unescape(_BREAK.sub(" ", _BREAK_IN_CJK.sub("", text))))
        else:
            self.code.append(html.unescape(text))
        return lead < len(text) and not self.inline.hidden

    def take_tag(self, tag: Tag) -> None:
        """Open or close an element."""
        if self.code is not None and tag.name != "pre":
            return
        if tag.name not in BLOCKS:
            self.inline.take_tag(tag)
            return
        self.flush()
        self.inline.take_tag(tag)
        if tag.name in CONTAINERS:
            self.take_container(tag)
        if tag.name == "table":
            self.end_table() if tag.closing else self.tables.append(OpenTable(self.line))
        elif tag.name in ("tr", "td", "th") and self.tables:
            self.take_cell(tag, self.tables[-1])
        elif tag.name == "li":
            self.take_item(tag.closing)
        elif tag.name in ("dt", "dd"):
            self.take_definition(tag)
        elif tag.name == "pre":
            self.end_code() if tag.closing else self.begin_code()
        elif heading := _HEADING.fullmatch(tag.name):
            self.level = 0 if tag.closing else int(heading[1])

    def take_container(self, tag: Tag) -> None:
        """Keep count of what is open; a closing tag closes all that was left open inside."""
        if not tag.closing:
            self.open.append(tag.name)
            if tag.name in ("ul", "ol"):
                start = tag.attributes.get("start", "1")
                self.counts.append(0 if tag.name == "ul" else int(start) if start.isdecimal() and len(start) < 6 else 1)
        elif tag.name in self.open:
            while (name := self.open.pop()) != tag.name:
                self.leave(name)
            self.leave(name)

    def leave(self, name: str) -> None:
        """Forget the list that is closed."""
        if name in ("ul", "ol") and self.counts:
            self.counts.pop()

    def take_cell(self, tag: Tag, table: OpenTable) -> None:
        """Begin or end a row or a cell."""
        if tag.name == "tr":
            table.end_row(head="thead" in self.open)
        elif tag.closing:
            table.end_cell()
        else:
            table.open_cell(tag.name == "th", tag.attributes.get("colspan", ""), tag.attributes.get("rowspan", ""))

    def take_item(self, closing: bool) -> None:
        """Begin an item of a list."""
        self.marker = "" if closing else "- "
        if not closing and self.counts and self.counts[-1]:
            self.marker = f"{self.counts[-1]}. "
            self.counts[-1] += 1

    def take_definition(self, tag: Tag) -> None:
        """A term waits for what defines it."""
        if tag.name == "dt":
            self.level = -1 if not tag.closing else 0
        elif not tag.closing:
            self.marker = f"- {self.term}: " if self.term else "- "

    # --- pieces -------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """End the run of text that is open: it is a piece, or part of a cell."""
        self.inline.close()
        lines, self.inline.lines, self.fresh = self.inline.lines, [], True
        if not any(line.text or line.images or line.gone for line in lines):
            return
        kind, in_cell = self.kind(), bool(self.tables) and self.tables[-1].cell is not None
        if self.level < 0:
            self.term = join_lines(lines).replace("\n", " ")
        elif self.level and not in_cell:
            piece = prose(lines, "heading", self.start, 0, "")
            self.put(replace(piece, text=piece.text.replace("\n", " "), end_line=self.line, level=self.level))
        else:
            depth = max(1, len(self.counts)) if kind == "list" else 0
            for piece in paragraph(lines, kind, self.start, depth, self.marker):
                self.put(replace(piece, start_line=self.start, end_line=max(self.start, self.line)))
        self.marker = ""

    def kind(self) -> PieceKind:
        """What the text is that stands here."""
        if self.counts or self.marker:
            return "list"
        return "quote" if "blockquote" in self.open else "text"

    def put(self, piece: Piece) -> None:
        """Hand on a piece, or keep it in the open cell."""
        table = self.tables[-1] if self.tables else None
        if table and table.cell is not None and piece.kind not in ("hidden", "rule"):
            table.cell += [piece.text.strip()] if piece.text else []
            table.link_chars += piece.link_chars
            table.links += piece.links
            table.images += piece.images
        else:
            self.made.append(piece)

    def begin_code(self) -> None:
        """Open a <pre>."""
        self.code, self.start = [], self.line

    def end_code(self) -> None:
        """Close a <pre>."""
        text = "".join(self.code or []).strip("\n")
        self.code = None
        if text.strip():
            self.put(Piece("code", text, self.start, self.line))

    def end_table(self) -> None:
        """Close the innermost table; one inside a cell is text of the cell."""
        if not self.tables:
            return
        table = self.tables.pop()
        lines = table.lines()
        if self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell += ["; ".join(lines)] if lines else []
        elif lines or table.images or table.title:
            if table.title:
                self.made.append(Piece("text", f"{table.title}:", table.start, table.start))
            links, images = tuple(table.links), tuple(table.images)
            text = "\n".join(line.replace("\n", " ") for line in lines)
            self.made.append(Piece("table", text, table.start, self.line, 0, table.link_chars, links, images))
