"""The programs' way in by Gradio's clients and by assistants: `search` and `ask`, with the JSON of `schema`.

`api` offers the same two by plain HTTP. Knows nothing of the page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import InputError, RagError
from rag.web.calls import Call, read_call
from rag.web.schema import AnswerJSON, PassageJSON, answer_json, passage_json

Result = TypeVar("Result")
log = logging.getLogger(__name__)


def add_endpoints(bot: Chatbot, concurrency_id: str) -> None:
    """Add `/search` and `/ask` to the page being laid out; both need its queue."""

    def search(
        question: str,
        k: int = 5,
        since: str | None = None,
        until: str | None = None,
        tags: list[str] | None = None,
        categories: list[str] | None = None,
        authors: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages that fit a question best, best first.

        Args:
            question: a question or a few words, in any language, up to 2,000 characters
            k: how many passages, 1 to 100
            since: only posts from this day on: 2025-09-01, 2025-09 or 2025
            until: only posts up to this day
            tags: only posts with any of these tags
            categories: only posts of any of these categories
            authors: only posts by any of these authors or translators
        """
        given = {"question": question, "k": k, "since": since, "until": until, "tags": tags, "categories": categories,
                 "authors": authors}  # fmt: skip
        return _or_error(lambda: [dict(p) for p in run_search(bot, read_call("search", given))])

    def ask(
        question: str,
        history: list[Any] | None = None,
        since: str | None = None,
        until: str | None = None,
        tags: list[str] | None = None,
        categories: list[str] | None = None,
        authors: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question in the posts' own words, each sentence with its source, or say that the posts don't.

        Args:
            question: a question, up to 2,000 characters
            history: the turns before, oldest first, as questions, pairs [question, answer] or messages {role, content}
            since: only posts from this day on: 2025-09-01, 2025-09 or 2025
            until: only posts up to this day
            tags: only posts with any of these tags
            categories: only posts of any of these categories
            authors: only posts by any of these authors or translators
        """
        given = {
            "question": question, "history": history, "since": since, "until": until, "tags": tags,
            "categories": categories, "authors": authors,
        }  # fmt: skip
        return _or_error(lambda: dict(run_ask(bot, read_call("ask", given))))

    for endpoint in (search, ask):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id=concurrency_id)


def run_search(bot: Chatbot, call: Call) -> list[PassageJSON]:
    """The passages of a call, best first. Raises the errors of `Index.search`."""
    hits = bot.index.search_filtered(call.question, call.k, call.filters)
    return [passage_json(rank, hit) for rank, hit in enumerate(hits, start=1)]


def run_ask(bot: Chatbot, call: Call) -> AnswerJSON:
    """The answer to a call. Raises the errors of `Chatbot.ask`."""
    return answer_json(bot.ask(call.question, call.history, filters=call.filters))


def _or_error(call: Callable[[], Result]) -> Result:
    """The result, or an error that the client sees: what it did wrong, or only that the index can't be used."""
    try:
        return call()
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error
    except RagError as error:
        log.warning("could not answer: %s", error)
        raise gr.Error("the index can't be used at the moment", print_exception=False) from error
