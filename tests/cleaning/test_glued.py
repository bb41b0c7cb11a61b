"""Paragraphs that lost their line breaks: divided, and without the title or heading that was glued to them."""

import pytest

from rag.cleaning.glued import divided, is_runaway, without_titles
from rag.types import Block, Post

POST = Post("a.md", "窯を作る", "2026-01-01", "/a/", (), (), "", 1, "0")
LONG = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れて水平を出し、三日のあいだ乾かします。"


def untitled(*texts: str | Block, post: Post = POST) -> tuple[list[str], list[tuple[str, str]]]:
    blocks = [t if isinstance(t, Block) else Block("text", t, n + 1, n + 1) for n, t in enumerate(texts)]
    kept, dropped = without_titles(post, blocks)
    return [block.text for block in kept], [(d.reason, d.text) for d in dropped]


def test_a_title_or_heading_glued_to_a_paragraph_goes() -> None:
    heading = Block("heading", "火入れの手順", 1, 1, 2)
    kept, dropped = untitled(heading, "窯を作る " + LONG, "火入れの手順 弱火で一時間です。")
    assert kept == ["火入れの手順", LONG, "弱火で一時間です。"]
    assert dropped == [("title_repeated", "窯を作る"), ("title_repeated", "火入れの手順")]


def test_a_paragraph_that_is_only_a_heading_of_the_post_goes() -> None:
    heading = Block("heading", "窯の床はどう作るのか？", 1, 1, 2)
    assert untitled(heading, LONG, heading.text) == ([heading.text, LONG], [("title_repeated", heading.text)])


TITLE = "2026年版・庭に石窯を作る、その費用と日数（写真つき）"


@pytest.mark.parametrize("kind", ["heading", "text", "quote"])
def test_most_of_the_title_is_the_title_again(kind: str) -> None:
    post = Post("a.md", TITLE, "", "/a/", (), (), "", 1, "0")
    piece = Block(kind, "庭に石窯を作る、その費用と日数", 1, 1, 2)
    assert untitled(piece, LONG, post=post) == ([LONG], [("title_repeated", piece.text)])


@pytest.mark.parametrize("text", ["庭に石窯を作る", "庭に石窯を作る前に、地面と水はけを調べる"])
def test_a_few_words_of_the_title_and_another_wording_stay(text: str) -> None:
    post = Post("a.md", TITLE, "", "/a/", (), (), "", 1, "0")
    assert untitled(Block("heading", text, 1, 1, 2), LONG, post=post) == ([text, LONG], [])


def test_most_of_the_title_as_a_sentence_stays_once() -> None:
    post = Post("a.md", "2026年版・庭に石窯を作る費用はいくらか？（写真つき）", "", "/a/", (), (), "", 1, "0")
    piece = "庭に石窯を作る費用はいくらか？"
    assert untitled(piece, LONG, piece, post=post)[0] == [piece, LONG]


def test_a_runaway_paragraph_is_divided_where_its_paragraphs_were() -> None:
    paragraphs = [f"{n}番目の段落です。" + LONG * 5 for n in range(3)]
    text = " ".join(paragraphs)
    assert is_runaway(text)
    assert [block.text for block in divided([Block("text", text, 1, 1)])] == paragraphs


def test_a_long_paragraph_without_seams_stays_one() -> None:
    block = Block("text", LONG * 20, 1, 1)
    assert not is_runaway(block.text)
    assert list(divided([block])) == [block]
