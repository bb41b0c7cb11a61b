"""Follow-ups by their words: what leans on the turns before, and what is carried."""

import pytest

from rag.answering.followup import MAX_CARRIED, complete, leaning, names_of, subject_of


@pytest.mark.parametrize(
    "question",
    ["その金額は？", "ではリスクは？", "いつから？", "それって採算は合うの？", "そこには何席ある？",
     "同社の売上高はどれくらい？", "なぜ？",
     "who supplies them?", "And its price?", "What about the battery in it?", "它的价格是多少？", "그것은 얼마인가요?",
     "Wie teuer ist das? Und davon?"],
)  # fmt: skip
def test_what_points_back_leans(question):
    assert leaning(question) == "carry"


@pytest.mark.parametrize(
    "question", ["ところで富士山の高さは？", "話は変わるけど図書館は何時まで？", "By the way, when is it open?"]
)
def test_an_announced_change_stands_alone(question):
    assert leaning(question) == "alone"


@pytest.mark.parametrize(
    "question",
    [
        "図書館の学習室は何席ある？",
        "How long does the battery last without sun?",
        "そのため以外の理由で図書館が閉まる日は？"[3:],
    ],
)
def test_the_rest_is_for_the_posts_to_tell(question):
    assert leaning(question) == "maybe"


@pytest.mark.parametrize(
    "question", ["どこの図書館が夜まで開いている？", "きのこの栽培は室内でもできる？", "値上げのおそれがある食品は？"]
)
def test_letters_that_only_look_like_pointing_back_do_not(question):
    assert leaning(question) == "maybe"


def test_names_are_what_is_asked_about_not_the_asking():
    assert names_of("川沿いを走るローカル鉄道は何駅ある？") == ["川沿", "ローカル", "鉄道"]
    assert names_of("How much does the Weather Station cost?") == ["Weather Station", "cost"]
    assert names_of("なぜ？理由は？いつ？") == []


def test_the_latest_subject_comes_first_and_a_change_ends_it():
    assert subject_of(["トマトは？", "クロワッサンは？"]) == ["クロワッサン", "トマト"]
    assert subject_of(["トマトは？", "ところでクロワッサンは？"])[0] == "クロワッサン"
    assert "トマト" not in subject_of(["トマトは？", "ところでクロワッサンは？"])
    assert len(subject_of([f"トマト{i}個とレタスとキャベツとパセリ" for i in range(20)])) <= MAX_CARRIED


def test_what_the_question_names_itself_is_not_repeated():
    assert complete("その鉄道の運賃は？", ["ローカル", "鉄道"]) == "ローカル その鉄道の運賃は？"
    assert complete("その鉄道の運賃は？", []) == "その鉄道の運賃は？"
