"""Extractive answers: verbatim, numbered, in order; refusals; figures that differ."""

import re
from itertools import pairwise

import numpy as np
import pytest

from rag.answering.answer import MAX_QUOTES, extract, refuse, without_numbers
from rag.answering.evidence import Reader
from rag.types import Hit, Passage


def words(text):
    """Character pairs: enough for a reader without a dictionary."""
    return [text[i : i + 2] for i in range(len(text) - 1)]


def scores(question, texts, contexts):
    asked = set(words(question))

    def share(text):
        return len(asked & set(words(text))) / max(1, len(asked))

    return [share(text) for text in texts], [share(f"{c}\n{t}") for c, t in zip(contexts, texts, strict=True)]


READER = Reader(words, lambda ws: np.ones(len(ws), np.float32), 1.0, lambda ws: np.zeros((len(ws), 2), np.float32),
                lambda ws: [], scores, lambda question, hits: 0.5, words)  # fmt: skip


def hit(text, *, score=0.5, post="a.md", date="2025-01-01", line=10):
    passage = Passage(f"{post}:{line}", text, "題", "", post, f"/{post}/", date, (), (), line, line)
    return Hit(passage, score, {"dense": score, "lexical": score, "late": score})


def assert_sound(answer):
    """What every answer keeps: quotes cut out of their passages, numbers 1..n, each used, none other."""
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for c in answer.citations:
        assert c.passage.text[c.start : c.end] == c.quote != ""
        for (a, b), (later, _) in pairwise((*c.marks, (len(c.quote), 0))):
            assert 0 <= a < b <= later
    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert numbers == {c.n for c in answer.citations}
    assert answer.answered == bool(answer.citations)


def test_the_sentence_that_answers_is_quoted_and_its_figure_marked():
    text = "窯は信州から運ばれたものである。食パンは一斤三百二十円で売られている。店の奥には喫茶室がある。"
    answer = extract("食パンは一斤いくら？", [hit(text)], READER, 0.9)
    assert_sound(answer)
    quote = next(c for c in answer.citations if "三百二十円" in c.quote)
    assert [quote.quote[a:b] for a, b in quote.marks] == ["三百二十円"]
    quoted = "食パンは一斤三百二十円で売られている。店の奥には喫茶室がある。"
    assert answer.text.startswith(f"{quoted} [{quote.n}]\n")
    assert answer.text.endswith("1件の記事（2025年1月1日）より。")
    assert answer.confidence == 0.9


def test_of_several_figures_those_of_the_unit_asked_for_are_marked():
    hits = [hit("2025年には412点のうち291点、つまり71%の品が直った。")]
    answer = extract("直った品は何パーセント？", hits, READER, 0.9)
    (quote,) = answer.citations
    assert [quote.quote[a:b] for a, b in quote.marks] == ["71%"]


def test_below_the_bar_no_answer_but_the_nearest_hits():
    hits = [hit("食パンは一斤三百二十円で売られている。")]
    answer = extract("食パンは一斤いくら？", hits, READER, 0.49)
    assert (answer.answered, answer.citations, answer.hits) == (False, (), tuple(hits))
    assert answer.confidence == 0.49
    assert answer.text.startswith("記事には書かれていないようです。")


def test_no_hits_no_answer():
    answer = extract("食パンは？", [], READER, 0.99)
    assert not answer.answered
    assert answer.confidence < 0.5
    assert_sound(answer)


def test_at_most_five_quotes_and_none_twice():
    texts = [f"{name}の食パンは一斤でとても評判がよいと店主が話していた。" for name in "甲乙丙丁戊己庚辛"]
    hits = [
        hit("".join(texts)),
        hit("".join(texts[:4]), post="b.md"),
        hit("食パンの一斤は昔の重さの単位から来ている。", post="c.md"),
    ]
    answer = extract("食パンの一斤とは？", hits, READER, 0.8)
    assert_sound(answer)
    assert 1 <= len(answer.citations) <= MAX_QUOTES
    quotes = [c.quote for c in answer.citations]
    assert len(set(quotes)) == len(quotes)


def test_the_best_quote_stands_first_the_others_as_in_their_post():
    hits = [
        hit("食パンの値段は一斤三百円である。耳だけの袋も安く売られている。", line=30),
        hit("食パンの値段は秋からずっと高く、客も減った。", line=50, score=0.47),
        hit("食パンの値段は春に決め直される。", line=10, score=0.46),
    ]
    answer = extract("食パンの値段は？", hits, READER, 0.8)
    assert_sound(answer)
    assert [c.passage.start_line for c in answer.citations] == [30, 10, 50]


def test_where_one_quote_has_the_unit_asked_for_nothing_else_is_marked():
    """Days in the other quotes of an answer about a price were in bold beside the price."""
    hits = [hit("食パンの値段は一斤三百円である。"), hit("食パンの値段は1987年に決め直された。", line=20, score=0.48)]
    answer = extract("食パンの値段はいくら？", hits, READER, 0.9)
    assert [[c.quote[a:b] for a, b in c.marks] for c in answer.citations] == [["三百円"], []]


@pytest.mark.parametrize("mark", ["[3]", "[１２]", "【4】", "［5］", "[1, 2]", "[ 7 ]", "[0]"])
def test_a_posts_own_number_is_no_citation(mark):
    text = f"食パンは一斤三百二十円で売られている{mark}。"
    answer = extract("食パンは一斤いくら？", [hit(text)], READER, 0.9)
    assert_sound(answer)
    assert answer.citations[0].quote == text
    assert mark not in answer.text


def test_figures_that_differ_stand_side_by_side_newest_first_with_their_dates():
    hits = [
        hit("こむぎ堂の食パンは一斤三百二十円で売られている。", post="a.md", date="2025-04-02"),
        hit("こむぎ堂の食パンは一斤三百六十円で売られている。", post="b.md", date="2025-11-30", score=0.49),
        hit("図書館の貸出は一人十冊である。", post="c.md", score=0.2),
    ]
    answer = extract("こむぎ堂の食パンは一斤いくら？", hits, READER, 0.9)
    assert_sound(answer)
    lines = answer.text.splitlines()
    assert lines[0] == "記事によって書かれていることが違います（新しい順）。"
    assert lines[1] == "2025-11-30: こむぎ堂の食パンは一斤三百六十円で売られている。 [1]"
    assert lines[2] == "2025-04-02: こむぎ堂の食パンは一斤三百二十円で売られている。 [2]"
    assert lines[3] == "2件の記事（2025年4月2日 – 2025年11月30日）より。"


def test_one_figure_of_the_thing_asked_about_against_another_in_other_words():
    hits = [
        hit("速報によると、港の週間来館者数は八千人を超えたという話である。", post="a.md", date="2025-10-17"),
        hit("港で数えた週間の来館者数が九千人を超え、休む日もない。", post="b.md", date="2026-02-17", score=0.48),
        hit("山の週間登山者数は二千人である。", post="c.md", date="2026-03-01", score=0.48),
    ]
    lines = extract("港の週間来館者数は何人？", hits, READER, 0.9).text.splitlines()
    assert lines[0] == "記事によって書かれていることが違います（新しい順）。"
    assert [line[:10] for line in lines[1:-1]] == ["2026-02-17", "2025-10-17"]


def test_one_figure_in_two_posts_is_no_contradiction():
    hits = [
        hit("こむぎ堂の食パンは一斤三百二十円で売られている。", post="a.md"),
        hit("こむぎ堂の食パンは一斤三百二十円と安く、朝には列ができるという。", post="b.md"),
    ]
    answer = extract("こむぎ堂の食パンは一斤いくら？", hits, READER, 0.9)
    assert "違います" not in answer.text


@pytest.mark.parametrize(
    ("question", "refusal", "line"),
    [
        ("一斤はいくら？", "記事には", "1件の記事"), ("How much is one?", "The posts don't", "From one post"),
        ("一斤多少钱？", "文章里似乎", "出自1篇"), ("한 개에 얼마입니까?", "글에는", "글 1건"),
        ("Wie viel kostet das?", "Die Beiträge", "Aus einem"),
        ("Combien ça coûte pour une ?", "Les articles", "D'après un"),
        ("¿Cuánto cuesta?", "Las entradas", "De una entrada"),
        ("Quanto custa o pão e quem o faz?", "As publicações", "De uma"),
    ],
)  # fmt: skip
def test_the_frame_is_in_the_questions_language_the_quote_is_not(question, refusal, line):
    hits = [hit("食パンは一斤三百二十円で売られている。")]
    assert refuse(question, hits, 0.1).text.startswith(refusal)
    answer = extract(question, hits, READER, 0.9)
    assert_sound(answer)
    assert answer.citations[0].quote == hits[0].passage.text
    assert answer.text.splitlines()[-1].startswith(line)


def test_a_passage_without_a_sentence_long_enough_is_quoted_whole():
    answer = extract("値段は？", [hit("三百円。")], READER, 0.9)
    assert_sound(answer)
    assert answer.citations[0].quote == "三百円。"


def test_a_list_is_quoted_on_one_line_of_the_text():
    text = "営業日の一覧:\n・火曜日は朝の九時から夜の八時まで\n・水曜日は朝の九時から夕方の六時まで"
    answer = extract("水曜日は何時まで？", [hit(text)], READER, 0.9)
    assert_sound(answer)
    assert f"・水曜日は朝の九時から夕方の六時まで [{len(answer.citations)}]" in answer.text


def test_posts_without_a_date_say_so():
    answer = extract("食パンは？", [hit("食パンは一斤三百二十円で売られている。", date="")], READER, 0.9)
    assert answer.text.endswith("1件の記事（日付なし）より。")


def test_numbers_in_brackets_become_parentheses():
    assert without_numbers("甲[1]乙【2】丙［３］丁[4, 5]戊[注]己[a1]") == "甲(1)乙(2)丙(３)丁(4, 5)戊[注]己[a1]"
