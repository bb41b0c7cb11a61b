"""The numbers kept for each passage: its vector, its tokens, its words. Knows nothing about generations.

Each row is computed from title, heading and text alone, so an earlier build's rows are taken over by their hash.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.cleaning.dedupe import Traces
from rag.models.embed import StaticEncoder
from rag.retrieval.lexical import HEADING_WEIGHT, TITLE_WEIGHT
from rag.retrieval.postings import Postings
from rag.storage.array_files import read_array, read_json, write_array, write_json
from rag.storage.ragged import Ragged, below, rows_in
from rag.text.variants import MIN_GLOSSES, glosses_of
from rag.text.words import Tokenizer
from rag.types import Ids, Passage, Progress

#: From this many new texts on, a second process pays for its start.
_PARALLEL_FROM = 4_000
_BATCH = 2_000
#: One for a process: its dictionary takes a moment to open, and maps 200 MB.
tokenizer = functools.cache(Tokenizer)
KEYS, VECTORS, _GLOSSES = "keys.npy", "vectors.npy", "glosses.json"
_FORM = b"1"  # of the texts that are embedded: vectors of another form must not be taken for this one's
_POSTINGS = tuple(part.name for part in fields(Postings))
_TRACES = ("ids", "keys", "shingles", "offsets", "apart")


@dataclass(frozen=True, slots=True)
class NamesByRow:
    """A row of names for each passage, as places in a sorted list of the names that occur."""

    rows: Ragged
    names: list[str]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Row i of each belongs to passage i."""

    keys: NDArray[np.uint64]  # (n, 2): hash of what the row was computed from
    vectors: NDArray[np.float16]  # (n, dim), rows of length 1
    tokens: Ragged  # token ids of title, heading and text
    words: NamesByRow  # content words, those of title and heading as often as they weigh
    glosses: NamesByRow  # spellings that the text puts side by side, "latin\tjapanese"


def keys_of(passages: Sequence[Passage], before: Arrays | None, standing: Ids) -> tuple[NDArray[np.uint64], Ids]:
    """The key of each passage, and the row of `before` that has it, or -1.

    `standing` is that row as far as it is known, else -1; it only saves time.
    """
    if before is None:
        standing = np.full(len(passages), -1)
    unknown = np.flatnonzero(standing < 0)
    found = b"".join(_key(passages[i]) for i in unknown.tolist())
    known = before.keys if before else np.empty((0, 2), np.uint64)
    keys = np.append(known, np.zeros((1, 2), np.uint64), axis=0)[standing]
    keys[unknown] = np.frombuffer(found, np.uint64).reshape(len(unknown), 2)
    source = standing.copy()
    source[unknown] = rows_of(keys[unknown], known)
    return keys, source


def rows_of(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> Ids:
    """For each key of two numbers its row in `known`, or -1."""
    rows = rows_in(keys[:, 0], known[:, 0])
    return np.where((rows >= 0) & (np.append(known[:, 1], 0)[rows] == keys[:, 1]), rows, -1)


def compute(
    passages: Sequence[Passage], keys: NDArray[np.uint64], vectors: NDArray[np.float16], static: StaticEncoder,
    before: Arrays | None, source: Ids, progress: Progress | None = None,
) -> Arrays:  # fmt: skip
    """The arrays of these passages, of which `keys` and `vectors` are known already.

    `before` must come from the same `static`; of its row `source` the tokens and words of a passage are taken over. The
    result is the same without, byte for byte.
    """
    small = below(static.vocab_size)
    nothing = NamesByRow(Ragged.of([]), [])
    tokens, words, glosses = (before.tokens, before.words, before.glosses) if before else (
        Ragged.of([], small), nothing, nothing,
    )  # fmt: skip
    fresh = np.flatnonzero(source < 0)
    new = [passages[int(i)] for i in fresh]
    # What was there and then what is new, of which each passage takes its row.
    rows = source.copy()
    rows[fresh] = (len(before.keys) if before else 0) + np.arange(len(fresh))
    ids = static.token_ids([text_of(p) for p in new])
    found = [["\t".join(pair) for pair in glosses_of(p.text)] for p in new]
    return Arrays(
        keys,
        vectors,
        tokens.then(Ragged.of(ids, small)).take(rows),
        _with_new(words, _words(new, progress), rows),
        _with_new(glosses, found, rows),
    )


def text_of(p: Passage) -> str:
    """What is embedded of a passage, and turned into tokens. Whoever changes it changes `_FORM`."""
    return f"{p.context}\n{p.text}"


def _with_new(old: NamesByRow, new: Sequence[Sequence[str]], rows: Ids) -> NamesByRow:
    """Of the old rows and then the new ones these `rows`, with the names that occur in them."""
    added = sorted({*chain.from_iterable(new)} - {*old.names})
    pooled = [*old.names, *added]
    place = {name: i for i, name in enumerate(pooled)}
    taken = old.rows.then(Ragged.of([[place[name] for name in row] for row in new])).take(rows)
    held = np.zeros(len(pooled), bool)
    held[taken.values] = True
    used = np.flatnonzero(held)
    order = np.array(sorted(used.tolist(), key=pooled.__getitem__), np.int64)
    renumbered = np.zeros(len(pooled), below(len(order)))
    renumbered[order] = np.arange(len(order))
    return NamesByRow(Ragged(renumbered[taken.values], taken.offsets), [pooled[i] for i in order])


def _key(p: Passage) -> bytes:
    """16 bytes that name what the rows of a passage are computed from, and how."""
    text = f"{p.title}\0{p.heading}\0{p.text}"
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16, salt=_FORM).digest()


def _words(passages: Sequence[Passage], progress: Progress | None) -> list[list[str]]:
    """Words of each passage: its text's, then its title's and heading's as often as they weigh."""
    texts = list(dict.fromkeys(chain.from_iterable((p.title, p.heading, p.text) for p in passages)))
    batches = [texts[i : i + _BATCH] for i in range(0, len(texts), _BATCH)]
    found: list[list[str]] = []
    if len(texts) >= _PARALLEL_FROM:
        import joblib  # only where it is wanted: it takes as long to import as numpy

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
    return [tokenizer().words(text) for text in texts]


def save(folder: Path, arrays: Arrays) -> None:
    """Write each array as a plain .npy file and the names as JSON. Raises OSError, naming the file."""
    write_array(folder / KEYS, arrays.keys)
    write_array(folder / VECTORS, arrays.vectors)
    parts: dict[str, NDArray[Any]] = {
        "tokens": arrays.tokens.values,
        "token_offsets": arrays.tokens.offsets,
        "words": arrays.words.rows.values,
        "word_offsets": arrays.words.rows.offsets,
        "glosses": arrays.glosses.rows.values,
        "gloss_offsets": arrays.glosses.rows.offsets,
    }
    for name, array in parts.items():
        write_array(folder / f"{name}.npy", array)
    write_json(folder / "vocabulary.json", arrays.words.names)
    write_json(folder / "gloss_pairs.json", arrays.glosses.names)


def load(folder: Path) -> Arrays:
    """The arrays of a folder, memory-mapped. Raises IndexDamaged when a file is missing or not what it should be."""

    def ragged(values: str, offsets: str) -> Ragged:
        return Ragged(read_array(folder / f"{values}.npy"), read_array(folder / f"{offsets}.npy"))

    return Arrays(
        read_array(folder / KEYS),
        read_array(folder / VECTORS),
        ragged("tokens", "token_offsets"),
        NamesByRow(ragged("words", "word_offsets"), read_json(folder / "vocabulary.json")),
        NamesByRow(ragged("glosses", "gloss_offsets"), read_json(folder / "gloss_pairs.json")),
    )


def save_postings(folder: Path, kind: str, postings: Postings) -> None:
    """Write the postings of one kind of term, "word" or "token". Raises OSError, naming the file."""
    for name in _POSTINGS:
        write_array(folder / f"{kind}_{name}.npy", getattr(postings, name))


def load_postings(folder: Path, kind: str) -> Postings:
    """What `save_postings` wrote, memory-mapped. Raises IndexDamaged."""
    return Postings(*(read_array(folder / f"{kind}_{name}.npy") for name in _POSTINGS))


def save_traces(folder: Path, traces: Traces) -> None:
    """Write what the next build needs to compare passages. Raises OSError, naming the file."""
    parts = (traces.ids, traces.keys, traces.shingles.values, traces.shingles.offsets, traces.apart)
    for name, array in zip(_TRACES, parts, strict=True):
        write_array(folder / f"trace_{name}.npy", array)


def load_traces(folder: Path) -> Traces:
    """What `save_traces` wrote. Raises IndexDamaged."""
    ids, keys, shingles, offsets, apart = (read_array(folder / f"trace_{name}.npy") for name in _TRACES)
    return Traces(ids, keys, Ragged(shingles, offsets), apart)


def save_glosses(folder: Path, found: NamesByRow, before: Path | None) -> None:
    """Write the spellings that passages put side by side often enough, each side as words too: those that are written
    in the folder `before` are taken from there.
    """
    known = {(a, b): words for a, b, *words, _ in read_json(before / _GLOSSES)} if before else {}
    counts = np.bincount(found.rows.values, minlength=len(found.names))
    rows = []
    for i in np.flatnonzero(counts >= MIN_GLOSSES).tolist():
        one, other = found.names[i].split("\t")
        words = known.get((one, other)) or [tokenizer().asked(one), tokenizer().asked(other)]
        rows.append([one, other, *words, int(counts[i])])
    write_json(folder / _GLOSSES, rows)


def read_glosses(folder: Path) -> list[tuple[list[str], list[str], int]]:
    """The words of either side, and in how many passages they stand side by side."""
    return [(a, b, n) for _, _, a, b, n in read_json(folder / _GLOSSES)]
