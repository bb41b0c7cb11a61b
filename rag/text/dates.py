"""Days, weeks, months and years that a text names, in eight languages: 2019年11月8日, 3 May 2018, vorgestern, 上个月.

A well-kept library was tried first (dateparser): it takes months for days, reads 一昨年 as 昨年, and finds days in "may
one" and "1.8.7 on a second". So whole phrases are read here. Knows nothing about posts or what a day is asked for.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from rag.text.eras import number_of
from rag.text.question import language_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


Unit = Literal["day", "week", "month", "year"]
Said = Literal["today", "word", "count", "calendar", "yearless"]
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Period:
    """text[start:end] names the days first..last: one day, or the week, month or year."""

    first: date
    last: date
    start: int
    end: int
    unit: Unit
    said: (
        Said  # by 今日 and the like, by another word (昨日), a count (3日前), the calendar, or without a year (5月3日)
    )


# --- counted from today -----------------------------------------------------------------------------------------------

#: What names the day, week, month or year so many back.
_WORDS: tuple[tuple[int, Unit, str], ...] = (
    (0, "day", "今日|本日|today|heute|aujourd['’]hui|hoy|hoje|今天|오늘"),
    (1, "day", "昨日|きのう|yesterday|gestern|hier|ayer|ontem|昨天|어제"),
    (2, "day", "一昨日|おととい|day before yesterday|vorgestern|avant-hier|anteayer|antes de ayer|anteontem|前天"
               "|그저께|그제"),
    (0, "week", "今週|this week|diese[rn]? woche|cette semaine|esta semana|本周|这周|这个?星期|이번 ?주"),
    (1, "week", "先週|last week|letzte[rn]? woche|semaine dernière|semana pas(?:ad|sad)a|上周|上个?星期|지난 ?주"),
    (2, "week", "先々週|week before last|vorletzte[rn]? woche|semana (?:antepasada|retrasada)|上上周|上上个?星期"
                "|지지난 ?주"),
    (0, "month", "今月|this month|diese[mns] monats?|ce mois-ci|este m[eê]s|本月|这个月|이번 ?달"),
    (1, "month", "先月|last month|letzten monats?|mois dernier|mes pasado|mês passado|上个?月|지난 ?달"),
    (2, "month", "先々月|month before last|vorletzten monats?|mes antepasado|mês retrasado|上上个?月|지지난 ?달"),
    (0, "year", "今年|this year|diese[sm] jahr|cette année|este a[ñn]o|올해"),
    (1, "year", "昨年|去年|last year|letzte[sn] jahr|an(?:née)? derni(?:er|ère)|año pasado|ano passado|작년|지난해"),
    (2, "year", "一昨年|おととし|year before last|vorletzte[sn] jahr|año antepasado|ano retrasado|前年|재작년"),
)  # fmt: skip
_IN_ONE_LANGUAGE = {"hier": "fr", "前年": "zh"}  # German "hier" is here, Japanese 前年 the year before any
_COUNTS: tuple[tuple[Unit, str], ...] = (
    ("day", "N日前|N天前|N ?일 ?전|N days? ago|vor N tag(?:en)?|il y a N jours?|hace N días?|há N dias?"),
    ("week", "N週間?前|N个?(?:周|星期)前|N ?주(?:일)? ?전|N weeks? ago|vor N wochen?|il y a N semaines?"
             "|h(?:ace|á) N semanas?"),
    ("month", "N[かヶカケヵ箇个]月前|N개월 ?전|N달 ?전|N months? ago|vor N monat(?:en)?|il y a N mois"
              "|hace N mes(?:es)?|há N m(?:ês|eses)"),
    ("year", "N年前|N년 ?전|N years? ago|vor N jahr(?:en)?|il y a N ans?|hace N años?|há N anos?"),
)  # fmt: skip
_NUMBERS = {
    word: number
    for number, words in enumerate(
        ("a an one einem einer un une una um uma", "two zwei deux dos dois duas 两", "three drei trois tres três",
         "four vier quatre cuatro quatro", "five fünf cinq cinco", "six sechs seis", "seven sieben sept siete sete"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_FIGURES = r"[\d〇一二三四五六七八九十]"
_COUNT = rf"({_FIGURES}{{1,3}}|{'|'.join(_NUMBERS)})"
#: What goes with a phrase and is taken out with it: "on the", "vom", "au mois de".
_ALONG = _words(
    "on in from of during at the month year day am im vom von aus der dem den des jahr monat tag le la les l' d' du "
    "de au aux en mois jour année el los las del mes año día da das dos em no na mês ano dia"
)
_ALONG_IN_PORTUGUESE = _ALONG | _words("do o a os as")  # words of other meaning in English
_LONGEST_WORD = 12
_LAST_WORD = re.compile(r"(?:[^\W\d_]+ |[dl]['’])$", re.IGNORECASE)


@cache
def _counted() -> tuple[list[tuple[int, Unit, re.Pattern[str]]], list[tuple[Unit, re.Pattern[str]]]]:
    """The phrases in whole words; made when they are first asked for, as a search by command never does."""

    def phrase(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-zà-ÿ\d.,])(?:{pattern})(?:['’]s)?(?![a-zà-ÿ])", re.IGNORECASE)

    by_word = [(back, unit, phrase(words)) for back, unit, words in _WORDS]
    return by_word, [(unit, phrase(words.replace("N", _COUNT))) for unit, words in _COUNTS]


def _ago(today: date, back: int, unit: Unit) -> Days:
    """The day, week from Monday, month or year so many back. Raises ValueError or OverflowError before the year 1."""
    if unit == "day":
        return today - timedelta(days=back), today - timedelta(days=back)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return _calendar(today.year - back)
    months = today.year * 12 + today.month - 1 - back
    return _calendar(months // 12, months % 12 + 1)


# --- by the calendar --------------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan januar jänner janvier enero janeiro", "february feb februar février febrero fevereiro",
         "march mar märz mars marzo março", "april apr avril abril", "may mai mayo maio",
         "june jun juni juin junio junho", "july jul juli juillet julio julho", "august aug août agosto",
         "september sep sept septembre septiembre setembro", "october oct oktober octobre octubre outubro",
         "november nov novembre noviembre novembro", "december dec dezember décembre diciembre dezembro"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.|º)?"
_DE = r"(?: (?:de|of|do)| the)? "
_BY_CALENDAR = (
    rf"(?P<year>(?:19|20)\d\d|[一二][〇一二三四五六七八九]{{3}}) ?[年년](?![間代])"
    rf"(?: ?(?P<month>{_FIGURES}{{1,2}}) ?[月월](?: ?(?P<day>{_FIGURES}{{1,3}}) ?[日号號일])?)?",
    r"(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>[01]?\d)(?P=sep)(?P<day>[0-3]?\d)(?![\d./-])",
    r"(?P<year>(?:19|20)\d\d)[-/](?P<month>[01]?\d)(?![\d./-])",
    rf"(?P<day>[0-3]?\d)\. ?(?P<month>[01]?\d)\. ?{_YEAR}",
    rf"(?P<day>[0-3]?\d)/(?P<month>[01]?\d)/{_YEAR}",
    rf"{_DAY}{_DE}{_MONTH},?{_DE}{_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"{_MONTH},?{_DE}{_YEAR}",
    rf"(?P<month>{_FIGURES}{{1,2}})[月월](?: ?(?P<day>{_FIGURES}{{1,3}}) ?[日号號일])?",
    rf"{_YEAR}(?![年년])",
)  # fmt: skip
_MONTH_FIRST = re.compile(r"[0-3]?\d/[0-3]?\d/\d{4}")  # 3/5/2018 is May in most languages, March or May in English


@cache
def _dates() -> list[re.Pattern[str]]:
    return [re.compile(rf"(?<![a-zà-ÿ\d.,/-]){pattern}(?![a-zà-ÿ])", re.IGNORECASE) for pattern in _BY_CALENDAR]


def _calendar(year: int, month: int = 0, day: int = 0) -> Days:
    """The days of a year, of a month of it, or the one day. Raises ValueError where there is none."""
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    if not day:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


# --- both -------------------------------------------------------------------------------------------------------------


def periods_in(text: str, today: date) -> list[Period]:
    """What `text`, NFKC and with years of our count, names, in its order, none inside another."""
    along = _ALONG_IN_PORTUGUESE if language_of(text) == "pt" else _ALONG
    found: list[Period] = []
    for period in sorted(_all(text, today), key=lambda p: (p.start, -p.end)):
        if not found or period.start >= found[-1].end:
            found.append(replace(period, start=_with_words_along(text, period.start, along)))
    return found


def _with_words_along(text: str, start: int, along: Collection[str]) -> int:
    """Where the words that go with a phrase begin that starts there."""
    while (word := _LAST_WORD.search(text, max(0, start - _LONGEST_WORD), start)) and _plain(word[0]) in along:
        start = word.start()
    return start


def _plain(word: str) -> str:
    return word.strip().lower().replace("’", "'")


def _all(text: str, today: date) -> Iterator[Period]:
    language = language_of(text)
    by_word, by_count = _counted()
    for back, unit, pattern in by_word:
        for match in pattern.finditer(text):
            if _IN_ONE_LANGUAGE.get(match[0].lower(), language) == language:
                said_how: Said = "word" if back or unit != "day" else "today"
                yield Period(*_ago(today, back, unit), *match.span(), unit, said_how)
    for unit, pattern in by_count:
        for match in pattern.finditer(text):
            said = next(filter(None, match.groups())).lower()
            try:
                yield Period(*_ago(today, _NUMBERS.get(said) or number_of(said), unit), *match.span(), unit, "count")
            except (ValueError, OverflowError):
                continue
    for pattern in _dates():
        for match in pattern.finditer(text):
            if language != "en" or not _MONTH_FIRST.search(match[0]):
                yield from _read(match, today)


def _read(match: re.Match[str], today: date) -> Iterator[Period]:
    """The period of one match; nothing for a day that doesn't exist. Without a year it is the last one up to today."""
    said = match.groupdict()
    month_said = (said.get("month") or "").lower()
    month = _MONTHS.get(month_said) or number_of(month_said)
    day = number_of(said.get("day") or "")
    unit: Unit = "day" if day else "month" if month else "year"
    try:
        if said.get("year"):
            yield Period(*_calendar(number_of(said["year"]), month, day), *match.span(), unit, "calendar")
            return
        first, last = _calendar(today.year, month, day)
        if first > today:
            first, last = _calendar(today.year - 1, month, day)
        yield Period(first, last, *match.span(), unit, "yearless")
    except ValueError:
        return
