"""The day of a post, from where its owner wrote it: front matter, the file's name, folders.

Days are ISO 8601; "" stands for none. Knows nothing about files or formats.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from rag.posts.fields import day_of, text_of
from rag.text.days import iso_day, month_of_title

#: Front matter that says when a post was published, in order of trust; generators differ.
_PUBLISHED = ("date", "publishdate", "pubdate", "published", "created", "created_at", "publish_date")
_CHANGED = ("lastmod", "updated", "modified", "last_modified_at")

_DATED_NAME = re.compile(r"(\d{4}[-_]\d{1,2}[-_]\d{1,2}|(?:19|20)\d{6})(?:[-_](.+))?")
_DATED_PATH = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})(?:/(\d{1,2}))?(?=/)")
_MONTH_NAME = re.compile(r"[A-Za-z]?((?:19|20)\d{2})[-_]?(\d{2})")


def day_and_slug(path: str, fields: Mapping[str, object]) -> tuple[str, str]:
    """The day of a post, and the name of its file, or of its folder, without day and suffix.

    In order of trust: front matter, the name, Zola's `path`, the folders, a name that is a month's (its first day).
    """
    stem = stem_of(path)
    dated = _DATED_NAME.fullmatch(stem)
    named = day_of(dated[1].replace("_", "-")) if dated else ""
    slug = dated[2] if dated and dated[2] and (named or not dated[1].isdigit()) else stem
    given = (day_of(fields.get(name)) for name in _PUBLISHED)
    changed = (day_of(fields.get(name)) for name in _CHANGED)
    elsewhere = (named, _from_path(f"{text_of(fields.get('path'))}/"), _from_path(path), month_of(path, ""))
    return next((day for day in (*given, *elsewhere, *changed) if day), ""), slug


def stem_of(path: str) -> str:
    """What names a post: its file without suffix, or for an index.md its folder."""
    *folders, name = unicodedata.normalize("NFC", path).split("/")
    if is_bundle(path) and folders:
        return folders[-1]
    return name.rpartition(".")[0]


def is_bundle(path: str) -> bool:
    """Whether a post is a folder: its text is an index.md, or one with a language, index.ja.md."""
    return path.rpartition("/")[2].partition(".")[0].lower() == "index"


def month_of(path: str, title: str) -> str:
    """The first day of the month that a file is wholly about, by its title or its name (d202401.md); else ""."""
    found = _MONTH_NAME.fullmatch(stem_of(path))
    return month_of_title(title) or (iso_day(found[1], found[2], "1") if found else "")


def _from_path(path: str) -> str:
    found = _DATED_PATH.search(path)
    return iso_day(found[1], found[2], found[3] or "1") if found else ""
