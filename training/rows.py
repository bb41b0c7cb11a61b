"""Parameters of which one step touches a few rows only: Adam on those rows, and checkpoints. Knows no loss."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

BETAS = (0.9, 0.999)


@dataclass(slots=True)
class Rows:
    """Rows of parameters with Adam's two moments."""

    value: torch.Tensor
    first: torch.Tensor
    second: torch.Tensor

    @classmethod
    def of(cls, value: torch.Tensor) -> Rows:
        return cls(value.clone(), torch.zeros_like(value), torch.zeros_like(value))

    def update(self, rows: torch.Tensor, grad: torch.Tensor | None, rate: float, done: int) -> None:
        """One Adam step, number `done`, on some rows; the others wait as if they had not been there."""
        assert grad is not None
        first = self.first[rows].lerp_(grad, 1 - BETAS[0])
        second = self.second[rows].mul_(BETAS[1]).addcmul_(grad, grad, value=1 - BETAS[1])
        self.first[rows], self.second[rows] = first, second
        size = rate / (1 - BETAS[0] ** done)
        self.value[rows] -= size * first / ((second / (1 - BETAS[1] ** done)).sqrt_() + 1e-8)


def save(path: Path, step: int, **parts: Rows) -> None:
    """Write a checkpoint in one step: it is the old one or the new one, whenever the machine stops."""
    state = {name: (part.value, part.first, part.second) for name, part in parts.items()}
    torch.save({"step": step, **state}, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def load(path: Path) -> tuple[int, dict[str, Rows]]:
    """The step and the parts of a checkpoint."""
    state = torch.load(path, weights_only=True)
    return state.pop("step"), {name: Rows(*tensors) for name, tensors in state.items()}
