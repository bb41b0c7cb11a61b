"""What every part of the page is made with: words in both languages, and how its script talks to the server.

Gradio draws what is between its own controls as Markdown, whose sanitizer lets no script through. A button in there
can't call the server by itself: the page's script puts its value into a hidden box, a channel, which can.
"""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr

from rag.web.strings import EN, JA, STRINGS, Lang, Strings, pick_language, translations

#: Labels are translated in the browser, so that one page serves readers of both languages.
I18N = gr.I18n(**translations())
#: Of events that only this page uses.
HIDDEN = {"api_visibility": "private", "show_progress": "hidden"}


def in_both(words: Callable[[Strings], str]) -> str:
    """The words in both languages, of which the style shows the reader's: Gradio translates whole labels only."""
    return "".join(f'<span class="rag-{s.lang}" lang="{s.lang}">{words(s)}</span>' for s in (JA, EN))


def strings_for(request: gr.Request, lang: Lang | None) -> Strings:
    """The reader's language; `lang` is for those whose browser asks for none."""
    cookie, accepted = request.cookies.get("rag_lang", ""), request.headers.get("accept-language", "")
    return STRINGS[pick_language(cookie, accepted, lang)]


def channel(name: str, *, render: bool = True) -> gr.Textbox:
    """A box that the style hides; its `change` event brings what the page's script sends to `name`.

    Without `render` it is laid out later, by its own `render`. What is sent ends in a tab and a number, so that the
    same can be sent twice; `received` takes it off.
    """
    place = f"rag-send-{name}"
    return gr.Textbox(elem_id=place, elem_classes="rag-channel", show_label=False, container=False, render=render)


def received(value: object) -> str:
    """What the page's script sent through a channel; "" for what it can't have sent."""
    return value.rpartition("\t")[0] if isinstance(value, str) and len(value) <= 4_000 else ""
