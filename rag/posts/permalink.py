"""The address of a post under Jekyll's permalink rule. Knows nothing about files or front matter.

Addresses are paths in plain Unicode that start with "/"; percent-encoding is for whoever writes a link.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

from rag.errors import InputError

DEFAULT = "/:year/:month/:day/:title/"

#: Jekyll's named styles.
STYLES = {
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
_NAMES = (*_DATE_PARTS, "i_month", "i_day", "short_day", "title", "slug", "categories", "output_ext")
_PLACEHOLDER = re.compile(":(" + "|".join(sorted(_NAMES, key=len, reverse=True)) + ")")
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


def fill(template: str, *, date: str, slug: str, categories: Sequence[str]) -> str:
    """The address for a post: `template` with its placeholders filled and made safe.

    `date` is an ISO day or "", `slug` the file name without date and extension. Parts that are empty leave no gap.
    The result starts with "/", holds no "." or ".." part, and ends with "/" when the template does.
    """
    values = _values(date, slug, categories)
    return _safe(_PLACEHOLDER.sub(lambda name: values[name[1]], template))


def _values(date: str, slug: str, categories: Sequence[str]) -> dict[str, str]:
    title = slugify(slug, keep=_PRETTY) or "post"
    values = dict.fromkeys(_NAMES, "")
    values |= {
        "title": title,
        "slug": slugify(slug).lower() or "post",
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
