"""Late interaction agrees with a slow, obvious version of itself."""

import numpy as np
import pytest

from rag.retrieval.late_interaction import FLOOR, K1, MAX_SHARE, B, LateIndex
from rag.retrieval.postings import postings_of
from rag.storage.ragged import Ragged

ROWS = [[0, 1, 2], [3], [], [1, 1, 4, 5, 5, 5]]


@pytest.fixture
def parts():
    rng = np.random.default_rng(3)
    table = rng.standard_normal((6, 3)).astype(np.float32)
    weights = rng.uniform(0.5, 1.5, 6).astype(np.float32)
    tokens = np.array([t for row in ROWS for t in row], np.uint16)
    offsets = np.cumsum([0] + [len(r) for r in ROWS])
    return tokens, offsets, table, weights


def _slow(question, rows, table, weights):
    df = [sum(t in row for row in ROWS) for t in range(len(table))]
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    mean = sum(map(len, ROWS)) / len(ROWS)
    soft, best = [], []
    for row in rows:
        s = b = total = 0.0
        for q in sorted(set(question)):
            importance = np.log(1 + (len(ROWS) - df[q] + 0.5) / (df[q] + 0.5)) * weights[q]
            cosines = [c if c >= FLOOR else 0.0 for c in (float(unit[q] @ unit[t]) for t in row)]
            tf = sum(c * c for c in cosines)
            s += importance * tf / (tf + K1 * (1 - B + B * len(row) / mean))
            b += importance * max(cosines, default=0.0)
            total += importance
        soft.append(s / total)
        best.append(b / total)
    return soft, best


def test_scores_agree_with_the_definition(parts):
    tokens, offsets, table, weights = parts
    index = LateIndex(tokens, offsets, postings_of(Ragged(tokens, offsets), 6, MAX_SHARE), table, weights)
    softs, bests = index.scores([np.array([1, 4, 1]), np.array([], np.int64), np.array([0, 1])], np.arange(4))
    for soft, best, question in zip(softs, bests, ([1, 4], [], [0, 1]), strict=True):
        slow_soft, slow_best = _slow(question, ROWS, table, weights) if question else ([0.0] * 4, [0.0] * 4)
        assert soft == pytest.approx(slow_soft, abs=1e-5)
        assert best == pytest.approx(slow_best, abs=1e-5)
    assert softs[0, 2] == bests[0, 2] == 0


def test_texts_outside_the_index_are_scored_alike(parts):
    tokens, offsets, table, weights = parts
    index = LateIndex(tokens, offsets, postings_of(Ragged(tokens, offsets), 6, MAX_SHARE), table, weights)
    inside = index.scores([np.array([0, 5])], np.array([0, 3]))
    outside = index.scores_of_texts([np.array([0, 5])], [np.array(ROWS[0]), np.array(ROWS[3])])
    assert inside[0] == pytest.approx(outside[0])
    assert inside[1] == pytest.approx(outside[1])


def test_a_question_without_tokens_or_no_rows_scores_nothing(parts):
    tokens, offsets, table, weights = parts
    index = LateIndex(tokens, offsets, postings_of(Ragged(tokens, offsets), 6, MAX_SHARE), table, weights)
    assert index.scores([np.array([], np.int32)], np.array([0, 1]))[0].tolist() == [[0, 0]]
    assert index.scores([np.array([1])], np.array([], np.int64))[0].tolist() == [[]]


def test_the_best_rows_hold_a_token_like_one_of_the_question():
    """Token 4 of the question is in no passage; 1 is like it, 2 is not."""
    table = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0.2]], np.float32)
    rows = [[2], [1], [2, 2], [1, 1], *([2, 0] for _ in range(36))]
    tokens = np.array([t for row in rows for t in row], np.uint16)
    offsets = np.cumsum([0] + [len(row) for row in rows])
    index = LateIndex(
        tokens, offsets, postings_of(Ragged(tokens, offsets), 5, MAX_SHARE), table, np.ones(5, np.float32)
    )
    assert index.best(np.array([4]), 10).tolist() == [1, 3]
    assert index.best(np.array([4]), 1).tolist() == [3]  # twice in as short a passage
    assert index.best(np.array([4]), 10, np.array([0, 1])).tolist() == [1]
    assert index.best(np.array([2]), 10).tolist() == []  # nearly everywhere: it proposes nothing
    assert index.best(np.array([], np.int64), 10).tolist() == []


def test_a_score_does_not_depend_on_what_was_asked_before():
    """Cosines of tokens that were looked up together with others differed in their last bit."""
    rng = np.random.default_rng(5)
    table = rng.standard_normal((400, 64)).astype(np.float32) + 0.5
    tokens = rng.integers(0, 400, 3_000).astype(np.uint16)
    offsets = np.arange(0, 3_001, 30)
    postings, weights = postings_of(Ragged(tokens, offsets), 400, MAX_SHARE), np.ones(400, np.float32)
    question, rows = np.arange(7, 30), np.arange(100)
    fresh = LateIndex(tokens, offsets, postings, table, weights).scores([question], rows)
    asked = LateIndex(tokens, offsets, postings, table, weights)
    for start in range(5):
        asked.best(np.arange(start, 40, 5), 10)
    for one, other in zip(fresh, asked.scores([question], rows), strict=True):
        assert one.tobytes() == other.tobytes()


def test_likes_forgotten_by_another_thread_meanwhile_are_still_read(parts):
    tokens, offsets, table, weights = parts
    index = LateIndex(tokens, offsets, postings_of(Ragged(tokens, offsets), 6, MAX_SHARE), table, weights)
    expected = index.scores([np.array([1, 4])], np.array([0, 3]))

    class Forgotten(dict):
        def __contains__(self, token):
            index._alike = {}
            return super().__contains__(token)

    index._alike = Forgotten(index._alike)
    for one, other in zip(index.scores([np.array([1, 4])], np.array([0, 3])), expected, strict=True):
        assert one.tolist() == other.tolist()


def test_where_every_token_proposes_the_best_rows_are_those_with_the_best_soft_score():
    rng = np.random.default_rng(11)
    table = rng.standard_normal((60, 8)).astype(np.float32)  # so few dimensions that many tokens are alike
    tokens = rng.integers(0, 60, 2_000).astype(np.uint16)
    offsets = np.append(np.arange(0, 2_000, 25), 2_000)
    index = LateIndex(
        tokens, offsets, postings_of(Ragged(tokens, offsets), 60), table, rng.random(60).astype(np.float32)
    )
    for question in rng.integers(0, 60, (20, 6)):
        soft = index.scores([question], np.arange(80))[0][0]
        assert index.best(question, 10).tolist() == np.sort(np.argsort(-soft)[:10]).tolist()
        some = np.arange(0, 80, 3)
        assert index.best(question, 10, some).tolist() == np.sort(some[np.argsort(-soft[some])[:10]]).tolist()
