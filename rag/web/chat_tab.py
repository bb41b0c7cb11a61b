"""The tab where questions are asked: its layout, and what each control starts.

Knows nothing about how an answer is drawn (`render`) or how a conversation is kept (`chat`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.chat import Chatbot
from rag.search import MAX_QUESTION
from rag.web.chat import Chat, Messages, Session, messages
from rag.web.examples import example_questions
from rag.web.frame import I18N, in_both

QUEUE = "rag"  # everything that searches shares one limit
MAX_CHOICES = 500  # tags offered in the filter, most frequent first; a longer list can't be browsed

_IDLE = {"submit_btn": True, "stop_btn": False}
_BUSY = {"submit_btn": False, "stop_btn": True}


def chat_tab(chat: Chat, session: gr.State) -> None:
    """Lay the tab out and connect it; `session` keeps the conversation."""
    bot = chat.bot
    with gr.Tab(I18N("tab_chat"), id="chat", elem_id="rag-tab-chat"):
        conversation = gr.Chatbot(
            elem_id="rag-chat", label=I18N("conversation"), show_label=False, container=False, height="auto",
            layout="panel", buttons=[], allow_tags=False, sanitize_html=True, latex_delimiters=[], autoscroll=False,
            placeholder=_welcome(), examples=[{"text": text} for text in example_questions(bot.index)],
        )  # fmt: skip
        with gr.Column(elem_id="rag-dock"):
            box = gr.Textbox(
                elem_id="rag-box", label=I18N("placeholder"), show_label=False, container=False, autofocus=True,
                placeholder=I18N("placeholder"), max_lines=6, max_length=MAX_QUESTION, **_IDLE,
            )  # fmt: skip
            with gr.Accordion(I18N("filters"), open=False, elem_id="rag-filters") as panel:
                limits = _filters(bot)
            new = gr.Button(I18N("new_chat"), elem_id="rag-new", size="sm", variant="secondary")
        _connect(chat, conversation, session, box, limits, new)
        _count_filters(chat, limits, panel)


def _welcome() -> str:
    words = f"<h2>{in_both(lambda s: s.welcome)}</h2><p>{in_both(lambda s: s.welcome_text)}</p>"
    return f'<div class="rag-welcome">{words}</div>'


def _filters(bot: Chatbot) -> list[gr.components.Component]:
    """Controls for (since, until, tags, categories), their choices taken from the index."""
    status, facets = bot.index.status(), bot.index.facets()
    months = [("–", ""), *((month, month) for month in _months(str(status["oldest"]), str(status["newest"])))]
    with gr.Row():
        since = gr.Dropdown(months, value="", label=I18N("since"), min_width=140)
        until = gr.Dropdown(months, value="", label=I18N("until"), min_width=140)
        chosen = [
            gr.Dropdown(
                [(f"{name} ({count})", name) for name, count in facets[kind][:MAX_CHOICES]],
                label=I18N(kind), multiselect=True, min_width=220,
            )
            for kind in ("tags", "categories")
        ]  # fmt: skip
    clear = gr.Button(I18N("clear_filters"), size="sm", variant="secondary", elem_id="rag-clear")
    controls = [since, until, *chosen]
    clear.click(lambda: ("", "", [], []), outputs=controls, api_visibility="private", queue=False)
    return controls


def _count_filters(chat: Chat, limits: Sequence[Any], panel: gr.Accordion) -> None:
    """Keep the number of filters in use on the panel's label, seen while it is closed."""

    def label(request: gr.Request, *chosen: object) -> gr.Accordion:
        strings, count = chat.strings_for(request), sum(map(bool, chosen))
        return gr.Accordion(label=strings.filters_on.format(count=count) if count else strings.filters)

    changes = [control.change for control in limits]
    gr.on(changes, label, limits, panel, api_visibility="private", show_progress="hidden", queue=False)


def _months(oldest: str, newest: str) -> list[str]:
    """Every month from the newest post back to the oldest, "2025-09"; [] when no post has a date."""
    if not (oldest[:4].isdecimal() and newest[:4].isdecimal()):
        return []
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (oldest, newest))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(last, first - 1, -1)]


def _connect(
    chat: Chat, conversation: gr.Chatbot, session: gr.State, box: gr.Textbox, limits: Sequence[Any], new: gr.Button
) -> None:
    """What the reader's acts start. The box offers "stop" while an answer is made and "ask" else."""
    outputs = [conversation, session, box]

    def steps(made: Iterator[tuple[Messages, Session]], cleared: bool) -> Iterator[tuple[Any, ...]]:
        box_now = gr.Textbox(**_BUSY, **({"value": ""} if cleared else {}))
        for shown, kept in made:
            yield shown, kept, box_now
            box_now = gr.skip()

    def ask(request: gr.Request, question: str, kept: Session, *chosen: object) -> Iterator[tuple[Any, ...]]:
        yield from steps(chat.ask(question, kept, chosen, request), cleared=True)

    def ask_example(
        request: gr.Request, picked: gr.SelectData, kept: Session, *chosen: object
    ) -> Iterator[tuple[Any, ...]]:
        yield from steps(chat.ask(picked.value["text"], kept, chosen, request), cleared=False)

    def retry(request: gr.Request, kept: Session, *chosen: object) -> Iterator[tuple[Any, ...]]:
        yield from steps(chat.retry(kept, chosen, request), cleared=False)

    def stop(kept: Session) -> tuple[Any, ...]:
        return *chat.stop(kept), gr.Textbox(**_IDLE)

    common: dict[str, Any] = {
        "outputs": outputs, "api_visibility": "private", "show_progress": "hidden", "concurrency_id": QUEUE,
    }  # fmt: skip
    running = [
        box.submit(ask, [box, session, *limits], **common),
        conversation.example_select(ask_example, [session, *limits], **common),
        conversation.retry(retry, [session, *limits], **common),
    ]
    hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    for event in running:
        event.then(lambda: gr.Textbox(**_IDLE), outputs=box, **hidden)
    box.stop(stop, session, outputs, cancels=running, **hidden)
    new.click(lambda: (messages(()), (), gr.Textbox(**_IDLE)), None, outputs, cancels=running, **hidden)
