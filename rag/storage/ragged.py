"""Rows of different length in one flat array, so that they can be stored, mapped and moved without a Python loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rag.types import Ids


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row i is values[offsets[i]:offsets[i+1]]."""

    values: NDArray[np.integer]
    offsets: Ids

    @classmethod
    def of(cls, rows: Sequence[Sequence[int] | NDArray[np.integer]], dtype: type[np.integer] = np.int32) -> Ragged:
        """Flatten rows."""
        offsets = _offsets(np.fromiter(map(len, rows), np.int64, count=len(rows)))
        values = np.fromiter(chain.from_iterable(rows), dtype, count=int(offsets[-1]))
        return cls(values, offsets)

    @classmethod
    def flat(cls, values: NDArray[np.integer], lengths: NDArray[np.int64]) -> Ragged:
        """Rows of these lengths, that lie one after the other in `values` already."""
        return cls(values, _offsets(lengths))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> NDArray[np.integer]:
        """Row i, without copying."""
        return self.values[self.offsets[i] : self.offsets[i + 1]]

    def take(self, rows: Ids) -> Ragged:
        """These rows, in this order; quick where most of them follow one another."""
        parts = [self.values[self.offsets[a] : self.offsets[b]] for a, b in runs_of(rows)]
        return Ragged(np.concatenate([self.values[:0], *parts]), _offsets(np.diff(self.offsets)[rows]))

    def then(self, other: Ragged) -> Ragged:
        """The rows of both, this one's first."""
        return Ragged(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]]),
        )


def below(count: int) -> type[np.integer]:
    """The type that holds the numbers from 0 to count - 1 in the fewest bytes, on the disk and in a server's memory."""
    return np.uint16 if count <= 1 << 16 else np.int32


def runs_of(rows: Ids) -> list[tuple[int, int]]:
    """`rows` as ranges (first, last + 1), in their order: most of a build's rows stand where they stood before."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    firsts, lasts = rows[np.append(0, breaks)[: len(rows)]], rows[np.append(breaks, len(rows))[: len(rows)] - 1]
    return list(zip(firsts.tolist(), (lasts + 1).tolist(), strict=True))


def _offsets(lengths: NDArray[np.int64]) -> Ids:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def rows_in(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> Ids:
    """For each key where it stands in `known`, or -1."""
    order = np.argsort(known, kind="stable")
    rows: Ids = np.append(order, -1)[np.searchsorted(known[order], keys)]
    return np.where((rows >= 0) & (np.append(known, 0)[rows] == keys), rows, -1)
