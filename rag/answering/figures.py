"""The values of the figures in a text, however they are written: 400円 and 四百円, 昭和56年 and 1981年.

For comparing what a sentence claims with what a passage says. Knows nothing about either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from rag.text.eras import western_years

_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}
_KANJI = "".join([*_DIGITS, *_UNITS, *_MYRIADS])
_ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?|\d+"
_NUMBER = rf"(?:{_ARABIC}|[{_KANJI}]+(?:・[{''.join(_DIGITS)}]+)?)(?:{_ARABIC}|[{_KANJI}]+)*"
_FIGURE = re.compile(_NUMBER)
_PART = re.compile(rf"{_ARABIC}|・[{''.join(_DIGITS)}]+|[{_KANJI}]")
_LONGEST = 40  # signs; what is longer is no figure of prose


def claimed(text: str) -> set[Decimal]:
    """The values that a sentence states. A lone kanji is none: 一方, 十分 and 千葉 state nothing."""
    return {value for value, sure in _figures(text) if sure}


def stated(text: str) -> set[Decimal]:
    """Every value that a passage may be said to state, a lone kanji's too."""
    return {value for value, _ in _figures(text)}


def _figures(text: str) -> Iterator[tuple[Decimal, bool]]:
    """(value, whether it is surely one) of each figure; an era's year counts by our calendar."""
    for found in _FIGURE.finditer(western_years(unicodedata.normalize("NFKC", text))):
        number = found[0]
        yield _value(number), len(number) > 1 or number.isdecimal()


def _value(number: str) -> Decimal:
    total, section, last = Decimal(0), Decimal(0), None
    for part in _PART.findall(number[:_LONGEST]):
        if part in _DIGITS:
            last = (last or 0) * 10 + Decimal(_DIGITS[part])
        elif part in _UNITS:
            section, last = section + (1 if last is None else last) * _UNITS[part], None
        elif part in _MYRIADS:
            section += last or 0
            total, section, last = total + (section or 1) * _MYRIADS[part], Decimal(0), None
        elif part[0] == "・":
            last = (last or 0) + Decimal("0." + "".join(str(_DIGITS[sign]) for sign in part[1:]))
        else:
            last = Decimal(part.replace(",", ""))
    return total + section + (last or 0)
