"""The second half of training: the table and a weight per token, directly for the score that ranks passages.

The score of rag/retrieval/late_interaction.py, made differentiable: every question token gathers max(0, cosine)^2 over
a passage's tokens, saturated as BM25 does, times its inverse document frequency, times its weight. On aligned sentences
this learns which words translate each other; the weights learn that "the" says nothing even where it is rare. The mean
of token vectors is trained along, so that one table serves both.
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
from training.rows import Rows, load, save
from training.table import Bag, bags, dense_loss, same_texts, source_odds

BATCH = 160  # pairs; the work grows with its square
POOL = 2048  # pairs from which a batch of neighbours is taken
HARD = 0.5  # share of batches made of neighbours, which are hard to tell apart, instead of random pairs
QUESTION_TOKENS, PASSAGE_TOKENS = 20, 120  # longer texts are cut to a random window
RATE, WEIGHT_RATE = 0.006, 0.03  # Adam, decaying linearly to 0
WEIGHT_LOGS = (-4.0, 1.5)  # weights stay in 0.02-4.5: no token is silenced or shouts by accident of its few pairs
K1, B = 1.2, 0.5  # as in rag/retrieval/late_interaction.py
REPORT_EVERY = 100  # steps


@dataclass(frozen=True, slots=True)
class Collection:
    """One side of a source, searched: its texts with their statistics."""

    texts: Texts
    idf: torch.Tensor  # (V,); a token that no text holds gets the most
    mean_length: float

    @classmethod
    def of(cls, texts: Texts, vocab_size: int) -> Collection:
        text = np.repeat(np.arange(len(texts)), np.diff(texts.bounds))
        pairs = np.sort(text * vocab_size + texts.ids)  # many times as fast as np.unique on tens of millions
        df = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] % vocab_size, minlength=vocab_size)
        idf = np.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        return cls(texts, torch.from_numpy(idf.astype(np.float32)), len(texts.ids) / len(texts))


def train_late(
    sources: Sequence[Source], table: torch.Tensor, steps: int, seed: int, checkpoint: Path
) -> tuple[torch.Tensor, torch.Tensor]:
    """The table (V, dim) and token weights (V,) after `steps` steps from `table`, or from the checkpoint."""
    if checkpoint.exists():
        start, parts = load(checkpoint)
    else:
        start, parts = 0, {"table": Rows.of(table), "logs": Rows.of(torch.zeros(len(table)))}
    odds = source_odds(sources)
    sides = [[Collection.of(side, len(table)) for side in (s.left, s.right)] for s in sources if start < steps]
    started, losses = time.monotonic(), []
    for step in range(start, steps):
        draw = np.random.default_rng((seed, 7, step))
        place = int(draw.choice(len(sources), p=odds))
        asking, searched = sides[place]
        if "-" in sources[place].name.split()[0] and draw.random() < 0.5:  # aligned sentences: either side asks
            asking, searched = searched, asking
        rows = _rows(parts["table"].value, asking.texts, draw)
        losses.append(_step(parts, asking.texts, searched, rows, step + 1, 1 - step / steps, draw))
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == steps:
            late, dense = np.mean(losses[-REPORT_EVERY:], axis=0)
            spent = time.monotonic() - started
            print(f"  step {step + 1}/{steps} late {late:.3f} dense {dense:.3f} {spent:.0f} s", flush=True)
            save(checkpoint, step + 1, **parts)
    return parts["table"].value, parts["logs"].value.exp()


def late_scores(
    table: torch.Tensor, importance: torch.Tensor, asked: Sequence[torch.Tensor], held: Sequence[torch.Tensor],
    mean_length: float,
) -> torch.Tensor:  # fmt: skip
    """(questions, passages): `asked` and `held` are (ids, offsets) into the rows of `table` and `importance`."""
    unit = normalize(table)
    distinct, where = torch.unique(held[0], return_inverse=True)
    like = (unit[distinct] @ unit[asked[0]].T).clamp_min(0).square()  # (distinct passage tokens, question tokens)
    lengths = torch.cat([held[1], torch.tensor([len(where)])]).diff()
    met = embedding_bag(where, like, held[1], mode="sum")  # (passages, question tokens)
    met = met / (met + (K1 * (1 - B + B * lengths / mean_length))[:, None])
    sizes = torch.cat([asked[1], torch.tensor([len(asked[0])])]).diff()
    question = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    return torch.zeros(len(lengths), len(sizes)).index_add(1, question, met * importance[asked[0]]).T


def _rows(table: torch.Tensor, texts: Texts, draw: np.random.Generator) -> NDArray[np.int64]:
    """Rows of one batch: any, or one and its nearest among many."""
    pool = draw.choice(len(texts), min(POOL, len(texts)), replace=False)
    if draw.random() >= HARD:
        return pool[:BATCH]
    ids, offsets = bags(texts, pool)
    unit = normalize(embedding_bag(torch.from_numpy(ids), table, torch.from_numpy(offsets), mode="mean"))
    return pool[torch.topk(unit @ unit[0], min(BATCH, len(pool))).indices.numpy()]


def _step(
    parts: dict[str, Rows], asking: Texts, searched: Collection, rows: NDArray[np.int64], done: int, decay: float,
    draw: np.random.Generator,
) -> tuple[float, float]:  # fmt: skip
    """One Adam step on the sum of both losses; (late loss, dense loss)."""
    left, right = bags(asking, rows), bags(searched.texts, rows)
    same = torch.from_numpy(same_texts(left) | same_texts(right))
    left, right = _window(left, QUESTION_TOKENS, draw), _window(right, PASSAGE_TOKENS, draw)
    used, where = np.unique(np.concatenate([left[0], right[0]]), return_inverse=True)
    tokens, index, split = torch.from_numpy(used), torch.from_numpy(where), len(left[0])
    local = parts["table"].value[tokens].requires_grad_()
    logs = parts["logs"].value[tokens].requires_grad_()
    asked = index[:split], torch.from_numpy(left[1])
    held = index[split:], torch.from_numpy(right[1])
    scores = late_scores(local, logs.exp() * searched.idf[tokens], asked, held, searched.mean_length)
    late = cross_entropy(scores.masked_fill(same, -1e4), torch.arange(len(rows)))
    dense = dense_loss(local, asked, held, same)
    (late + dense).backward()
    parts["table"].update(tokens, local.grad, RATE * decay, done)
    parts["logs"].update(tokens, logs.grad, WEIGHT_RATE * decay, done)
    parts["logs"].value.clamp_(*WEIGHT_LOGS)
    return float(late.detach()), float(dense.detach())


def _window(bag: Bag, most: int, draw: np.random.Generator) -> Bag:
    """Each text cut to a random window of at most `most` tokens."""
    parts = []
    for part in np.split(bag[0], bag[1][1:]):
        start = int(draw.integers(len(part) - most + 1)) if len(part) > most else 0
        parts.append(part[start : start + most])
    lengths = np.array([len(part) for part in parts])
    return np.concatenate(parts), np.cumsum(lengths) - lengths
