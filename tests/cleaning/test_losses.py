"""What may have been lost: drops of which the words stand nowhere, and the lines that they take."""

from rag.cleaning.losses import Lines, all_lines, lines_by_post, unsure
from rag.types import Dropped, Passage

TEXT = "窯の床には耐火煉瓦を敷き、その下に砂を五センチほど入れます。"


def passage(
    text: str, post: str = "a.md", start: int = 1, end: int = 1, heading: str = "火入れの手順と日数"
) -> Passage:
    return Passage("0" * 16, text, "庭に石窯を作る話", heading, post, "", "", (), (), start, end)


def drop(text: str, reason: str = "cut_sentence", line: int = 9, post: str = "a.md") -> Dropped:
    return Dropped(post, line, line, reason, text)


def test_words_that_stand_in_no_passage_are_in_doubt() -> None:
    lost = drop("参加費は五百円で、当日に受付で払います。")
    assert unsure([passage(TEXT)], [drop(TEXT[:20]), lost]) == [lost]


def test_what_a_title_or_a_heading_says_is_no_loss() -> None:
    said = [drop("庭に石窯を作る話", "title_repeated"), drop("火入れの手順と日数", "empty_heading")]
    assert unsure([passage(TEXT)], said) == []


def test_repeats_marks_and_what_the_site_asked_for_are_no_loss() -> None:
    reasons = (
        "repeated_in_post",
        "repeated_in_posts",
        "cut_repeated",
        "marker",
        "no_text",
        "site_section",
        "image_only",
    )
    assert unsure([], [drop("参加費は五百円で、当日に受付で払います。", reason) for reason in reasons]) == []


def test_too_few_letters_to_tell_are_no_loss() -> None:
    assert unsure([passage(TEXT)], [drop("また、"), drop("")]) == []


def test_nothing_in_nothing_out() -> None:
    assert unsure([], []) == []
    assert lines_by_post([], [], []) == {}
    assert all_lines([]) == Lines()
    assert all_lines([]).kept == 1.0


def test_lines_are_those_of_passages_and_drops_and_lost_where_a_drop_is_in_doubt() -> None:
    lost = [drop("x", "promotion", 9), drop("y", "promotion", 10)]
    dropped = [*lost, drop("z", "repeated_in_post", 12), drop("---", "marker", 13)]
    lines = lines_by_post([passage(TEXT, start=1, end=4), passage(TEXT, "b.md", 5, 6)], dropped, lost)
    assert lines == {"a.md": Lines(7, 2, {"promotion": 2}), "b.md": Lines(2, 0)}
    assert round(lines["a.md"].kept, 3) == 0.714
    assert all_lines(lines.values()) == Lines(9, 2, {"promotion": 2})


def test_a_long_blog_is_read_in_parts() -> None:
    long = "".join(chr(0x4E00 + n % 20_000) for n in range(60_000))
    found = unsure([passage(long[at : at + 600]) for at in range(0, 60_000, 300)] * 40, [drop(long[5_000:5_100])])
    assert found == []
