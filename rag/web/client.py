"""An index that another machine or process serves, asked as one asks one's own: the same types, the same errors.

>>> import rag
>>> bot = rag.Client("http://127.0.0.1:7860")
>>> answer = bot.ask("パン屋は何時に開く？")        # a rag.Answer, as from rag.Chatbot
>>> hits = bot.search("パン屋", k=5, since="2025")  # rag.Hit, as from rag.Index
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.answering.turns import Turn
from rag.errors import InputError, ServerError
from rag.retrieval.filters import make_filters
from rag.types import Answer, Citation, Copy, Filters, Hit, Passage

TIMEOUT_S = 150.0  # a server with a local generator may write for two minutes


class Client:
    """Asks a server that `rag serve` started. Holds one conversation, as `Chatbot` does."""

    def __init__(self, url: str, auth: tuple[str, str] | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """`url` is where the page is; `auth` a name and password where the server has accounts."""
        self.url, self.auth, self.timeout_s = url.rstrip("/"), auth, timeout_s
        self.history: list[str] = []

    def search(
        self,
        question: str,
        k: int = 5,
        since: str | None = None,
        until: str | None = None,
        tags: Iterable[str] | None = None,
        categories: Iterable[str] | None = None,
        authors: Iterable[str] | None = None,
    ) -> list[Hit]:
        """As `Index.search`. Raises InputError for a call that can't be answered as made, ServerError."""
        limits = _limits(make_filters(since, until, tags, categories, authors))
        return [_hit(found) for found in self._post("/api/search", {"question": question, "k": k, **limits})]

    def ask(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        *,
        filters: Filters = Filters(),  # noqa: B008  (frozen)
    ) -> Answer:
        """As `Chatbot.ask`. Raises InputError for a call that can't be answered as made, ServerError."""
        earlier = self.history if history is None else history
        told = self._post("/api/ask", {"question": question, "history": list(earlier), **_limits(filters)})
        if history is None:
            self.history.append(question)
        return _answer(question, told)

    def status(self) -> dict[str, Any]:
        """Which generation answers, and how it is. Raises ServerError."""
        return dict(self._send("GET", "/healthz", None))

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401  (JSON)
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:  # noqa: ANN401  (JSON)
        import httpx  # a tenth of a second, which importing rag should not take

        try:
            done = httpx.request(method, self.url + path, json=body, auth=self.auth, timeout=self.timeout_s)
            said = done.json()
        except httpx.TimeoutException as error:
            raise ServerError(f"{self.url} did not answer within {self.timeout_s:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, TypeError) as error:
            raise ServerError(f"{self.url} can't be reached ({error}); is `rag serve` running there?") from error
        except ValueError as error:
            raise ServerError(f"{self.url} answered {done.status_code} without JSON; is the page there?") from error
        if done.status_code == httpx.codes.OK:
            return said
        words = said.get("error") if isinstance(said, dict) else None
        if isinstance(words, str) and done.is_client_error:
            raise InputError(words)
        raise ServerError(f"{self.url} answered {done.status_code}: {words or 'no word of why'}")


def _limits(filters: Filters) -> dict[str, Any]:
    return {
        "since": filters.since, "until": filters.until, "tags": list(filters.tags) or None,
        "categories": list(filters.categories) or None, "authors": list(filters.authors) or None,
    }  # fmt: skip


def _answer(question: str, told: Mapping[str, Any]) -> Answer:
    limits, searched = told["limits"], told["searched"]
    return Answer(
        question, told["text"], told["answered"], told["confidence"],
        tuple(_citation(c) for c in told["citations"]), tuple(_hit(p) for p in told["passages"]),
        searched if searched != question else "", told["note"],
        Filters(limits["since"], limits["until"], *(tuple(limits[kind]) for kind in ("tags", "categories", "authors"))),
        told["model"],
    )  # fmt: skip


def _citation(told: Mapping[str, Any]) -> Citation:
    return Citation(told["n"], _passage(told["passage"]), told["quote"], told["start"], told["end"])


def _hit(told: Mapping[str, Any]) -> Hit:
    scores = {leg: score for leg, score in told["scores"].items() if score is not None}
    return Hit(_passage(told), told["score"], scores)


def _passage(told: Mapping[str, Any]) -> Passage:
    """A passage; keys that a newer server adds are left aside."""
    plain = {name: told[name] for name in ("id", "text", "title", "heading", "post", "url", "date")}
    lines = {name: told[name] for name in ("start_line", "end_line")}
    copies = tuple(Copy(copy["post"], copy["url"], copy["date"]) for copy in told["also_in"])
    tags, categories, authors = (tuple(told[kind]) for kind in ("tags", "categories", "authors"))
    return Passage(
        **plain, **lines, tags=tags, categories=categories, authors=authors, also_in=copies, lang=told["lang"]
    )
