"""The numbers kept for each passage: its vector, its tokens, its words. Knows nothing about generations.

Each row is computed from title, heading and text alone, so an earlier build's rows are taken over by their hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from rag.embed import StaticEncoder
from rag.errors import IndexDamaged
from rag.lexical import HEADING_WEIGHT, TITLE_WEIGHT, Tokenizer
from rag.types import Encoder, Ids, Passage, Progress
from rag.variants import learn_glosses

#: From this many new texts on, a second process pays for its start.
_PARALLEL_FROM = 4_000
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of different length, flat: row i is values[offsets[i]:offsets[i+1]]."""

    values: NDArray[np.integer]
    offsets: Ids

    @classmethod
    def of(cls, rows: Sequence[Sequence[int] | NDArray[np.integer]], dtype: type[np.integer] = np.int32) -> Ragged:
        """Flatten rows."""
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum([len(r) for r in rows], out=offsets[1:])
        values = np.fromiter(chain.from_iterable(rows), dtype, count=int(offsets[-1]))
        return cls(values, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, i: int) -> NDArray[np.integer]:
        """Row i, without copying."""
        return self.values[self.offsets[i] : self.offsets[i + 1]]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Row i of each belongs to passage i."""

    keys: NDArray[np.uint64]  # (n, 2): hash of what the row was computed from
    vectors: NDArray[np.float16]  # (n, dim), rows of length 1
    tokens: Ragged  # token ids of title, heading and text
    words: Ragged  # places in `vocabulary`, title and heading words as often as they weigh
    vocabulary: list[str]  # sorted, each word in some passage


def compute(
    passages: Sequence[Passage], encoder: Encoder, static: StaticEncoder, before: Arrays | None,
    progress: Progress | None = None,
) -> tuple[Arrays, int]:  # fmt: skip
    """Arrays of these passages and how many rows were computed; rows that `before` holds are taken over.

    `before` must come from the same encoders. The result is the same with and without it, byte for byte.
    """
    keys = np.array([_key(p) for p in passages], np.uint64).reshape(len(passages), 2)
    known: dict[tuple[int, int], int] = {}
    if before is not None:
        known = {(int(a), int(b)): row for row, (a, b) in enumerate(before.keys)}
    source = np.array([known.get((int(a), int(b)), -1) for a, b in keys], np.int64)
    fresh = np.flatnonzero(source < 0)
    new = [passages[int(i)] for i in fresh]

    texts = [f"{p.context}\n{p.text}" for p in new]
    vectors = np.zeros((len(passages), encoder.dim), np.float16)
    tokens: list[NDArray[np.integer]] = [np.empty(0, np.int32)] * len(passages)
    for at in range(0, len(new), _BATCH):
        rows, some = fresh[at : at + _BATCH], texts[at : at + _BATCH]
        vectors[rows] = encoder.encode_passages(some)
        for row, ids in zip(rows, static.token_ids(some), strict=True):
            tokens[row] = ids
        if progress:
            progress("embed", min(at + _BATCH, len(new)), len(new))
    words: list[Sequence[str]] = [()] * len(passages)
    for row, found in zip(fresh, _words(new, progress), strict=True):
        words[row] = found
    if before is not None:
        old = np.flatnonzero(source >= 0)
        vectors[old] = before.vectors[source[old]]
        for row in old:
            tokens[row] = before.tokens.row(source[row])
            words[row] = [before.vocabulary[w] for w in before.words.row(source[row])]
    vocabulary = sorted(set(chain.from_iterable(words)))
    place = {word: i for i, word in enumerate(vocabulary)}
    small = np.uint16 if static.vocab_size <= 1 << 16 else np.int32
    return Arrays(
        keys, vectors, Ragged.of(tokens, small), Ragged.of([[place[w] for w in row] for row in words]), vocabulary
    ), len(new)


def _key(p: Passage) -> tuple[int, int]:
    digest = hashlib.blake2b(
        f"{p.title}\0{p.heading}\0{p.text}".encode(errors="surrogatepass"), digest_size=16
    ).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _words(passages: Sequence[Passage], progress: Progress | None) -> list[list[str]]:
    """Words of each passage: its text's, then its title's and heading's as often as they weigh."""
    texts = list(dict.fromkeys(chain.from_iterable((p.title, p.heading, p.text) for p in passages)))
    batches = [texts[i : i + _BATCH] for i in range(0, len(texts), _BATCH)]
    found: list[list[str]] = []
    if len(texts) >= _PARALLEL_FROM:
        # joblib's own processes: they need no `if __name__ == "__main__"` in the caller and fork no running threads.
        done = joblib.Parallel(n_jobs=2, return_as="generator")(joblib.delayed(_words_of)(b) for b in batches)
    else:
        done = map(_words_of, batches)
    for batch in done:
        found.extend(batch)
        if progress:
            progress("words", len(found), len(texts))
    by_text = dict(zip(texts, found, strict=True))
    return [by_text[p.text] + TITLE_WEIGHT * by_text[p.title] + HEADING_WEIGHT * by_text[p.heading] for p in passages]


def _words_of(texts: Sequence[str]) -> list[list[str]]:
    tokenizer = Tokenizer()
    return [tokenizer.words(text) for text in texts]


def save(folder: Path, arrays: Arrays) -> None:
    """Write each array as a plain .npy file, the vocabulary as JSON."""
    for name, array in _named(arrays).items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "vocabulary.json").write_text(json.dumps(arrays.vocabulary, ensure_ascii=False), encoding="utf-8")


def _named(arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    return {
        "keys": arrays.keys,
        "vectors": arrays.vectors,
        "tokens": arrays.tokens.values,
        "token_offsets": arrays.tokens.offsets,
        "words": arrays.words.values,
        "word_offsets": arrays.words.offsets,
    }


def load(folder: Path) -> Arrays:
    """The arrays of a folder, memory-mapped. Raises IndexDamaged when a file is missing or not what it should be."""
    a = {name: read_array(folder / f"{name}.npy") for name in
         ("keys", "vectors", "tokens", "token_offsets", "words", "word_offsets")}  # fmt: skip
    return Arrays(
        a["keys"], a["vectors"], Ragged(a["tokens"], a["token_offsets"]), Ragged(a["words"], a["word_offsets"]),
        read_vocabulary(folder),
    )  # fmt: skip


def read_array(path: Path) -> NDArray[Any]:
    """One .npy file, memory-mapped, never unpickled."""
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); run `rag build` again, or `rag rollback`") from error
    return array


def read_vocabulary(folder: Path) -> list[str]:
    """The sorted words that `words` and the BM25 arrays refer to."""
    return [str(w) for w in _read_json(folder / "vocabulary.json")]


def save_glosses(folder: Path, passages: Sequence[Passage]) -> None:
    """Write the spellings that the passages put side by side, each side as words."""
    tokenizer = Tokenizer()
    glosses = [[tokenizer.words(a), tokenizer.words(b), n] for a, b, n in learn_glosses(p.text for p in passages)]
    (folder / "glosses.json").write_text(json.dumps(glosses, ensure_ascii=False), encoding="utf-8")


def read_glosses(folder: Path) -> list[tuple[list[str], list[str], int]]:
    """What `save_glosses` wrote."""
    return [(list(a), list(b), int(n)) for a, b, n in _read_json(folder / "glosses.json")]


def _read_json(path: Path) -> list[Any]:
    try:
        found: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); run `rag build` again, or `rag rollback`") from error
    return found
