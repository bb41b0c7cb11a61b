"""From Markdown to pieces in reading order, through markdown-it's tokens. Knows nothing about what is worth keeping.

A heading may be written as one (`## …`, `<h3>`, an underline) or only look like one (a line of nothing but bold text, a
line that opens with ■): both become headings, the second kind below all real ones. What a site's generator takes out
is gone before (`templates`); HTML in between is read by `html_blocks`.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator

from rag.cleaning.blocks import parse, read_blocks
from rag.cleaning.html_tags import holds_html
from rag.cleaning.pieces import Piece
from rag.cleaning.templates import Range, Source, has_templates, without_templates

_CODE = frozenset({"fence", "code_block", "math_block"})


def read_markdown(body: str, first_line: int = 1) -> list[Piece]:
    """The pieces of a post body that starts on line `first_line` of its file, in order. Linear in its length.

    Footnotes stand where they are written, not at the end.
    """
    source = _source(body)
    pieces = read_blocks(source.text, first_line)
    return list(heapq.merge(_hidden(body, source, first_line), pieces, key=lambda piece: piece.start_line))


def _source(body: str) -> Source:
    """`body` without what its generator takes out; blocks are looked for first, since code stays as it is written."""
    if not has_templates(body):
        return Source(body)
    starts = [0, *(found.end() for found in re.finditer("\n", body)), len(body)]
    code: list[Range] = []
    tables: list[Range] = []
    in_html = False
    for token in parse(body, {}):
        if token.map and token.type in (*_CODE, "html_block", "table_open"):
            # Indented markup behind a block of HTML is more of it.
            more = in_html and token.type == "code_block" and holds_html(token.content)
            in_html = more or token.type == "html_block"
            block = starts[token.map[0]], starts[token.map[1]]
            code += [block] if token.type in _CODE and not more else []
            tables += [block] if token.type == "table_open" else []
    return without_templates(body, code, tables)


def _hidden(body: str, source: Source, first: int) -> Iterator[Piece]:
    at, line = 0, first
    for start, end in source.hidden:
        line += body.count("\n", at, start)
        yield Piece("hidden", body[start:end], line, line + body.count("\n", start, end))
        at = start
