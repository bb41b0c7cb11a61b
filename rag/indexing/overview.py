"""Where each post lies on a map of all: near each other means about similar things. Computed once, with the index.

The first two principal axes of the posts' mean vectors: the same vectors give the same places, on any run. Knows
nothing about how a map is drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from rag.types import Floats, Ids

FILE = "map.npy"


def place_posts(vectors: NDArray[np.floating], posts: Sequence[str], paths: Sequence[str]) -> Floats:
    """float32 (len(paths), 2): where each of `paths` lies, in their order; NaN for a post without passages.

    `vectors` is (n, dim), row i belonging to the post `posts[i]`; the rows of a post need not stand together.
    """
    names = sorted(set(posts))
    row = {name: i for i, name in enumerate(names)}
    owner = np.fromiter((row[post] for post in posts), np.int64, len(posts))
    places = np.full((len(paths), 2), np.nan, np.float32)
    if not len(names):
        return places
    found = _axes(_means(vectors, owner, len(names)))
    for i, path in enumerate(paths):
        if path in row:
            places[i] = found[row[path]]
    return places


def _means(vectors: NDArray[np.floating], owner: Ids, count: int) -> NDArray[np.float64]:
    """float64 (count, dim): mean of the rows of each owner, whatever the order of the rows: sums of float16 are exact.

    Run by run, as the rows of an owner mostly stand together: all in float64 would be four times the vectors' size.
    """
    sums = np.zeros((count, vectors.shape[1]), np.float64)
    edges = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(owner)]
    for start, end in itertools.pairwise(edges):
        sums[owner[start]] += np.add.reduce(vectors[start:end], axis=0, dtype=np.float64)
    return sums / np.bincount(owner, minlength=count)[:, None]


def _axes(rows: NDArray[np.float64]) -> Floats:
    """float32 (n, 2): the rows on their two principal axes, which point where most of their weight does."""
    centred = rows - rows.mean(axis=0)
    with threadpool_limits(1):  # the order of additions, and with it the last bit, must not hang on the machine's cores
        _, directions = np.linalg.eigh(centred.T @ centred)
        axes = directions[:, ::-1][:, :2]  # by falling variance
        axes = axes * np.where(axes.sum(axis=0) < 0, -1.0, 1.0)  # eigenvectors come with either sign
        placed = centred @ axes
    out = np.zeros((len(rows), 2), np.float32)
    out[:, : placed.shape[1]] = placed
    return out


def read_places(folder: Path) -> Floats | None:
    """What the build wrote; None for a generation of an older version, or one that is gone."""
    try:
        places: Floats = np.load(folder / FILE, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return places if places.ndim == 2 and places.shape[1:] == (2,) else None
