"""What a program may ask of the two endpoints, and the check of what it did ask. Knows nothing about HTTP or answers.

One table says it all: the check, the description at /gradio_api/openapi.json and the hints for misspelt names read it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.answering.turns import questions_of
from rag.errors import InputError
from rag.retrieval.filters import make_filters
from rag.retrieval.search import MAX_QUESTION, check_question
from rag.types import Filters

MAX_PASSAGES = 100  # a page of results; whoever wants the whole index exports it
MAX_HISTORY = 20  # earlier questions read from a client, the latest

_KINDS = ("tags", "categories", "authors")
_DAY = {"type": ["string", "null"], "examples": ["2025-09-01", "2025-09", "2025"]}
_NAMES = {"type": ["array", "null"], "items": {"type": "string"}}
_LIMITS: dict[str, dict[str, Any]] = {
    "since": {"description": "only posts from this day on: 2025-09-01, 2025-09 or 2025", **_DAY},
    "until": {"description": "only posts up to this day", **_DAY},
    "tags": {"description": "only posts with any of these tags", **_NAMES},
    "categories": {"description": "only posts of any of these categories", **_NAMES},
    "authors": {"description": "only posts by any of these authors or translators", **_NAMES},
}
_QUESTION = {
    "description": "a question or a few words, in any language",
    "type": "string", "minLength": 1, "maxLength": MAX_QUESTION,
}  # fmt: skip
_HISTORY = {
    "description": "the turns before this one, oldest first, to complete \"and how much is that?\": questions, pairs "
    "[question, answer] or messages {\"role\", \"content\"}; only what the user said is read",
    "type": ["array", "null"],
    "items": {"oneOf": [{"type": "string"}, {"type": "array", "minItems": 2, "maxItems": 2}, {"type": "object"}]},
}  # fmt: skip
_K = {"description": "how many passages", "type": "integer", "minimum": 1, "maximum": MAX_PASSAGES, "default": 5}
#: Endpoint -> parameter -> its JSON schema, in the order of the Python functions. Only `question` is required.
PARAMETERS: dict[str, dict[str, dict[str, Any]]] = {
    "search": {"question": _QUESTION, "k": _K, **_LIMITS},
    "ask": {"question": _QUESTION, "history": _HISTORY, **_LIMITS},
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "search": {"question": "パン屋は何時に開く？", "k": 3, "since": "2025"},
    "ask": {"question": "食パンはいくら？", "history": ["駅前のパン屋について"]},
}


class WrongCall(InputError):
    """A call that can't be answered as made; `parameter` is the name of what is wrong, "" for the call as a whole."""

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Call:
    """A call that can be answered."""

    question: str
    k: int = 5
    history: tuple[str, ...] = ()
    filters: Filters = Filters()  # noqa: RUF009  (frozen)


def read_call(endpoint: str, body: object) -> Call:
    """The call that a body of names and values makes. Raises WrongCall, which names the parameter."""
    if not isinstance(body, Mapping):
        raise WrongCall(f"the body is a {type(body).__name__}; send a JSON object with a question")
    takes = PARAMETERS[endpoint]
    for name in body:
        if name not in takes:
            meant = next(iter(difflib.get_close_matches(str(name), takes, 1, 0.5)), "")
            hint = f"did you mean {meant}? " if meant else ""
            raise WrongCall(
                f"{str(name)[:80]!r} is no parameter of {endpoint}; {hint}it takes {', '.join(takes)}", name
            )
    if "question" not in body:
        raise WrongCall("question is missing; send what you want to know", "question")
    given = {name: value for name, value in body.items() if value is not None or name == "question"}
    return Call(
        _checked("question", lambda: check_question(body["question"])),
        _checked("k", lambda: _count(given.get("k", 5))),
        _checked("history", lambda: tuple(questions_of(given.get("history"), MAX_QUESTION)[-MAX_HISTORY:])),
        _filters(given),
    )


def _checked(name: str, check: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return check()
    except InputError as error:
        raise WrongCall(str(error), name) from error


def _count(k: object) -> int:
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise InputError(f"k is {k!r}; give a whole number of passages from 1 up")
    if k > MAX_PASSAGES:
        raise InputError(f"k is {k}; at most {MAX_PASSAGES} passages are given at once")
    return k


def _filters(given: Mapping[str, Any]) -> Filters:
    for name in ("since", "until"):
        _checked(name, lambda name=name: make_filters(**{name: _day(name, given.get(name))}))  # type: ignore[misc]
    for name in _KINDS:
        _checked(name, lambda name=name: _names(name, given.get(name)))  # type: ignore[misc]
    return _checked(  # type: ignore[no-any-return]
        "until", lambda: make_filters(*(given.get(name) or None for name in ("since", "until", *_KINDS)))
    )


def _day(name: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InputError(f"{name} is {value!r}, which is no day; give a text such as 2025-09-01 or 2025-09")
    return value or None


def _names(name: str, value: object) -> None:
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise InputError(f"{name} is {value!r}, which is no list of names")
