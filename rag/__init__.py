"""Ask a folder of blog posts: build an index, search it, chat with it. Offline, Japanese first.

build: posts/ -> load -> clean, split, dedupe -> encode | tokenize -> indexes/<name>/
ask:   question -> search (dense | lexical, late interaction) -> hits -> answer with citations

>>> import rag
>>> index = rag.build_index("posts/", "indexes/blog")      # or rag.open_index("indexes/blog")
>>> hits = index.search("パン屋は何時に開く？", k=5)
>>> answer = rag.Chatbot(index).ask("パン屋は何時に開く？")
>>> rag.Client("http://127.0.0.1:7860").ask("パン屋は何時に開く？")      # the same from a server
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.errors import RagError
    from rag.indexing.index import Index, build_index, open_index
    from rag.indexing.plan import BuildReport
    from rag.types import Answer, Citation, Filters, Hit, Passage, Post
    from rag.web.client import Client

__all__ = [
    "Answer",
    "BuildReport",
    "Chatbot",
    "Citation",
    "Client",
    "Filters",
    "Hit",
    "Index",
    "Passage",
    "Post",
    "RagError",
    "build_index",
    "open_index",
]
_WHERE = {
    "rag.chatbot": ("Chatbot",),
    "rag.errors": ("RagError",),
    "rag.indexing.index": ("Index", "build_index", "open_index"),
    "rag.indexing.plan": ("BuildReport",),
    "rag.types": ("Answer", "Citation", "Filters", "Hit", "Passage", "Post"),
    "rag.web.client": ("Client",),
}


def __getattr__(name: str) -> object:
    """A public name when it is first asked for: a build has no use for what answering needs."""
    for module, names in _WHERE.items():
        if name in names:
            found = globals()[name] = getattr(import_module(module), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
