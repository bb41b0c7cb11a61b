"""A bot that follows its index: when a build publishes a generation, later questions are answered from that one.

Each question is answered from one generation from beginning to end; the old one is closed with its last question. When
the new one can't be used, or the folder is gone, the last good one goes on answering.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.answering.turns import Turn
from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.indexing.index import open_index
from rag.storage import generation
from rag.types import Answer, Filters, Generator
from rag.web import allocator

EVERY = 1.0  # seconds between two looks at CURRENT, one small file
RETRY = 30.0  # seconds until a generation that could not be opened is tried again: it takes a second of work

log = logging.getLogger(__name__)


class LiveChatbot(Chatbot):
    """A chatbot over the generation in use. `follow` keeps it so in the background."""

    def __init__(self, root: str | Path, generator: Generator | None = None) -> None:
        """Open the index in `root`. Raises the errors of `open_index`."""
        super().__init__(open_index(root), generator)
        self.root = Path(root)
        self.problem = ""  # why the generation in use is not the one that answers
        self._failed = ("", 0.0)  # id of the generation that could not be opened, and when

    def stream(
        self,
        question: str,
        history: Sequence[Turn] | None = None,
        *,
        filters: Filters = Filters(),  # noqa: B008
        as_typed: bool = False,
    ) -> Iterator[Answer]:
        """As `Chatbot.stream`, from one generation even when another is put in use meanwhile."""
        pinned = Chatbot(self.index, self.generator, self.today)
        pinned.history = self.history
        yield from pinned.stream(question, history, filters=filters, as_typed=as_typed)

    def follow(self, stop: threading.Event, every: float = EVERY) -> threading.Thread:
        """Look for a newer generation until `stop` is set, in a thread that is returned."""

        def run() -> None:
            while not stop.wait(every):
                self.refresh()

        thread = threading.Thread(target=run, name="rag-follow", daemon=True)
        thread.start()
        return thread

    def refresh(self) -> bool:
        """Answer from the generation that CURRENT names from now on, if it is another; whether it is."""
        current = ""
        try:
            current = generation.in_use(self.root) or ""
            if current == self.index.generation.id:
                self.problem = ""
                return False
            if current == self._failed[0] and time.monotonic() - self._failed[1] < RETRY:
                return False
            allocator.give_back()  # two generations are held for a moment
            self.index = open_index(self.root, like=self.index)
            allocator.give_back()
        except RagError as error:
            if not self.problem:
                log.warning("still answering from %s: %s", self.index.generation.id, error)
            self.problem = "the newer index can't be used" if current else "the index folder is gone or damaged"
            self._failed = (current, time.monotonic())
            return False
        self.problem, self._failed = "", ("", 0.0)
        return True
