"""The programs' way in: `search` and `ask` over HTTP, typed, with the JSON of `schema`. Knows nothing of the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from rag.chatbot import Chatbot
from rag.errors import InputError, RagError
from rag.web.chat import filters_of
from rag.web.schema import answer_json, passage_json

MAX_PASSAGES = 100  # a page of results; whoever wants the whole index exports it
MAX_HISTORY = 20  # earlier questions read from a client

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
    ) -> list[dict[str, Any]]:
        """Find the passages that fit a question best, best first.

        Args:
            question: a question or a few words, in any language, up to 2,000 characters
            k: how many passages, 1 to 100
            since: only posts from this day on: 2025-09-01, 2025-09 or 2025
            until: only posts up to this day
            tags: only posts with any of these tags
            categories: only posts of any of these categories
        """
        return _or_error(lambda: _search(bot, question, k, (since, until, tags, categories)))

    def ask(
        question: str,
        history: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        tags: list[str] | None = None,
        categories: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question in the posts' own words, each sentence with its source, or say that the posts don't.

        Args:
            question: a question, up to 2,000 characters
            history: the questions asked before this one, oldest first; completes "and how much is that?"
            since: only posts from this day on: 2025-09-01, 2025-09 or 2025
            until: only posts up to this day
            tags: only posts with any of these tags
            categories: only posts of any of these categories
        """
        return _or_error(lambda: _ask(bot, question, history, (since, until, tags, categories)))

    for endpoint in (search, ask):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id=concurrency_id)


def _search(bot: Chatbot, question: str, k: int, limits: tuple[Any, ...]) -> list[dict[str, Any]]:
    if isinstance(k, int) and k > MAX_PASSAGES:
        raise InputError(f"k is {k}; at most {MAX_PASSAGES} passages are given at once")
    hits = bot.index.search_filtered(question, k, filters_of(limits))
    return [dict(passage_json(rank, hit)) for rank, hit in enumerate(hits, start=1)]


def _ask(bot: Chatbot, question: str, history: list[str] | None, limits: tuple[Any, ...]) -> dict[str, Any]:
    if history is not None and not isinstance(history, list):
        raise InputError(f"history is a {type(history).__name__}; give a list of the questions asked before")
    earlier = [turn for turn in history or [] if isinstance(turn, str)][-MAX_HISTORY:]
    return dict(answer_json(bot.ask(question, earlier, filters=filters_of(limits))))


def _or_error(call: Callable[[], Result]) -> Result:
    """The result, or an error that the client sees: what it did wrong, or only that the index can't be used."""
    try:
        return call()
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error
    except RagError as error:
        log.warning("could not answer: %s", error)
        raise gr.Error("the index can't be used at the moment", print_exception=False) from error
