"""Serving the page: how Gradio is launched and what it is kept from. Knows nothing about what is on the page."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.chatbot import Chatbot
from rag.errors import InputError
from rag.posts.load import MAX_BYTES
from rag.web.api import Api
from rag.web.live import LiveChatbot
from rag.web.options import Options, is_loopback, may_enter, read_accounts
from rag.web.server import ASSETS, Guard
from rag.web.strings import translations

_THREADS = 8  # two events run at a time; the rest serve files
_SESSIONS = 200  # conversations kept in memory, a few 100 KB each at most
_FONT = ("system-ui", "sans-serif")  # the page's own style names Japanese fonts; none is fetched
_MONO = ("ui-monospace", "monospace")


def serve(page: gr.Blocks, bot: Chatbot, options: Options, ready: Callable[[str], None], *, block: bool = True) -> None:
    """Serve until Ctrl-C or SIGTERM, or with `block=False` until `page.close()`; `ready` is called with the address.

    Raises InputError when the port is taken or the file of accounts can't be used.
    """
    accounts = read_accounts(Path(options.auth)) if options.auth else None
    _check_port(options)
    _reach_own_server()
    _leave_other_sites_to_the_guard()
    try:
        with redirect_stdout(sys.stderr):  # Gradio has words of its own to say about MCP
            page.launch(
                **_launch_options(bot, options, accounts), auth=partial(may_enter, accounts) if accounts else None
            )
    except OSError as error:
        raise _port_taken(options, error) from error
    ready(page.local_url)
    if block:
        _wait(page)


def _wait(page: gr.Blocks) -> None:
    """Until Ctrl-C, or until a service manager ends this: both are how a server ends, so neither is an error."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            time.sleep(1)  # seconds, not for ever: on Windows no signal wakes a thread that waits for ever
    except KeyboardInterrupt:
        with redirect_stdout(sys.stderr):
            page.close(verbose=False)


def _check_port(options: Options) -> None:
    """Gradio tries a taken port for five seconds, and then says nothing about why."""
    with socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host.strip("[]"), options.port))
        except OSError as error:
            raise _port_taken(options, error) from error


def _port_taken(options: Options, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(f"can't listen on {options.host} port {options.port} ({reason}); give another --port")


def _reach_own_server() -> None:
    """Gradio asks its own server whether it is up; a proxy for the outside world must not be asked instead."""
    for name in ("NO_PROXY", "no_proxy"):
        exempt = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*exempt, "127.0.0.1", "localhost"]))


class _Through:
    """Middleware that does nothing."""

    def __init__(self, app: ASGIApp, **_: object) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection on."""
        await self.app(scope, receive, send)


def _leave_other_sites_to_the_guard() -> None:
    """Gradio lets every site's pages read what it serves, with the reader's cookies, unless it is called localhost.

    It has no option against that, and does it before our guard is asked (gradio 6.31, `CustomCORSMiddleware`).
    """
    if hasattr(gr.routes, "CustomCORSMiddleware"):
        gr.routes.CustomCORSMiddleware = _Through


def _launch_options(bot: Chatbot, options: Options, accounts: Mapping[str, str] | None) -> dict[str, Any]:
    local = is_loopback(options.host)
    hosts = {"127.0.0.1", "localhost", "[::1]", options.host.lower()} if local else None  # else the password guards
    site_url = options.site_url or str(bot.index.status()["settings"].get("site_url") or "")
    routes = [Route("/healthz", partial(_healthz, bot)), *Api(bot, site_url, accounts).routes()]
    guard = Middleware(
        Guard,
        public_url=options.public_url,
        allow_origins=options.allow_origins,
        hosts=hosts,
        lang=options.lang or "",
        uploads=options.writable,
        mcp=options.mcp,
    )
    app = {"middleware": [guard], "routes": routes, "openapi_url": None}
    return {
        "server_name": options.host, "server_port": options.port, "app_kwargs": app,
        "i18n": gr.I18n(**translations()), "theme": gr.themes.Base(font=_FONT, font_mono=_MONO),
        "footer_links": ["api"], "favicon_path": ASSETS / "favicon.svg", "quiet": True, "prevent_thread_lock": True,
        "share": False, "ssr_mode": False, "pwa": False, "mcp_server": options.mcp, "run_history": False,
        "enable_monitoring": False, "show_error": False, "max_file_size": MAX_BYTES, "max_threads": _THREADS,
        "state_session_capacity": _SESSIONS,
    }  # fmt: skip


def _healthz(bot: Chatbot, _: Request) -> JSONResponse:
    status = bot.index.status()
    shown = {key: status[key] for key in ("generation", "built", "posts", "passages", "model")}
    problem = bot.problem if isinstance(bot, LiveChatbot) else ""
    state = {"status": "degraded", "problem": problem} if problem else {"status": "ok"}
    return JSONResponse({**state, **shown})
