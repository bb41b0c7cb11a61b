"""Amounts of money and large numbers in one form, so that "$96 billion" and 960億ドル share their words.

Number words of nine languages become figures, currency signs and names the Japanese word. What SudachiPy reads itself
(960億, 三百, 1.5兆, 3,200) is left to it. Knows nothing else about text.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SCALES = {
    # German "Billion" and Spanish "billón" are 10^12, English "billion" 10^9: told apart by their endings.
    12: r"trillion|tn|trn|billionen|billones|trilh(?:ões|ão)|조|万亿",
    9: r"billions?|bn|milliarden?|mrd\.?|milliards?|mil millones|bilh(?:ões|ão)",
    8: r"억|亿",
    6: r"millions?|mn|millionen|mio\.?|millones|millón|milh(?:ões|ão)",
    4: r"만",
    3: r"thousand|tausend|mille|mil",
}
_CURRENCIES = {
    "ドル": r"dollars?|dólar(?:es)?|usd|달러|美元|долларов|доллар(?:а|ы)?",
    "ユーロ": r"euros?|eur|유로|欧元|евро",
    "円": r"yens?|jpy|엔|日元",
    "ウォン": r"won|krw|원|韩元",
    "ポンド": r"pounds?|gbp|pfund|livres|libras|파운드|英镑",
}  # fmt: skip
_SIGNS = {"$": "ドル", "€": "ユーロ", "¥": "円", "£": "ポンド", "₩": "ウォン"}
_LETTERS = {"b": 9, "m": 6, "t": 12, "k": 3}  # only after a sign: $96B
_NUMBER = r"(?<![\w.,])(?P<number>\d{1,15}(?:[.,]\d{1,15}){0,4})"
_SCALE = "|".join(f"(?P<s{power}>{words})" for power, words in _SCALES.items())
_NAME = "|".join(f"(?P<c{i}>{words})" for i, words in enumerate(_CURRENCIES.values()))
_AMOUNT = re.compile(
    rf"(?:us|u\.s\.)?(?P<sign>[$€¥£₩])? ?{_NUMBER}"
    rf"(?:(?P<letter>[bmtk])(?!\w)| ?(?:{_SCALE})(?![a-zà-ÿ]))?"
    rf"(?: ?(?:de |d['’])?(?:{_NAME})(?![a-zà-ÿ])| ?(?P<after>[$€£₩]))?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


def plain_amounts(text: str) -> str:
    """`text`, NFKC, with each amount that has a scale, a sign or a currency as figures and the Japanese currency."""
    return _AMOUNT.sub(_plain, text)


def _plain(found: re.Match[str]) -> str:
    power = next((power for power in _SCALES if found[f"s{power}"]), 0)
    if found["letter"]:
        if not found["sign"]:  # 7B is the size of a model
            return found[0]
        power = _LETTERS[found["letter"].lower()]
    sign = found["sign"] or found["after"]
    currency = _SIGNS.get(sign, "") if sign else ""
    currency = currency or next((name for i, name in enumerate(_CURRENCIES) if found[f"c{i}"]), "")
    if not (power or currency):
        return found[0]
    number = found["number"]
    digits = re.sub("[.,]", "", number) if _THOUSANDS.fullmatch(number) else number.replace(",", ".")
    if digits.count(".") > 1:
        return found[0]
    value = Decimal(digits).scaleb(power)
    shown = format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize(), "f")
    return f"{shown}{currency or ' '}"
