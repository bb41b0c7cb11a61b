"""Fits the built-in token table to the user's own posts, without labels. Knows token ids and vectors, no indexes.

A blog's own structure tells which texts belong together: a title and its passages, a heading and its passages, a few
words and the passage they were taken out of, two passages in a row. One step draws such pairs, pulls each together and
pushes the others of the batch away. Tokens that the posts do not hold, foreign ones above all, are moved along with the
tokens they mean the same as, so that a question in another language still finds its passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.types import Floats, Passage, Progress

MIN_PASSAGES = 300  # below, the pairs are too few to beat the table as shipped
BATCH = 768
STEPS_PER_1000 = 25  # steps for each thousand passages
MAX_STEPS = 1_000
MIN_STEPS = 50
TEMPERATURE = 0.05
LEARNING_RATE = 0.01
BETAS = (0.9, 0.99)
MAX_TOKENS = 160  # of a passage
SPAN = (4, 24)  # tokens of a span, least and most
REMOVED = 0.8  # share of spans that are taken out of their passage; the rest teach plain word match

Tokens = NDArray[np.int32]


class TokenTable(Protocol):
    """A static model: a vector and a weight for each token."""

    table: Floats  # (V, dim)
    token_weights: Floats  # (V,)

    def token_ids(self, texts: Sequence[str]) -> list[Tokens]:
        """Token ids of each text, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Token ids of every passage and of its title and heading; `post` numbers the posts."""

    texts: list[Tokens]
    titles: list[Tokens]
    headings: list[Tokens]
    post: NDArray[np.int64]


def adapt(
    encoder: TokenTable,
    passages: Sequence[Passage],
    *,
    steps: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Floats, Floats]:
    """The table (V, dim) and token weights (V,) fitted to the passages; those of `encoder` when there are too few.

    The same passages, seed and number of steps (None: by the number of passages) give the same table.
    """
    if len(passages) < MIN_PASSAGES:
        return encoder.table.copy(), encoder.token_weights.copy()
    corpus = _read(encoder, passages)
    total = steps or min(MAX_STEPS, max(MIN_STEPS, len(passages) * STEPS_PER_1000 // 1000))
    table = encoder.table.copy()
    first, second = np.zeros_like(table), np.zeros_like(table)
    for step in range(total):
        draw = np.random.default_rng((seed, step))
        left, right, group = _pairs(corpus, draw)
        if len(left) < 2:
            continue  # nothing to tell apart
        rows, grad = _gradient(table, left, right, group)
        rate = LEARNING_RATE * (1 - step / total)
        first[rows] = BETAS[0] * first[rows] + (1 - BETAS[0]) * grad
        second[rows] = BETAS[1] * second[rows] + (1 - BETAS[1]) * np.square(grad)
        scale = np.sqrt(1 - BETAS[1] ** (step + 1)) / (1 - BETAS[0] ** (step + 1))
        table[rows] -= rate * scale * first[rows] / (np.sqrt(second[rows]) + 1e-8)
        if progress:
            progress("adapt", step + 1, total)
    return table, encoder.token_weights.copy()


def _read(encoder: TokenTable, passages: Sequence[Passage]) -> _Corpus:
    texts = [ids[:MAX_TOKENS] for ids in encoder.token_ids([p.text for p in passages])]
    titles = encoder.token_ids([p.title for p in passages])
    headings = encoder.token_ids([p.heading for p in passages])
    numbers = {post: i for i, post in enumerate(dict.fromkeys(p.post for p in passages))}
    return _Corpus(texts, titles, headings, np.array([numbers[p.post] for p in passages]))


def _pairs(corpus: _Corpus, draw: np.random.Generator) -> tuple[list[Tokens], list[Tokens], NDArray[np.int64]]:
    """A batch of pairs, and for each the group within which the others are no wrong answers (-1: none)."""
    left: list[Tokens] = []
    right: list[Tokens] = []
    group: list[int] = []
    kinds = draw.choice(4, BATCH, p=[0.25, 0.15, 0.5, 0.1])
    for i, kind in zip(draw.integers(len(corpus.texts), size=BATCH), kinds, strict=True):
        text = corpus.texts[i]
        if kind == 0:
            pair = corpus.titles[i], text
        elif kind == 1:
            pair = corpus.headings[i], text
        elif kind == 2:
            pair = _span(text, np.concatenate([corpus.titles[i], corpus.headings[i]]), draw)
        else:
            j = min(i + 1, len(corpus.texts) - 1)
            pair = text, corpus.texts[j] if corpus.post[i] == corpus.post[j] else corpus.titles[i]
        if len(pair[0]) and len(pair[1]):
            left.append(pair[0])
            right.append(pair[1])
            group.append(-1 - len(left) if kind == 2 else int(corpus.post[i]))
    return left, right, np.array(group)


def _span(text: Tokens, context: Tokens, draw: np.random.Generator) -> tuple[Tokens, Tokens]:
    """A run of the text's tokens, and the rest of the passage (or, now and then, all of it)."""
    size = int(draw.integers(SPAN[0], SPAN[1] + 1))
    start = int(draw.integers(max(1, len(text) - size + 1)))
    span = text[start : start + size]
    rest = np.concatenate([text[:start], text[start + size :]]) if draw.random() < REMOVED else text
    if draw.random() < 0.5:
        rest = np.concatenate([context, rest])
    return span, rest


def _gradient(
    table: Floats, left: list[Tokens], right: list[Tokens], group: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """Rows of the table that the batch uses, and the symmetric in-batch softmax loss's gradient by each."""
    rows, mean = _mean_matrix(left + right)
    means = mean @ table[rows]
    norms = np.linalg.norm(means, axis=1, keepdims=True) + np.float32(1e-12)
    unit = means / norms
    a, b = unit[: len(left)], unit[len(left) :]
    scores = a @ b.T / np.float32(TEMPERATURE)
    same = group[:, None] == group[None, :]
    np.fill_diagonal(same, False)
    scores[same] = -1e4
    pull = (_softmax(scores, 1) + _softmax(scores, 0)) / 2
    pull[np.diag_indices(len(pull))] -= 1
    pull /= np.float32(len(pull) * TEMPERATURE)
    by_unit = np.concatenate([pull @ b, pull.T @ a])
    by_mean = (by_unit - unit * np.einsum("nd,nd->n", by_unit, unit)[:, None]) / norms
    return rows, mean.T @ by_mean


def _mean_matrix(texts: list[Tokens]) -> tuple[NDArray[np.int64], Any]:
    """The distinct tokens of the texts, and the sparse (texts, distinct tokens) matrix that takes their means."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    lengths = np.array([len(one) for one in texts])
    rows, where = np.unique(np.concatenate(texts), return_inverse=True)
    shares = np.repeat(1 / lengths, lengths).astype(np.float32)
    return rows.astype(np.int64), csr_matrix(
        (shares, where, np.concatenate([[0], np.cumsum(lengths)])), shape=(len(texts), len(rows))
    )


def _softmax(scores: Floats, axis: int) -> Floats:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    result: Floats = powers / powers.sum(axis=axis, keepdims=True)
    return result
