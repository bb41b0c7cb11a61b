"""Questions to go on with after an answer."""

from rag.types import Answer, Citation, Hit, Passage
from rag.web.examples import next_questions


def passage(id_, title, heading="", post=""):
    return Passage(id_, "本文", title, heading, post or f"{id_}.md", "/", "", (), (), 1, 1)


def answer(question, cited, *others, answered=True):
    hits = tuple(Hit(p, 0.5) for p in (cited, *others))
    return Answer(question, "本文 [1]", answered, 0.9, (Citation(1, cited, "本文", 0, 2),), hits)


FOUND = (
    passage("a", "石窯のあるパン屋", "窯の話と薪"),
    passage("b", "石窯のあるパン屋", "粉の話 › 全粒粉はなぜ一割？", "a.md"),
    passage("c", "町の図書館の使い方", "学習室の席と時間"),
    passage("d", "石窯のあるパン屋", "店の奥の喫茶室", "a.md"),
)


def test_they_are_other_sections_of_the_cited_posts_and_other_posts():
    found = next_questions(answer("窯は？", *FOUND))
    assert found == ["全粒粉はなぜ一割？", "「町の図書館の使い方」の要点は？", "「店の奥の喫茶室」の要点は？"]


def test_there_are_none_where_the_posts_do_not_say():
    assert next_questions(answer("窯は？", *FOUND, answered=False)) == []


def test_none_repeats_the_question_and_the_reader_s_language_comes_first():
    asked = "「粉を三種類まぜる理由」の要点は？"
    others = [passage("b", "粉を三種類まぜる理由"), passage("c", "Weather station"), passage("d", "町の図書館の使い方")]
    found = next_questions(answer(asked, passage("a", "石窯のあるパン屋"), *others))
    assert found == ["「町の図書館の使い方」の要点は？", "What does “Weather station” say?"]
    assert next_questions(answer("Is it open?", passage("a", "x"), *others))[0] == "What does “Weather station” say?"


def test_names_that_are_too_short_or_too_long_make_no_question():
    assert (
        next_questions(answer("窯は？", passage("a", "石窯のあるパン屋"), passage("b", "窯"), passage("c", "長" * 61)))
        == []
    )
