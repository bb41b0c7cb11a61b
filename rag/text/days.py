"""Days that a heading of a diary names. Knows nothing about posts."""

from __future__ import annotations

import datetime
import re
import unicodedata

_MONTH_TITLE = re.compile(r"(\d{4}) ?[年/.-] ?(\d{1,2})月?")
_DAY_HEADING = re.compile(
    r"(?:(\d{4}) ?[年/.-] ?)?(?:(\d{1,2}) ?[月/.-] ?)?(\d{1,2})(?:日(?!間|目|本)|(?=$|[ \t(（:：,、]))"
)


def iso_day(year: str, month: str, day: str) -> str:
    """ISO 8601; "" for a day that the calendar hasn't."""
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def month_of_title(title: str) -> str:
    """The first day of the month that a title, 2024年1月 or 2024-01, is wholly about; "" for any other."""
    found = _MONTH_TITLE.fullmatch(unicodedata.normalize("NFKC", title).strip())
    return iso_day(found[1], found[2], "1") if found else ""


def day_of_heading(heading: str, month: str) -> str:
    """The day that a heading begins with, 1月13日(土) or 1/13, if it is one of the month whose first day `month` is."""
    found = _DAY_HEADING.match(unicodedata.normalize("NFKC", heading).strip())
    if not found:
        return ""
    day = iso_day(found[1] or month[:4], found[2] or month[5:7], found[3])
    return day if day[:7] == month[:7] else ""


def day_under(headings: str, date: str, month: str, separator: str) -> str:
    """The day of what stands under these headings in a post of day `date`: where the post is about one `month`, that
    of the innermost heading that names a day.
    """
    parts = headings.split(separator)[::-1] if month else []
    return next((day for part in parts if (day := day_of_heading(part, month))), date)
