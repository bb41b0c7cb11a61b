"""FAISS agrees with numpy, and refuses what would make it answer wrongly."""

import weakref

import numpy as np
import pytest

from rag.retrieval import dense
from rag.retrieval.dense import DenseIndex


@pytest.fixture
def vectors():
    rows = np.random.default_rng(7).standard_normal((500, 32)).astype(np.float32)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def test_top_is_the_order_of_the_cosines(vectors):
    query = vectors[3].astype(np.float32)
    rows, scores = DenseIndex(vectors).top(query, 10)
    cosine = vectors.astype(np.float32) @ query
    assert rows.tolist() == np.argsort(-cosine)[:10].tolist()
    assert scores == pytest.approx(cosine[rows], abs=1e-3)
    assert rows[0] == 3
    assert scores[0] == pytest.approx(1.0, abs=1e-3)


def test_rows_limit_the_search(vectors):
    allowed = np.array([5, 80, 300])
    rows, _ = DenseIndex(vectors).top(vectors[3].astype(np.float32), 10, allowed)
    assert sorted(rows.tolist()) == [5, 80, 300]


def test_k_above_the_number_of_vectors_gives_them_all_and_never_row_minus_one(vectors):
    rows, _ = DenseIndex(vectors).top(vectors[0].astype(np.float32), 10**6)
    assert sorted(rows.tolist()) == list(range(500))


def test_above_the_exact_limit_codes_choose_and_the_vectors_themselves_are_compared(vectors, monkeypatch):
    monkeypatch.setattr(dense, "EXACT_UP_TO", 100)
    index, exact = DenseIndex(vectors), vectors.astype(np.float32) @ vectors.astype(np.float32).T
    found = 0
    for query, cosines in zip(vectors.astype(np.float32), exact, strict=True):
        rows, scores = index.top(query, 20)
        assert scores == pytest.approx(cosines[rows], abs=1e-5)
        assert (np.diff(scores) <= 0).all()
        found += len(set(rows.tolist()) & set(np.argsort(-cosines)[:20].tolist()))
    assert found / (500 * 20) > 0.99
    limited, _ = index.top(vectors[3].astype(np.float32), 2, np.arange(0, 500, 5))
    assert limited.tolist() == (5 * np.argsort(-exact[3, ::5])[:2]).tolist()


@pytest.mark.parametrize("dim", [1, 7, 33])
def test_codes_of_an_odd_dimension_and_of_a_constant_one_choose_as_well(monkeypatch, dim):
    monkeypatch.setattr(dense, "EXACT_UP_TO", 100)
    rows = np.random.default_rng(3).standard_normal((300, dim)).astype(np.float32)
    rows[:, -1] = 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = DenseIndex(rows.astype(np.float16))
    best, scores = index.top(rows[8], 5)
    expected = np.sort(rows.astype(np.float16).astype(np.float32) @ rows[8])[::-1][:5]
    assert scores == pytest.approx(expected, abs=2e-2 if dim == 1 else 1e-3)
    assert len(best) == 5


def test_a_zero_query_finds_nothing(vectors):
    rows, _ = DenseIndex(vectors).top(np.zeros(32, np.float32), 5)
    assert rows.tolist() == []


@pytest.mark.parametrize("bad", [np.full(32, np.nan, np.float32), np.zeros(31, np.float32)])
def test_a_query_that_is_not_finite_or_of_another_dimension_is_refused(vectors, bad):
    with pytest.raises(ValueError, match=r"not finite|dimension 32"):
        DenseIndex(vectors).top(bad, 5)


def test_vectors_that_are_not_finite_are_refused(vectors):
    vectors[4, 2] = np.inf
    with pytest.raises(ValueError, match="not finite"):
        DenseIndex(vectors)


def test_an_empty_index_finds_nothing():
    index = DenseIndex(np.zeros((0, 8), np.float16))
    assert len(index) == 0
    assert index.top(np.ones(8, np.float32), 3)[0].tolist() == []


def test_similarity_is_the_cosine_of_each_row(vectors):
    query = vectors[3].astype(np.float32)
    got = DenseIndex(vectors).similarity(query, np.array([3, 9]))
    assert got == pytest.approx(vectors[[3, 9]].astype(np.float32) @ query)


@pytest.mark.parametrize("exact_up_to", [1_000, 100])
def test_the_vectors_are_held_once_not_beside_faiss_again(vectors, monkeypatch, exact_up_to):
    monkeypatch.setattr(dense, "EXACT_UP_TO", exact_up_to)
    expected = vectors[[4, 400]].astype(np.float32) @ vectors[9].astype(np.float32)
    given = vectors.copy()
    index, given_ref = DenseIndex(given), weakref.ref(given)
    del given
    assert given_ref() is None
    assert index.similarity(vectors[9].astype(np.float32), np.array([4, 400])).tolist() == expected.tolist()
    assert DenseIndex(vectors[:0]).similarity(vectors[9].astype(np.float32), np.empty(0, np.int64)).tolist() == []
