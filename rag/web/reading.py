"""One post to read: what the index kept of it in order, the cited sentences marked, what was left out folded in place.

As in `render`, the result is one HTML block on one line, every text escaped. Knows nothing about Gradio or sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.indexing.index import Index
from rag.types import Citation, Dropped, Passage
from rag.web.cards import View, marked
from rag.web.safe import post_link, text_html

_BETWEEN = " › "  # of a heading path


def post_html(index: Index, path: str, citations: Sequence[Citation], view: View) -> str:
    """The post at `path`, with the quotes of those `citations` that are from it; a sentence when it is not there."""
    s = view.strings
    close = f'<button type="button" class="rag-close" title="{s.close}">✕</button>'
    known = next((post for post in index.posts() if post[0] == path), None)
    if known is None:
        body = f'<h2 tabindex="-1">{s.reading}</h2><p>{s.unknown_post}</p>'
    else:
        passages, dropped = index.post_passages(path), index.dropped(post=path)
        own = [c for c in citations if c.passage.post == path]
        body = _head(known, passages, view) + "".join(_body(passages, dropped, own, view))
    return f'<article class="rag-post" lang="{s.lang}">{close}{body}</article>'


def _head(post: tuple[str, str, str, str], passages: Sequence[Passage], view: View) -> str:
    path, title, date, _ = post
    s = view.strings
    day = f'<time datetime="{text_html(date)}">{text_html(s.day(date))}</time>' if date else s.undated
    first = passages[0] if passages else None
    names = (*first.categories, *first.tags) if first else ()
    tags = "".join(f'<span class="rag-tag">{text_html(name)}</span>' for name in names)
    link = post_link(first, view.site_url) if first else ""
    opened = f' <a class="rag-open" href="{text_html(link)}" target="_blank" rel="noopener">{s.open_post}</a>'
    return (
        f'<h2 tabindex="-1">{text_html(title)}</h2><p class="rag-place">{day} <code>{text_html(path)}</code>'
        f'{opened if link else ""}</p><p class="rag-tags">{tags}</p>'
    )


def _body(
    passages: Sequence[Passage], dropped: Sequence[Dropped], citations: Sequence[Citation], view: View
) -> Iterator[str]:
    """Passages and what was left out between them, by line; a heading where it changes."""
    pieces: list[Passage | Dropped] = sorted([*passages, *dropped], key=lambda p: (p.start_line, p.end_line))
    heading: list[str] = []
    for is_kept, run in groupby(pieces, key=lambda p: isinstance(p, Passage)):
        if not is_kept:
            yield _left_out([d for d in run if isinstance(d, Dropped)], view)
            continue
        for p in run:
            assert isinstance(p, Passage)
            parts = p.heading.split(_BETWEEN) if p.heading else []
            same = next((i for i, (a, b) in enumerate(zip(heading, parts, strict=False)) if a != b), len(heading))
            yield "".join(f"<h3>{text_html(part)}</h3>" for part in parts[same:])
            heading = parts
            yield _passage(p, [c for c in citations if c.passage.id == p.id])


def _passage(p: Passage, citations: Sequence[Citation]) -> str:
    quoted = ' class="rag-quoted"' if citations else ""
    numbers = "".join(f'<span class="rag-n">{c.n}</span>' for c in citations)
    return f"<p{quoted}>{numbers}{marked(p.text, citations, 'r')}</p>"


def _left_out(dropped: Sequence[Dropped], view: View) -> str:
    s = view.strings
    items = "".join(
        f"<li><b>{text_html(s.reasons.get(d.reason, d.reason))}</b> {text_html(d.text)} "
        f"<code>{s.lines.format(start=d.start_line, end=d.end_line)}</code></li>"
        for d in dropped
    )
    count = s.left_out.format(count=len(dropped))
    return f'<details class="rag-left"><summary>{count}</summary><ul class="rag-list">{items}</ul></details>'
