"""Source cards: the passages behind an answer, each with its post, its quotes marked, and why it was found.

Everything written here is one HTML block on one line, as `render` explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.types import Answer, Citation, Hit, Passage
from rag.web.safe import post_link, text_html
from rag.web.schema import LEGS
from rag.web.strings import Strings

_NEAREST = 4  # shown at once when there is no answer; the rest are folded
_PEEK = 120  # characters of an uncited passage shown while its card is closed: three lines on a phone


@dataclass(frozen=True, slots=True)
class View:
    """For whom an answer is drawn: the words, the number of the turn (ids on the page hold it), where posts live."""

    strings: Strings
    turn: int
    site_url: str = ""  # "https://example.org", or "" when the posts have no address


def cited_cards(answer: Answer, view: View) -> str:
    """One card per cited passage, in the order of first use; a passage cited twice has both numbers."""
    hits = {hit.passage.id: hit for hit in answer.hits}
    grouped: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        grouped.setdefault(citation.passage.id, []).append(citation)
    cards = [
        _card(hits.get(id_, Hit(group[0].passage, 0.0)), view, group, is_open=i == 0)
        for i, (id_, group) in enumerate(grouped.items())
    ]
    return _section(view.strings.cited, cards)


def nearest_cards(answer: Answer, view: View) -> str:
    """What comes near a question that has no answer, the best few open to the eye."""
    cards = [_card(hit, view) for hit in answer.hits]
    shown, more = cards[:_NEAREST], cards[_NEAREST:]
    return _section(view.strings.nearest, shown) + _folded(view.strings.also_read, more)


def also_read_cards(answer: Answer, view: View) -> str:
    """The passages that were found but not quoted, folded away."""
    cited = {c.passage.id for c in answer.citations}
    return _folded(view.strings.also_read, [_card(hit, view) for hit in answer.hits if hit.passage.id not in cited])


def _folded(title: str, cards: Sequence[str]) -> str:
    if not cards:
        return ""
    return f'<details class="rag-also"><summary>{title.format(count=len(cards))}</summary>{"".join(cards)}</details>'


def _section(title: str, cards: Sequence[str]) -> str:
    return f'<h4 class="rag-side-head">{title.format(count=len(cards))}</h4>{"".join(cards)}' if cards else ""


def _card(hit: Hit, view: View, citations: Sequence[Citation] = (), *, is_open: bool = False) -> str:
    p, s = hit.passage, view.strings
    badges = "".join(f'<span class="rag-n">{c.n}</span>' for c in citations)
    numbers = f'<span class="rag-ns">{badges}</span>' if badges else ""
    date = f'<time datetime="{text_html(p.date)}">{text_html(s.day(p.date))}</time>' if p.date else s.undated
    peek = citations[0].quote if citations else p.text[:_PEEK] + ("…" if len(p.text) > _PEEK else "")
    summary = (
        f'<summary>{numbers}<span class="rag-title">{text_html(p.title)}</span>'
        f'<span class="rag-sub">{date}</span><span class="rag-peek">{text_html(peek)}</span></summary>'
    )
    heading = f'<p class="rag-heading">{text_html(p.heading)}</p>' if p.heading else ""
    passage = f'<blockquote class="rag-passage">{marked(p.text, citations, f"q-{view.turn}")}</blockquote>'
    opened = " open" if is_open else ""
    return f'<details class="rag-card"{opened}>{summary}{heading}{passage}{_facts(hit, view, citations)}</details>'


def marked(text: str, citations: Iterable[Citation], anchor: str) -> str:
    """A passage's text with each quote marked; `anchor` and the quote's number are the id of the mark."""
    pieces, done = [], 0
    for c in sorted(citations, key=lambda c: (c.start, c.end)):
        start, end = max(c.start, done), max(c.end, done)  # quotes may overlap: the later one marks what is left
        keys = [(c.start + a, c.start + b) for a, b in c.marks if c.start + a >= start]
        pieces += [text_html(text[done:start]), f'<mark id="{anchor}-{c.n}" tabindex="-1">']
        pieces += [with_keys(text, start, end, keys), "</mark>"]
        done = end
    return "".join([*pieces, text_html(text[done:])])


def with_keys(text: str, start: int, end: int, keys: Iterable[tuple[int, int]]) -> str:
    """`text[start:end]` with the figure, day or name that answers (offsets in `text`) in bold."""
    pieces, done = [], start
    for a, b in sorted(keys):
        if done <= a < b <= end:
            pieces += [text_html(text[done:a]), f"<b>{text_html(text[a:b])}</b>"]
            done = b
    return "".join([*pieces, text_html(text[done:end])])


def _facts(hit: Hit, view: View, citations: Sequence[Citation]) -> str:
    p, s = hit.passage, view.strings
    rows = [f'<span class="rag-tag">{text_html(name)}</span>' for name in (*p.categories, *p.tags)]
    tags = f'<p class="rag-tags">{"".join(rows)}</p>' if rows else ""
    lines = s.lines.format(start=p.start_line, end=p.end_line)
    read = f'<button type="button" class="rag-read" value="{view.turn} {text_html(p.post)}">{s.read_post}</button>'
    place = f'<p class="rag-place">{read}{_post(p, view, citations)}<code>{text_html(p.post)}</code> {lines}</p>'
    copies = "".join(
        f"<li>{text_html(s.day(copy.date))} <code>{text_html(copy.url or copy.post)}</code></li>" for copy in p.also_in
    )
    said = f"{view.turn} wrong {text_html(p.id)}"
    wrong = f'<p class="rag-wrong"><button type="button" class="rag-vote" value="{said}">{s.wrong_passage}</button></p>'
    also = f'<div class="rag-copies"><p>{s.also_in}</p><ul>{copies}</ul></div>' if copies else ""
    return tags + place + also + _scores(hit, s) + wrong


def _post(p: Passage, view: View, citations: Sequence[Citation]) -> str:
    link = post_link(p, view.site_url, citations[0].quote if citations else "")
    if not link:
        return f'<span class="rag-url">{text_html(p.url)}</span>' if p.url else ""
    return f'<a class="rag-open" href="{text_html(link)}" target="_blank" rel="noopener">{view.strings.open_post}</a>'


def _scores(hit: Hit, s: Strings) -> str:
    names = dict(zip(LEGS, (s.dense, s.lexical, s.late), strict=True))
    bars = "".join(
        f'<dt>{names[leg]}</dt><dd><meter min="0" max="1" value="{score:.2f}">{score:.2f}</meter> {score:.2f}</dd>'
        for leg, score in ((leg, hit.scores[leg]) for leg in LEGS if leg in hit.scores)
    )
    return f'<div class="rag-why"><p>{s.why_found}</p><dl>{bars}</dl></div>' if bars else ""
