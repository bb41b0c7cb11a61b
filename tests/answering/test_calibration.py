"""The scale of an index: deterministic, kept with the build, and a probability that rises with the evidence."""

from dataclasses import replace

import pytest

from rag.answering.calibration import HITS, MIDDLING, Calibration, calibrate
from rag.answering.evidence import Signals, measure

GOOD = Signals(score=0.6, likeness=0.7, mass=1.2, named=1.0, names_met=1.0, name_lacking=0.0)
POOR = Signals(score=0.1, likeness=0.2, mass=0.3, named=1.0, names_met=0.0, name_lacking=1.0)


def test_it_comes_back_from_json_as_it_went():
    made = Calibration(0.31, 0.62)
    assert Calibration.from_json(made.as_json()) == made


@pytest.mark.parametrize(
    "stored", [None, {}, [], "x", {"mass": [0, 1]}, {"score": [0, 1], "met": [0, 1], "mass": [0, 1]}]
)
def test_what_is_no_calibration_gives_the_middling_one(stored):
    assert Calibration.from_json(stored) == MIDDLING


def test_good_evidence_is_likely_poor_evidence_is_not():
    assert MIDDLING.probability(GOOD) > 0.8
    assert MIDDLING.probability(POOR) < 0.35
    assert MIDDLING.probability(Signals(likeness=0.9)) == 0.0  # not a word of the question was found


@pytest.mark.parametrize(
    ("signal", "sign"),
    [("score", 1), ("likeness", 1), ("mass", 1), ("named", 1), ("names_met", 1), ("name_lacking", -1)],
)
def test_each_signal_pulls_its_way(signal, sign):
    middle = Signals(0.3, 0.4, 0.8, 0.0, 0.4, 0.4)
    more = replace(middle, **{signal: getattr(middle, signal) + 0.3})
    assert sign * (MIDDLING.probability(more) - MIDDLING.probability(middle)) > 0


def test_a_score_counts_from_where_it_is_without_an_answer_to_where_it_is_with_one():
    made = Calibration(without=0.2, with_answer=0.6)
    along = [made.scaled(Signals(score=s)).score for s in (0.0, 0.2, 0.4, 0.6, 0.9)]
    assert along == pytest.approx([-0.5, -0.5, 0.0, 0.5, 0.5])


def test_where_any_question_scores_high_a_score_tells_nothing():
    made = Calibration(without=0.55, with_answer=0.45)
    low, high = made.scaled(Signals(score=0.1)), made.scaled(Signals(score=0.9))
    assert (low.score, low.named) == (high.score, high.named) == (0.0, 0.0)


def test_a_question_that_names_nothing_is_answered_when_it_scores_as_with_an_answer():
    made = Calibration(without=0.2, with_answer=0.6)
    plain = Signals(score=0.6, likeness=0.4, mass=0.8)
    assert made.scaled(plain).named == 1.0
    assert made.probability(plain) > 0.7 > 0.3 > made.probability(replace(plain, score=0.2))


def test_a_subject_that_is_met_in_words_and_sense_counts_as_a_name_where_scores_tell_nothing():
    made = Calibration(without=0.55, with_answer=0.45)
    met = Signals(score=0.6, likeness=0.5, mass=0.5)
    assert made.scaled(met).named == pytest.approx(0.8)
    assert made.probability(met) > 0.5
    for poorer in (replace(met, score=0.3), replace(met, likeness=0.25)):
        assert made.scaled(poorer).named == 0.0
        assert made.probability(poorer) < 0.5


def test_the_same_index_gives_the_same_scale(index):
    def ask(question):
        return index.search(question, k=HITS)

    assert calibrate(index.passages(), ask) == calibrate(index.passages(), ask)


def test_an_index_that_can_ask_itself_has_a_scale_of_its_own(index):
    """Taking the own post away lowers the score."""
    many = [p for p in index.passages() for _ in range(3)]  # enough to ask, from a blog of six posts
    found = calibrate(many, lambda question: index.search(question, k=HITS))
    assert found != MIDDLING
    assert found.without < found.with_answer


def test_an_index_too_small_to_ask_itself_takes_the_middling_scale(index):
    assert calibrate([], lambda question: []) == MIDDLING


def test_signals_of_a_question_that_the_posts_answer_and_of_one_that_they_do_not(index):
    def signals(question):
        return measure(question, index.search(question, k=10), index.reader)

    yes, no = signals("石窯は何度まで温度が上がる？"), signals("量子コンピュータの誤り訂正符号の閾値定理とは？")
    assert yes.likeness > no.likeness
    assert yes.mass > no.mass
    assert (no.named, no.names_met, no.name_lacking) == (1.0, 0.0, pytest.approx(1.0, abs=0.2))


def test_a_name_counts_as_met_in_any_spelling_that_the_posts_gloss_and_only_whole(index):
    def lacking(question):
        return measure(question, index.search(question, k=HITS), index.reader).name_lacking

    assert lacking("こむぎ堂の開店は何時？") == lacking("How many mAh has the Lithium battery?") == 0.0
    assert lacking("How long does the Lithum battery last, in mAh?") == 0.0  # a slip
    assert lacking("こむぎ堂のナポリタンはいくら？") > 0.5
    assert lacking("How many mAhs has the Natrium battery?") > 0.5


def test_signals_of_nothing_are_nothing(index):
    assert measure("パン", [], index.reader) == Signals()
    assert measure("？", index.search("パン", k=1), index.reader).mass == 0.0
