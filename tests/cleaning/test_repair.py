"""What machines leave in a post, mended where that is looked for and nowhere else."""

import pytest

from rag.cleaning.corpus_evidence import CHATTER, CUTS, REPAIRS, RESTARTS
from rag.cleaning.repair import repair
from rag.types import Block, Post

POST = Post("a.md", "窯を作る", "2026-01-01", "/a/", (), (), "", 1, "0")
LONG = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れて水平を出し、三日のあいだ乾かします。"
WHOLE = "煉瓦は一つずつ水に浸してから、目地を五ミリに揃えて積みます。"


def repaired(*texts: str | Block, repairs=REPAIRS, off=()) -> tuple[list[str], list[tuple[str, str]]]:
    blocks = [t if isinstance(t, Block) else Block("text", t, n + 1, n + 1) for n, t in enumerate(texts)]
    kept, dropped = repair(POST, blocks, repairs, off)
    return [block.text for block in kept], [(d.reason, d.text) for d in dropped]


NOTES = [
    "The article has 3600 characters. This is within the requested range of 3000-4000 characters.",
    "(文字数確認: 約3900文字)",
    "はい、承知いたしました。記事の続きを書いて完成させます。",
    "【既存の記事の最後の部分】",
    "I am unable to perform the web search because the quota is used up.",
    "As an AI language model, I cannot taste bread.",
    "Please let me know if you'd like me to try again.",
]


@pytest.mark.parametrize("note", NOTES)
def test_machine_chatter_goes_where_it_is_looked_for(note: str) -> None:
    assert repaired(note, LONG, repairs={CHATTER}) == ([LONG], [("machine_chatter", note)])
    assert repaired(note, LONG, repairs=set(REPAIRS) - {CHATTER})[0] == [note, LONG]
    assert repaired(note, LONG, repairs={CHATTER}, off={"machine_chatter", "writing_brief"})[0] == [note, LONG]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to say that the bakery closed last week.",
        "I have written a book about rye bread.",
        "Please let me know if you like the recipe.",
        "以下の記事を読んでから窯を作り直しました。",
        "承知しました、と職人は短く答えた。",
        "The article I read says that flour has protein.",
        "文字数：8000字以上12000字以内",
        "1600文字を超えるあらすじは受け付けてもらえません。",
        "Word count goals keep me honest: I aim for 750 words before breakfast.",
        "The article is 20 years old, but its advice on outlines still holds.",
        "The text has 12 chapters.",
        "I'm unable to search my old notebooks, so I scan every page at 300 dpi.",
        "I am not able to complete a marathon yet.",
    ],
)
def test_what_a_person_writes_stays_even_beside_machine_chatter(text: str) -> None:
    assert repaired(NOTES[3], text, LONG, repairs={CHATTER})[0] == [text, LONG]


def test_chatter_that_somebody_quotes_stays() -> None:
    quote = Block("quote", NOTES[2], 1, 1)
    assert repaired(quote, LONG, repairs={CHATTER})[0] == [NOTES[2], LONG]


def test_chatter_does_not_take_the_text_below_it() -> None:
    kept, dropped = repaired("続きを書いてください：\n窯は三日で乾きました。", repairs={CHATTER})
    assert (kept, [reason for reason, _ in dropped]) == (["窯は三日で乾きました。"], ["writing_brief"])


BRIEF = [
    Block("heading", "【注意】", 2, 2, 7),
    Block("list", "- フロントマターは追加しない", 3, 3, 1),
    Block("list", "- 既存の内容を繰り返さない", 4, 4, 1),
    Block("list", "- 自然な文体で書く", 5, 5, 1),
]


def test_a_brief_to_the_writer_goes_with_its_list_and_heading() -> None:
    kept, dropped = repaired(LONG, *BRIEF, repairs={CHATTER})
    assert (kept, {reason for reason, _ in dropped}) == ([LONG], {"writing_brief"})
    assert repaired(LONG, *BRIEF, repairs=())[0] == [LONG, *(block.text for block in BRIEF)]


def test_advice_on_writing_stays_when_nothing_gives_it_away_as_a_brief() -> None:
    advice = [Block("list", "- 短い文章で書く", 3, 3, 1), Block("list", "- 同じ表現を避ける", 4, 4, 1)]
    assert repaired(*advice, repairs={CHATTER})[0] == ["- 短い文章で書く", "- 同じ表現を避ける"]


def test_a_note_of_length_goes_from_a_heading() -> None:
    heading = Block("heading", "火入れの手順（1200文字）", 1, 1, 2)
    assert repaired(heading, LONG, repairs={CHATTER})[0] == ["火入れの手順", LONG]
    assert repaired(heading, LONG, repairs=())[0] == [heading.text, LONG]


def test_restarts_and_cuts_go_where_they_are_looked_for() -> None:
    texts = (LONG + WHOLE, "火を入れます。" + LONG, "また、", WHOLE[:-12])
    assert repaired(*texts, repairs={RESTARTS, CUTS})[0] == [LONG + WHOLE]
    assert repaired(*texts, repairs=()) == (list(texts), [])


@pytest.mark.parametrize(
    "end", ["大変だった orz", "また明日（笑）", "楽しかったw", "https://example.org/", "つづく", "…"]
)
def test_how_people_end_a_paragraph_stays_where_cuts_are_not_looked_for(end: str) -> None:
    assert repaired(LONG + end, WHOLE, repairs=()) == ([LONG + end, WHOLE], [])


def test_a_reason_that_is_off_drops_nothing() -> None:
    loose = LONG + "そして翌朝には"
    assert repaired(loose)[1] == [("cut_sentence", "そして翌朝には")]
    assert repaired(loose, off={"cut_sentence"}) == ([loose], [])
    assert repaired(LONG, WHOLE, LONG, off={"repeated_in_post"})[0] == [LONG, WHOLE, LONG]
    assert repaired(WHOLE, LONG + WHOLE[:12], off={"cut_repeated"})[0] != repaired(WHOLE, LONG + WHOLE[:12])[0]
