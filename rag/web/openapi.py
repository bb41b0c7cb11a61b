"""What is served, described for programs: an OpenAPI document, made of the tables that the server itself reads."""

from __future__ import annotations

import types
import typing
from typing import Any, TypedDict

from rag.web import chat_completions
from rag.web.calls import EXAMPLES, PARAMETERS
from rag.web.schema import AnswerJSON, CitationJSON, CopyJSON, LimitsJSON, PassageJSON, ScoresJSON

_SHAPES: tuple[type, ...] = (CopyJSON, ScoresJSON, PassageJSON, CitationJSON, LimitsJSON, AnswerJSON)
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_SUMMARY = {
    "search": "Find the passages that fit a question best, best first.",
    "ask": "Answer a question in the posts' own words, each sentence with its source, or say that the posts don't.",
}


class ErrorJSON(TypedDict):
    """What was wrong in one line, the parameter it is about, and a call that works."""

    error: str
    parameter: str | None
    example: dict[str, Any]


def document(prefix: str = "") -> dict[str, Any]:
    """The document; `prefix` is the path under which a proxy serves all this."""
    paths: dict[str, Any] = {}
    for name, parameters in PARAMETERS.items():
        body = _body({"type": "object", "required": ["question"], "additionalProperties": False,
                      "properties": parameters}, EXAMPLES[name])  # fmt: skip
        result = _ref(AnswerJSON) if name == "ask" else {"type": "array", "items": _ref(PassageJSON)}
        paths[f"/api/{name}"] = {"post": _operation(name, _SUMMARY[name], body, result)}
        event = {"type": "object", "properties": {"event_id": {"type": "string"}}, "required": ["event_id"]}
        later = f"As /api/{name}, for Gradio's clients: the result comes from /gradio_api/call/{name}/{{event_id}}."
        paths[f"/gradio_api/call/v2/{name}"] = {"post": _operation(f"{name}_event", later, body, event)}
        paths[f"/gradio_api/call/{name}/{{event_id}}"] = {"get": _stream(name)}
    paths["/v1/chat/completions"] = {"post": _operation("chat", "As OpenAI's chat completions.", _chat(), {
        "type": "object", "required": ["id", "object", "created", "model", "choices", "citations", "rag"],
        "properties": {"citations": {"type": "array", "items": {"type": "object"}}, "rag": _ref(AnswerJSON)},
    })}  # fmt: skip
    paths["/v1/models"] = {"get": {"operationId": "models", "summary": "The one model there is: rag.",
                                   "responses": {"200": _json("The models.", {"type": "object"})}}}  # fmt: skip
    paths["/healthz"] = {"get": {"operationId": "health", "summary": "Which generation of the index answers.",
                                 "responses": {"200": _json("How it is.", {"type": "object"})}}}  # fmt: skip
    shapes = {shape.__name__.removesuffix("JSON"): _object(shape) for shape in (*_SHAPES, ErrorJSON)}
    info = {"title": "rag", "version": "1", "description": "Ask a folder of blog posts."}
    servers = {"servers": [{"url": prefix}]} if prefix else {}
    return {"openapi": "3.1.0", "info": info, **servers, "paths": paths, "components": {"schemas": shapes}}


def _operation(name: str, summary: str, body: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    refusals = {
        "401": "The server has accounts, and the call names none.", "403": "The call comes from another site.",
        "413": "The call is too large.", "422": "The call can't be answered as made; the parameter is named.",
        "503": "Too many calls at once, or the index can't be used.",
    }  # fmt: skip
    shown = {status: _json(words, _ref(ErrorJSON)) if status in ("401", "422", "503") else {"description": words}
             for status, words in refusals.items()}  # fmt: skip
    done = _json("Done.", result)
    return {"operationId": name, "summary": summary, "requestBody": body, "responses": {"200": done, **shown}}


def _stream(name: str) -> dict[str, Any]:
    event_id = {"name": "event_id", "in": "path", "required": True, "schema": {"type": "string"}}
    words = "Server-sent events; the last is `complete`, with the result as the one item of a list, or `error`."
    events = {"description": words, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {"operationId": f"{name}_result", "summary": f"The result of a call of {name}.", "parameters": [event_id],
            "responses": {"200": events}}  # fmt: skip


def _chat() -> dict[str, Any]:
    message = {"type": "object", "required": ["role", "content"], "properties": {
        "role": {"type": "string"}, "content": {"oneOf": [{"type": "string"}, {"type": "array"}]}}}  # fmt: skip
    properties = {"model": {"type": "string"}, "messages": {"type": "array", "items": message, "minItems": 1},
                  "stream": {"type": "boolean", "default": False}}  # fmt: skip
    return _body({"type": "object", "required": ["messages"], "properties": properties}, chat_completions.EXAMPLE)


def _body(schema: dict[str, Any], example: object) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}


def _json(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _ref(shape: type) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{shape.__name__.removesuffix('JSON')}"}


def _object(shape: type) -> dict[str, Any]:
    """The JSON schema of a TypedDict; its docstring describes it."""
    fields = typing.get_type_hints(shape)
    properties = {name: _schema(kind) for name, kind in fields.items()}
    return {"type": "object", "description": shape.__doc__, "required": list(fields), "properties": properties}


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401  (a type)
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if typing.is_typeddict(kind):
        return _ref(kind)
    if typing.get_origin(kind) is list:
        return {"type": "array", "items": _schema(typing.get_args(kind)[0])}
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        kept = next(one for one in typing.get_args(kind) if one is not type(None))
        return {"type": [_PLAIN[kept], "null"]}
    return {"type": "object"}
