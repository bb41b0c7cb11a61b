"""What the values of front matter mean: titles, tags, flags, days. Values are text, lists or mappings, as written.

Knows nothing about files, formats or generators.
"""

from __future__ import annotations

import datetime
import html
import re
import unicodedata
from collections.abc import Iterator

from rag.text.unicode import repair

MAX_WORDS = 100  # tags of one post; they are kept with every passage
MAX_WORD_CHARS = 300  # of a title or tag, for the same reason
MAX_DEEP = 8  # levels of nested categories that are read

_SPACES = re.compile(r"[ \t\n\r]+")  # not the full-width space, which is part of a Japanese title
_COMMA = re.compile("[,、，]")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}\)")
_BETWEEN_NAMES = re.compile(r"[,、，;；](?![^(（]{0,100}[)）])")  # not inside "(Company, Inc.)"

_DAY = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(?:[a-z]{3,9}, )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*\.?,? (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def text_of(value: object) -> str:
    """A title: one line, at most MAX_WORD_CHARS, HTML's entities read; "" when `value` is empty, null, or no text."""
    line = _SPACES.sub(" ", repair(html.unescape(value))).strip() if isinstance(value, str) else ""
    return "" if line in {"~", "null"} else line[:MAX_WORD_CHARS]


def words_of(value: object, *, by_space: bool = True) -> tuple[str, ...]:
    """Tags: a list, also of lists, or a string parted by commas or else, as Jekyll does, by spaces. Repeats go, order
    stays.
    """
    if isinstance(value, str):
        parts = _COMMA.split(value)
        if by_space and len(parts) == 1:
            parts = value.split()
    else:
        parts = list(_flat(value, MAX_DEEP))
    return tuple(dict.fromkeys(word for part in parts if (word := text_of(part))))[:MAX_WORDS]


def _flat(value: object, deep: int) -> Iterator[str]:
    """The texts of a list of lists, as Hexo nests categories."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and deep:
        for part in value:
            yield from _flat(part, deep - 1)


def names_of(value: object) -> tuple[str, ...]:
    """People: a list of names or of mappings with a name, or names in one text, parted by commas; links lose their
    address.
    """
    if isinstance(value, dict):
        value = value.get("name") or value.get("title")
    if isinstance(value, list):
        return tuple(dict.fromkeys(name for one in value for name in names_of(one)))[:MAX_WORDS]
    text = _LINK.sub(r"\1", text_of(value))
    return tuple(dict.fromkeys(name for part in _BETWEEN_NAMES.split(text) if (name := part.strip())))[:MAX_WORDS]


def is_true(value: object) -> bool:
    """What YAML takes for true."""
    return isinstance(value, str) and value.strip().lower() in {"true", "yes", "on", "y", "1"}


def is_false(value: object) -> bool:
    """What YAML takes for false."""
    return isinstance(value, str) and value.strip().lower() in {"false", "no", "off", "n", "0"}


def day_of(value: object) -> str:
    """The ISO day that `value` starts with, in the time zone in which it is written; "" when there is none.

    Read are 2025-11-30 (also with "/", "." or a time), 20251130, 2025年11月30日, Nov 30, 2025 and 30 November 2025.
    11/30/2025 is not: its order differs from country to country.
    """
    text = unicodedata.normalize("NFKC", value[:64]).strip().lower() if isinstance(value, str) else ""
    if found := _DAY.match(text) or _COMPACT_DAY.match(text):
        year, month, day = map(int, found.groups())
    elif found := _MONTH_FIRST.match(text):
        year, month, day = int(found[3]), _month(found[1]), int(found[2])
    elif found := _DAY_FIRST.match(text):
        year, month, day = int(found[3]), _month(found[2]), int(found[1])
    else:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _month(name: str) -> int:
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0
