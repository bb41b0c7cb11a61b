"""Adapting the table: it learns what the posts put together, the same way each time, and leaves small folders alone."""

import numpy as np
import pytest

from rag.models.adapt import MIN_PASSAGES, _gradient, adapt
from rag.models.embed import StaticEncoder
from rag.types import Passage

NAMES = ["青葉", "白樺", "銀河", "夕凪", "若竹", "朝霧", "桔梗", "千鳥", "潮騒", "山吹"]
FIELDS = ["物流", "農業", "医療", "教育", "漁業", "建設", "観光", "金融", "製紙", "鉄道"]


def passages(count: int) -> list[Passage]:
    """Posts on ten made-up companies, one field each; which company is in which field is only known from the posts."""
    made = []
    for i in range(count):
        name, subject = NAMES[i % 10], FIELDS[i % 10]
        text = f"{subject}の現場では人手が足りず、第{i}の拠点でも{subject}向けの装置を試した。"
        made.append(Passage(str(i), text, f"{name}の新しい装置", "背景", f"{i % 50}.md", "", "", (), (), 1, 1))
    return made


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder.load()


def with_table(encoder: StaticEncoder, table, weights) -> StaticEncoder:
    return StaticEncoder(encoder._tokenizer, table, weights, "adapted")


def test_what_the_posts_put_together_comes_together(encoder):
    adapted = with_table(encoder, *adapt(encoder, passages(400), steps=60))
    before = encoder.encode_queries(NAMES) @ encoder.encode_passages(FIELDS).T
    after = adapted.encode_queries(NAMES) @ adapted.encode_passages(FIELDS).T
    others = ~np.eye(10, dtype=bool)
    gain_own = (np.diag(after) - np.diag(before)).mean()
    assert gain_own > 0.1
    assert gain_own > (after - before)[others].mean() + 0.1


def test_the_same_passages_and_seed_give_the_same_table(encoder):
    one, _ = adapt(encoder, passages(400), steps=3)
    two, _ = adapt(encoder, passages(400), steps=3)
    other, _ = adapt(encoder, passages(400), steps=3, seed=2)
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_the_shipped_table_stays_as_it_was(encoder):
    before = encoder.table.copy()
    adapt(encoder, passages(400), steps=2)
    assert np.array_equal(encoder.table, before)


def test_too_few_passages_change_nothing(encoder):
    table, weights = adapt(encoder, passages(MIN_PASSAGES - 1))
    assert np.array_equal(table, encoder.table)
    assert np.array_equal(weights, encoder.token_weights)


def test_the_unknown_token_stays_zero_and_all_is_finite(encoder):
    table, weights = adapt(encoder, passages(400), steps=5)
    assert not table[0].any()
    assert np.isfinite(table).all()
    assert (weights >= 0).all()


def test_passages_that_hold_nothing_are_survived(encoder):
    """Headings may be empty, titles symbols only, a text one token."""
    for text in ("、", "龘"):
        odd = [Passage(str(i), text, "", "", f"{i}.md", "", "", (), (), 1, 1) for i in range(400)]
        table, _ = adapt(encoder, odd, steps=2)
        assert np.isfinite(table).all()


def test_progress_counts_to_the_number_of_steps(encoder):
    seen = []
    adapt(encoder, passages(400), steps=3, progress=lambda *step: seen.append(step))
    assert seen[-1] == ("adapt", 3, 3)


def test_the_gradient_is_that_of_the_loss():
    """Against finite differences of the loss written down naively."""
    draw = np.random.default_rng(5)
    table = draw.standard_normal((12, 4))
    left = [np.array(x, np.int32) for x in ([0, 1], [2], [3, 4, 4])]
    right = [np.array(x, np.int32) for x in ([5, 6, 1], [7, 8], [9])]
    apart = np.array([[True, False, True], [False, True, True], [True, True, True]])

    def loss(table):
        def unit(ids):
            mean = table[ids].mean(axis=0)
            return mean / np.linalg.norm(mean)

        scores = np.array([[unit(a) @ unit(b) / 0.05 for b in right] for a in left])
        scores[0, 1] = scores[1, 0] = -1e4  # not to be told apart
        rows = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        columns = scores - np.log(np.exp(scores).sum(axis=0, keepdims=True))
        return -(np.trace(rows) + np.trace(columns)) / 6

    rows, grad = _gradient(table.astype(np.float32), left, right, apart)
    for row, one in zip(rows, grad, strict=True):
        for d in range(4):
            moved = table.copy()
            moved[row, d] += 1e-5
            assert one[d] == pytest.approx((loss(moved) - loss(table)) / 1e-5, rel=0.02, abs=0.02)
