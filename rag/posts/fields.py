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
_MAX_NAMES_CHARS = 5_000  # of all the people of a post in one text
MAX_DEEP = 8  # levels of nested categories that are read

_SPACES = re.compile(r"[ \t\n\r]+")  # not the full-width space, which is part of a Japanese title
_COMMA = re.compile("[,、，]")
#: What HTML's entities look like; without its semicolon a named one is a word, as in "R&D" or "?a=1&copy=2".
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z]\w{1,31};)")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}\)")
_BESIDE_NAME = re.compile(r"\([^()]{0,200}\)|（[^（）]{0,200}）")  # a company: people change it and stay the same
_BETWEEN_NAMES = re.compile(r"[,、，;；/／&＆]|(?:^|(?<=\s))(?:and|und|et(?! al)|y|e)(?=\s)")
_OTHERS = re.compile(r"\s*et al\.?$")

_DAY = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?!\d)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(?:[a-z]{3,9}, )?(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3})[a-z]*\.?,? (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def text_of(value: object) -> str:
    """A title: one line, at most MAX_WORD_CHARS, HTML's entities read; "" when `value` is empty, null, or no text."""
    if not isinstance(value, str):
        return ""
    line = _SPACES.sub(" ", repair(_ENTITY.sub(lambda found: html.unescape(found[0]), value))).strip()
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
    """People: a list of names or of mappings with a name, or names in one text, parted by commas, "and" or the company
    in brackets behind each. Companies and the addresses of links are left out.
    """
    if isinstance(value, dict):
        value = value.get("name") or value.get("title")
    if isinstance(value, list):
        return tuple(dict.fromkeys(name for one in value[:MAX_WORDS] for name in names_of(one)))[:MAX_WORDS]
    text = _SPACES.sub(" ", value[:_MAX_NAMES_CHARS]) if isinstance(value, str) else ""
    parts = _BETWEEN_NAMES.split(_BESIDE_NAME.sub(",", _LINK.sub(r"\1", text)))
    names = (_OTHERS.sub("", text_of(part)).strip() for part in parts)
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_WORDS]


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
