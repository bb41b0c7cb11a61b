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


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What stands in these is not shown as text.
HIDDEN = _names("script style noscript template iframe svg form object head canvas audio video")
#: What stands in these is no longer said.
STRUCK = _names("del s strike")
#: These hold blocks, and are always closed.
CONTAINERS = _names(
    "article aside blockquote center details div dl fieldset figure footer form header main nav ol section table tbody "
    "tfoot thead ul"
)
#: These begin a new line of their own.
BLOCKS = CONTAINERS | _names(
    "address caption dd dialog dt figcaption h1 h2 h3 h4 h5 h6 hr iframe li p pre summary td th tr"
)
_INLINE = _names("a abbr b br cite code em font i img kbd mark rt ruby small span strong sub sup time u var")
_ELEMENTS = BLOCKS | HIDDEN | STRUCK | _INLINE


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
