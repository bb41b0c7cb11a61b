"""Passages that read alone: their size, heading path, lead-in and lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cleaning.split import JOINED_CHARS, MAX_CHARS, MIN_CHARS, split_post
from rag.text.keys import passage_id
from rag.types import Block, Dropped, Passage, Post

POST = Post("2026/a.md", "窯を作る", "2026-01-01", "/a/", ("窯",), ("庭",), "", 1, "0")
LONG = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れて水平を出してから、三日のあいだ乾かします。"  # 50


def heading(text: str, level: int = 2, line: int = 1) -> Block:
    return Block("heading", text, line, line, level)


def split(*blocks: Block) -> list[Passage]:
    return split_post(POST, blocks)[0]


def texts(*blocks: Block) -> list[str]:
    return [passage.text for passage in split(*blocks)]


def text(content: str, line: int = 1) -> Block:
    return Block("text", content, line, line)


def test_a_passage_carries_what_is_known_of_its_post() -> None:
    (passage,) = split(heading("火入れ"), Block("text", LONG * 2, 5, 8))
    assert passage == Passage(
        passage_id("2026/a.md", "火入れ", LONG * 2), LONG * 2, "窯を作る", "火入れ", "2026/a.md", "/a/", "2026-01-01",
        ("窯",), ("庭",), 5, 8,
    )  # fmt: skip
    assert len(passage.id) == 16


def test_the_heading_path_goes_up_and_down_with_the_levels() -> None:
    body = text(LONG * 2)
    blocks = [
        heading("準備", 2),
        body,
        heading("煉瓦", 3),
        body,
        heading("注意", 7),
        body,
        heading("目地", 3),
        body,
        heading("火入れ", 2),
        body,
    ]
    assert [p.heading for p in split(*blocks)] == [
        "準備", "準備 › 煉瓦", "準備 › 煉瓦 › 注意", "準備 › 目地", "火入れ",
    ]  # fmt: skip


def test_the_title_is_no_part_of_the_path() -> None:
    assert [p.heading for p in split(heading("窯を作る。", 1), heading("煉瓦", 2), text(LONG))] == ["煉瓦"]


def test_short_neighbours_under_one_heading_are_joined() -> None:
    (passage,) = split(text("弱火です。", 3), text("一時間です。", 5), text(LONG, 7))
    assert passage.text == f"弱火です。\n一時間です。\n{LONG}"
    assert (passage.start_line, passage.end_line) == (3, 7)


def test_neighbours_under_different_headings_are_not() -> None:
    assert texts(text("弱火です。"), heading("次"), text("強火です。")) == ["弱火です。", "強火です。"]


def test_paragraphs_are_joined_up_to_a_good_size() -> None:
    a, b, c = LONG * 4, LONG * 5, LONG * 6
    assert len(a + b) + 1 <= JOINED_CHARS < len(b + c)
    assert texts(text(a), text(b), text(c)) == [f"{a}\n{b}", c]
    assert texts(text(b), text(c), text(a)) == [b, f"{c}\n{a}"]


def test_a_long_paragraph_is_cut_at_sentence_ends_into_even_parts() -> None:
    parts = texts(text(LONG * 30))
    assert "".join(parts) == LONG * 30
    assert all(part.endswith("。") for part in parts)
    assert {len(part) for part in parts} <= set(range(250, MAX_CHARS + 1))


def test_an_english_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "The bricks of the oven were laid in May and dried for three days. "
    parts = texts(text((sentence * 20).strip()))
    assert " ".join(parts) == (sentence * 20).strip()
    assert all(part.endswith("days.") for part in parts)


def test_a_sentence_without_end_is_cut_anywhere() -> None:
    assert [len(part) for part in texts(text("あ" * 1500))] == [600, 600, 300]


def test_a_list_stays_with_its_lead_in() -> None:
    items = [Block("list", f"- {name}を{LONG}", n, n, 1) for n, name in enumerate(["粉", "水", "塩"], 2)]
    assert texts(text("材料は次の三つです。"), *items) == [
        "\n".join(["材料は次の三つです。", *(i.text for i in items)])
    ]


def test_a_lead_in_goes_with_what_it_announces_and_not_with_what_is_above() -> None:
    item = Block("list", "- 粉 500g", 3, 3, 1)
    assert texts(text(LONG * 2), text("材料："), item) == [LONG * 2, "材料：\n- 粉 500g"]


def test_a_long_list_is_cut_between_items() -> None:
    items = [Block("list", f"- {n}番の{LONG}", n, n, 1) for n in range(20)]
    parts = texts(*items)
    assert "\n".join(parts) == "\n".join(item.text for item in items)
    assert all(part.startswith("- ") and len(part) <= MAX_CHARS for part in parts)


def test_the_later_parts_of_a_long_list_stand_under_its_lead_in() -> None:
    items = [Block("list", f"- {n}番の{LONG}", n, n, 1) for n in range(20)]
    passages = split(heading("準備"), text("職人が選ぶ煉瓦："), *items)
    assert [p.heading for p in passages] == ["準備"] + ["準備 › 職人が選ぶ煉瓦"] * (len(passages) - 1)
    assert len(passages) > 1


def test_a_label_is_not_lost_where_what_it_announces_leaves_no_room() -> None:
    assert texts(text(LONG * 3), text("材料："), text("粉" * 598)) == [LONG * 3, "材料：", "粉" * 598]


def test_code_is_shown_as_code_with_the_text_that_leads_to_it() -> None:
    code = Block("code", "# 窯\ndef heat():\n    return 280", 3, 5)
    (passage,) = split(text(LONG * 2), code)
    assert passage.text == LONG * 2 + "\n    # 窯\n    def heat():\n        return 280"
    assert passage.end_line == 5


def test_long_tables_and_code_are_cut_between_lines() -> None:
    for kind in ("table", "code"):
        lines = [f"項目: {n} / 費用: {n * 1000}円" for n in range(100)]
        parts = texts(Block(kind, "\n".join(lines), 1, 100))
        assert [line.strip() for part in parts for line in part.split("\n")] == lines
        assert max(map(len, parts)) <= MAX_CHARS


def left_out(reason: str, line: int) -> Dropped:
    return Dropped(POST.path, line, line, reason, "x")


def test_a_heading_goes_when_all_that_stood_under_it_went() -> None:
    blocks = [heading("準備", 2, 1), heading("煉瓦", 3, 2), text(LONG, 3), heading("終わり", 2, 9)]
    passages, dropped = split_post(POST, blocks, [left_out("link_list", 11)])
    assert [p.heading for p in passages] == ["準備 › 煉瓦"]
    assert [(d.reason, d.text, d.start_line) for d in dropped] == [("empty_heading", "終わり", 9)]


def test_a_heading_under_which_nobody_wrote_is_a_line_of_the_section_above() -> None:
    """In bold, people write when and where: "**18:00 – 19:00**", with nothing below."""
    blocks = [
        heading("準備", 2, 1),
        text(LONG, 3),
        heading("日時：三月三日 十時から", 7, 5),
        heading("場所：窯の会", 7, 6),
    ]
    passages, dropped = split_post(POST, blocks, [left_out("link_list", 4)])
    assert [(p.heading, p.text) for p in passages] == [("準備", f"{LONG}\n日時：三月三日 十時から\n場所：窯の会")]
    assert dropped == []


@pytest.mark.parametrize(
    ("above", "stays"),
    [(heading("写真", 2, 5), False), (heading("三月三日", 7, 5), True), (heading("2026年3月3日", 2, 5), True)],
)
def test_a_heading_above_an_image_alone_stays_if_it_says_something(above: Block, stays: bool) -> None:
    passages, dropped = split_post(POST, [text(LONG, 3), above], [left_out("image_only", 7)])
    assert (above.text in passages[0].text) == stays
    assert [d.reason for d in dropped] == ([] if stays else ["empty_heading"])


def test_no_blocks_no_passages() -> None:
    assert split_post(POST, []) == ([], [])


KINDS = st.sampled_from(["text", "list", "table", "code", "quote", "heading"])


@given(st.lists(st.tuples(KINDS, st.text(alphabet="窯。、a \n", min_size=1, max_size=900)), max_size=8))
def test_nothing_is_lost_and_nothing_is_too_long(drawn: list[tuple]) -> None:
    blocks = [Block(kind, content.strip() or "x", n, n, 2) for n, (kind, content) in enumerate(drawn)]
    passages = split(*blocks)
    assert all(0 < len(p.text) <= MAX_CHARS for p in passages)
    said = "".join("".join(p.text.split()) for p in passages)
    last = [
        b.kind == "heading" and (n + 1 == len(blocks) or blocks[n + 1].kind == "heading") for n, b in enumerate(blocks)
    ]
    assert said == "".join(
        "".join(b.text.split()) for b, alone in zip(blocks, last, strict=True) if b.kind != "heading" or alone
    )
    assert [p.start_line for p in passages] == sorted(p.start_line for p in passages)


@pytest.mark.parametrize("size", [MIN_CHARS - 1, MIN_CHARS])
def test_the_limit_between_short_and_long(size: int) -> None:
    first, second = "窯" * (size - 1) + "。", "粉" * JOINED_CHARS + "。"
    assert len(texts(text(first), text(second))) == (1 if size < MIN_CHARS else 2)
