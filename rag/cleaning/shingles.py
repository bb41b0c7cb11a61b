"""Which of many texts share their words: exact shares of 8-character shingles, in numpy. Knows nothing about meaning.

Not MinHash: that estimates Jaccard similarity, which is small when a short text stands inside a long one, the usual
case of a paragraph begun again. What is needed is containment, and at this size it can be had from a sample of the
shingles themselves (every hash divisible by SAMPLE, "FracMinHash"); bench/results/cleaning.md compares it with MinHash.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.storage.counting import counted, distinct
from rag.storage.ragged import Ragged

#: Characters of a shingle. Five or fewer are shared by unrelated Japanese sentences, such as ということです.
WIDTH = 8
#: One shingle in so many is looked at when texts are long enough for that.
SAMPLE = 6
#: A shingle is followed to this many texts after the one that holds it: enough for every group of copies, and linear
#: for a turn of phrase that stands in thousands.
REACH = 16

#: Characters that are hashed at a time, which bounds memory: about 60 bytes for each.
_BLOCK = 1_000_000

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, high bits well spread: 2^64 over the golden ratio
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of the SplitMix64 generator

Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def overlaps(keys: Sequence[str], least: float, sample: int = SAMPLE) -> Pairs:
    """Pairs of texts of which one stands in the other by `least` or more: (i, j, share), i < j, in order of i and j.

    `share`, in (0, 1], is the part of the distinct shingles of the text that has fewer that the other holds too, from
    one shingle in `sample`. Texts that share fewer than two of these are in no pair. Linear in the length of all
    `keys`: of a group of more than REACH texts that share a shingle not every pair is found, but each with its next.
    """
    return pairs_of(shingles_of(keys, sample), least)


def shingles_of(keys: Sequence[str], sample: int = SAMPLE) -> Ragged:
    """uint32 hashes of one shingle in `sample` of each text, in its order. A text's are the same in any company."""
    found, lengths = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    start = size = 0
    for i, key in enumerate(keys):
        size += len(key) + 1
        if size >= _BLOCK or i + 1 == len(keys):
            hashes, counts = _sampled(keys[start : i + 1], sample)
            found.append(hashes)
            lengths.append(counts)
            start, size = i + 1, 0
    return Ragged.flat(np.concatenate(found), np.concatenate(lengths))


def pairs_of(shingles: Ragged, least: float) -> Pairs:
    """As `overlaps`, of texts whose shingles are known."""
    texts = max(1, len(shingles))
    small = np.uint32 if texts <= 1 << 16 else np.uint64  # of a pair, as one number below texts squared
    owner = np.repeat(np.arange(len(shingles), dtype=np.uint64), np.diff(shingles.offsets))
    packed = distinct((shingles.values.astype(np.uint64) << np.uint64(32)) | owner)
    sizes = np.bincount(packed.astype(np.uint32), minlength=len(shingles))
    shared = _shared((packed >> np.uint64(32)).astype(np.uint32))
    packed = packed[shared]
    hashes, owners = (packed >> np.uint64(32)).astype(np.uint32), packed.astype(np.uint32).astype(small)
    del packed, owner
    found = [np.empty(0, small)]
    for step in range(1, REACH + 1):
        same = hashes[step:] == hashes[:-step]
        if not same.any():
            break
        found.append(owners[:-step][same] * small(texts) + owners[step:][same])
    del hashes, owners
    pairs = np.concatenate(found)
    del found
    pairs.sort()
    # Of millions of pairs nearly all stand there once: only those that do again are looked at any further.
    pairs, again = counted(pairs[1:][pairs[1:] == pairs[:-1]])
    i, j = (pairs // small(texts)).astype(np.int64), (pairs % small(texts)).astype(np.int64)
    share = (again + 1) / np.minimum(sizes[i], sizes[j])
    enough = share >= least
    return i[enough], j[enough], share[enough]


def _shared(hashes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Where a hash, of those in order, is that of a neighbour: half of them are in one text alone."""
    same = hashes[1:] == hashes[:-1]
    shared = np.zeros(len(hashes), bool)
    shared[1:] = same
    shared[:-1] |= same
    return shared


def _sampled(keys: Sequence[str], sample: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashes of the sampled shingles of these texts, and how many each has."""
    joined = "\0".join(keys) + "\0" * WIDTH
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter((len(key) for key in keys), np.int64, len(keys)) + 1
    owners = np.repeat(np.arange(len(keys)), lengths)
    hashes = np.zeros(len(owners), np.uint64)
    for offset in range(WIDTH):
        hashes *= _FACTOR
        hashes += codes[offset : offset + len(owners)]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    hashes >>= np.uint64(32)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(owners))  # characters to the next text
    taken = (left > WIDTH) & (hashes % np.uint64(sample) == 0)
    return hashes[taken].astype(np.uint32), np.bincount(owners[taken], minlength=len(keys))
