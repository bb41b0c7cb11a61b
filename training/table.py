"""Trains the token table on pairs: texts that belong together come close, the batch's other texts go away.

Knows token ids and vectors only. One batch holds one source in one language (or language pair), so that the model can't
win by telling sites or languages apart.
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

DIM = 256
BATCH = 1024
TEMPERATURE = 0.05
LEARNING_RATE = 0.03  # Adam, decaying linearly to 0
SOURCE_POWER = 0.6  # sources are drawn by size ** 0.6: large ones do not drown the small
INITIAL_SCALE = 0.1
BETAS = (0.9, 0.999)
REPORT_EVERY = 200  # steps


@dataclass(slots=True)
class State:
    """What training changes; enough to resume."""

    table: torch.Tensor  # (V, DIM)
    first: torch.Tensor  # Adam's mean of gradients
    second: torch.Tensor  # Adam's mean of squared gradients
    step: int = 0

    @classmethod
    def new(cls, vocab_size: int, seed: int) -> State:
        table = torch.randn(vocab_size, DIM, generator=torch.Generator().manual_seed(seed)) * INITIAL_SCALE
        return cls(table, torch.zeros_like(table), torch.zeros_like(table))

    def save(self, path: Path) -> None:
        kept = {"table": self.table, "first": self.first, "second": self.second, "step": self.step}
        torch.save(kept, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    @classmethod
    def load(cls, path: Path) -> State:
        return cls(**torch.load(path, weights_only=True))


def train_table(sources: Sequence[Source], state: State, steps: int, seed: int, checkpoint: Path) -> State:
    """Train up to step number `steps`; every step draws from (seed, step), so a resumed run equals an unbroken one."""
    odds = np.array([len(source.left) ** SOURCE_POWER for source in sources])
    odds /= odds.sum()
    started, losses = time.monotonic(), []
    while state.step < steps:
        draw = np.random.default_rng((seed, state.step))
        source = sources[draw.choice(len(sources), p=odds)]
        rows = draw.choice(len(source.left), min(BATCH, len(source.left)), replace=False)
        losses.append(_step(state, source, rows, LEARNING_RATE * (1 - state.step / steps)))
        state.step += 1
        if state.step % REPORT_EVERY == 0:
            spent = time.monotonic() - started
            print(f"  step {state.step}/{steps} loss {np.mean(losses[-REPORT_EVERY:]):.3f} {spent:.0f} s", flush=True)
            state.save(checkpoint)
    state.save(checkpoint)
    return state


def _step(state: State, source: Source, rows: NDArray[np.int64], rate: float) -> float:
    """One Adam step on the table rows that occur in the batch; the loss."""
    left, right = bags(source.left, rows), bags(source.right, rows)
    used, where = np.unique(np.concatenate([left[0], right[0]]), return_inverse=True)
    tokens = torch.from_numpy(used.astype(np.int64))
    local = state.table[tokens].requires_grad_()
    index, split = torch.from_numpy(where), len(left[0])
    a = normalize(embedding_bag(index[:split], local, torch.from_numpy(left[1]), mode="mean"))
    b = normalize(embedding_bag(index[split:], local, torch.from_numpy(right[1]), mode="mean"))
    scores = a @ b.T / TEMPERATURE
    scores = scores.masked_fill(torch.from_numpy(same_texts(left) | same_texts(right)), -1e4)
    target = torch.arange(len(rows))
    loss = (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2
    loss.backward()
    adam_rows(state, tokens, local.grad, rate)
    return float(loss.detach())


def adam_rows(state: State, tokens: torch.Tensor, grad: torch.Tensor | None, rate: float) -> None:
    """Adam on some rows only; the others wait, as if they had not been in the epoch."""
    assert grad is not None
    first = state.first[tokens].lerp_(grad, 1 - BETAS[0])
    second = state.second[tokens].mul_(BETAS[1]).addcmul_(grad, grad, value=1 - BETAS[1])
    state.first[tokens], state.second[tokens] = first, second
    done = state.step + 1
    size = rate / (1 - BETAS[0] ** done)
    state.table[tokens] -= size * first / ((second / (1 - BETAS[1] ** done)).sqrt_() + 1e-8)


def bags(texts: Texts, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids of the rows end to end, and where each row starts."""
    starts, ends = texts.bounds[rows], texts.bounds[rows + 1]
    lengths = ends - starts
    offsets = np.cumsum(lengths) - lengths
    ids = texts.ids[np.arange(lengths.sum()) + np.repeat(starts - offsets, lengths)]
    return ids.astype(np.int64), offsets


def same_texts(bags: tuple[NDArray[np.int64], NDArray[np.int64]]) -> NDArray[np.bool_]:
    """(B, B) True where two different rows hold the same text, which must not count as a wrong answer."""
    ids, offsets = bags
    seen: dict[bytes, int] = {}
    group = np.array([seen.setdefault(part.tobytes(), len(seen)) for part in np.split(ids, offsets[1:])])
    same: NDArray[np.bool_] = group[:, None] == group[None, :]
    np.fill_diagonal(same, False)
    return same
