"""The page's layout and what each control starts. `build_app` lays it out; `main` reads the options and serves it.

Knows nothing about how an answer is drawn (`render`), kept (`chat`) or guarded (`server`).
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr

from rag.chat import Chatbot
from rag.errors import RagError
from rag.index import DEFAULT_INDEX
from rag.search import MAX_QUESTION
from rag.web.chat import Chat, Messages, Session, messages
from rag.web.endpoints import add_endpoints
from rag.web.examples import example_questions
from rag.web.live import LiveChatbot
from rag.web.options import Options, add_options, options_from
from rag.web.serve import serve
from rag.web.strings import EN, JA, Lang, Strings, translations

#: Labels are translated in the browser, so that one page serves readers of both languages.
I18N = gr.I18n(**translations())
QUEUE = "rag"  # everything that searches shares one limit
MAX_CHOICES = 500  # tags offered in the filter, most frequent first; a longer list can't be browsed

_IDLE = {"submit_btn": True, "stop_btn": False}
_BUSY = {"submit_btn": False, "stop_btn": True}


def build_app(bot: Chatbot, site_url: str = "", lang: Lang | None = None) -> gr.Blocks:
    """The page and the HTTP endpoints over one bot, ready to launch.

    `site_url` is where the posts are published, "https://example.org", to link to them; `lang` is for readers whose
    browser asks for no language.
    """
    chat = Chat(bot, site_url, lang)
    with gr.Blocks(title=f"{JA.title} · {EN.title}", analytics_enabled=False, fill_width=True) as page:
        add_endpoints(bot, QUEUE)  # first, so that no event of the page takes their names
        gr.Markdown(_header(bot.index.status()), elem_id="rag-header")
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
        _connect(chat, conversation, gr.State(()), box, limits, new)
        _count_filters(chat, limits, panel)
    page.queue(max_size=16, default_concurrency_limit=2)
    return page


def _header(status: dict[str, Any]) -> str:
    """Title, what is indexed, and the two switches that the page's script serves. Holds no text from posts."""
    posts, newest = f"{status['posts']:,}", str(status["newest"] or "–")
    facts = _in_both(lambda s: s.index_line.format(posts=posts, newest=s.day(newest)))
    theme = f'<span class="rag-sr">{_in_both(lambda s: s.switch_theme)}</span>'
    # Gradio's two buttons at the question box have no name; the page's script gives them these.
    ask, stop = _in_both(lambda s: s.ask), _in_both(lambda s: s.stop)
    names = f'<div class="rag-names"><span id="rag-ask">{ask}</span><span id="rag-stop">{stop}</span></div>'
    return (
        f'<header class="rag-head"><div><h1>{_in_both(lambda s: s.title)}</h1>'
        f'<p class="rag-tagline">{_in_both(lambda s: s.tagline)}</p></div><p class="rag-facts">{facts}</p>'
        f'<button type="button" class="rag-lang">{_in_both(lambda s: s.switch_language)}</button>'
        f'<button type="button" class="rag-theme">{theme}</button>{names}</header>'
    )


def _welcome() -> str:
    words = f"<h2>{_in_both(lambda s: s.welcome)}</h2><p>{_in_both(lambda s: s.welcome_text)}</p>"
    return f'<div class="rag-welcome">{words}</div>'


def _in_both(words: Callable[[Strings], str]) -> str:
    """The words in both languages, of which the style shows the reader's: Gradio translates whole labels only."""
    return "".join(f'<span class="rag-{s.lang}" lang="{s.lang}">{words(s)}</span>' for s in (JA, EN))


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


def main(argv: Sequence[str] | None = None) -> int:
    """`app.py`: serve the page of an index until interrupted; the exit code."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the web page and the HTTP API of an index.")
    parser.add_argument("--index", default=DEFAULT_INDEX, metavar="DIR", help="index to serve (%(default)s)")
    add_options(parser)
    args = parser.parse_args(argv)
    try:
        run(args.index, options_from(args), ready=lambda url: print(url, flush=True))
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def run(index: str, options: Options, ready: Callable[[str], None]) -> None:
    """Open the index, lay out its page and serve it until interrupted; `ready` is called with the address.

    Raises the errors of `rag.errors`: an index that can't be used, a port that is taken.
    """
    bot, stop = LiveChatbot(index), threading.Event()
    bot.follow(stop)
    try:
        serve(build_app(bot, options.site_url, options.lang), bot, options, ready)
    finally:
        stop.set()
