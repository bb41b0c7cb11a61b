"""Limits that a question states itself: "last month's posts", 「2019年11月8日は何をした？」, 「タグ「投資」」.

Most dates in questions are about the world, not about posts (「2030年の市場は？」), and so are most words that are also
tags; so only a day, what is relative to today, or what is said about the posts is read as a limit. Even so a reading
may be wrong: who searches by it gives it up, and says so, where nothing answers. Knows nothing about an index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from rag.text.about_posts import without_mention
from rag.text.dates import Period, periods_in
from rag.text.eras import western_years
from rag.types import Filters

_POSTS_JA = r"(?:記事|投稿|ポスト|ブログ|日記|エントリ|話題|ニュース|まとめ|出来事|動向)"
#: Words for posts after a period, in the languages that have them there.
_POSTS_AFTER = re.compile(
    rf"の[^、。？?]{{0,20}}{_POSTS_JA}|に(?:書かれ|書い|公開|投稿|掲載)|的[^，。？?]{{0,12}}(?:文章|博文|博客|帖子|日志|新闻)"
    r"|(?:의|에 쓴|에 올린)? ?(?:\S{1,8} )?(?:글|기사|포스트|게시물|일기|소식)"
    r"| (?:blog )?(?:posts?|articles?|entries|entry|news|stories)(?![a-z])",
    re.IGNORECASE,
)
#: And before it: with a word that goes with the period (posts about bread from 2025) a few others may stand between.
_POSTS_LATIN = (
    r"(?:posts?|articles?|entry|entries|news|stories|written|wrote|published|posted|beitrag|beiträgen?|artikeln?|eintrag"
    r"|einträgen?|geschrieben|billets?|publications?|écrit|publié|entradas?|artículos?|escrito|publicado|artigos?"
    r"|publicaç(?:ão|ões)|postage(?:m|ns))"
)
_POSTS_BEFORE = re.compile(rf"(?<![a-zà-ÿ]){_POSTS_LATIN} $", re.IGNORECASE)
_POSTS_BEFORE_OTHERS = re.compile(rf"(?<![a-zà-ÿ]){_POSTS_LATIN}(?: [^ ?!.,]+){{0,4}} $", re.IGNORECASE)
_LED = re.compile(r"(?:from|of|in|on|during|vom|von|aus|im|am|du|de|d['’]|des|del|do|da|em|no|en|le) ?", re.IGNORECASE)
#: Figures and what stands between the figures of a date; not ？, as what is left is shown.
_HALF_WIDTH = {0xFEE0 + code: code for code in map(ord, "0123456789-./")} | dict(
    zip(map(ord, "㍾㍽㍼㍻㋿"), ("明治", "大正", "昭和", "平成", "令和"), strict=True)
)
_TAG = re.compile(
    r"(?:^|(?<=\s))[#＃](?P<a>\w{1,40})|(?:タグ|tag(?:ged)?(?: with)?)\s?[「『\"“'](?P<b>[^」』\"”']{1,40})[」』\"”']"
)
_LEFT_OVER = re.compile(r"^(?:\s|には|[のにではもへ的에의는은]|、|,|，|:)+")
_LEFT_BEFORE = re.compile(r"[在于]$")
#: What asks for no more than what there is, or what happened.
_IDLE = (
    "何をした、何が起きた、起こった、書いた、あった、行った、過ごした、やった、出来事、内容、記事、日記、投稿、ブログ、話、話題、様子",
    "what happened, what did I do, write, post, posts, entry, diary, blog, was going on, Was geschah, ist passiert",
    "habe ich gemacht, getan, qu'est-il arrivé, s'est-il passé, ai-je fait, qué pasó, qué hice, o que aconteceu",
    "fiz, fez, 发生了什么，做了什么，干了什么，写了什么，有什么，무엇을 했나, 무슨 일이 있었나, 뭐 했어, 뭐 했지",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question says about the posts it means."""

    filters: Filters
    question: str  # without the words that said so; as asked when nothing else is left
    alone: bool = False  # nothing else is left
    otherwise: str = ""  # what is asked when the limit is given up: a day may be one of the world, and stays


def limits_of(question: str, today: date, tags: Collection[str]) -> Limits:
    """The limits that `question`, asked on day `today`, states; `tags` are those that exist."""
    rest = western_years(question.translate(_HALF_WIDTH))
    period = next((p for p in periods_in(rest, today) if _is_day(p) or _is_of_posts(rest, p)), None)
    of_world = False
    if period:
        of_world = not _is_of_posts(rest, period)
        rest = _without(rest, period.start, period.end)
    named = []
    known = {tag.casefold(): tag for tag in tags}
    for found in _TAG.finditer(rest):
        tag = known.get((found["a"] or found["b"]).casefold())
        if tag:
            named.append((tag, found))
    for _, found in reversed(named):
        rest = _without(rest, *found.span())
    since, until = (period.first.isoformat(), period.last.isoformat()) if period else (None, None)
    filters = Filters(since, until, tuple(dict.fromkeys(tag for tag, _ in named)))
    left = without_mention(rest if filters else question)
    otherwise = without_mention(question) if of_world else left
    if not any(map(str.isalnum, left)):
        return Limits(filters, question, bool(filters), question)
    return Limits(filters, left, otherwise=otherwise)


def _is_day(period: Period) -> bool:
    return period.unit == "day" and period.said == "calendar"


def _is_of_posts(text: str, period: Period) -> bool:
    """Whether it says which posts are meant: any day, week or month from today, the others beside a word for posts."""
    before, after = text[: period.start], text[period.end :]
    if period.said == "word" and period.unit != "year":
        return True
    posts = _POSTS_BEFORE_OTHERS if _LED.match(text, period.start) else _POSTS_BEFORE
    return bool(_POSTS_AFTER.match(after) or posts.search(before))


def asks_only_when(question: str, asked: Callable[[str], Sequence[str]]) -> bool:
    """Whether a question, its limits taken out, asks for nothing but what there is. `asked` gives its words."""
    idle = {word for words in _IDLE for word in asked(words)}
    return idle.issuperset(asked(question))


def _without(text: str, start: int, end: int) -> str:
    before, after = _LEFT_BEFORE.sub("", text[:start]), _LEFT_OVER.sub("", text[end:])
    if after[:1] in "?？!！.":
        return before.rstrip() + after
    return f"{before.rstrip()} {after}".strip() if before[-1:].isspace() else before + after
