"""Counting whole numbers by sorting them, which for millions is ten times as fast as np.unique's hashing."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.uint64, np.uint32)


def counted_pairs(
    first: NDArray[np.integer], second: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:  # fmt: skip
    """Distinct pairs of numbers from 0 to 2^31 - 1, in order, as two columns, and how often each occurs."""
    small = max(first.max(initial=0), second.max(initial=0)) < 1 << 16
    packed: NDArray[Any] = first.astype(np.uint32 if small else np.uint64)
    half = packed.dtype.type(16 if small else 32)
    packed <<= half
    packed |= second.astype(packed.dtype)
    pairs, counts = counted(packed)
    low = pairs.astype(np.uint16 if small else np.uint32)  # keeps the lower half
    return (pairs >> half).astype(np.int32), low.astype(np.int32), counts


def counted(values: NDArray[Number]) -> tuple[NDArray[Number], NDArray[np.int64]]:
    """Distinct values in order, and how often each occurs. Sorts `values` in place."""
    values.sort()
    first = np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])
    return values[first], np.diff(np.append(first, len(values)))
