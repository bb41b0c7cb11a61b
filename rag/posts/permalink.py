"""The address of a post under a permalink rule of Jekyll, Hugo, Hexo or Zola. Knows nothing about front matter.

Addresses are paths in plain Unicode that start with "/"; percent-encoding is for whoever writes a link.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import InputError

#: Jekyll's rule, with the folders above _posts and that of a language before it, where a blog has them.
DEFAULT = "/:folders/:year/:month/:day/:title/"

#: Jekyll's named styles, and where Hugo and Zola put a post unless told otherwise.
STYLES = {
    "hugo": "/:lang/:sections/:slugorfilename/",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}

_DATE_PARTS = {
    "year": "%Y",
    "short_year": "%y",
    "month": "%m",
    "day": "%d",
    "y_day": "%j",
    "w_year": "%G",
    "week": "%V",
    "w_day": "%u",
}
_DAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")  # not strftime: that follows the machine's language
_NAMES = (
    *_DATE_PARTS, "i_month", "i_day", "short_day", "title", "slug", "categories", "output_ext", "lang", "folders",
    "section", "sections", "filename", "slugorfilename", "post_title",
)  # fmt: skip
#: What other generators call the same.
_ALIASES = {"contentbasename": "filename", "slugorcontentbasename": "slugorfilename", "yearday": "y_day"}
_PLACEHOLDER = re.compile(":(" + "|".join(sorted((*_NAMES, *_ALIASES), key=len, reverse=True)) + ")")
_UNKNOWN = re.compile(r":[A-Za-z_]\w*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_PRETTY = frozenset("._~!$&'()+,;=@")  # what Jekyll's "pretty" slug keeps beside letters and digits


def expand_style(pattern: str | None) -> str:
    """`pattern` with a style's name replaced by its template; None gives the default.

    Raises InputError when it holds a placeholder that isn't known, or is an address rather than a path.
    """
    if pattern is None:
        return DEFAULT
    template = STYLES.get(pattern, pattern)
    if not is_path(template):
        raise InputError(f"permalink {pattern!r} is not a path; give one that starts with '/', such as {DEFAULT}")
    unknown = _UNKNOWN.search(_PLACEHOLDER.sub("", template))
    if unknown:
        known = ", ".join(f":{name}" for name in _NAMES)
        raise InputError(f"permalink {pattern!r} holds the unknown placeholder {unknown[0]!r}; known: {known}")
    return template


def is_path(template: str) -> bool:
    """Whether `template` is a path on the blog, rather than a full address or one with a scheme."""
    return not _SCHEME.match(template) and not template.startswith(("//", "\\", "/\\"))


@dataclass(frozen=True, slots=True)
class Place:
    """What an address is made of. `date` is an ISO day or "", `slug` the file name without date and extension."""

    date: str
    slug: str
    categories: Sequence[str] = ()
    title: str = ""
    filename: str = ""  # with the date, if it has one
    own_slug: str = ""  # what front matter says
    lang: str = ""  # "" in the blog's main language, which has no part of its own
    folders: Sequence[str] = ()  # those that are part of Jekyll's address: above _posts, and that of a language
    sections: Sequence[str] = ()  # all folders, those of languages aside


def fill(template: str, place: Place) -> str:
    """The address for a post: `template` with its placeholders filled and made safe.

    Parts that are empty leave no gap. The result starts with "/", holds no "." or ".." part, and ends with "/" when the
    template does.
    """
    values = _values(place)
    return _safe(_PLACEHOLDER.sub(lambda name: values[_ALIASES.get(name[1], name[1])], template))


def _values(place: Place) -> dict[str, str]:
    date, slug, categories = place.date, place.slug, place.categories
    title = slugify(slug, keep=_PRETTY) or "post"
    values = dict.fromkeys(_NAMES, "")
    values |= {
        "title": title,
        "slug": slugify(slug).lower() or "post",
        "filename": slugify(place.filename, keep=_PRETTY).lower() or title,
        "slugorfilename": slugify(place.own_slug or place.filename, keep=_PRETTY).lower() or title,
        "post_title": slugify(place.title).lower() or title,
        "lang": place.lang,
        "folders": "/".join(place.folders),
        "section": "/".join(place.sections[:1]),
        "sections": "/".join(place.sections),
        "categories": "/".join(dict.fromkeys(c.lower().replace("/", "-") for c in categories)),
        "output_ext": ".html",
    }
    if date:
        day = datetime.date.fromisoformat(date)
        values |= {name: day.strftime(code) for name, code in _DATE_PARTS.items()}
        values |= {"year": f"{day.year:04}", "i_month": str(day.month), "i_day": str(day.day)}
        values["short_day"] = _DAY_NAMES[day.weekday()]
    return values


def slugify(name: str, keep: frozenset[str] = frozenset()) -> str:
    """Jekyll's slug: every run of characters other than letters, marks, digits and `keep` becomes one "-"."""
    kept = (c if c in keep or unicodedata.category(c) in _WORD else "-" for c in name)
    return re.sub("-+", "-", "".join(kept)).strip("-")


_WORD = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"})


def _safe(address: str) -> str:
    parts = _UNSAFE.sub("", address).replace("\\", "/").split("/")
    kept = [part for part in parts if part.strip(".")]  # as Jekyll: parts of dots only go, and so do empty ones
    return "/" + "/".join(kept) + ("/" if kept and not parts[-1] else "")
