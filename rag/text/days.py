"""Days that the headings of a diary name. Knows nothing about posts."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_PERIOD = re.compile(r"((?:19|20)\d{2})(?: ?年(?: ?(\d{1,2})月)?| ?[/.-] ?(\d{1,2}))?(?:の?(?:日記|日誌))?")
_END = r"(?:日(?!間|目|本)|(?![\d月年/.-]))"
_FULL = re.compile(rf"(?P<y>\d{{4}}) ?[年/.-] ?(?P<m>\d{{1,2}}) ?[月/.-] ?(?P<d>\d{{1,2}}){_END}")
_MONTH_DAY = re.compile(r"(?P<m>\d{1,2}) ?(?:月 ?(?P<d>\d{1,2})日(?!間)|[/-](?P<n>\d{1,2})(?=$|[ \t(（:：,、]))")
_ENGLISH = re.compile(
    rf"(?P<m>{'|'.join(MONTHS)})[a-z]*\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y>\d{{4}}))?(?!\d)"
)
_DAY = re.compile(r"(?P<d>\d{1,2})(?:日(?!間|目|本)|(?=$|[ \t]*[(（]|[ \t]+(?:mon|tue|wed|thu|fri|sat|sun)))")
_MONTH = re.compile(rf"(?P<m>\d{{1,2}})月|(?P<name>{'|'.join(MONTHS)})[a-z]*")
_WEEKDAY = re.compile(r"[ \t]*[(（\[]?(?:[月火水木金土日](?:曜日?)?|[a-z]{3,9})?[)）\]]?[ \t]*")


def iso_day(year: str, month: str, day: str) -> str:
    """ISO 8601; "" for a day that the calendar hasn't."""
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def period_of(name: str) -> str:
    """The month "2024-01" or the year "2024" that a title or a file's name, 2024年1月 or 2024-01, wholly is; or ""."""
    found = _PERIOD.fullmatch(_plain(name))
    if not found:
        return ""
    month = found[2] or found[3]
    return iso_day(found[1], month, "1")[:7] if month else found[1]


def day_under(headings: Sequence[str], date: str, period: str) -> str:
    """The day of what stands under `headings`, outermost first, in a post of day `date` that is about `period`.

    The innermost heading that begins with a day of the period counts: 1月13日(土), 1/13, 13日, January 13, the latter
    ones within the month or year that is known. Without a period days in headings are what a post is about, not when it
    was written; but for a post that has no day at all, a heading that is nothing but a day is one.
    """
    year, month, found = period[:4], period[5:7], date
    for heading in map(_plain, headings if period or not date else ()):
        day = _day_of(heading, year, month)
        if day and (day.startswith(period) if period else _is_only_day(heading)):
            found = day
        elif year and not period[5:7] and (named := _MONTH.fullmatch(heading)):
            month = named["m"] or str(MONTHS.index(named["name"]) + 1)
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _day_of(heading: str, year: str, month: str) -> str:
    """The day that a heading begins with, where it or what is known names its month and year."""
    if full := _FULL.match(heading):
        return iso_day(full["y"], full["m"], full["d"])
    if english := _ENGLISH.match(heading):
        return iso_day(english["y"] or year, str(MONTHS.index(english["m"]) + 1), english["d"])
    if part := _MONTH_DAY.match(heading):
        return iso_day(year, part["m"], part["d"] or part["n"])
    day = _DAY.match(heading)
    return iso_day(year, month, day["d"]) if day else ""


def _is_only_day(heading: str) -> bool:
    found = _FULL.match(heading) or _ENGLISH.match(heading)
    return bool(found and _WEEKDAY.fullmatch(heading, found.end()))
