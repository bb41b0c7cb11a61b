"""Ask a folder of blog posts: build an index, search it, chat with it. Offline, Japanese first.

build: posts/ -> load -> clean, split, dedupe -> encode | tokenize -> indexes/<name>/
ask:   question -> search (dense | lexical, late interaction) -> hits -> answer with citations

>>> import rag
>>> index = rag.build_index("posts/", "indexes/blog")      # or rag.open_index("indexes/blog")
>>> hits = index.search("パン屋は何時に開く？", k=5)
>>> answer = rag.Chatbot(index).ask("パン屋は何時に開く？")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.indexing.index import Index, build_index, open_index
from rag.indexing.plan import BuildReport
from rag.types import Answer, Citation, Filters, Hit, Passage, Post

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

__all__ = [
    "Answer",
    "BuildReport",
    "Chatbot",
    "Citation",
    "Filters",
    "Hit",
    "Index",
    "Passage",
    "Post",
    "RagError",
    "build_index",
    "open_index",
]


def __getattr__(name: str) -> type[Chatbot]:
    """Chatbot, when it is first asked for: a build has no use for all that answering needs."""
    if name != "Chatbot":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rag.chatbot import Chatbot

    return Chatbot
