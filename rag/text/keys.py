"""How text is reduced before it is compared. Knows nothing about where the text comes from."""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
import unicodedata

#: Letters by which a piece of a title is looked up in it, and the part of the piece that must agree.
MIN_OPENING, SAME_TITLE = 8, 0.85

_NOT_LETTERS = re.compile(r"[\W_]+")
_MARK = re.compile(r"^(?:[-・*•] |\d{1,3}[.)] )")
# Punctuation says nothing, but a decimal point, a minus before a figure and a percent sign do.
_SILENT = re.compile(r"[\s、。！!？?「」『』（）()【】\[\]\"'“”‘’*_#>…‥:：;；・~〜|]|-(?!\d)|(?<!\d)[.,]|[.,](?!\d)")


def letters(text: str) -> str:
    """Letters and figures only, without case and width: for titles, headings and whole blocks."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_title(own: str, title: str) -> bool:
    """Whether the letters `own` are those of the title, or in one piece most of it, but for a few at the end."""
    at = title.find(own[:MIN_OPENING]) if len(own) >= MIN_OPENING else -1
    if own == title or at < 0:
        return own == title != ""
    agree = list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(own, title[at:], strict=False)))
    return len(agree) >= SAME_TITLE * len(own) and 2 * len(agree) >= len(title)


@functools.lru_cache(maxsize=1 << 17)  # asked twice of every block: to learn boilerplate and to leave it out
def block_key(text: str) -> str:
    """Names a block by its letters; "" when it has none."""
    key = letters(text)
    return digest(key) if key else ""


@functools.lru_cache(maxsize=1 << 16)  # a post that repeats itself asks for each of its sentences many times
def sentence_key(sentence: str) -> str:
    """Letters, figures and their signs, without case, width, spaces, punctuation and the mark of a list item."""
    return _SILENT.sub("", unicodedata.normalize("NFKC", _MARK.sub("", sentence))).lower()


def passage_id(post: str, heading: str, text: str) -> str:
    """Names a passage; the same as long as its post's path, heading and text stay."""
    return digest("\0".join((post, heading, text)))


def digest(text: str) -> str:
    """16 hex digits that name `text`."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
