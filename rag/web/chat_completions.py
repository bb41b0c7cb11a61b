"""The shape of OpenAI's chat completions, so that other front ends can ask the posts. Knows nothing about HTTP.

The answer is the message: its text, then its sources by number. The same in full, as `ask` gives it, is in the field
`rag`, and the sources alone in `citations`. What steers a language model (temperature, tools, …) is left unread.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from rag.answering.turns import question_of
from rag.errors import InputError
from rag.web.calls import Call, WrongCall, read_call
from rag.web.schema import AnswerJSON, CitationJSON

MODEL = "rag"
MODELS = {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}
EXAMPLE = {"model": MODEL, "messages": [{"role": "user", "content": "パン屋は何時に開く？"}]}


def call_of(body: object) -> Call:
    """The question is the last message of the user, what stands before it the conversation. Raises WrongCall."""
    if not isinstance(body, Mapping):
        raise WrongCall(f"the body is a {type(body).__name__}; send a JSON object with messages")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise WrongCall("messages is missing; send a list with the user's question last", "messages")
    last = messages[-1]
    if not isinstance(last, Mapping) or last.get("role") != "user":
        raise WrongCall("the last message is not the user's; end messages with the question", "messages")
    if not isinstance(body.get("stream", False), bool):
        raise WrongCall(f"stream is {body['stream']!r}; give true or false", "stream")
    try:
        question = question_of(last, len(messages))
        return read_call("ask", {"question": question, "history": messages[:-1]})
    except InputError as error:
        raise WrongCall(str(error), "messages") from error


def completion(answer: AnswerJSON, site_url: str) -> dict[str, Any]:
    """A whole reply."""
    message = {"role": "assistant", "content": content_of(answer, site_url), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}  # nothing is counted in tokens here
    return {**_head("chat.completion"), "choices": [choice], "usage": usage, **_extras(answer, site_url)}


def chunks(answer: AnswerJSON, site_url: str) -> Iterator[str]:
    """The same as server-sent events: a line of the answer each, the last with what `completion` adds."""
    head = _head("chat.completion.chunk")

    def event(delta: dict[str, str], end: str | None = None, **extras: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return f"data: {json.dumps({**head, 'choices': [choice], **extras}, ensure_ascii=False)}\n\n"

    yield event({"role": "assistant", "content": ""})
    for line in content_of(answer, site_url).splitlines(keepends=True):
        yield event({"content": line})
    yield event({}, "stop", **_extras(answer, site_url))
    yield "data: [DONE]\n\n"


def content_of(answer: AnswerJSON, site_url: str) -> str:
    """The answer's text, a note if there is one, and a line for each source."""
    sources = [f"[{c['n']}] {_source(c, site_url)}" for c in answer["citations"]]
    parts = (answer["text"], f"({answer['note']})" if answer["note"] else "", "\n".join(sources))
    return "\n\n".join(part for part in parts if part)


def _source(citation: CitationJSON, site_url: str) -> str:
    passage = citation["passage"]
    where = address(passage["url"], site_url) or passage["post"]
    return " · ".join(part for part in (passage["date"], passage["title"], where) if part)


def address(url: str, site_url: str) -> str:
    """Where a post is published; "" when it is not known."""
    return site_url.rstrip("/") + url if site_url and url.startswith("/") and not url.startswith("//") else ""


def _extras(answer: AnswerJSON, site_url: str) -> dict[str, Any]:
    citations = [
        {
            "n": c["n"], "quote": c["quote"], "title": c["passage"]["title"], "date": c["passage"]["date"],
            "post": c["passage"]["post"], "url": address(c["passage"]["url"], site_url) or c["passage"]["url"],
        }
        for c in answer["citations"]
    ]  # fmt: skip
    return {"citations": citations, "rag": answer}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}
