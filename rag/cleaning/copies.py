"""Which posts are copies of others, and which of their passages may go for it. Knows nothing about sentences.

The same words say another thing under another version, day or product: an advisory keeps its "Affected versions" though
another has the same. So only a post of which most stands in one other may lose passages, if its titles say no other
thing; and only to a later one (a preview to the final post) or to the original that it leaves untranslated.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.text.keys import letters
from rag.types import Passage

#: A post of whose running text this part stands in one other post is a copy of it, or an earlier version.
COPY = 0.5
#: Characters of a post below which the same words on another day are news: "closed today", "meetings all day". More are
#: needed under one title, which may be that of a diary.
MIN_LATER, MIN_SAME_TITLE = 30, 200
#: Part of a passage's shingles that have to stand in another for it to count as a part of the copy.
SAME = 0.8
#: Two titles that share more of the shorter one, at its beginning and end, are of a series: the rest is the subject.
SERIES = 0.6

_FIGURES = re.compile("[0-9]+|[一二三四五六七八九十百千]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_CODE = re.compile("^(?: {4}|\\t)", re.M)


def in_copies(passages: Sequence[Passage], pairs: Sequence[tuple[int, int, float]]) -> Iterator[tuple[int, int]]:
    """(i, j) where i may go for j, of `pairs` of passages of different posts with the part that they share."""
    prose: Counter[str] = Counter()
    for passage in passages:
        prose[passage.post] += _prose(passage)
    both_ways = [(i, j, share) for a, b, share in pairs for i, j in ((a, b), (b, a))]
    parts = {
        (i, passages[j].post) for i, j, share in both_ways if share >= SAME and _is_inside(passages[i], passages[j])
    }
    held: Counter[tuple[str, str]] = Counter()  # (post, other post) -> characters of the first that stand in the other
    for i, post in parts:
        held[passages[i].post, post] += _prose(passages[i])
    for i, j, _ in both_ways:
        one, other = passages[i], passages[j]
        copied = held[one.post, other.post] >= COPY * max(1, prose[one.post])
        least = MIN_SAME_TITLE if one.title == other.title else MIN_LATER
        copied = copied and (one.date == other.date or prose[one.post] >= least)
        if copied and standing(one) <= standing(other) and _same_subject(one, other):
            yield i, j


def standing(passage: Passage) -> tuple[bool, str]:
    """Of two copies the one that is greater stays: written in the script of its post's language, then the later."""
    expected = passage.lang[:2] in ("ja", "zh") if passage.lang else bool(_CJK.search(passage.title))
    return bool(_CJK.search(passage.text)) == expected, passage.date


def _prose(passage: Passage) -> int:
    """Characters of running text: code is the same in every translation."""
    return 0 if _CODE.search(passage.text) else len(passage.text)


def _is_inside(part: Passage, whole: Passage) -> bool:
    """Whether a passage that shares enough with another may stand in it: the share is that of the shorter one."""
    return SAME * len(part.text) <= len(whole.text)


def _same_subject(one: Passage, other: Passage) -> bool:
    """Whether titles and headings give a text no other meaning: the same figures, and no two of one series."""
    if _figures(one) != _figures(other):
        return False
    return not (_of_series(one.title, other.title) or _of_series(one.heading, other.heading))


def _of_series(one: str, other: str) -> bool:
    """Whether two titles differ, but in little: "Newsletter of May" and "Newsletter of June"."""
    here, there = letters(one), letters(other)
    common = _common(here, there)
    common += _common(here[common:][::-1], there[common:][::-1])
    return here != there and common > SERIES * min(len(here), len(there))


def _figures(passage: Passage) -> list[str]:
    """A version, a day, a number of a series, in the title or a heading."""
    return _FIGURES.findall(unicodedata.normalize("NFKC", passage.context))


def _common(one: str, other: str) -> int:
    """Letters at the beginning that are the same."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
