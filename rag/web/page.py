"""The page: what it is made of, and how it is started. `main` reads the options and serves it.

Knows nothing about what is in the tabs (`chat_tab`, `index_tab`) or what guards the page (`server`).
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.indexing.index import DEFAULT_INDEX
from rag.types import Generator
from rag.web import allocator
from rag.web.chat import Chat, Session
from rag.web.chat_tab import QUEUE, chat_tab
from rag.web.desk import Desk
from rag.web.endpoints import add_endpoints
from rag.web.explore_tab import Explorer, explore_tab
from rag.web.frame import HIDDEN, channel, in_both, received
from rag.web.index_tab import index_tab
from rag.web.live import LiveChatbot
from rag.web.options import Options, add_options, generator_from, options_from
from rag.web.serve import serve
from rag.web.strings import EN, JA, Strings

#: Gradio looks for waiting questions every millisecond, which is 5 % of a core with nobody there.
_LOOK_FOR_WORK = 0.01
_UPLOADS_KEPT = 3600  # seconds; an upload that was not added is then removed
#: What the page's script says: names for Gradio's two buttons at the question box, which have none, and Gradio's own
#: errors, which are English.
_SPOKEN: dict[str, Callable[[Strings], str]] = {
    "ask": lambda s: s.ask, "stop": lambda s: s.stop, "full": lambda s: s.full, "lost": lambda s: s.lost,
    "failed": lambda s: s.page_failed, "waiting": lambda s: s.waiting, "any": lambda s: s.any_label,
}  # fmt: skip


def build_app(bot: Chatbot, options: Options = Options(), root: str | Path | None = None) -> gr.Blocks:  # noqa: B008
    """The page and the HTTP endpoints over one bot, ready to launch.

    `root` is the folder of the index, for its owner to rebuild; without it the page changes nothing.
    """
    desk = Desk(Path(root), options) if root is not None and options.writable else None
    title, uploads = f"{JA.title} · {EN.title}", (_UPLOADS_KEPT, _UPLOADS_KEPT)
    with gr.Blocks(title=title, analytics_enabled=False, fill_width=True, delete_cache=uploads) as page:
        add_endpoints(bot, QUEUE)  # first, so that no event of the page takes their names
        site_url = options.site_url or bot.index.status()["site_url"]
        chat, session = Chat(bot, site_url, options.lang), gr.State(())
        explorer = Explorer(bot, options.lang)
        header = gr.Markdown(_header(bot.index.status()), elem_id="rag-header")
        arrived = channel("resume", render=False)
        arrived.change(lambda: _header(bot.index.status()), None, header, queue=False, **HIDDEN)
        with gr.Tabs(elem_id="rag-tabs"):
            chat_tab(chat, session, arrived)
            explore_tab(explorer, session, QUEUE)
            facts = index_tab(bot, desk, options.lang)
        facts.change(lambda: _header(bot.index.status()), None, header, queue=False, **HIDDEN)
        _reading(chat, explorer, session)
        arrived.render()  # last: once it is there, so is all that its script's first word may change
    page.queue(max_size=16, default_concurrency_limit=2)
    page._queue.sleep_when_free = _LOOK_FOR_WORK
    return page


def _header(status: dict[str, Any]) -> str:
    """Title, what is indexed, and the two switches that the page's script serves. Holds no text from posts."""
    posts, newest = f"{status['posts']:,}", str(status["newest"] or "–")
    facts = in_both(lambda s: s.index_line.format(posts=posts, newest=s.day(newest)))
    theme = f'<span class="rag-sr">{in_both(lambda s: s.switch_theme)}</span>'
    spoken = "".join(f'<span id="rag-{name}">{in_both(words)}</span>' for name, words in _SPOKEN.items())
    names = f'<div class="rag-names">{spoken}</div>'
    return (
        f'<header class="rag-head"><div><h1>{in_both(lambda s: s.title)}</h1>'
        f'<p class="rag-tagline">{in_both(lambda s: s.tagline)}</p></div><p class="rag-facts">{facts}</p>'
        f'<button type="button" class="rag-lang">{in_both(lambda s: s.switch_language)}</button>'
        f'<button type="button" class="rag-theme">{theme}</button>{names}</header>'
    )


def _reading(chat: Chat, explorer: Explorer, session: gr.State) -> None:
    """The panel beside the tabs in which a post is read; the page's script opens and closes it."""
    wanted, panel = channel("read"), gr.Markdown("", elem_id="rag-reading")

    def read(request: gr.Request, wanted: str, kept: Session) -> str:
        return chat.read(explorer.path_of(received(wanted)), kept, request)

    wanted.change(read, [wanted, session], panel, queue=False, **HIDDEN)


def main(argv: Sequence[str] | None = None) -> int:
    """`app.py`: serve the page of an index until interrupted; the exit code."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the web page and the HTTP API of an index.")
    parser.add_argument("--index", default=DEFAULT_INDEX, metavar="DIR", help="index to serve (%(default)s)")
    add_options(parser)
    args = parser.parse_args(argv)
    try:
        run(args.index, options_from(args), lambda url: print(url, flush=True), generator_from(args))
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def run(
    index: str, options: Options, ready: Callable[[str], None], generator: Generator | None = None
) -> None:  # fmt: skip
    """Open the index, lay out its page and serve it until interrupted; `ready` is called with the address.

    Raises the errors of `rag.errors`: an index that can't be used, a port that is taken.
    """
    allocator.share_pools()
    bot, stop = LiveChatbot(index, generator), threading.Event()
    bot.follow(stop)
    try:
        page = build_app(bot, options, index)
        allocator.give_back()
        serve(page, bot, options, ready)
    finally:
        stop.set()
