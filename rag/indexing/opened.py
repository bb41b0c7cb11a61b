"""The parts of an index from the files of one generation, and what reading its hits needs of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Reader
from rag.errors import IndexDamaged
from rag.indexing import arrays
from rag.models.embed import StaticEncoder
from rag.retrieval.dense import DenseIndex
from rag.retrieval.late_interaction import LateIndex
from rag.retrieval.lexical import LexicalIndex
from rag.retrieval.search import IndexParts
from rag.storage.passage_store import PassageStore
from rag.text.variants import Variants, spelled_out
from rag.types import Encoder, Floats, Hit

#: Names how the files of a generation are laid out: raised by one when an older program could not read a newer one's,
#: or a newer an older one's.
LAYOUT = 5
_REMEMBERED_WORDS = 50_000  # word vectors kept per reader, about 1 kB each


def check_parts(folder: Path) -> None:
    """Raises IndexDamaged when the files of the generation in `folder` can't be read or don't agree."""
    _, store, _ = _read(folder)
    store.close()


def _read(folder: Path) -> tuple[arrays.Arrays, PassageStore, LexicalIndex]:
    made = arrays.load(folder)
    store = PassageStore(folder)
    lexical = LexicalIndex(arrays.load_postings(folder, "word"), np.diff(made.words.rows.offsets), made.words.names)
    counts = {len(store), len(made.vectors), len(made.tokens), lexical.n}
    if len(counts) > 1:
        raise IndexDamaged(
            f"{folder}: {len(store)} passages, {len(made.vectors)} vectors, {len(made.tokens)} token rows and "
            f"{lexical.n} BM25 documents don't agree; run `rag build --rebuild`"
        )
    return made, store, lexical


def open_parts(folder: Path, encoder: Encoder, static: StaticEncoder) -> IndexParts:
    """What a search needs of the generation in `folder`. Raises IndexDamaged when its files don't agree."""
    made, store, lexical = _read(folder)
    postings = arrays.load_postings(folder, "token")
    late = LateIndex(made.tokens.values, made.tokens.offsets, postings, static.table, static.token_weights)
    variants = Variants(arrays.read_glosses(folder), lexical.frequencies())
    dense, firsts = DenseIndex(made.vectors), store.first_rows()
    posts = np.repeat(np.arange(len(firsts)), np.diff(firsts, append=len(store)))
    return IndexParts(store, dense, lexical, late, encoder, static, arrays.tokenizer(), variants, posts)


def make_reader(parts: IndexParts) -> Reader:
    """What `evidence` and `answer` need of an index; safe to share between threads."""
    lexical = parts.lexical
    return Reader(
        words=parts.words.words,
        rarity=lexical.rarity,
        rarest=lexical.rarest,
        vectors=_WordVectors(parts.tokens),
        variants=parts.variants.of,
        scores=partial(score_in_context, parts),
        likeness=partial(_likeness, parts),
    )


class _WordVectors:
    """Unit rows of single words. The words of an index repeat, so they are remembered."""

    def __init__(self, encoder: StaticEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    def __call__(self, words: Sequence[str]) -> Floats:
        known = self._known
        missing = [word for word in dict.fromkeys(words) if word not in known]
        if missing:
            if len(known) > _REMEMBERED_WORDS:
                known = self._known = {}  # a new dict: another thread may be reading the old one
                missing = list(dict.fromkeys(words))
            known.update(zip(missing, self._encoder.encode_passages(missing), strict=True))
        return np.stack([known[word] for word in words]) if words else np.zeros((0, self._encoder.dim), np.float32)


def score_texts(parts: IndexParts, question: str, texts: Sequence[str]) -> list[float]:
    """How much of the question each text meets, in [0, 1], by late interaction; other spellings of its names count."""
    return [float(score) for score in _meet(parts, question, parts.tokens.token_ids(texts))]


def score_in_context(
    parts: IndexParts, question: str, texts: Sequence[str], contexts: Sequence[str]
) -> tuple[list[float], list[float]]:
    """As `score_texts`, each text alone and with what stands above it, of which few differ."""
    above = list(dict.fromkeys(contexts))
    tokens = parts.tokens.token_ids([*texts, *above])  # nothing twice: that is what takes the time
    alone, of_context = tokens[: len(texts)], dict(zip(above, tokens[len(texts) :], strict=True))
    inside = [np.concatenate([of_context[context], ids]) for context, ids in zip(contexts, alone, strict=True)]
    scores = [float(score) for score in _meet(parts, question, [*alone, *inside])]
    return scores[: len(texts)], scores[len(texts) :]


def _meet(parts: IndexParts, question: str, texts: Sequence[NDArray[np.int32]]) -> Floats:
    """float32 (len(texts),) in [0, 1]: the best over the question as asked and with its names in other spellings."""
    variants = parts.variants.of(parts.words.words(question))
    asked = parts.tokens.token_ids(spelled_out(question, variants))
    found = np.mean(parts.late.scores_of_texts(asked, texts), axis=0)
    best: Floats = found.max(axis=0)
    return best


def _likeness(parts: IndexParts, question: str, hits: Sequence[Hit]) -> float:
    """Cosine by the built-in table, whichever model ranks: other models have other scales."""
    if parts.encoder is parts.tokens:
        return max((hit.scores.get("dense", 0.0) for hit in hits), default=0.0)
    texts = [f"{hit.passage.context}\n{hit.passage.text}" for hit in hits]
    rows = parts.tokens.encode_passages(texts) @ parts.tokens.encode_queries([question])[0]
    return float(rows.max(initial=0.0))
