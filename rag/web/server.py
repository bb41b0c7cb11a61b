"""What stands between the network and Gradio: host and origin checks, open paths, size limits, headers, our own files.

An ASGI middleware. Knows nothing about questions or answers.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web.api import problem
from rag.web.calls import PARAMETERS, WrongCall, read_call
from rag.web.own_address import at_own_address

ASSETS = Path(__file__).parent / "assets"
MAX_BODY = 64 * 1024  # bytes; a question of 2,000 characters with all filters is under 20 KB
MAX_CALL = 512 * 1024  # bytes of a call with the conversation before it, which front ends send whole
MAX_UPLOAD = 32 * 1024 * 1024  # bytes of all posts that an owner adds at once
UPLOAD, MCP = "/gradio_api/upload", "/gradio_api/mcp/"
#: Calls of Gradio's that answer a wrong name with a traceback of their own: checked before they get them.
CHECKED = {f"/gradio_api/call/v2/{name}": name for name in PARAMETERS}
_CALLS = (*CHECKED, *(f"/gradio_api/call/{name}" for name in PARAMETERS))
#: What the page and the two endpoints use. Uploads, proxying, recordings and the rest of Gradio stay shut.
OPEN_PATHS = frozenset({
    *_CALLS,
    "/", "/api/search", "/api/ask", "/v1/models", "/v1/chat/completions", "/config",
    "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/healthz", "/login", "/logout",
    "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/theme.css", "/gradio_api/startup-events",
    "/gradio_api/app_id", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict",
    "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/login_check", "/gradio_api/user",
})  # fmt: skip
OPEN_FOLDERS = ("/web/", "/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/", *(f"{path}/" for path in _CALLS))
_WITH_HISTORY = ("/api/ask", "/v1/", "/gradio_api/call/v2/ask")
#: What pages of other sites may call, where the server's owner names them.
API_FOLDERS = ("/api/", "/v1/", "/gradio_api/call/", "/gradio_api/openapi.json", "/healthz")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_CORS = {
    "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "content-type, authorization",
    "Access-Control-Max-Age": "600",
}  # fmt: skip
_HOST = re.compile(r"[\w.:\[\]-]{1,100}", re.ASCII)  # a name that a message may repeat
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
    whether assistants may call. `public_url` is where a proxy serves all this to others, `allow_origins` are the other
    sites whose pages may call the API.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str] | None, lang: str = "", *, uploads: bool = False, mcp: bool = False,
        public_url: str = "", allow_origins: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.app, self.lang, self.allow_origins = app, lang, frozenset(allow_origins)
        self.public = urlsplit(public_url)
        self.open_folders = (*OPEN_FOLDERS, MCP) if mcp else OPEN_FOLDERS
        self.open_paths = OPEN_PATHS | ({UPLOAD, f"{UPLOAD}_progress"} if uploads else set())
        self.hosts = None if hosts is None else frozenset({*hosts, *filter(None, [_name(self.public.netloc)])})
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
        send = _with_headers(send, _POLICY.format(nonce=nonce), path, self._welcome(path, headers))
        refusal = self._refusal(str(scope["method"]), path, headers)
        if refusal:
            await refusal(scope, receive, send)
        elif path in self.files:
            media_type = mimetypes.guess_type(path)[0]
            await Response(self.files[path], media_type=media_type)(scope, receive, send)
        elif scope["method"] == "POST":
            call = path.startswith(_WITH_HISTORY)
            body = await _read_body(receive, MAX_UPLOAD if path == UPLOAD else MAX_CALL if call else MAX_BODY)
            if body is None:
                await PlainTextResponse("The request is too large.", 413)(scope, receive, send)
            else:
                wrong = _wrong_call(path, body)
                await (wrong or self.app)(scope, _replay(body, receive), send)
        elif path == "/" and scope["method"] == "GET":
            await self.app(scope, receive, _PageRewriter(send, nonce, self._head(nonce)))
        else:
            await self.app(scope, receive, send)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if self.hosts is not None and _name(host) not in self.hosts:
            name = host if _HOST.fullmatch(host) else "HOST"
            hint = f"if a proxy serves it to others there, start it with --public-url https://{name}"
            return PlainTextResponse(f"This server does not answer to that name; {hint}", 400)
        if method == "OPTIONS" and self._welcome(path, headers):
            return Response(status_code=204)
        if method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Method not allowed.", 405)
        if path not in self.open_paths and not path.startswith(self.open_folders):
            return PlainTextResponse("Not found.", 404)
        if method == "POST" and origin and not self._own(origin, host) and not self._welcome(path, headers):
            hint = "--public-url names the address of a proxy, --allow-origin a site that may call the API"
            return PlainTextResponse(f"Requests from other sites are refused; {hint}", 403)
        return None

    def _own(self, origin: str, host: str) -> bool:
        """Whether a page of this server sent the request, itself or through the proxy."""
        public = bool(self.public.netloc) and origin == f"{self.public.scheme}://{self.public.netloc}"
        return public or urlsplit(origin).netloc == host

    def _welcome(self, path: str, headers: Headers) -> str:
        """The other site that the request comes from, if its pages may call this path; "" else."""
        origin = headers.get("origin", "")
        return origin if origin in self.allow_origins and path.startswith(API_FOLDERS) else ""

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


def _wrong_call(path: str, body: bytes) -> Response | None:
    """The refusal of a call of an endpoint that can't be answered as made."""
    endpoint = CHECKED.get(path.rstrip("/"))
    if not endpoint:
        return None
    try:
        read_call(endpoint, json.loads(body))
    except WrongCall as error:
        return problem(endpoint, 422, str(error), error.parameter)
    except (ValueError, RecursionError):
        return problem(endpoint, 422, "the body is not JSON; send an object in UTF-8")
    return None


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


def _with_headers(send: Send, policy: str, path: str, welcome: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = policy
            headers.update(_HEADERS)
            if welcome:
                headers.update({**_CORS, "Access-Control-Allow-Origin": welcome, "Vary": "Origin"})
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
        html = at_own_address(bytes(self.body)).replace(b"<script", f'<script nonce="{self.nonce}"'.encode())
        html = html.replace(b"<head>", f"<head>{self.head}".encode(), 1)
        MutableHeaders(scope=self.start)["content-length"] = str(len(html))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": html})
