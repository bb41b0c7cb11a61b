"""Which posts are copies: their titles, headings and days must give the text no other meaning."""

from dataclasses import replace

import pytest

from rag.cleaning.dedupe import drop_repeats, trace
from rag.types import Passage

SAND = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れます。"
DRY = "積み終えた窯は、雨の当たらない場所で三日のあいだ乾かします。"
FIRE = "火入れの日は、弱い火を一時間保ってから少しずつ薪を足します。"
SALT = "塩は最後に入れると、生地の締まり具合を指先で確かめられます。"
MORE = "".join(f"煉瓦の{n}段目は、目地を半分ずらして積み、糸で水平を見てから乾かします。" for n in range(8))
CODE = "    kiln --fire --hours 3\n    kiln --status\n    kiln --stop"


def passage(text: str, post: str, title: str = "窯の日誌", heading: str = "", date: str = "2026-01-01") -> Passage:
    return Passage(f"{abs(hash((text, post, heading))):016x}"[:15], text, title, heading, post, "", date, (), (), 1, 1)


def left(*passages: Passage) -> list[tuple[str, str]]:
    kept, _, _ = drop_repeats(passages, trace(passages))
    return [(p.post, p.text) for p in kept]


def both(one: Passage, other: Passage) -> bool:
    return len(left(one, other)) == 2


def test_a_copy_goes_and_is_named() -> None:
    one, other = passage(SAND, "a.md"), passage(SAND, "b.md")
    kept, dropped, _ = drop_repeats([one, other], trace([one, other]))
    assert [(p.post, [c.post for c in p.also_in]) for p in kept] == [("a.md", ["b.md"])]
    assert [d.reason for d in dropped] == ["repeated_in_posts"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oven 1.31 released", "Oven 1.32 released"),
        ("第1回の例会", "第2回の例会"),
        ("第一回の例会", "第二回の例会"),
        ("2025年1月の営業日", "2025年2月の営業日"),
        ("Newsletter of May", "Newsletter of June"),
        ("大阪店の営業時間", "京都店の営業時間"),
        ("Review of the Alpha oven", "Review of the Beta oven"),
    ],
)
def test_posts_of_a_series_keep_what_they_share(one: str, other: str) -> None:
    """In a title or in a heading, a figure or a word that differs says what the text is about."""
    assert both(passage(SAND, "a.md", one), passage(SAND, "b.md", other))
    assert both(passage(SAND, "a.md", heading=one), passage(SAND, "b.md", heading=other))


def test_an_advisory_keeps_its_affected_versions() -> None:
    affected, one, other = "古い窯のすべての版に、この問題があります。", "蓋が外れる欠陥", "火が消えない不具合"
    posts = [
        passage(text, name, title, heading)
        for name, title, own in (("a.md", one, SAND + DRY), ("b.md", other, FIRE + SALT))
        for text, heading in ((own, "概要"), (affected, "影響する版"))
    ]
    assert len(left(*posts)) == 4


def test_days_of_a_diary_stay() -> None:
    days = [passage("会議。", "d1.md", "2024年1月", f"1月{n}日") for n in (3, 4, 5)]
    assert len(left(*days, passage("会議。", "d2.md", "2024年2月", "2月3日"))) == 4


def test_a_post_that_shares_one_paragraph_is_no_copy() -> None:
    one, other = passage(SALT + FIRE, "a.md"), passage(DRY + FIRE.replace("一", "二"), "b.md")
    assert len(left(one, passage(SAND, "a.md"), other, passage(SAND, "b.md"))) == 4


def test_the_final_post_beats_its_preview() -> None:
    preview = [passage(SAND + DRY + MORE, "a.md", "予告"), passage(FIRE + MORE, "a.md", "予告")]
    final = [replace(p, post="b.md", title="本番", date="2026-02-01", text=p.text + SALT) for p in preview]
    assert {post for post, _ in left(*preview, *final)} == {"b.md"}


def test_a_preview_that_says_more_stays_and_so_does_the_final_post() -> None:
    preview, final = passage(SAND + DRY + MORE, "a.md", "予告"), passage(MORE, "b.md", "本番", date="2026-02-01")
    assert both(preview, final)


def test_the_same_notice_on_another_day_stays() -> None:
    notice = "本日は都合により休みます。ご迷惑をおかけしますが、またのお越しをお待ちしています。"
    one, other = passage(notice, "a.md", "休みます"), passage(notice, "b.md", "休みます", date="2026-02-01")
    assert both(one, other)
    assert not both(one, replace(other, date=one.date))
    assert not both(one, replace(other, title="年始の予定"))  # the other post is named beside it, with its day


def test_a_few_words_on_another_day_stay_under_any_title() -> None:
    assert both(
        passage("終日会議。疲れた。", "a.md", "晴れ"), passage("終日会議。疲れた。", "b.md", "雨", date="2026-02-01")
    )


def test_the_original_beats_a_later_copy_that_is_not_translated() -> None:
    text = "The floor of the kiln is laid with bricks, and the sand below them is five centimetres deep. " * 3
    original = replace(passage(text, "en/a.md", "The kiln"), lang="en")
    copy = replace(passage(text, "ja/a.md", "The kiln", date="2026-02-01"), lang="ja")
    assert left(original, copy) == [("en/a.md", text)]


def test_code_stays_in_the_translation() -> None:
    """Without it the post says "for example:" and nothing after it."""
    english = [
        passage("The kiln is fired by hand: first it is heated, then it is cooled slowly.", "en/a.md", "The kiln")
    ]
    japanese = [passage(SAND + "たとえば：", "ja/a.md", "窯の話")]
    code = [passage(CODE, "en/a.md", "The kiln"), passage(CODE, "ja/a.md", "窯の話")]
    assert len(left(*english, code[0], *japanese, code[1])) == 4


def test_code_of_a_copy_goes_with_its_text() -> None:
    one = [passage(SAND + DRY, "a.md"), passage(CODE, "a.md")]
    assert len(left(*one, *(replace(p, post="b.md", id="f" + p.id[1:]) for p in one))) == 2
