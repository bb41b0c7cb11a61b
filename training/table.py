"""Trains the token table on pairs: texts that belong together come close, the batch's other texts go away.

Knows token ids and vectors only. One batch holds one source in one language (or language pair), so that the model can't
win by telling sites or languages apart.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from training.data import Source, Texts
from training.rows import Rows, load, save

DIM = 256
BATCH = 1024  # 2048 took four times as long on two busy cores and was no better in the same time
TEMPERATURE = 0.05
LEARNING_RATE = 0.03  # Adam, decaying linearly to 0
SOURCE_POWER = 0.6  # sources are drawn by size ** 0.6: large ones do not drown the small
INITIAL_SCALE = 0.1
REPORT_EVERY = 200  # steps

Bag = tuple[NDArray[np.int64], NDArray[np.int64]]  # token ids of several texts end to end, and where each starts


def train_table(sources: Sequence[Source], vocab_size: int, steps: int, seed: int, checkpoint: Path) -> torch.Tensor:
    """The table (V, DIM) after `steps` steps, going on from the checkpoint if there is one.

    Every step draws from (seed, step), so a resumed run equals an unbroken one.
    """
    if checkpoint.exists():
        start, parts = load(checkpoint)
        table = parts["table"]
    else:
        start, noise = 0, torch.randn(vocab_size, DIM, generator=torch.Generator().manual_seed(seed))
        table = Rows.of(noise * INITIAL_SCALE)
    odds = source_odds(sources)
    started, losses = time.monotonic(), []
    for step in range(start, steps):
        draw = np.random.default_rng((seed, step))
        source = sources[draw.choice(len(sources), p=odds)]
        rows = draw.choice(len(source.left), min(BATCH, len(source.left)), replace=False)
        losses.append(_step(table, bags(source.left, rows), bags(source.right, rows), step + 1, 1 - step / steps))
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == steps:
            spent = time.monotonic() - started
            print(f"  step {step + 1}/{steps} loss {np.mean(losses[-REPORT_EVERY:]):.3f} {spent:.0f} s", flush=True)
            save(checkpoint, step + 1, table=table)
    return table.value


def source_odds(sources: Sequence[Source]) -> NDArray[np.float64]:
    """How often each source is drawn; they sum to 1."""
    sizes = np.array([len(source.left) for source in sources]) ** SOURCE_POWER
    odds: NDArray[np.float64] = sizes / sizes.sum()
    return odds


def _step(table: Rows, left: Bag, right: Bag, done: int, decay: float) -> float:
    """One Adam step on the table rows that occur in the batch; the loss."""
    used, where = np.unique(np.concatenate([left[0], right[0]]), return_inverse=True)
    tokens = torch.from_numpy(used)
    local = table.value[tokens].requires_grad_()
    index, split = torch.from_numpy(where), len(left[0])
    asked = index[:split], torch.from_numpy(left[1])
    held = index[split:], torch.from_numpy(right[1])
    loss = dense_loss(local, asked, held, torch.from_numpy(same_texts(left) | same_texts(right)))
    loss.backward()
    table.update(tokens, local.grad, LEARNING_RATE * decay, done)
    return float(loss.detach())


def dense_loss(
    table: torch.Tensor,
    asked: tuple[torch.Tensor, torch.Tensor],
    held: tuple[torch.Tensor, torch.Tensor],
    same: torch.Tensor,
) -> torch.Tensor:
    """Symmetric softmax loss over the batch's cosines; `asked` and `held` are (ids, offsets) into `table`."""
    a, b = (normalize(embedding_bag(ids, table, offsets, mode="mean")) for ids, offsets in (asked, held))
    scores = (a @ b.T / TEMPERATURE).masked_fill(same, -1e4)
    target = torch.arange(len(scores))
    return (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2


def bags(texts: Texts, rows: NDArray[np.int64]) -> Bag:
    """The texts of these rows as a bag."""
    starts, ends = texts.bounds[rows], texts.bounds[rows + 1]
    lengths = ends - starts
    offsets = np.cumsum(lengths) - lengths
    ids = texts.ids[np.arange(lengths.sum()) + np.repeat(starts - offsets, lengths)]
    return ids.astype(np.int64), offsets


def same_texts(bag: Bag) -> NDArray[np.bool_]:
    """(B, B) True where two different rows hold the same text, which must not count as a wrong answer."""
    ids, offsets = bag
    seen: dict[bytes, int] = {}
    group = np.array([seen.setdefault(part.tobytes(), len(seen)) for part in np.split(ids, offsets[1:])])
    same: NDArray[np.bool_] = group[:, None] == group[None, :]
    np.fill_diagonal(same, False)
    return same
