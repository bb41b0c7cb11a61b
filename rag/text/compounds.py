"""Words that signs and figures belong to: 1.8.7, v2.0-rc1, CVE-2024-1234, GPT-4o, C++, C#, .NET, Node.js.

Splitters take them apart, so that any 1 and any 8 would meet 1.8.7. Here they are found whole, in one way to write
each, with the pieces by which they are met as well. Knows nothing about how words are weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Every repetition is bounded, and what goes on after it is no compound: a key of 60 letters and figures is left alone.
_RUN = re.compile(r"[A-Za-z0-9.][A-Za-z0-9.+#_-]+")
_AFTER = 2  # characters beyond the run that are looked at: 1.50 兆 is an amount
_SIGNED = r"[A-Za-z]{1,12}\+\+(?:\d\d)?(?![A-Za-z0-9+])|[A-Za-z]{1,2}#(?![A-Za-z0-9#])"  # C++17, g++, F#
_DOTTED = r"[A-Za-z]{2,20}(?:\.[A-Za-z]{2,20}){1,4}(?![A-Za-z0-9])"  # Node.js, ASP.NET; but not e.g.
_NUMBERED = (  # GPT-4o, k8s, x86_64, CVE-2024-1234
    r"[A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){0,3}[-_]?\d[A-Za-z0-9]{0,20}(?:[-_.][A-Za-z0-9]{1,20}){0,6}(?![A-Za-z0-9])"
)
_STAGE = r"[-.]?(?:(?:rc|alpha|beta|preview|pre|dev)[-.]?\d{0,3}|[abp]\d{1,3})(?![A-Za-z0-9])"
#: Three figures or more, or two with a v or a stage. Two that end in 0 too: as a version, 1.20 is not 1.2.
_VERSION = (
    rf"(?:[vV]?\d{{1,6}}(?:\.\d{{1,6}}){{2,5}}|[vV]\.?\d{{1,6}}\.\d{{1,6}})(?:{_STAGE})?(?!\.?\d)"
    rf"|\d{{1,6}}\.(?:\d{{1,6}}{_STAGE}|\d{{0,5}}0(?!\.?\d| ?[百千万億兆]))"
)
_NAMED_BY_DOT = r"(?<![^\W_])\.[A-Za-z]{2,20}(?![A-Za-z0-9.])"  # .NET
_COMPOUND = re.compile(rf"(?<![A-Za-z0-9.])(?:{_SIGNED}|{_DOTTED}|{_VERSION}|{_NUMBERED}|{_NAMED_BY_DOT})")
_HYPHENS = re.compile("(?<=[A-Za-z0-9])[\u2010-\u2015\u2212](?=[A-Za-z0-9])")
_V = re.compile(r"v\.?(?=\d+\.\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
#: Between letters and figures, so that GPT-4o and GPT4o, 2.0-rc1 and 2.0.rc1 are one.
_BETWEEN = re.compile(r"(?<=[a-z])[-_](?=\d)|(?<=\d)[-_.](?=[a-z])")
_SEVERAL = re.compile(r"(?<=[A-Z]\d)s$|(?<=[A-Z]\d\d)s$|(?<=[A-Z]\d\d\d)s$")  # H100s are several H100
_FIGURES = re.compile(r"\d+(?:\.\d+)+")
_PIECE = re.compile(r"[a-z]{2,}(?:\+\+)?|[a-z]\+\+|\d+(?:\.\d+)*")


def split_compounds(text: str) -> Iterator[tuple[str, str]]:
    """What stands before each compound of `text`, NFKC, and the compound as one word; last what is left, and ""."""
    if not text.isascii():
        text = _HYPHENS.sub("-", text)
    at = 0
    for run in _RUN.finditer(text):
        if run[0].isalpha() or run[0].isdecimal():  # the normal case, told cheaply
            continue
        for found in _COMPOUND.finditer(text, run.start(), run.end() + _AFTER):
            yield text[at : found.start()], _one_way(found[0])
            at = found.end()
    yield text[at:], ""


def _one_way(compound: str) -> str:
    word = _V.sub("", _SEVERAL.sub("", compound).lower())
    return word.replace(".", "") if _THOUSANDS.fullmatch(word) else _BETWEEN.sub("", word)


def pieces_of(word: str) -> tuple[str, ...]:
    """What a compound is met by as well, though not as surely: 1 and 1.8 for 1.8.7, cve, 2024 and 1234 for that flaw's
    name, c++ and 17 for c++17. () for any other word, and where the pieces are too small to say anything (k8s).
    """
    figures = _FIGURES.match(word)
    if not figures:
        found = _PIECE.findall(word)
        return tuple(found) if found != [word] and any(len(p) > 1 and not p[0].isdigit() for p in found) else ()
    numbers = figures[0].split(".")
    shorter = [".".join(numbers[:i]) for i in range(1, len(numbers))]
    if figures[0] != word:
        return *shorter, figures[0]
    if len(numbers) > 2:
        return tuple(shorter)
    value = word.rstrip("0").rstrip(".")
    return (value,) if value != word else ()
