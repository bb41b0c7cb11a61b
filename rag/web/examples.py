"""Questions to start with, made from the titles of the posts, each of them one that is answered."""

from __future__ import annotations

import re

from rag.chat import Chatbot
from rag.index import Index
from rag.web.strings import EN, JA

COUNT = 4
_TRIED = 12  # questions put to the index at start, some 50 ms each
_ASKS = re.compile(r"[？?]$")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
#: A longer title does not fit a card; a shorter one tells too little.
_LENGTHS = range(6, 61)


def example_questions(index: Index, count: int = COUNT) -> list[str]:
    """At most `count` questions that the posts answer, from all over the index; the same at every start."""
    bot, found = Chatbot(index), list[str]()
    for question in _candidates(index):
        if len(found) < count and bot.ask(question, []).answered:
            found.append(question)
    return found


def _candidates(index: Index) -> list[str]:
    """Titles that ask come first, for they sound like a reader."""
    titles = dict.fromkeys(title.strip() for _, title, *_ in index.posts())
    fitting = [title for title in titles if len(title) in _LENGTHS]
    asking = _spread([title for title in fitting if _ASKS.search(title)], _TRIED // 2)
    telling = _spread([title for title in fitting if not _ASKS.search(title)], _TRIED - len(asking))
    return [*asking, *map(_about, telling)]


def _spread(titles: list[str], count: int) -> list[str]:
    """`count` of them at even distances, the newest first: posts come by path, which holds the date as a rule."""
    step = max(1, len(titles) // max(1, count))
    return titles[::-1][::step][:count]


def _about(title: str) -> str:
    return (JA if _JAPANESE.search(title) else EN).about_post.format(title=title)
