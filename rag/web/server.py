"""What stands between the network and Gradio: host and origin checks, open paths, size limits, headers, our own files.

An ASGI middleware. Knows nothing about questions or answers.
"""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS = Path(__file__).parent / "assets"
MAX_BODY = 64 * 1024  # bytes; a question of 2,000 characters with all filters is under 20 KB
MAX_UPLOAD = 32 * 1024 * 1024  # bytes of all posts that an owner adds at once
UPLOAD, MCP = "/gradio_api/upload", "/gradio_api/mcp/"
#: What the page and the two endpoints use. Uploads, proxying, recordings and the rest of Gradio stay shut.
OPEN_PATHS = frozenset({
    "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/healthz", "/login", "/logout",
    "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/theme.css", "/gradio_api/startup-events",
    "/gradio_api/app_id", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict",
    "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/login_check", "/gradio_api/user",
})  # fmt: skip
OPEN_FOLDERS = ("/web/", "/assets/", "/static/", "/svelte/", "/gradio_api/call/", "/gradio_api/heartbeat/")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
#: Styles stay inline because Gradio's components write them; scripts need the nonce of their own response.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class Guard:
    """Lets through what the page needs, and puts our style and script into it.

    `hosts` are the names this server answers to (no port), None for any; `lang` is the language for those whose
    browser asks for none, "" to follow the browser; `uploads` says whether posts can be added from the page, `mcp`
    whether assistants may call.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] | None, lang: str = "", *, uploads: bool = False, mcp: bool = False
    ) -> None:
        self.app, self.lang = app, lang
        self.open_folders = (*OPEN_FOLDERS, MCP) if mcp else OPEN_FOLDERS
        self.open_paths = OPEN_PATHS | ({UPLOAD, f"{UPLOAD}_progress"} if uploads else set())
        self.hosts = None if hosts is None else frozenset(hosts)
        self.files = {f"/web/{path.name}": path.read_bytes() for path in ASSETS.iterdir() if path.is_file()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path, nonce = Headers(scope=scope), str(scope["path"]), secrets.token_urlsafe(16)
        send = _with_headers(send, _POLICY.format(nonce=nonce), path)
        refusal = self._refusal(str(scope["method"]), path, headers)
        if refusal:
            await refusal(scope, receive, send)
        elif path in self.files:
            media_type = mimetypes.guess_type(path)[0]
            await Response(self.files[path], media_type=media_type)(scope, receive, send)
        elif scope["method"] == "POST":
            body = await _read_body(receive, MAX_UPLOAD if path == UPLOAD else MAX_BODY)
            if body is None:
                await PlainTextResponse("The request is too large.", 413)(scope, receive, send)
            else:
                await self.app(scope, _replay(body, receive), send)
        elif path == "/" and scope["method"] == "GET":
            await self.app(scope, receive, _PageRewriter(send, nonce, self._head(nonce)))
        else:
            await self.app(scope, receive, send)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            return PlainTextResponse("This server does not answer to that name.", 400)
        if method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Method not allowed.", 405)
        if path not in self.open_paths and not path.startswith(self.open_folders):
            return PlainTextResponse("Not found.", 404)
        if method == "POST" and origin and urlsplit(origin).netloc != host:
            return PlainTextResponse("Requests from other sites are refused.", 403)
        return None

    def _head(self, nonce: str) -> str:
        """Our style and script, named by content so that browsers may keep them for good."""
        css, js = (
            f"web/{name}?v={hashlib.sha256(self.files[f'/web/{name}']).hexdigest()[:12]}"
            for name in ("page.css", "page.js")
        )
        return (
            f'<link rel="stylesheet" href="{css}"><script nonce="{nonce}" src="{js}" data-lang="{self.lang}"></script>'
        )


def _name(host: str) -> str:
    """The host name without its port, lower case; brackets of an IPv6 address stay."""
    return (host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]).lower()


async def _read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None as soon as it is larger than `limit` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """`receive` that gives the body again, then what comes next (the client's disconnect)."""
    pending = [body]

    async def replayed() -> Message:
        return {"type": "http.request", "body": pending.pop()} if pending else await receive()

    return replayed


def _with_headers(send: Send, policy: str, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = policy
            headers.update(_HEADERS)
            if path.startswith(("/web/", "/assets/")) and message["status"] == 200:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
        await send(message)

    return sending


class _PageRewriter:
    """A `send` that gives every script of the page its nonce and adds our head.

    Safe on text from posts: Gradio writes its settings into the page as JSON with every "<" escaped.
    """

    def __init__(self, send: Send, nonce: str, head: str) -> None:
        self.send, self.nonce, self.head = send, nonce, head
        self.start: Message = {}
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        html = bytes(self.body).replace(b"<script", f'<script nonce="{self.nonce}"'.encode())
        html = html.replace(b"<head>", f"<head>{self.head}".encode(), 1)
        MutableHeaders(scope=self.start)["content-length"] = str(len(html))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": html})
