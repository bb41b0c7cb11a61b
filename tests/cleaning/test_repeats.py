"""Paragraphs and sections begun again in one post: which version stays, and what is never lost."""

from hypothesis import given
from hypothesis import strategies as st

from rag.cleaning.repeats import drop_restarts, drop_twins
from rag.text.keys import sentence_key
from rag.types import Block, Post

POST = Post("a.md", "窯を作る", "2026-01-01", "/a/", (), (), "", 1, "0")
SAND = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れます。"
DRY = "積み終えた窯は、雨の当たらない場所で三日のあいだ乾かします。"
FIRE = "火入れの日は、弱い火を一時間保ってから少しずつ薪を足します。"
SALT = "塩は最後に入れると、生地の締まり具合を指先で確かめられます。"


def left(*texts: str) -> list[str]:
    blocks = [Block("text", text, n + 1, n + 1) for n, text in enumerate(texts)]
    return [block.text for block in drop_restarts(POST, blocks)[0]]


def test_a_paragraph_pasted_twice_stands_once() -> None:
    blocks = [Block("text", text, n, n) for n, text in enumerate((SAND, SAND, SAND + "。", DRY, SAND))]
    kept, dropped = drop_twins(POST, blocks)
    assert [block.text for block in kept] == [SAND, DRY, SAND]
    assert [(d.reason, d.start_line) for d in dropped] == [("repeated_in_post", 1), ("repeated_in_post", 2)]


def test_items_and_code_that_recur_in_a_row_and_short_lines_stay() -> None:
    blocks = [Block(kind, SAND, 1, 1) for kind in ("list", "list", "code", "code")]
    lines = [Block("text", "はい、はい。", 1, 1)] * 2
    assert drop_twins(POST, [*blocks, *lines]) == ([*blocks, *lines], [])


def test_nothing_repeated_nothing_dropped() -> None:
    assert left(SAND, DRY, FIRE) == [SAND, DRY, FIRE]


def test_of_equal_paragraphs_the_first_stays() -> None:
    blocks = [Block("text", SAND, 1, 1), Block("text", DRY, 3, 3), Block("text", SAND, 5, 6)]
    kept, dropped = drop_restarts(POST, blocks)
    assert kept == blocks[:2]
    assert [(d.start_line, d.end_line, d.reason) for d in dropped] == [(5, 6, "repeated_in_post")]


def test_the_fuller_version_stays() -> None:
    assert left(SAND + DRY, SAND + DRY + FIRE) == [SAND + DRY + FIRE]


def test_the_complete_version_stays_though_it_is_shorter() -> None:
    assert left(SAND + DRY, SAND + DRY[:-3]) == [SAND + DRY]


def test_a_paragraph_that_others_hold_between_them_goes() -> None:
    assert left(SAND + FIRE, DRY + SALT, FIRE + DRY) == [SAND + FIRE, DRY + SALT]


def test_only_what_is_new_stays_of_a_paragraph_that_is_mostly_known() -> None:
    assert left(SAND + DRY + FIRE, SAND + SALT + DRY) == [SAND + DRY + FIRE, SALT]


def test_a_paragraph_that_is_mostly_new_stays_whole() -> None:
    new = FIRE + SALT + SAND
    assert left(SAND + DRY, new) == [SAND + DRY, new]


def test_a_rewording_goes_and_a_different_figure_stays() -> None:
    assert left(DRY.replace("乾かします", "乾かしています"), DRY) == [DRY.replace("乾かします", "乾かしています")]
    assert left(DRY, DRY.replace("三日", "五日")) == [DRY, DRY.replace("三日", "五日")]


def test_a_short_sentence_goes_with_the_one_it_leads_into() -> None:
    assert left(SAND + "なぜか。" + DRY, FIRE + "なぜか。" + DRY + SAND) == [FIRE + "なぜか。" + DRY + SAND]


def test_a_label_and_its_sentence_stay_or_go_together() -> None:
    label = "1. 床を作る順序について:"
    assert left(f"{label}\n{SAND}{DRY}", f"{label} {SAND}") == [f"{label}\n{SAND}{DRY}"]
    other = "2. 壁を積む順序について:"
    assert left(f"{label}\n{SAND}{DRY}", f"{other} {SAND}") == [f"{label}\n{SAND}{DRY}", f"{other} {SAND}"]
    assert left(f"{label} {SAND}", f"{label} {FIRE}") == [f"{label} {SAND}", f"{label} {FIRE}"]


def test_repeated_code_and_tables_go_as_a_whole() -> None:
    blocks = [Block("code", "x = 1\ny = 2", 1, 2), Block("table", "a: 1", 3, 4), Block("code", "x = 1\ny = 2", 5, 6)]
    assert drop_restarts(POST, blocks)[0] == blocks[:2]


def test_headings_are_not_compared() -> None:
    blocks = [Block("heading", "火入れ", 1, 1, 2), Block("heading", "火入れ", 2, 2, 2)]
    assert drop_restarts(POST, blocks) == (blocks, [])


def test_a_runaway_version_gives_way_to_its_paragraphs() -> None:
    parts = [SAND * 1 + DRY, FIRE + SALT]
    long = "".join(parts) + "".join(f"煉瓦の{n}段目は目地をずらして積み、糸で水平を見ます。" for n in range(30))
    others = [f"煉瓦の{n}段目は目地をずらして積み、糸で水平を見ます。" for n in range(30)]
    assert left(long, *parts, *others) == [*parts, *others]


@given(st.lists(st.lists(st.sampled_from([SAND, DRY, FIRE, SALT, "短い。"]), min_size=1, max_size=4), max_size=6))
def test_every_telling_sentence_stays_somewhere(paragraphs: list[list[str]]) -> None:
    texts = ["".join(sentences) for sentences in paragraphs]
    rest = "".join(left(*texts))
    for sentences in paragraphs:
        for sentence in sentences:
            if len(sentence) > 10:
                assert sentence_key(sentence) in sentence_key(rest)


@given(st.lists(st.sampled_from([SAND, DRY, FIRE + SALT, SAND + SALT]), max_size=6))
def test_what_is_left_has_nothing_more_to_drop(texts: list[str]) -> None:
    once = left(*texts)
    assert left(*once) == once
