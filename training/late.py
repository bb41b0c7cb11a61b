"""The second half of training: the table and a weight per token, directly for the score that ranks passages.

The score of rag/late.py, made differentiable: every question token gathers max(0, cosine)^2 over a passage's tokens,
saturated as BM25 does, times its inverse document frequency, times its weight. On aligned sentences this learns which
words translate each other; the weights learn that "the" says nothing even where it is rare. The mean of token vectors
is trained along, so that one table serves both.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from training.data import Source, Texts
from training.table import BETAS, SOURCE_POWER, TEMPERATURE, bags, same_texts

BATCH = 160  # pairs; the work grows with its square
POOL = 2048  # pairs from which a batch of neighbours is taken
HARD = 0.5  # share of batches made of neighbours instead of random pairs
QUESTION_TOKENS = 20  # of a longer left side a random choice
PASSAGE_TOKENS = 120
RATE, WEIGHT_RATE = 0.006, 0.03  # Adam, decaying linearly to 0
K1, B = 1.2, 0.5  # as in rag/late.py
LOGIT = 1.0  # idf-weighted sums come in units of a few nats already
REPORT_EVERY = 100


@dataclass(slots=True)
class Rows:
    """Rows of parameters with Adam's two moments."""

    value: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor

    @classmethod
    def of(cls, value: torch.Tensor) -> Rows:
        return cls(value.clone(), torch.zeros_like(value), torch.zeros_like(value))

    def update(self, rows: torch.Tensor, grad: torch.Tensor, rate: float, done: int) -> None:
        first = self.first[rows].lerp_(grad, 1 - BETAS[0])
        second = self.second[rows].mul_(BETAS[1]).addcmul_(grad, grad, value=1 - BETAS[1])
        self.first[rows], self.second[rows] = first, second
        size = rate / (1 - BETAS[0] ** done)
        self.value[rows] -= size * first / ((second / (1 - BETAS[1] ** done)).sqrt_() + 1e-8)


def inverse_frequency(texts: Texts, vocab_size: int) -> torch.Tensor:
    """BM25's idf of every token among these texts; a token that none holds gets the most."""
    text = np.repeat(np.arange(len(texts)), np.diff(texts.bounds))
    pairs = np.sort(text * vocab_size + texts.ids)  # many times as fast as np.unique on tens of millions
    df = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] % vocab_size, minlength=vocab_size)
    return torch.from_numpy(np.log(1 + (len(texts) - df + 0.5) / (df + 0.5)).astype(np.float32))


def late_scores(
    table: torch.Tensor, importance: torch.Tensor, asked: tuple, held: tuple, mean_length: float
) -> torch.Tensor:
    """(questions, passages): rows of `table` by token; `asked` and `held` are (ids, offsets) into them."""
    (q_ids, q_offsets), (p_ids, p_offsets) = asked, held
    unit = normalize(table)
    p_rows, p_where = torch.unique(p_ids, return_inverse=True)
    like = (unit[q_ids] @ unit[p_rows].T).clamp_min(0).square()  # (question tokens, distinct passage tokens)
    lengths = torch.diff(p_offsets, append=torch.tensor([len(p_ids)]))
    bounds = torch.cat([p_offsets, torch.tensor([len(p_ids)])])
    counts = torch.sparse_csr_tensor(bounds, p_where, torch.ones(len(p_ids)), (len(lengths), len(p_rows)))
    met = counts @ like.T  # (passages, question tokens)
    met = met / (met + (K1 * (1 - B + B * lengths / mean_length))[:, None])
    sums = torch.zeros(len(lengths), len(q_offsets))
    owner = torch.repeat_interleave(
        torch.arange(len(q_offsets)), torch.diff(q_offsets, append=torch.tensor([len(q_ids)]))
    )
    return sums.index_add(1, owner, met * importance[q_ids]).T


def train_late(
    sources: Sequence[Source], table: torch.Tensor, weights: torch.Tensor, steps: int, seed: int, checkpoint: Path
) -> tuple[torch.Tensor, torch.Tensor]:
    """The table (V, dim) and token weights (V,) after `steps` steps."""
    odds = np.array([len(source.left) ** SOURCE_POWER for source in sources])
    odds /= odds.sum()
    idf = [[inverse_frequency(side, len(table)) for side in (s.left, s.right)] for s in sources]
    mean = [[len(side.ids) / len(side) for side in (s.left, s.right)] for s in sources]
    vectors, logs = Rows.of(table), Rows.of(weights.log())
    started, losses = time.monotonic(), []
    for step in range(steps):
        draw = np.random.default_rng((seed, 7, step))
        i = int(draw.choice(len(sources), p=odds))
        source = sources[i]
        turned = "-" in source.name.split()[0] and draw.random() < 0.5  # aligned sentences: either side asks
        left, right = (source.right, source.left) if turned else (source.left, source.right)
        rows = _neighbours(vectors.value, left, draw)
        side = 0 if turned else 1
        rate = 1 - step / steps
        losses.append(_step(vectors, logs, (left, right, rows), idf[i][side], mean[i][side], rate, step + 1, draw))
        if (step + 1) % REPORT_EVERY == 0:
            spent = time.monotonic() - started
            late, dense = np.mean(losses[-REPORT_EVERY:], axis=0)
            print(f"  step {step + 1}/{steps} late {late:.3f} dense {dense:.3f} {spent:.0f} s", flush=True)
            torch.save((vectors.value, logs.value.exp()), checkpoint)
    return vectors.value, logs.value.exp()


def _neighbours(table: torch.Tensor, texts: Texts, draw: np.random.Generator) -> NDArray[np.int64]:
    """Rows of one batch: any, or those whose left sides are nearest to one of them, which are hard to tell apart."""
    pool = draw.choice(len(texts), min(POOL, len(texts)), replace=False)
    if draw.random() >= HARD:
        return pool[:BATCH]
    ids, offsets = bags(texts, pool)
    unit = normalize(embedding_bag(torch.from_numpy(ids), table, torch.from_numpy(offsets), mode="mean"))
    return pool[torch.topk(unit @ unit[0], min(BATCH, len(pool))).indices.numpy()]


def _step(vectors, logs, batch, idf, mean_length, rate, done, draw) -> tuple[float, float]:
    left, right, rows = batch
    q, p = bags(left, rows), bags(right, rows)
    same = torch.from_numpy(same_texts(q) | same_texts(p))
    q_cut, p_cut = _sample(q, QUESTION_TOKENS, draw), _sample(p, PASSAGE_TOKENS, draw)
    used, where = np.unique(np.concatenate([q_cut[0], p_cut[0]]), return_inverse=True)
    tokens = torch.from_numpy(used)
    local, log = vectors.value[tokens].requires_grad_(), logs.value[tokens].requires_grad_()
    split = len(q_cut[0])
    asked = torch.from_numpy(where[:split]), torch.from_numpy(q_cut[1])
    held = torch.from_numpy(where[split:]), torch.from_numpy(p_cut[1])
    scores = late_scores(local, log.exp() * idf[tokens], asked, held, mean_length) * LOGIT
    target = torch.arange(len(rows))
    late = cross_entropy(scores.masked_fill(same, -1e4), target)
    a, b = (normalize(embedding_bag(ids, local, offsets, mode="mean")) for ids, offsets in (asked, held))
    cosines = (a @ b.T / TEMPERATURE).masked_fill(same, -1e4)
    dense = (cross_entropy(cosines, target) + cross_entropy(cosines.T, target)) / 2
    (late + dense).backward()
    vectors.update(tokens, local.grad, RATE * rate, done)
    logs.update(tokens, log.grad, WEIGHT_RATE * rate, done)
    logs.value.clamp_(-4, 1.5)
    return float(late.detach()), float(dense.detach())


def _sample(
    bag: tuple[NDArray[np.int64], NDArray[np.int64]], most: int, draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each text cut to a random window of at most `most` tokens."""
    ids, offsets = bag
    parts = []
    for part in np.split(ids, offsets[1:]):
        start = int(draw.integers(len(part) - most + 1)) if len(part) > most else 0
        parts.append(part[start : start + most])
    lengths = np.array([len(part) for part in parts])
    return np.concatenate(parts), np.cumsum(lengths) - lengths
