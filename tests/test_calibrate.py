"""The scale of an index: deterministic, kept with the build, and a probability that rises with the evidence."""

from dataclasses import replace

import pytest

from rag.calibrate import HITS, MIDDLING, Calibration, Scale, calibrate
from rag.evidence import Signals, measure

GOOD = Signals(score=0.7, met=1.0, mass=1.6, lacking=0.0, lacking_name=0.0, named=1.0)
POOR = Signals(score=0.15, met=0.2, mass=0.3, lacking=1.0, lacking_name=1.0, named=1.0)


def test_it_comes_back_from_json_as_it_went():
    made = Calibration(Scale(0.31, 0.62), Scale(0.4, 1.0), Scale(0.9, 1.4))
    assert Calibration.from_json(made.as_json()) == made


@pytest.mark.parametrize("stored", [None, {}, [], "x", {"score": [0, 1]}, {"low": [1], "high": [2], "met": [3]}])
def test_what_is_no_calibration_gives_the_middling_one(stored):
    assert Calibration.from_json(stored) == MIDDLING


def test_good_evidence_is_likely_poor_evidence_is_not():
    assert MIDDLING.probability(GOOD) > 0.8
    assert MIDDLING.probability(POOR) < 0.35
    assert MIDDLING.probability(Signals(score=0.9)) == 0.0  # not a word of the question was found


@pytest.mark.parametrize(
    ("signal", "sign"), [("score", 1), ("met", 1), ("mass", 1), ("lacking", -1), ("lacking_name", -1), ("named", 1)]
)
def test_each_signal_pulls_its_way(signal, sign):
    middle = Signals(0.4, 0.6, 1.0, 0.4, 0.4, 0.0)
    more = replace(middle, **{signal: getattr(middle, signal) + 0.3})
    assert sign * (MIDDLING.probability(more) - MIDDLING.probability(middle)) > 0


def test_a_scale_is_0_without_and_1_with_an_answer_and_bounded():
    scale = Scale(0.2, 0.6)
    assert (scale.of(0.2), scale.of(0.6), scale.of(0.4)) == pytest.approx((0, 1, 0.5))
    assert (scale.of(99.0), scale.of(-99.0)) == (3.0, -3.0)
    assert Scale(0.5, 0.5).of(0.55) == pytest.approx(1.0)  # a signal that tells nothing does not blow up


def test_the_same_index_gives_the_same_scale(index):
    def ask(question):
        return index.search(question, k=HITS)

    assert calibrate(index.passages(), ask, index.reader) == calibrate(index.passages(), ask, index.reader)


def test_an_index_that_can_ask_itself_has_a_scale_of_its_own(index):
    """Taking the own post away lowers every signal."""
    many = [p for p in index.passages() for _ in range(3)]  # enough to ask, from a blog of six posts
    found = calibrate(many, lambda question: index.search(question, k=HITS), index.reader)
    assert found != MIDDLING
    for scale in (found.score, found.met, found.mass):
        assert scale.low < scale.high


def test_an_index_too_small_to_ask_itself_takes_the_middling_scale(index):
    assert calibrate([], lambda question: [], index.reader) == MIDDLING


def test_signals_of_a_question_that_the_posts_answer_and_of_one_that_they_do_not(index):
    def signals(question):
        return measure(question, index.search(question, k=10), index.reader)

    yes, no = signals("石窯は何度まで温度が上がる？"), signals("量子コンピュータの誤り訂正符号の閾値定理とは？")
    assert yes.met > no.met
    assert yes.mass > no.mass
    assert yes.lacking < no.lacking
    assert (no.named, no.lacking_name) == (1.0, pytest.approx(1.0, abs=0.2))
    assert 0 <= yes.met <= 1


def test_signals_of_nothing_are_nothing(index):
    assert measure("パン", [], index.reader) == Signals()
    assert measure("？", index.search("パン", k=1), index.reader).mass == 0.0
