"""Conversations kept for browsers that come back: a reloaded tab finds what it showed. In memory, the latest ones only.

A tab names its conversation by a number it drew itself, too long to guess. What was answered stays here: nothing that a
browser says was said before is believed.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

CONVERSATIONS = 200  # kept, a few 100 KB each at most
_NAME = re.compile(r"[0-9a-f]{32}")

Kept = TypeVar("Kept")


class Memory(Generic[Kept]):
    """The latest conversations by (user, name); safe to share between threads."""

    def __init__(self, room: int = CONVERSATIONS) -> None:
        self._room = room
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, user: str, name: str) -> Kept | None:
        """What was kept under this name for this user."""
        with self._lock:
            return self._kept.get((user, name))

    def put(self, user: str, name: str, conversation: Kept) -> None:
        """Keep it, unless the name is none that a page draws; the one not kept for longest makes room."""
        if not _NAME.fullmatch(name):
            return
        with self._lock:
            self._kept[user, name] = conversation
            self._kept.move_to_end((user, name))
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)
