"""What a tag of HTML is: its name, its attributes, and which names matter to a reader. Knows nothing about blocks."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from markdown_it.common.html_re import close_tag, open_tag

#: A tag as CommonMark has it; declarations and processing instructions are bounded, so that a search is linear.
TAG = re.compile(f"{open_tag}|{close_tag}|<[!?][^<>]{{0,2000}}>")
_PARTS = re.compile(r"<(/?)([A-Za-z][\w-]*)")
_ATTRIBUTE = re.compile(r"\s([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")

#: What stands in these is not shown as text.
HIDDEN = frozenset(
    ["script", "style", "noscript", "template", "iframe", "svg", "form", "object", "head", "canvas", "audio", "video"]
)  # fmt: skip
#: What stands in these is no longer said.
STRUCK = frozenset(["del", "s", "strike"])
#: These begin a new line of their own.
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
    ]
    + ["figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "iframe", "li"]
    + [
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
#: These hold blocks, and are always closed.
CONTAINERS = frozenset(
    ["article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figure", "footer", "form"]
    + ["header", "main", "nav", "ol", "section", "table", "tbody", "tfoot", "thead", "ul"]
)
_INLINE = ["a", "abbr", "b", "br", "cite", "code", "em", "font", "i", "img", "kbd", "mark", "rt", "ruby", "small"]
_ELEMENTS = BLOCKS | HIDDEN | STRUCK | {*_INLINE, "span", "strong", "sub", "sup", "time", "u", "var"}


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag; `closing` if it is the second of a pair."""

    name: str  # in small letters; "" for a declaration
    closing: bool
    attributes: dict[str, str]


def read_tag(source: str) -> Tag:
    """The tag that `source` is."""
    found = _PARTS.match(source)
    if not found:
        return Tag("", False, {})
    given = {
        name.lower(): html.unescape(one or two or three)
        for name, one, two, three in _ATTRIBUTE.findall(source, found.end())
    }
    return Tag(found[2].lower(), bool(found[1]), given)


def holds_html(text: str) -> bool:
    """Whether some tag in `text` is one of HTML's, rather than an address or somebody's <placeholder>."""
    return any(read_tag(found[0]).name in _ELEMENTS for found in TAG.finditer(text))
