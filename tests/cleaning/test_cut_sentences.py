"""Cut sentences: joined where the next block goes on, trimmed where the rest stands alone, else kept."""

import pytest

from rag.cleaning.cut_sentences import mend
from rag.types import Block, Post

POST = Post("a.md", "窯を作る", "2026-01-01", "/a/", (), (), "", 1, "0")
WHOLE = "煉瓦は一つずつ水に浸してから、目地を五ミリに揃えて積みます。"
LONG = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れて水平を出し、三日のあいだ乾かします。"


def mended(*texts: str | Block, post: Post = POST) -> tuple[list[str], list[tuple[str, str]]]:
    blocks = [
        text if isinstance(text, Block) else Block("text", text, 2 * n + 1, 2 * n + 1) for n, text in enumerate(texts)
    ]
    kept, dropped = mend(post, blocks)
    return [block.text for block in kept], [(d.reason, d.text) for d in dropped]


def test_whole_sentences_are_left_alone() -> None:
    assert mended(WHOLE, LONG) == ([WHOLE, LONG], [])


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("目地は五ミリに", "揃えて積みます。", "目地は五ミリに揃えて積みます。"),  # after a particle
        (
            "薪は乾いたものを選び、割って",
            "から使います。",
            "薪は乾いたものを選び、割ってから使います。",
        ),  # before a particle
        (LONG + "煉瓦の数は設", "計図から数えます。", LONG + "煉瓦の数は設計図から数えます。"),  # inside a word
        (
            LONG + "壁を築",
            "き上げるのに二日かかります。",
            LONG + "壁を築き上げるのに二日かかります。",
        ),  # before okurigana
        (
            LONG + "職人は「",
            "急がないこと」と言います。",
            LONG + "職人は「急がないこと」と言います。",
        ),  # after a bracket
        (
            LONG + "目地の幅は五ミリに揃え",
            "…五ミリに揃えるのがこつです。",
            LONG + "目地の幅は五ミリに揃えるのがこつです。",
        ),
        ("The bricks are soaked in", "water for an hour.", "The bricks are soaked in water for an hour."),
    ],
)
def test_a_cut_block_is_joined_with_what_goes_on(first: str, second: str, joined: str) -> None:
    blocks, dropped = mended(first, second)
    assert blocks == [joined]
    assert dropped == []


def test_a_joined_block_has_the_lines_of_both() -> None:
    blocks, _ = mend(POST, [Block("text", "目地は五ミリに", 4, 5), Block("text", "揃えて積みます。", 8, 9)])
    assert [(b.start_line, b.end_line) for b in blocks] == [(4, 9)]


def test_a_sentence_cut_at_the_same_place_twice_is_joined_twice() -> None:
    """That its rest stands there twice does not make the rest a sentence of its own."""
    first, second = LONG + "目地の幅は五ミリに", "揃えて積むと、雨が入りません。"
    assert mended(first, second, WHOLE, first, second)[0] == [first + second, WHOLE, first + second]
    assert mended(first, second, WHOLE, second)[0][:2] == [LONG, second]


def test_the_end_of_another_sentence_is_not_joined() -> None:
    """Two cut sentences that came to stand together: each goes by itself."""
    other = "腕のよい職人は、どこの町でも引く手あまたです。"
    assert mended(LONG + "窯を作る人が", "は、どこの町でも引く手あまたです。" + WHOLE, other)[0] == [LONG, WHOLE, other]


def test_a_word_in_latin_letters_that_was_cut_is_written_once() -> None:
    assert mended(LONG + "費用のうちR", "R&Dの分は三割です。")[0] == [LONG + "費用のうちR&Dの分は三割です。"]


def test_dots_before_a_text_go() -> None:
    assert mended("...そして、" + WHOLE, "……", "図1", "... 煉瓦を積みます。")[0] == [
        "そして、" + WHOLE, "……", "図1", "煉瓦を積みます。",
    ]  # fmt: skip


def test_the_end_that_the_next_block_begins_again_goes() -> None:
    blocks, dropped = mended(LONG + "煉瓦は一つずつ水に浸し", WHOLE)
    assert blocks == [LONG, WHOLE]
    assert dropped == [("cut_repeated", "煉瓦は一つずつ水に浸し")]


def test_the_end_that_stands_whole_elsewhere_goes() -> None:
    blocks, dropped = mended(WHOLE, Block("heading", "火入れ", 2, 2, 2), LONG + "煉瓦は一つずつ水に浸し")
    assert blocks == [WHOLE, "火入れ", LONG]
    assert dropped == [("cut_repeated", "煉瓦は一つずつ水に浸し")]


def test_a_loose_end_goes_when_the_rest_stands_alone() -> None:
    assert mended(LONG + "そして翌朝には") == ([LONG], [("cut_sentence", "そして翌朝には")])


def test_a_block_that_is_nothing_but_a_cut_sentence_stays() -> None:
    text = "窯の床に敷いた砂が湿っていると、火を入れたときに蒸気が上がり、煉瓦の目地が割れてしまうおそれが"
    assert mended(text) == ([text], [])


@pytest.mark.parametrize("scrap", ["また、", "そして、", "具体的には、"])
def test_the_first_words_of_a_sentence_alone_go(scrap: str) -> None:
    assert mended(WHOLE, scrap) == ([WHOLE], [("cut_sentence", scrap)])


def test_the_torn_end_of_a_known_sentence_goes() -> None:
    known = "窯の完成には、職人が三日のあいだ付ききりで手をかける必要があります。"
    assert mended(known, "要があります。") == ([known], [("cut_repeated", "要があります。")])


@pytest.mark.parametrize("text", ["パンは高い。", "これは高い。"])
def test_a_sentence_that_only_ends_like_another_stays(text: str) -> None:
    assert mended("国産の、" + text, text)[0] == ["国産の、" + text, text]


@pytest.mark.parametrize("label", ["窯の火入れ", "写真: 完成した窯", "材料", "本当に安全か？職人の見方"])
def test_a_short_line_without_full_stop_is_no_cut_sentence(label: str) -> None:
    assert mended(label, WHOLE) == ([label, WHOLE], [])


def test_a_new_sentence_is_not_taken_for_the_rest_of_a_cut_one() -> None:
    blocks, _ = mended(LONG + "煉瓦の数は", "しかし、砂は計り直します。")
    assert blocks == [LONG, "しかし、砂は計り直します。"]


def test_lists_and_code_are_not_trimmed() -> None:
    blocks = [
        Block("list", "- 砂 20kg", 1, 1, 1),
        Block("list", "- 煉瓦は四十個。予備が", 2, 2, 1),
        Block("code", "x =", 3, 3),
    ]
    assert mend(POST, blocks) == (blocks, [])


def test_twenty_thousand_cut_blocks_take_no_time_to_speak_of() -> None:
    """Joining them all, or looking each up in all the text, would be quadratic."""
    blocks = [Block("text", f"これは途中で切れた文{n}の", n, n) for n in range(20_000)]
    kept, _ = mend(POST, blocks)
    assert max(len(block.text) for block in kept) < 2_100
