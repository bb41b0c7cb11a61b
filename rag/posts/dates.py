"""The day of a post, from where its owner wrote it: front matter, the file's name, folders, older addresses.

Days are ISO 8601; "" stands for none. Knows nothing about files or formats.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
import zoneinfo
from collections.abc import Iterator, Mapping

from rag.posts.fields import day_of, text_of
from rag.posts.generators import NameDay
from rag.text.days import iso_day, period_of

#: Front matter that says when a post was published, in order of trust; generators differ.
_PUBLISHED = ("date", "publishdate", "pubdate", "published", "published_at", "created", "created_at", "publish_date")
_CHANGED = ("lastmod", "updated", "modified", "last_modified_at", "update")
_OLD_ADDRESSES = ("aliases", "alias", "redirect_from")

_DATED_NAME = re.compile(r"(\d{4}[-_.]\d{1,2}[-_.]\d{1,2}|(?:19|20)\d{6})(?:[-_. \u3000]+(.+))?")
_JAPANESE_NAME = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
_DATED_PATH = re.compile(r"(?:^|/)((?:19|20)\d{2})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=/)")
_MONTH_NAME = re.compile(r"[A-Za-z]?((?:19|20)\d{2})[-_]?(\d{2})")
_CLOCK = re.compile(r"[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})$")


def day_and_slug(
    path: str, stem: str, fields: Mapping[str, object], name_day: NameDay = "else", zone: str = ""
) -> tuple[str, str]:
    """The day of a post, and what names it, its `stem`, without that day.

    In order of trust: front matter, the name, Zola's `path`, the folders, a name that is a month's (its first day), an
    older address, the day of the last change. With `name_day` "first" the name comes before front matter. Front matter
    that gives a time and its offset is told in the time zone `zone`, if there is one.
    """
    dated = _DATED_NAME.fullmatch(stem)
    named = day_of(re.sub("[_.]", "-", dated[1])) if dated else ""
    slug = dated[2] if dated and dated[2] and (named or not dated[1].isdigit()) else stem
    if japanese := _JAPANESE_NAME.match(stem):
        named = day_of(japanese[0])
    given = [day for name in _PUBLISHED if (day := _day_in(fields.get(name), zone))]
    first = [named, *given] if name_day == "first" else [*given, named]
    folders = path.rpartition("/")[0]
    elsewhere = (
        _from_path(text_of(fields.get("path"))), _from_path(f"{folders}/{stem}"), _first_of(period_of_post(stem, "")),
        *map(_from_path, _old_addresses(fields)), *(_day_in(fields.get(name), zone) for name in _CHANGED),
    )  # fmt: skip
    return next((day for day in (*first, *elsewhere) if day), ""), slug


def stem_of(path: str, lang: str = "") -> str:
    """What names a post: its file without suffix and language, or for an index.md its folder."""
    *folders, name = unicodedata.normalize("NFC", path).split("/")
    if is_bundle(path) and folders:
        return folders[-1]
    stem = name.rpartition(".")[0]
    before, _, last = stem.rpartition(".")
    return before if lang and before and last.lower().replace("_", "-") == lang else stem


def is_bundle(path: str) -> bool:
    """Whether a post is a folder: its text is an index.md, or one with a language, index.ja.md, or a README.md."""
    return path.rpartition("/")[2].partition(".")[0].lower() in ("index", "readme")


def period_of_post(stem: str, title: str) -> str:
    """The month "2024-01" or the year "2024" that a file is wholly about, by its title or its name (d202401); or ""."""
    found = _MONTH_NAME.fullmatch(stem)
    return period_of(title) or period_of(stem) or (iso_day(found[1], found[2], "1")[:7] if found else "")


def _first_of(period: str) -> str:
    """The first day of a month; a year is too long for its first day to say when."""
    return f"{period}-01" if len(period) == len("2024-01") else ""


def _day_in(value: object, zone: str) -> str:
    """As `day_of`, in a time zone; a day without a time, or a time without its offset, is as written."""
    day = day_of(value)
    clock = _CLOCK.search(value.strip()) if day and zone and isinstance(value, str) else None
    if not clock:
        return day
    hour, minute, second, offset = clock.groups()
    offset = "+00:00" if offset.isalpha() else f"{offset[:3]}:{offset[-2:]}"
    try:
        moment = datetime.datetime.fromisoformat(f"{day}T{int(hour):02}:{minute}:{second or '00'}{offset}")
        return moment.astimezone(zoneinfo.ZoneInfo(zone)).date().isoformat()
    except (ValueError, OSError, OverflowError, zoneinfo.ZoneInfoNotFoundError):
        return day


def _from_path(path: str) -> str:
    found = _DATED_PATH.search(f"{path}/")
    return iso_day(found[1], found[2], found[3] or "1") if found else ""


def _old_addresses(fields: Mapping[str, object]) -> Iterator[str]:
    for name in _OLD_ADDRESSES:
        value = fields.get(name)
        yield from map(text_of, value if isinstance(value, list) else [value])
