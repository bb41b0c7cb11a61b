"""Repeats in posts that restart, and in copies of posts: the fullest stays and names the others; facts stay."""

from dataclasses import replace

import pytest

from rag.cleaning import dedupe
from rag.cleaning.dedupe import trace
from rag.text.keys import passage_id
from rag.types import Copy, Dropped, Passage

SAND = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れます。"
DRY = "積み終えた窯は、雨の当たらない場所で三日のあいだ乾かします。"
FIRE = "火入れの日は、弱い火を一時間保ってから少しずつ薪を足します。"
SALT = "塩は最後に入れると、生地の締まり具合を指先で確かめられます。"


def passage(text: str, post: str = "a.md", line: int = 1) -> Passage:
    return Passage(
        passage_id(post, "", text),
        text,
        "窯の日誌",
        "",
        post,
        f"/{post}/",
        "2026-01-01",
        (),
        (),
        line,
        line,
    )


def drop_repeats(passages: list[Passage]) -> tuple[list[Passage], list[Dropped]]:
    """All of the posts begin their text again."""
    kept, dropped, _ = dedupe.drop_repeats(passages, trace(passages), {p.post for p in passages})
    return kept, dropped


def test_nothing_in_nothing_out() -> None:
    assert drop_repeats([]) == ([], [])


def test_different_passages_stay_in_order() -> None:
    passages = [passage(SAND), passage(DRY, "b.md"), passage(FIRE, "c.md")]
    assert drop_repeats(passages) == (passages, [])


def test_of_copies_the_latest_stays_and_names_the_other_posts_with_their_dates() -> None:
    text = (SAND + DRY + FIRE + SALT) * 2
    a, c, b = (replace(passage(text, f"{x}.md"), date=f"2026-01-0{n}") for x, n in (("a", 1), ("c", 3), ("b", 2)))
    kept, dropped = drop_repeats([a, c, b])
    assert kept == [replace(c, also_in=(Copy("a.md", "/a.md/", "2026-01-01"), Copy("b.md", "/b.md/", "2026-01-02")))]
    assert [(d.post, d.reason) for d in dropped] == [("a.md", "repeated_in_posts"), ("b.md", "repeated_in_posts")]


def test_of_copies_of_one_day_the_first_stays() -> None:
    kept, _ = drop_repeats([passage(SAND + DRY, "a.md"), passage(SAND + DRY, "b.md")])
    assert [p.post for p in kept] == ["a.md"]


def test_the_fullest_stays_though_it_comes_later() -> None:
    kept, _ = drop_repeats([passage(SAND + DRY), passage(SAND + DRY + FIRE, "b.md")])
    assert [(p.text, [c.post for c in p.also_in]) for p in kept] == [(SAND + DRY + FIRE, ["a.md"])]


def test_what_a_dropped_passage_held_is_handed_on() -> None:
    kept, _ = drop_repeats([passage(SAND), passage(SAND + DRY, "b.md"), passage(SAND + DRY + FIRE, "c.md")])
    assert [(p.post, [c.post for c in p.also_in]) for p in kept] == [("c.md", ["a.md", "b.md"])]


def test_a_copy_in_the_same_post_is_not_listed() -> None:
    kept, dropped = drop_repeats([passage(SAND), passage(SAND, line=9)])
    assert [p.also_in for p in kept] == [()]
    assert [(d.reason, d.start_line) for d in dropped] == [("repeated_in_post", 9)]


@pytest.mark.parametrize(("old", "new"), [("三日", "五日"), ("乾かします", "乾かしません"), ("雨", "雪"), ("窯", "鍋")])
def test_a_twin_that_differs_in_a_fact_keeps_it(old: str, new: str) -> None:
    kept, _ = drop_repeats(
        [passage(SAND + FIRE + DRY + SALT), passage(SAND + FIRE + DRY.replace(old, new) + SALT, "b.md")]
    )
    said = "\n".join(p.text for p in kept)
    assert DRY in said
    assert DRY.replace(old, new) in said


def test_a_restart_is_reduced_to_what_is_new_and_its_id_follows_its_text() -> None:
    other = DRY.replace("三日", "五日")
    shared = SAND + FIRE + SALT + "窯の口は南を避け、風の通らない側に向けておくとよいでしょう。"
    kept, dropped = drop_repeats([passage(shared + DRY), passage(shared + other, line=9)])
    assert [p.text for p in kept] == [shared + DRY, other]
    assert all(p.id == passage_id(p.post, p.heading, p.text) for p in kept)
    assert len(dropped) == 1


def test_another_post_may_use_most_of_the_words() -> None:
    """Reduced, it would say "for example:" and nothing after it."""
    passages = [passage(SAND + DRY + FIRE), passage(SAND + DRY + FIRE.replace("一時間", "二時間"), "b.md")]
    assert drop_repeats(passages) == (passages, [])


def test_a_post_that_does_not_restart_may_say_a_thing_twice() -> None:
    passages = [passage(SAND + DRY), passage(SAND + DRY, line=9)]
    assert dedupe.drop_repeats(passages, trace(passages))[:2] == (passages, [])


def test_what_is_off_drops_nothing() -> None:
    here, there = [passage(SAND), passage(SAND, line=9)], [passage(SAND), passage(SAND, "b.md")]
    for passages, reason in ((here, "repeated_in_post"), (there, "repeated_in_posts")):
        assert dedupe.drop_repeats(passages, trace(passages), {"a.md"}, {reason})[:2] == (passages, [])


def test_full_width_and_half_width_are_the_same() -> None:
    kept, _ = drop_repeats(
        [passage("ＧＰＵは７００Ｗの電力を使います。"), passage("GPUは700Wの電力を使います。", "b.md")]
    )
    assert len(kept) == 1


def test_of_two_hundred_copies_one_stays() -> None:
    text = SAND + DRY + FIRE
    copies = [replace(passage(text), post=f"{n:03}.md", id=f"{n:016}") for n in range(200)]
    kept, dropped = drop_repeats(copies)
    assert [p.post for p in kept] == ["000.md"]
    assert len(kept[0].also_in) == len(dropped) == 199


def test_a_short_passage_stands_in_a_long_one() -> None:
    """Jaccard similarity of these is 0.1: containment is what counts."""
    long = SAND + "".join(f"煉瓦の{n}段目は目地をずらして積み、糸で水平を見ます。" for n in range(12))
    kept, _ = drop_repeats([passage(SAND), passage(long, "b.md")])
    assert [p.post for p in kept] == ["b.md"]


def test_two_passages_that_are_reduced_may_hold_each_other() -> None:
    """Both lose the short sentences that they share: following who holds whom went round without an end."""
    texts = [f"{name}町のパン屋は食パンを三時に焼く。" + "三時の店。" * 20 for name in "東西"]
    kept, dropped = drop_repeats([passage(texts[0]), passage(texts[1], line=9)])
    assert [p.text for p in kept] == [f"{name}町のパン屋は食パンを三時に焼く。" for name in "東西"]
    assert len(dropped) == 2


def test_what_was_found_apart_is_not_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [f"煉瓦の{n}段目は目地をずらして積み、糸で水平を見ます。" for n in range(9)]
    passages = [passage("".join(steps[:6]) + SAND), passage("".join(steps[3:]) + DRY, line=9), passage(FIRE, line=19)]
    passages += [passage(FIRE, line=29)]
    first = dedupe.drop_repeats(passages, trace(passages), {"a.md"})
    one, other = (int(p.id, 16) for p in passages[:2])
    assert first[2].apart.tolist() == sorted([[one, other], [other, one]])
    compared: list[str] = []
    said = dedupe._said
    monkeypatch.setattr(dedupe, "_said", lambda s, k, other: compared.append(s) or said(s, k, other))
    again = dedupe.drop_repeats(passages, trace(passages, first[2]), {"a.md"})
    assert again[:2] == first[:2]
    assert again[2].apart.tolist() == first[2].apart.tolist()
    assert compared == [FIRE]  # what a passage says whole is read anew, as it is what the report tells
