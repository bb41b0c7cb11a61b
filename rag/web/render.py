"""Answers as HTML: every character from a post or a reader is escaped, every tag is written here.

Each result is one HTML block on one line: Gradio's Markdown leaves such a block alone, so nothing in a post is read as
markup. Attributes are limited to those its sanitizer keeps (no `data-*`, `aria-*` or `style`). Knows nothing about
Gradio, requests or sessions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from rag.api import LEGS
from rag.types import Answer, Citation, Filters, Hit, Passage
from rag.unicode import repair
from rag.web.strings import Strings

_NUMBER = re.compile(r"\[(\d{1,4})\]")
_PATH_SAFE = "/%-._~!$&'()*+,;=:@"
#: A browser finds a sentence on the post's page by its first and last characters when it is longer than both.
_FRAGMENT_ENDS = 24
_NEAREST = 4  # shown at once when there is no answer; the rest are folded
_PEEK = 120  # characters of an uncited passage shown while its card is closed: three lines on a phone


@dataclass(frozen=True, slots=True)
class View:
    """For whom an answer is drawn: the words, the number of the turn (ids on the page hold it), where posts live."""

    strings: Strings
    turn: int
    site_url: str = ""  # "https://example.org", or "" when the posts have no address


def text_html(text: str) -> str:
    """Text that no browser and no Markdown reader takes for markup, on one line."""
    clean = repair(text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(clean, quote=True).replace("\n", "&#10;")


def question_html(question: str, strings: Strings) -> str:
    """What the reader asked, as typed."""
    edit = f'<button type="button" class="rag-edit">{strings.edit}</button>'
    return f'<div class="rag-asked"><div class="rag-question">{text_html(question)}</div>{edit}</div>'


def pending_html(strings: Strings) -> str:
    """Shown until the first words come."""
    return f'<div class="rag-turn rag-pending"><p role="status">{strings.searching}</p></div>'


def problem_html(message: str, strings: Strings) -> str:
    """One sentence to the reader in place of an answer."""
    return f'<div class="rag-turn rag-problem"><p role="alert">{text_html(message)}</p>{_actions(strings)}</div>'


def answer_html(answer: Answer, view: View, filters: Filters, *, complete: bool = True) -> str:
    """The answer beside its sources, or what was nearest and what to try. `complete` is false while it grows."""
    side = _cited(answer, view) + _also_read(answer, view) if answer.answered else _nearest(answer, view)
    body = _said(answer, view, complete) if answer.answered else _not_said(answer, view, bool(filters))
    main = f'<div class="rag-main">{_how_searched(answer, view, filters)}{body}</div>'
    label = f'<h3 class="rag-sr">{view.strings.answer}</h3>'
    return f'<div class="rag-turn" lang="{view.strings.lang}">{label}{main}<div class="rag-side">{side}</div></div>'


def copy_text(answer: Answer, view: View) -> str:
    """The answer with its sources below, as plain text to paste elsewhere."""
    lines = [answer.text, ""]
    for c in answer.citations:
        place = post_link(c.passage, view.site_url) or c.passage.url or c.passage.post
        lines += [f"[{c.n}] {' · '.join(filter(None, (c.passage.title, c.passage.date, place)))}", f"    “{c.quote}”"]
    return "\n".join(lines)


def post_link(passage: Passage, site_url: str, sentence: str = "") -> str:
    """The post's address, ending at the sentence where browsers can find it; "" when there is no safe one."""
    if not site_url or not passage.url.startswith("/") or passage.url.startswith("//") or "\\" in passage.url:
        return ""
    link = site_url.rstrip("/") + quote(repair(passage.url), safe=_PATH_SAFE)
    if not sentence:
        return link
    ends = [sentence[:_FRAGMENT_ENDS], sentence[-_FRAGMENT_ENDS:]]
    wanted = ends if len(sentence) > 2 * _FRAGMENT_ENDS else [sentence]
    return link + "#:~:text=" + ",".join(quote(repair(part), safe="").replace("-", "%2D") for part in wanted)


def valid_site_url(site_url: str) -> bool:
    """True for an http(s) address without query or fragment."""
    parts = urlsplit(site_url)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not parts.query and not parts.fragment


# --- the answer -------------------------------------------------------------------------------------------------


def _how_searched(answer: Answer, view: View, filters: Filters) -> str:
    strings, notes = view.strings, []
    if answer.searched and answer.searched != answer.question:
        notes.append(strings.searched_as.format(question=text_html(answer.searched)))
    if filters:
        chips = "".join(f'<span class="rag-chip">{text_html(name)}</span>' for name in _filter_names(filters, strings))
        notes.append(f"{strings.narrowed} {chips}")
    if answer.note:
        notes.append(text_html(answer.note))
    return "".join(f'<p class="rag-note">{note}</p>' for note in notes)


def _filter_names(filters: Filters, strings: Strings) -> list[str]:
    days = [f"{strings.day(filters.since or '')} – {strings.day(filters.until or '')}".strip()]
    return [*(days if filters.since or filters.until else []), *filters.tags, *filters.categories]


def _said(answer: Answer, view: View, complete: bool) -> str:
    by_number = {c.n: c for c in answer.citations}
    paragraphs = "".join(f"<p>{_with_links(p, by_number, view)}</p>" for p in answer.text.split("\n") if p.strip())
    text = f'<div class="rag-text">{paragraphs}</div>'
    if not complete:
        return text
    copy = f'<button type="button" class="rag-copy" title="{view.strings.copied}">{view.strings.copy}</button>'
    return f'{text}{_actions(view.strings, copy)}<pre class="rag-plain">{text_html(copy_text(answer, view))}</pre>'


def _with_links(text: str, by_number: dict[int, Citation], view: View) -> str:
    """Escaped text in which each number that has a citation is a link; other numbers in brackets stay text."""
    pieces, done = [], 0
    for match in _NUMBER.finditer(text):
        citation = by_number.get(int(match[1]))
        if citation:
            pieces += [text_html(text[done : match.start()]), _cite_link(citation, view)]
            done = match.end()
    return "".join([*pieces, text_html(text[done:])])


def _cite_link(citation: Citation, view: View) -> str:
    label = view.strings.cite_label.format(n=citation.n, title=text_html(citation.passage.title))
    marker = f'<span class="rag-sr">{view.strings.source_marker} </span>{citation.n}'
    return f'<a class="rag-cite" href="#q-{view.turn}-{citation.n}" title="{label}">{marker}</a>'


def _not_said(answer: Answer, view: View, narrowed: bool) -> str:
    s = view.strings
    tips = [*([s.try_filters] if narrowed else []), s.try_words, s.try_narrow]
    items = "".join(f"<li>{tip}</li>" for tip in tips)
    reason = s.not_said_near if answer.hits else s.not_said_far
    advice = f"<p>{s.try_heading}</p><ul>{items}</ul>"
    return f'<div class="rag-none"><p class="rag-none-head">{s.not_said}</p><p>{reason}</p>{advice}</div>{_actions(s)}'


def _actions(strings: Strings, more: str = "") -> str:
    """What can be done with the turn. The style shows "again" on the last one only."""
    again = f'<button type="button" class="rag-retry">{strings.retry}</button>'
    return f'<p class="rag-actions">{more}{again}</p>'


# --- the sources ------------------------------------------------------------------------------------------------


def _cited(answer: Answer, view: View) -> str:
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


def _nearest(answer: Answer, view: View) -> str:
    cards = [_card(hit, view) for hit in answer.hits]
    shown, more = cards[:_NEAREST], cards[_NEAREST:]
    return _section(view.strings.nearest, shown) + _folded(view.strings.also_read, more)


def _also_read(answer: Answer, view: View) -> str:
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
    passage = f'<blockquote class="rag-passage">{_marked(p.text, citations, view.turn)}</blockquote>'
    opened = " open" if is_open else ""
    return f'<details class="rag-card"{opened}>{summary}{heading}{passage}{_facts(hit, view, citations)}</details>'


def _marked(text: str, citations: Iterable[Citation], turn: int) -> str:
    """The passage with each quote marked; the mark's id is what the quote's number links to."""
    pieces, done = [], 0
    for c in sorted(citations, key=lambda c: (c.start, c.end)):
        start, end = max(c.start, done), max(c.end, done)  # quotes may overlap: the later one marks what is left
        pieces += [text_html(text[done:start]), f'<mark id="q-{turn}-{c.n}" tabindex="-1">']
        pieces += [text_html(text[start:end]), "</mark>"]
        done = end
    return "".join([*pieces, text_html(text[done:])])


def _facts(hit: Hit, view: View, citations: Sequence[Citation]) -> str:
    p, s = hit.passage, view.strings
    rows = [f'<span class="rag-tag">{text_html(name)}</span>' for name in (*p.categories, *p.tags)]
    tags = f'<p class="rag-tags">{"".join(rows)}</p>' if rows else ""
    lines = s.lines.format(start=p.start_line, end=p.end_line)
    place = f'<p class="rag-place">{_post(p, view, citations)}<code>{text_html(p.post)}</code> {lines}</p>'
    copies = "".join(
        f"<li>{text_html(s.day(copy.date))} <code>{text_html(copy.url or copy.post)}</code></li>" for copy in p.also_in
    )
    also = f'<div class="rag-copies"><p>{s.also_in}</p><ul>{copies}</ul></div>' if copies else ""
    return tags + place + also + _scores(hit, s)


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
