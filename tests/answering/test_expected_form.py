"""The unit of the figure that a question wants, and questions that want several things."""

import pytest

from rag.answering.expected_form import has_unit, holds_several, is_item, units_asked, wants_several


@pytest.mark.parametrize(
    ("question", "has", "lacks"),
    [
        ("直った品は何パーセント？", "率にすると71%だった。", "2025年に412点が持ち込まれた。"),
        ("What share was repaired?", "About 71 percent were.", "It opened in 2025."),
        ("電気は何倍速くなった？", "およそ3倍になった。", "3年かかった。"),
        ("部品代はいくら？", "合わせて1万8,400円です。", "42キーの左右分割型です。"),
        ("Wie viel kostet das Brot?", "Es kostet 320円.", "Seit 2019 gibt es Brot."),
        ("島には何人住んでいる？", "住んでいる人は19人の小さな島です。", "周囲3.2キロの島です。"),
        ("協力した会社は何社？", "110社が加わった。", "110人が加わった。"),
        ("開業はいつ？", "1924年6月に開業した。", "全長は11.8キロである。"),
        ("How long does drying take?", "It takes three weeks.", "It costs 20 dollars."),
        ("停留場は何駅？", "14駅を結ぶ。", "42分で結ぶ。"),
    ],
)
def test_a_figure_of_the_unit_that_is_asked_for(question, has, lacks):
    units = units_asked(question)
    assert has_unit(units, has)
    assert not has_unit(units, lacks)


@pytest.mark.parametrize("question", ["こむぎ番地とは？", "Who runs it?", "なぜ値上げした？"])
def test_most_questions_name_no_unit(question):
    assert units_asked(question) == ()
    assert not has_unit((), "412点、71%、320円")


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("登山口を三つ挙げて", True), ("部品の一覧は？", True), ("薬湯にはどんな種類がある？", True),
        ("Name three tools.", True), ("What are the rules?", True), ("有哪些工具？", True),
        ("頂上の標高は？", False), ("What is the fee?", False), ("二階に何席ある？", False),
    ],
)  # fmt: skip
def test_questions_that_want_several_things(question, several):
    assert wants_several(question) == several


def test_texts_that_hold_several_things():
    assert holds_several("月曜はみかんの皮、火曜はよもぎ、金曜は釜炒り茶の粉が入る。")
    assert holds_several("the wheelbarrow, the long ladder and the carpet cleaner")
    assert holds_several("持ち物\n・水\n・手袋\n・鈴")
    assert not holds_several("湯船は三つある。")
    assert [is_item(line) for line in ("・水", "1. 水", "① 水", "水")] == [True, True, True, False]


def test_hostile_texts_take_linear_time():
    for text in ("あ、" * 50_000, "9" * 100_000, "1." * 50_000, " " * 100_000):
        holds_several(text)
        has_unit(units_asked("何パーセント、いくら、何人、いつ、何時間？"), text)
