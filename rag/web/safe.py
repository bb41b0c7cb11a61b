"""Text and addresses that are safe to put into a page, whoever wrote them. Knows nothing about answers."""

from __future__ import annotations

from html import escape
from urllib.parse import quote, urlsplit

from rag.text.unicode import repair
from rag.types import Passage

_PATH_SAFE = "/%-._~!$&'()*+,;=:@"
#: A browser finds a sentence on the post's page by its first and last characters when it is longer than both.
_FRAGMENT_ENDS = 24


def text_html(text: str) -> str:
    """Text that no browser and no Markdown reader takes for markup, on one line."""
    clean = repair(text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(clean, quote=True).replace("\n", "&#10;")


def post_link(passage: Passage, site_url: str, sentence: str = "") -> str:
    """The post's address, ending at the sentence where browsers can find it; "" when there is no safe one."""
    if not site_url or not passage.url.startswith("/") or passage.url.startswith("//") or "\\" in passage.url:
        return ""
    link = site_url.rstrip("/") + quote(repair(passage.url), safe=_PATH_SAFE)
    if not sentence:
        return link
    ends = [sentence[:_FRAGMENT_ENDS], sentence[-_FRAGMENT_ENDS:]]
    wanted = ends if len(sentence) > 2 * _FRAGMENT_ENDS else [sentence]
    return link + "#:~:text=" + ",".join(quote(repair(part), safe="").replace("-", "%2D") for part in wanted)


def valid_site_url(site_url: str) -> bool:
    """True for an http(s) address without query or fragment."""
    parts = urlsplit(site_url)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not parts.query and not parts.fragment
