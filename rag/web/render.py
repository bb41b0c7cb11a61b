"""Answers as HTML: every character from a post or a reader is escaped, every tag is written here or in `cards`.

Each result is one HTML block on one line: Gradio's Markdown leaves such a block alone, so nothing in a post is read as
markup. Attributes are limited to those its sanitizer keeps (no `data-*`, `aria-*` or `style`). Knows nothing about
Gradio, requests or sessions.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.types import Answer, Citation, Filters
from rag.web.cards import View, also_read_cards, cited_cards, nearest_cards, with_keys
from rag.web.safe import post_link, text_html
from rag.web.strings import Strings

_LONG = 120  # characters; a longer question is set smaller, so that the answer stays in view
_notices = itertools.count(1)
_NUMBER = re.compile(r"\[(\d{1,4})\]")


def question_html(question: str, strings: Strings) -> str:
    """What the reader asked, as typed."""
    edit = f'<button type="button" class="rag-edit">{strings.edit}</button>'
    long = " rag-long" if len(question) > _LONG else ""
    return f'<div class="rag-asked"><div class="rag-question{long}">{text_html(question)}</div>{edit}</div>'


def pending_html(strings: Strings) -> str:
    """Shown until the first words come."""
    return f'<div class="rag-turn rag-pending"><p role="status">{strings.searching}</p></div>'


def problem_html(message: str, strings: Strings) -> str:
    """One sentence to the reader in place of an answer."""
    return f'<div class="rag-turn rag-problem"><p role="alert">{text_html(message)}</p>{_actions(strings)}</div>'


def notice_html(message: str, strings: Strings) -> str:
    """A short word that shows for a moment; a number makes it new even when it says the same again."""
    return f'<p class="rag-notice" role="status" lang="{strings.lang}" id="n{next(_notices)}">{text_html(message)}</p>'


def answer_html(
    answer: Answer, view: View, filters: Filters, *, complete: bool = True, following: Sequence[str] = ()
) -> str:
    """The answer beside its sources, or what was nearest and what to try. `complete` is false while it grows.

    `following` are questions to go on with.
    """
    side = cited_cards(answer, view) + also_read_cards(answer, view) if answer.answered else nearest_cards(answer, view)
    body = _said(answer, view, complete) if answer.answered else _not_said(answer, view, bool(filters))
    body += _following(following, view.strings)
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


# --- the answer -------------------------------------------------------------------------------------------------


def _how_searched(answer: Answer, view: View, filters: Filters) -> str:
    strings, notes = view.strings, []
    if answer.searched and answer.searched != answer.question:
        said = strings.searched_as.format(question=text_html(answer.searched))
        notes.append(f'{said} <button type="button" class="rag-alone" value="{view.turn}">{strings.as_typed}</button>')
    if filters:
        chips = "".join(f'<span class="rag-chip">{text_html(name)}</span>' for name in _filter_names(filters, strings))
        notes.append(f"{strings.narrowed} {chips}")
    if answer.limits:  # read out of the question: any of its chips takes that back
        names = _filter_names(answer.limits, strings)
        chips = "".join(
            f'<button type="button" class="rag-chip rag-alone" value="{view.turn}" '
            f'title="{strings.as_typed}">{text_html(name)} <span>✕</span></button>'
            for name in names
        )
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
    plain = f'<pre class="rag-plain">{text_html(copy_text(answer, view))}</pre>'
    return text + _actions(view.strings, copy, _votes(view)) + plain


def _with_links(text: str, by_number: dict[int, Citation], view: View) -> str:
    """Escaped text in which each number that has a citation is a link, and what answers is bold as in its quote; other
    numbers in brackets stay text.
    """
    links = [(m, by_number[int(m[1])]) for m in _NUMBER.finditer(text) if int(m[1]) in by_number]
    keys = [key for _, citation in links for key in _keys_in(text, citation)]
    pieces, done = [], 0
    for match, citation in links:
        pieces += [with_keys(text, done, match.start(), keys), _cite_link(citation, view)]
        done = match.end()
    return "".join([*pieces, with_keys(text, done, len(text), keys)])


def _keys_in(text: str, citation: Citation) -> list[tuple[int, int]]:
    """Where the figures, days or names that are marked in a quote stand in a line of the answer, in order."""
    found, at = [], max(0, text.find(" ".join(citation.quote.split())))
    for start, end in citation.marks:
        key = " ".join(citation.quote[start:end].split())
        place = text.find(key, at)
        if key and place >= 0:
            at = place + len(key)
            found.append((place, at))
    return found


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
    said = f'<div class="rag-none"><p class="rag-none-head">{s.not_said}</p><p>{reason}</p>{advice}</div>'
    return said + _actions(s, "", _votes(view))


def _actions(strings: Strings, before: str = "", after: str = "") -> str:
    """What can be done with the turn. The style shows "again" on the last one only."""
    again = f'<button type="button" class="rag-retry">{strings.retry}</button>'
    return f'<p class="rag-actions">{before}{again}{after}</p>'


def _votes(view: View) -> str:
    words = (("good", view.strings.good_answer), ("bad", view.strings.bad_answer))
    return "".join(
        f'<button type="button" class="rag-vote" value="{view.turn} {verdict}">{said}</button>'
        for verdict, said in words
    )


def _following(questions: Sequence[str], strings: Strings) -> str:
    if not questions:
        return ""
    items = "".join(f'<button type="button" class="rag-next">{text_html(question)}</button>' for question in questions)
    return f'<div class="rag-following"><p>{strings.next_questions}</p>{items}</div>'
