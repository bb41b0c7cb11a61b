"""The controls that narrow a search, the chips that show what they are set to, and how other tabs set them.

Their order is (since, until, tags, categories) everywhere. Knows nothing about answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.indexing.index import Index
from rag.web.frame import HIDDEN, I18N, channel, received, strings_for
from rag.web.safe import text_html
from rag.web.strings import Lang, Strings

MAX_CHOICES = 500  # tags offered, most frequent first; a longer list can't be browsed
_KINDS = ("since", "until", "tags", "categories")
_NOTHING: tuple[Any, ...] = ("", "", [], [])


def filter_controls(index: Index) -> list[gr.components.Component]:
    """The four controls, laid out in a row, their choices taken from the index."""
    offered = choices(index)
    with gr.Row():
        return [
            gr.Dropdown(
                offered[kind], value=[] if kind in ("tags", "categories") else "", label=I18N(kind),
                multiselect=kind in ("tags", "categories"), min_width=220 if kind in ("tags", "categories") else 140,
            )
            for kind in _KINDS
        ]  # fmt: skip


def offer_anew(bot: Chatbot) -> Callable[[], list[Any]]:
    """An event that gives the controls the choices of a later index; nothing while it is the one they were made for."""
    made_for = bot.index.generation.id

    def offer() -> list[Any]:
        if bot.index.generation.id == made_for:
            return [gr.skip()] * len(_KINDS)
        return [gr.Dropdown(choices=offered) for offered in choices(bot.index).values()]

    return offer


def choices(index: Index) -> dict[str, list[tuple[str, str]]]:
    """(what is shown, value) of each control, in their order."""
    status, facets = index.status(), index.facets()
    months = [("–", ""), *((month, month) for month in _months(str(status["oldest"]), str(status["newest"])))]
    named = {
        kind: [(f"{name} ({count})", name) for name, count in facets[kind][:MAX_CHOICES]]
        for kind in ("tags", "categories")
    }
    return {"since": months, "until": months, **named}


def _months(oldest: str, newest: str) -> list[str]:
    """Every month from the newest post back to the oldest, "2025-09"; [] when no post has a date."""
    if not (oldest[:4].isdecimal() and newest[:4].isdecimal()):
        return []
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (oldest, newest))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(last, first - 1, -1)]


def chips_html(limits: Sequence[Any], s: Strings) -> str:
    """A chip for each limit in use; pressing it removes the limit."""
    since, until, tags, categories = limits
    chips = [("since", s.from_day.format(day=s.day(since)))] if since else []
    chips += [("until", s.until_day.format(day=s.day(until)))] if until else []
    chips += [(f"{kind} {n}", n) for kind, names in (("tags", tags), ("categories", categories)) for n in names or ()]
    shown = "".join(
        f'<button type="button" class="rag-chip rag-filter" value="drop {text_html(value)}" '
        f'title="{text_html(s.remove.format(name=name))}">{text_html(name)} <span>✕</span></button>'
        for value, name in chips
    )
    return f'<div class="rag-chips" lang="{s.lang}">{shown}</div>' if shown else ""


def changed(wanted: str, limits: Sequence[Any]) -> list[Any]:
    """The limits after "drop since", "drop tags パン", "month 2025-05", "tags パン" or "categories 店"."""
    now: dict[str, Any] = dict(zip(_KINDS, limits, strict=True))
    verb, _, name = wanted.partition(" ")
    if verb == "month" and name:
        now["since"] = now["until"] = name
    elif verb in ("tags", "categories") and name:
        now[verb] = [*dict.fromkeys([*(now[verb] or []), name])]
    elif verb == "drop":
        kind, _, which = name.partition(" ")
        if kind in ("since", "until"):
            now[kind] = ""
        elif kind in ("tags", "categories"):
            now[kind] = [one for one in now[kind] or [] if one != which]
    return list(now.values())


def _set(index: Index, now: Sequence[Any]) -> list[gr.Dropdown]:
    """The controls set to `now`, which they must offer to take: a later index has other months and tags than the one
    the page was made with, and other tabs show more than MAX_CHOICES.
    """
    controls = []
    for (kind, offered), value in zip(choices(index).items(), now, strict=True):
        names = {name for _, name in offered}
        wanted = value if isinstance(value, list) else [value] if value else []
        more = [(name, name) for name in wanted if name not in names]
        controls.append(gr.Dropdown([*offered, *more], value=value, multiselect=kind in ("tags", "categories")))
    return controls


def connect_filters(
    bot: Chatbot, limits: Sequence[Any], panel: gr.Accordion, chips: gr.Markdown, clear: gr.Button, lang: Lang | None
) -> None:
    """Keep the panel's label and the chips in step with the controls; take what chips and other tabs ask for."""

    def show(request: gr.Request, *chosen: Any) -> tuple[Any, ...]:  # noqa: ANN401
        s, count = strings_for(request, lang), sum(map(bool, chosen))
        label = s.filters_on.format(count=count) if count else s.filters
        return gr.Accordion(label=label), chips_html(chosen, s)

    def change(request: gr.Request, wanted: str, *chosen: Any) -> tuple[Any, ...]:  # noqa: ANN401
        now = changed(received(wanted), chosen)
        return *_set(bot.index, now), *show(request, *now)

    def reset(request: gr.Request) -> tuple[Any, ...]:
        return *_NOTHING, *show(request, *_NOTHING)

    sent, shown = channel("filter"), [panel, chips]
    by_hand = [control.input for control in limits]  # what is set from elsewhere is shown by whoever sets it
    gr.on(by_hand, show, limits, shown, trigger_mode="always_last", queue=False, **HIDDEN)
    sent.change(change, [sent, *limits], [*limits, *shown], queue=False, **HIDDEN)
    clear.click(reset, None, [*limits, *shown], queue=False, **HIDDEN)
