"""Postings count documents, and those carried over from an earlier build are those of a full one, byte for byte."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.retrieval import postings
from rag.retrieval.postings import carried_over, postings_of
from rag.storage.ragged import Ragged


def test_postings_count_documents_not_terms_and_leave_out_what_is_everywhere():
    rows = [[0, 1, 1], [0, 2], [0], [0, 1], *([0] for _ in range(16))]  # 20 documents: 0 is in all, the others in few
    made = postings_of(Ragged.of(rows), 4, 0.1)
    assert made.df.tolist() == [20, 2, 1, 0]
    assert made.starts.tolist() == [0, 0, 2, 3, 3]
    assert made.rows.tolist() == [0, 3, 1]
    assert made.counts.tolist() == [2, 1, 1]


def test_a_term_counts_at_most_255_times():
    assert postings_of(Ragged.of([[0] * 300]), 1).counts.tolist() == [255]


def _same(one, other):
    return all(
        a.tobytes() == b.tobytes() and a.dtype == b.dtype for a, b in zip(astuple(one), astuple(other), strict=True)
    )


def _terms(rows, vocabulary):
    """Each of `vocabulary` as its place among those that `rows` hold, as a build numbers words."""
    held = sorted({term for row in rows for term in row})
    return held, [held.index(term) if term in held else -1 for term in vocabulary]


documents = st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=30)


@settings(max_examples=150, deadline=None)
@given(documents, documents, st.data(), st.sampled_from([0.1, 0.3, 1.0]))
def test_carried_over_equals_counted_anew(before, added, data, max_share):
    kept = data.draw(st.permutations(range(len(before))))[: data.draw(st.integers(0, len(before)))]
    mixed = data.draw(st.permutations([*((i, before[i]) for i in kept), *((-1, row) for row in added)]))
    rows, source = [row for _, row in mixed], np.array([i for i, _ in mixed])
    held, _ = _terms(before, [])
    now_held, terms = _terms(rows, held)
    old_rows = Ragged.of([[held.index(t) for t in row] for row in before])
    new_rows = Ragged.of([[now_held.index(t) for t in row] for row in rows])
    old = postings_of(old_rows, len(held), max_share)
    with pytest.MonkeyPatch.context() as most:
        most.setattr(postings, "_MOST", 10)  # however much is new
        made = carried_over(old, old_rows, new_rows, source, np.array(terms, np.int64), len(now_held), max_share)
    assert _same(made, postings_of(new_rows, len(now_held), max_share))


def test_few_changes_count_only_what_is_new(monkeypatch):
    rng = np.random.default_rng(2)
    rows = [rng.integers(0, 500, 20).tolist() for _ in range(300)]
    before, now = Ragged.of(rows), Ragged.of([*rows[:100], [1, 2, 2], *rows[101:], [3]])
    source = np.array([*range(100), -1, *range(101, 300), -1])
    old, expected = postings_of(before, 500, 0.1), postings_of(now, 500, 0.1)
    counted = []
    monkeypatch.setattr(postings, "_pairs", lambda d, r, count=postings._pairs: counted.append(len(d)) or count(d, r))
    assert _same(carried_over(old, before, now, source, np.arange(500), 500, 0.1), expected)
    assert counted == [1, 2]


def test_equal_documents_of_which_there_is_one_more_are_counted_anew():
    before, now = Ragged.of([[0, 1], [2]]), Ragged.of([[0, 1], [0, 1], [2]])
    made = carried_over(postings_of(before, 3), before, now, np.array([0, 0, 1]), np.arange(3), 3)
    assert _same(made, postings_of(now, 3))
