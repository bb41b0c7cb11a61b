"""From what a user writes to the filters of a search. Knows nothing about questions or about what posts there are."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable

from rag.errors import InputError
from rag.types import Filters


def make_filters(
    since: str | None = None, until: str | None = None,
    tags: Iterable[str] | None = None, categories: Iterable[str] | None = None, authors: Iterable[str] | None = None,
) -> Filters:  # fmt: skip
    """Filters from what a user writes: days, months or years ("2025-09-01", "2025-09", "2025"); names as they are.

    Raises InputError for anything else, or a period that ends before it starts.
    """
    first = _day(since, "since", last=False) if since else None
    last = _day(until, "until", last=True) if until else None
    if first and last and first > last:
        raise InputError(f"since {since} is after until {until}; swap them")
    for name, value in (("tags", tags), ("categories", categories), ("authors", authors)):
        if isinstance(value, str):
            raise InputError(f"{name} is the text {value!r}; give a list of names")
    return Filters(first, last, tuple(tags or ()), tuple(categories or ()), tuple(authors or ()))


def _day(text: str, name: str, *, last: bool) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?", text.strip()) if isinstance(text, str) else None
    if found:
        year, month, day = (int(g) if g else None for g in found.groups())
        month = month or (12 if last else 1)
        if year and 1 <= month <= 12:
            end = calendar.monthrange(year, month)[1]
            day = day or (end if last else 1)
            if day <= end:
                return f"{year:04}-{month:02}-{day:02}"
    raise InputError(f"{name} is {text!r}; give a day that exists as YYYY-MM-DD (or YYYY-MM, or YYYY)")
