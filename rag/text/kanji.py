"""Kanji in one form, so that 渡邉, 渡邊 and 渡辺 are one word. Knows nothing about words.

The forms are those of `kanji.tsv`, which names its sources; `training/kanji.py` makes it.
"""

from __future__ import annotations

from pathlib import Path

_TABLE = Path(__file__).with_name("kanji.tsv")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))  # ask for a form of the kanji before them
#: Names that are written either way, though 斉 and 斎 are two kanji, and a form that only names have.
_NAMES = (("斎藤", "斉藤"), ("𠮷", "吉"))


def _read() -> dict[int, str | None]:
    folded: dict[int, str | None] = {code: None for codes in _SELECTORS for code in codes}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            form, others = line.split("\t")
            folded.update((ord(other), form) for other in others)
    return folded


_FOLDED = _read()


def one_form(text: str) -> str:
    """`text`, NFKC, with each kanji in the form that texts write most: 髙橋 as 高橋, 鷗外 as 鴎外, 國學 as 国学."""
    if text.isascii():
        return text
    text = text.translate(_FOLDED)
    for other, name in _NAMES:
        text = text.replace(other, name)
    return text
