"""Limits that a question states itself: "last month's posts", 「2025年11月の記事で…」, 「タグ「投資」」.

Most dates in questions are about the world, not about posts (「2030年の市場は？」), and so are most words that are also
tags; so only what is said about the posts, or relative to today, is read as a limit. Knows nothing about an index.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from rag.types import Filters

_POSTS_JA = r"(?:記事|投稿|ポスト|ブログ|話題|ニュース|まとめ|出来事|動向)"
_POSTS_EN = r"(?:posts?|articles?|entries|entry|news|stories)"
_OF_POSTS_JA = rf"(?=の[^、。？?]{{0,20}}{_POSTS_JA}|に(?:書かれ|書い|公開|投稿|掲載))"
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTH_EN = "|".join(_MONTHS)

Days = tuple[date, date]


def _month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _months_ago(today: date, count: int) -> Days:
    months = today.year * 12 + today.month - 1 - count
    return _month(months // 12, months % 12 + 1)


def _weeks_ago(today: date, count: int) -> Days:
    monday = today - timedelta(days=today.weekday() + 7 * count)
    return monday, monday + timedelta(days=6)


def _days_ago(today: date, count: int) -> Days:
    return today - timedelta(days=count), today - timedelta(days=count)


def _year(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


_Read = Callable[[date, "re.Match[str]"], Days]
#: (phrase, the days it means). Days, weeks and months from today are about posts; a year or a named month only beside
#: a word for posts.
_PERIODS: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"先々月", lambda today, _: _months_ago(today, 2)),
        (r"先月|(?<![a-z])last month(?:'s|’s)?", lambda today, _: _months_ago(today, 1)),
        (r"今月|(?<![a-z])this month(?:'s|’s)?", lambda today, _: _months_ago(today, 0)),
        (r"先週|(?<![a-z])last week(?:'s|’s)?", lambda today, _: _weeks_ago(today, 1)),
        (r"今週|(?<![a-z])this week(?:'s|’s)?", lambda today, _: _weeks_ago(today, 0)),
        (r"昨日|(?<![a-z])yesterday(?:'s|’s)?", lambda today, _: _days_ago(today, 1)),
        (rf"(?:昨年|去年){_OF_POSTS_JA}|(?<![a-z])last year(?:'s|’s)?(?= {_POSTS_EN})",
         lambda today, _: _year(today.year - 1)),
        (rf"今年{_OF_POSTS_JA}|(?<![a-z])this year(?:'s|’s)?(?= {_POSTS_EN})", lambda today, _: _year(today.year)),
        (rf"(?P<y>(?:19|20)\d\d)年(?P<m>1[0-2]|0?[1-9])月{_OF_POSTS_JA}",
         lambda _, found: _month(int(found["y"]), int(found["m"]))),
        (rf"(?P<y>(?:19|20)\d\d)年{_OF_POSTS_JA}", lambda _, found: _year(int(found["y"]))),
        (rf"(?:(?<=posts )|(?<=articles )|(?<=news ))(?:from|in|of) (?P<m>{_MONTH_EN}),? (?P<y>(?:19|20)\d\d)",
         lambda _, found: _month(int(found["y"]), _MONTHS[found["m"].lower()])),
        (r"(?:(?<=posts )|(?<=articles )|(?<=news ))(?:from|in|of) (?P<y>(?:19|20)\d\d)(?!\d)",
         lambda _, found: _year(int(found["y"]))),
    )
)  # fmt: skip
_TAG = re.compile(
    r"(?:^|(?<=\s))[#＃](?P<a>\w{1,40})|(?:タグ|tag(?:ged)?(?: with)?)\s?[「『\"“'](?P<b>[^」』\"”']{1,40})[」』\"”']"
)
_LEFT_OVER = re.compile(r"^(?:\s|の|に|で|は|、|,|:)+")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question says about the posts it means."""

    filters: Filters
    question: str  # without the words that said so; as asked when nothing else is left


def limits_of(question: str, today: date, tags: Collection[str]) -> Limits:
    """The limits that `question`, asked on day `today`, states; `tags` are those that exist."""
    since = until = None
    rest = question
    for pattern, read in _PERIODS:
        found = pattern.search(rest)
        if found:
            first, last = read(today, found)
            since, until = first.isoformat(), last.isoformat()
            rest = _without(rest, found)
            break
    named = []
    known = {tag.casefold(): tag for tag in tags}
    for found in _TAG.finditer(rest):
        tag = known.get((found["a"] or found["b"]).casefold())
        if tag:
            named.append((tag, found))
    for _, found in reversed(named):
        rest = _without(rest, found)
    filters = Filters(since, until, tuple(dict.fromkeys(tag for tag, _ in named)))
    return Limits(filters, rest if any(map(str.isalnum, rest)) else question)


def _without(text: str, found: re.Match[str]) -> str:
    before, after = text[: found.start()], _LEFT_OVER.sub("", text[found.end() :])
    return f"{before.rstrip()} {after}".strip() if before[-1:].isspace() else before + after
