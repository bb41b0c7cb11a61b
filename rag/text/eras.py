"""Years of Japan's eras as years of our count: 昭和五十六年 and 1981年 are one. Knows nothing else about dates."""

from __future__ import annotations

import re

#: The year before the first of each era, and how many years it has; the one that goes on is given a century.
_ERAS = {"明治": (1867, 45), "大正": (1911, 15), "昭和": (1925, 64), "平成": (1988, 31), "令和": (2018, 99)}
_INITIALS = dict(zip("MTSHR", _ERAS, strict=True))
_DIGITS = {kanji: digit for digit, kanji in enumerate("〇一二三四五六七八九")} | {"元": 1}
_KANJI = "[〇一二三四五六七八九十]"
#: Neither 昭和五十年代, which are ten years, nor 平成三十年間.
_YEAR = re.compile(
    rf"(?:(?P<era>{'|'.join(_ERAS)}) ?|(?<![A-Za-z0-9])(?P<initial>[MTSHR])\.? ?(?=\d))"
    rf"(?P<year>\d{{1,2}}|元|{_KANJI}{{1,4}}) ?年(?![代間])"
)


def western_years(text: str, *, with_era: bool = False) -> str:
    """`text`, NFKC, with each year of an era as one of our count: 令和6年5月 as 2024年5月, H30年度 as 2018年度.

    `with_era` leaves its name before it. What no era has, as 昭和70年, stays.
    """
    return _YEAR.sub(lambda found: _western(found, with_era=with_era), text)


def _western(found: re.Match[str], *, with_era: bool) -> str:
    era = found["era"] or _INITIALS[found["initial"]]
    before, years = _ERAS[era]
    year = number_of(found["year"])
    if not 1 <= year <= years:
        return found[0]
    return f"{era if with_era else ''}{before + year}年"


def number_of(figures: str) -> int:
    """56, 五十六, 五六 or 元 as a number; 0 for nothing."""
    if figures.isdecimal():
        return int(figures)
    tens, ten, ones = figures.rpartition("十")
    digits = "".join(str(_DIGITS.get(kanji, "")) for kanji in (tens or "一") * bool(ten) + (ones or "〇"))
    return int(digits or 0)
