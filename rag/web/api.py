"""Plain HTTP for programs: `/api/search` and `/api/ask` answer at once, `/v1/chat/completions` as OpenAI's does.

A wrong call gets 422 with the parameter's name and an example. As many calls run at a time as on the page; some wait,
the rest get 503 at once. Knows nothing of the page.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.chatbot import Chatbot
from rag.errors import InputError, RagError
from rag.web import chat_completions, openapi
from rag.web.calls import EXAMPLES, Call, WrongCall, read_call
from rag.web.endpoints import run_ask, run_search
from rag.web.options import may_enter
from rag.web.schema import AnswerJSON

_AT_A_TIME = 2  # as the page's own queue
_WAITING = 16
_REALM = {"WWW-Authenticate": 'Basic realm="rag", charset="UTF-8"'}

log = logging.getLogger(__name__)


class Json(JSONResponse):
    """JSON in UTF-8, whatever is in it: what UTF-8 can't hold, half a surrogate pair say, is replaced."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401
        """The body."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


class Api:
    """The routes over one bot. `accounts` are the names and passwords that may call, None for everybody."""

    def __init__(self, bot: Chatbot, site_url: str = "", accounts: Mapping[str, str] | None = None) -> None:
        self.bot, self.site_url, self.accounts = bot, site_url, accounts
        self._running = 0
        self._limiter: anyio.CapacityLimiter | None = None  # made where the event loop is

    def routes(self) -> list[Route]:
        """What a server serves."""
        return [
            Route("/api/search", self._search, methods=["POST"]),
            Route("/api/ask", self._ask, methods=["POST"]),
            Route("/v1/models", self._models),
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/gradio_api/openapi.json", self._describe),  # before Gradio's own, which describes less and wrongly
        ]

    async def _search(self, request: Request) -> Response:
        return await self._run(request, "search", lambda body: read_call("search", body), run_search)

    async def _ask(self, request: Request) -> Response:
        return await self._run(request, "ask", lambda body: read_call("ask", body), run_ask)

    async def _complete(self, request: Request) -> Response:
        streamed = []

        def read(body: object) -> Call:
            call = chat_completions.call_of(body)
            if isinstance(body, Mapping) and body.get("stream"):
                streamed.append(True)
            return call

        def respond(answer: AnswerJSON) -> Response:
            if streamed:
                return StreamingResponse(chat_completions.chunks(answer, self.site_url), media_type="text/event-stream")
            return Json(chat_completions.completion(answer, self.site_url))

        return await self._run(request, "chat", read, run_ask, respond)

    async def _models(self, request: Request) -> Response:
        return self._stranger(request, "chat") or Json(chat_completions.MODELS)

    async def _describe(self, request: Request) -> Response:
        return Json(openapi.document(str(request.scope.get("root_path", ""))))

    async def _run(
        self, request: Request, endpoint: str, read: Callable[[object], Call], run: Callable[[Chatbot, Call], Any],
        respond: Callable[[Any], Response] = Json,
    ) -> Response:  # fmt: skip
        """What `run` finds for the call that `read` makes of the body; an error as JSON else."""
        stranger = self._stranger(request, endpoint)
        if stranger:
            return stranger
        if self._running >= _AT_A_TIME + _WAITING:
            return problem(endpoint, 503, "too many calls at once; try again in a moment", headers={"Retry-After": "1"})
        self._limiter = self._limiter or anyio.CapacityLimiter(_AT_A_TIME)
        self._running += 1
        try:
            call = read(await _json_of(request))
            found = await anyio.to_thread.run_sync(run, self.bot, call, limiter=self._limiter)
        except InputError as error:
            return problem(endpoint, 422, str(error), getattr(error, "parameter", ""))
        except RagError as error:
            log.warning("could not answer: %s", error)
            return problem(endpoint, 503, "the index can't be used at the moment; try again later")
        finally:
            self._running -= 1
        return respond(found)

    def _stranger(self, request: Request, endpoint: str) -> Response | None:
        """The refusal of a caller without an account, where there are accounts."""
        if self.accounts is None or may_enter(self.accounts, *_credentials(request.headers.get("authorization", ""))):
            return None
        words = "say who you are: name and password by HTTP Basic, or name:password as a Bearer key"
        return problem(endpoint, 401, words, headers=_REALM)


def problem(
    endpoint: str, status: int, message: str, parameter: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """An error in one line, with the name of the parameter and a call that works; for chat in OpenAI's shape."""
    if endpoint == "chat":
        kinds = {401: "authentication_error", 422: "invalid_request_error"}
        told = {"message": message, "type": kinds.get(status, "server_error"), "param": parameter or None, "code": None}
        return Json({"error": {**told, "example": chat_completions.EXAMPLE}}, status, headers)
    shown = {"error": message, "parameter": parameter or None, "example": EXAMPLES[endpoint]}
    return Json(shown, status, headers)


async def _json_of(request: Request) -> object:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise WrongCall("the body is not JSON; send an object in UTF-8") from error


def _credentials(header: str) -> tuple[str, str]:
    """(name, password) of an Authorization header; empty ones for none."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
    elif kind.lower() != "bearer":
        return "", ""
    name, _, password = value.partition(":")
    return name, password
