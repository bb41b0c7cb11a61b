"""Figures by value, however they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.figures import claimed, stated


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("大人四百円", [400]), ("400円", [400]), ("４００円", [400]), ("十四軒", [14]), ("一万二千人", [12_000]),
        ("12,000人", [12_000]), ("1万2千人", [12_000]), ("2.5万人", [25_000]), ("三億五千万円", [350_000_000]),
        ("二〇二五年", [2025]), ("昭和五十六年", [1981]), ("昭和56年", [1981]), ("平成元年", [1989]),
        ("5千円", [5000]),
        ("令和６年５月", [2024, 5]), ("四・二キログラム", ["4.2"]), ("4.2キロ", ["4.2"]),
        ("2025-11-30", [2025, 11, 30]),
        ("百二十三万四千五百六十七", [1_234_567]), ("1,2,3", [1, 2, 3]),
    ],
)  # fmt: skip
def test_values(text, values):
    assert claimed(text) == {Decimal(value) for value in values} == stated(text)


@pytest.mark.parametrize("text", ["一方、十分に", "千葉と三重", "万が一", "一緒に"])
def test_a_lone_kanji_claims_nothing_but_may_be_what_a_figure_means(text):
    assert claimed(text) == set()
    assert Decimal(10) in stated("駅から十分")


@given(st.text(alphabet="〇一二三四五六七八九十百千万億兆0123456789,.・元年昭和", max_size=60))
def test_any_mix_has_finite_values(text):
    assert all(value >= 0 for value in stated(text))
