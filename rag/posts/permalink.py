"""The address of a post under a permalink rule of Jekyll, Hugo, Hexo or Zola. Knows nothing about front matter.

Addresses are paths in plain Unicode that start with "/"; percent-encoding is for whoever writes a link.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.errors import InputError

#: Jekyll's rule, with the folders above _posts and that of a language before it, where a blog has them.
DEFAULT = "/:folders/:year/:month/:day/:title/"

#: Jekyll's named styles, and where Hugo puts a post unless told otherwise.
STYLES = {
    "hugo": "/:lang/:sections/:slugorfilename/",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}

_DATE_PARTS = {
    "year": "%Y", "short_year": "%y", "month": "%m", "day": "%d", "y_day": "%j", "w_year": "%G", "week": "%V",
    "w_day": "%u", "weekday": "%w",
}  # fmt: skip
#: English, as in the generators, not strftime's: that follows the machine's language.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES = (
    *_DATE_PARTS, "yearday", "i_month", "i_day", "short_day", "long_day", "short_month", "long_month", "title", "slug",
    "categories",
    "category", "output_ext", "lang", "folders", "section", "sections", "filename", "slugorfilename", "post_title",
    "slugorposttitle", "slugorname", "subfolders",
)  # fmt: skip
#: What other generators call the same.
_ALIASES = {
    "contentbasename": "filename", "slugorcontentbasename": "slugorfilename", "name": "filename",
    "monthname": "long_month", "weekdayname": "long_day",
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r":(sections)\[([\w:]{0,20})\]|:(" + "|".join(sorted((*_NAMES, *_ALIASES), key=len, reverse=True)) + ")"
)
_UNKNOWN = re.compile(r":[A-Za-z_]\w*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_PRETTY = frozenset("._~!$&'()+,;=@")  # what Jekyll's "pretty" slug keeps beside letters and digits
_HUGO = frozenset("._#+~-@")  # what Hugo keeps; it drops the rest, and only white space becomes "-"


def expand_style(pattern: str | None) -> str:
    """`pattern` with a style's name replaced by its template; None gives the default.

    Raises InputError when it holds a placeholder that isn't known, or is an address rather than a path.
    """
    if pattern is None:
        return DEFAULT
    template = STYLES.get(pattern, pattern)
    if not is_path(template):
        raise InputError(f"permalink {pattern!r} is not a path; give one that starts with '/', such as {DEFAULT}")
    if unknown := unknown_in(template):
        known = ", ".join(f":{name}" for name in _NAMES)
        raise InputError(f"permalink {pattern!r} holds the unknown placeholder {unknown!r}; known: {known}")
    return template


def unknown_in(template: str) -> str:
    """The first placeholder that isn't known; "" when all are."""
    found = _UNKNOWN.search(_PLACEHOLDER.sub("", template))
    return found[0] if found else ""


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
    own_slug: str = ""  # what front matter says, or the name without its day where that makes one in Hugo
    lang: str = ""  # "" in the blog's main language, which has no part of its own
    folders: Sequence[str] = ()  # those that are part of Jekyll's address: above _posts, and that of a language
    sections: Sequence[str] = ()  # all folders from the site's content on, those of languages aside
    subfolders: Sequence[str] = ()  # those below _posts


def fill(template: str, place: Place) -> str:
    """The address for a post: `template` with its placeholders filled and made safe.

    Parts that are empty leave no gap. The result starts with "/", holds no "." or ".." part, and ends with "/" when the
    template does.
    """
    values = _values(place)
    sections = [hugo_slug(name) for name in place.sections]

    def value(found: re.Match[str]) -> str:
        return "/".join(_slice(sections, found[2])) if found[1] else values[_ALIASES.get(found[3], found[3])]

    return safe(_PLACEHOLDER.sub(value, template))


def _values(place: Place) -> Mapping[str, str]:
    title = slugify(place.slug, keep=_PRETTY) or "post"
    words = hugo_slug(place.title) or title
    filename = hugo_slug(place.filename) or title
    values = dict.fromkeys(_NAMES, "")
    values |= {
        "title": title,
        "slug": slugify(place.slug).lower() or "post",
        "slugorname": hugo_slug(place.slug) or title,
        "filename": filename,
        "slugorfilename": hugo_slug(place.own_slug) or filename,
        "post_title": words,
        "slugorposttitle": hugo_slug(place.own_slug) or words,
        "lang": place.lang,
        "folders": "/".join(place.folders),
        "subfolders": "/".join(place.subfolders),
        "section": "/".join(map(hugo_slug, place.sections[:1])),
        "sections": "/".join(map(hugo_slug, place.sections)),
        "categories": "/".join(dict.fromkeys(c.lower().replace("/", "-") for c in place.categories)),
        "category": "/".join(slugify(c) for c in dict.fromkeys(place.categories)),
        "output_ext": ".html",
    }
    return {**values, **_dates(place.date)} if place.date else values


def _dates(date: str) -> Mapping[str, str]:
    day = datetime.date.fromisoformat(date)
    month, weekday = _MONTHS[day.month - 1], _DAYS[day.weekday()]
    return {
        **{name: day.strftime(code) for name, code in _DATE_PARTS.items()},
        "year": f"{day.year:04}", "yearday": str(day.timetuple().tm_yday),
        "i_month": str(day.month), "i_day": str(day.day),
        "short_day": weekday[:3], "long_day": weekday, "short_month": month[:3], "long_month": month,
    }  # fmt: skip


def _slice(names: Sequence[str], wanted: str) -> Sequence[str]:
    """Hugo's ":sections[1:]", "[0]", "[last]", "[:last]": some of the folders."""
    first, _, last = (re.sub(r"\D.*", "", part) if part != "last" else "last" for part in wanted.partition(":"))
    start = len(names) - 1 if first == "last" else int(first or 0)
    if ":" not in wanted:
        return names[start : start + 1] if start >= 0 else ()
    return names[start : len(names) - 1 if last == "last" else int(last) if last else None]


def slugify(name: str, keep: frozenset[str] = frozenset()) -> str:
    """Jekyll's slug: every run of characters other than letters, marks, digits and `keep` becomes one "-"."""
    kept = (c if c in keep or unicodedata.category(c) in _WORD else "-" for c in name)
    return re.sub("-+", "-", "".join(kept)).strip("-")


def hugo_slug(name: str) -> str:
    """Hugo's: lower case, "-" for white space, and no other character than letters, marks, digits and a few signs."""
    kept = "".join(
        " " if c.isspace() else c for c in name if c in _HUGO or c.isspace() or unicodedata.category(c) in _WORD
    )
    return re.sub(" +", "-", re.sub(" *(-+) *", r"\1", kept.strip())).lower()


_WORD = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd"})


def safe(address: str) -> str:
    """`address` as a path on the blog: no control characters, no empty part, none of dots only."""
    parts = _UNSAFE.sub("", address).replace("\\", "/").split("/")
    kept = [part for part in parts if part.strip(".")]  # as Jekyll: parts of dots only go, and so do empty ones
    return "/" + "/".join(kept) + ("/" if kept and not parts[-1] else "")
