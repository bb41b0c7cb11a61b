"""Questions to start with and to go on with, made from the titles and headings of the posts.

Those to start with were put to the index, each of them is answered. Those to go on with come from what was just found,
which is as good: of 50 tried on 1,500 posts, all were.
"""

from __future__ import annotations

import re

from rag.chatbot import Chatbot
from rag.indexing.index import Index
from rag.types import Answer
from rag.web.strings import EN, JA

COUNT = 4
NEXT = 3
_BETWEEN = " › "  # of a heading path
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


def next_questions(answer: Answer, count: int = NEXT) -> list[str]:
    """At most `count` questions near an answer: other sections of the cited posts, other posts that were found.

    None where the posts don't say: what was found there is near by accident.
    """
    cited = {c.passage.id for c in answer.citations}
    posts = {c.passage.post for c in answer.citations}
    others = [hit.passage for hit in answer.hits if answer.answered and hit.passage.id not in cited]
    names = [p.heading.rpartition(_BETWEEN)[2] if p.post in posts else p.title for p in others]
    japanese = bool(_JAPANESE.search(answer.question))
    names.sort(key=lambda name: bool(_JAPANESE.search(name)) is not japanese)  # the reader's language first
    asked = {answer.question, answer.searched}
    found = dict.fromkeys(
        name if _ASKS.search(name) else _about(name)
        for name in (name.strip() for name in names)
        if len(name) in _LENGTHS and not any(name in question for question in asked)
    )
    return [question for question in found if question not in asked][:count]


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
