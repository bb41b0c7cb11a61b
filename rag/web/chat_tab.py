"""The tab where questions are asked: its layout, and what each control starts.

Knows nothing about how an answer is drawn (`render`) or how a conversation is kept (`chat`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.retrieval.search import MAX_QUESTION
from rag.web.chat import Chat, Messages, Session, messages
from rag.web.examples import example_questions
from rag.web.filters import connect_filters, filter_controls, offer_anew
from rag.web.frame import HIDDEN, I18N, channel, in_both, received

QUEUE = "rag"  # everything that searches shares one limit

_IDLE = {"submit_btn": True, "stop_btn": False}
_BUSY = {"submit_btn": False, "stop_btn": True}


def chat_tab(chat: Chat, session: gr.State, arrived: gr.Textbox) -> None:
    """Lay the tab out and connect it; `session` keeps the conversation, `arrived` is told when a page has come up."""
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
            chips = gr.Markdown("", elem_id="rag-chips")
            with gr.Accordion(I18N("filters"), open=False, elem_id="rag-filters") as panel:
                limits = filter_controls(bot.index)
                clear = gr.Button(I18N("clear_filters"), size="sm", variant="secondary", elem_id="rag-clear")
            new = gr.Button(I18N("new_chat"), elem_id="rag-new", size="sm", variant="secondary")
        connect_filters(bot, limits, panel, chips, clear, chat.lang)
        arrived.change(offer_anew(bot), None, limits, queue=False, **HIDDEN)
        _connect(chat, conversation, session, box, limits, new, arrived)
        _connect_votes(chat, session)


def _welcome() -> str:
    words = f"<h2>{in_both(lambda s: s.welcome)}</h2><p>{in_both(lambda s: s.welcome_text)}</p>"
    return f'<div class="rag-welcome">{words}</div>'


def _connect(
    chat: Chat, conversation: gr.Chatbot, session: gr.State, box: gr.Textbox, limits: Sequence[Any], new: gr.Button,
    arrived: gr.Textbox,
) -> None:  # fmt: skip
    """What the reader's acts start. The box offers "stop" while an answer is made and "ask" else."""
    outputs = [conversation, session, box]
    alone, following = channel("alone"), channel("next")
    # What `arrived` holds names the conversation. It comes with every event, as a reader may ask before the page has
    # been told what `resume` found.
    given = [session, arrived, *limits]

    def steps(
        made: Iterator[tuple[Messages, Session]], request: gr.Request, name: str, *, cleared: bool = False
    ) -> Iterator[tuple[Any, ...]]:
        box_now = gr.Textbox(**_BUSY, **({"value": ""} if cleared else {}))
        for shown, kept in made:
            chat.keep(received(name), kept, request)
            yield shown, kept, box_now
            box_now = gr.skip()

    def ask(
        request: gr.Request, question: str, kept: Session, name: str, *chosen: object
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        kept = chat.so_far(kept, received(name), request)
        yield from steps(chat.ask(question, kept, chosen, request), request, name, cleared=True)

    def ask_example(
        request: gr.Request, picked: gr.SelectData, kept: Session, name: str, *chosen: object
    ) -> Iterator[tuple[Any, ...]]:
        kept = chat.so_far(kept, received(name), request)
        yield from steps(chat.ask(picked.value["text"], kept, chosen, request), request, name)

    def retry(request: gr.Request, kept: Session, name: str, *chosen: object) -> Iterator[tuple[Any, ...]]:
        yield from steps(chat.retry(kept, chosen, request), request, name)

    def ask_alone(request: gr.Request, kept: Session, name: str, *chosen: object) -> Iterator[tuple[Any, ...]]:
        yield from steps(chat.retry(kept, chosen, request, alone=True), request, name)

    def ask_next(
        request: gr.Request, sent: str, kept: Session, name: str, *chosen: object
    ) -> Iterator[tuple[Any, ...]]:
        # A suggestion stands alone; what came before would only blur it.
        yield from steps(chat.ask(received(sent), kept, chosen, request, alone=True), request, name)

    def stop(request: gr.Request, kept: Session, name: str) -> tuple[Any, ...]:
        shown, kept = chat.stop(kept)
        chat.keep(received(name), kept, request)
        return shown, kept, gr.Textbox(**_IDLE)

    def start_over(request: gr.Request, name: str) -> tuple[Any, ...]:
        chat.keep(received(name), (), request)
        return messages(()), (), gr.Textbox(**_IDLE)

    def resume(request: gr.Request, name: str) -> tuple[Any, ...]:
        kept = chat.resume(received(name), request)
        return (messages(kept), kept) if kept else (gr.skip(), gr.skip())

    common: dict[str, Any] = {"outputs": outputs, "concurrency_id": QUEUE, **HIDDEN}
    running = [
        box.submit(ask, [box, *given], **common),
        conversation.example_select(ask_example, given, **common),
        conversation.retry(retry, given, **common),
        alone.change(ask_alone, given, **common),
        following.change(ask_next, [following, *given], **common),
    ]
    for event in running:
        event.then(lambda: gr.Textbox(**_IDLE), outputs=box, queue=False, **HIDDEN)
    box.stop(stop, [session, arrived], outputs, cancels=running, queue=False, **HIDDEN)
    new.click(start_over, arrived, outputs, cancels=running, queue=False, **HIDDEN)
    arrived.change(resume, arrived, [conversation, session], queue=False, **HIDDEN)


def _connect_votes(chat: Chat, session: gr.State) -> None:
    """Keep what readers say of an answer, and thank them."""
    said, notice = channel("vote"), gr.Markdown("", elem_id="rag-notices")

    def vote(request: gr.Request, said: str, kept: Session) -> str:
        return chat.vote(received(said), kept, request)

    said.change(vote, [said, session], notice, queue=False, **HIDDEN)
