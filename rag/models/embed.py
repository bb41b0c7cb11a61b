"""Turns texts into unit rows: the shipped static model without torch, any other model through sentence-transformers.

A static model is a tokenizer and one vector per token; a text is the mean of its tokens. Knows nothing about passages,
indexes or how the table was trained.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from tokenizers import Tokenizer

from rag.errors import ModelError
from rag.models.pretrained import load_pretrained
from rag.types import Encoder, Floats

BUILTIN = Path(__file__).parent / "builtin"
TABLE_KEY = "embedding.weight"  # sentence-transformers' own key for a static table
WEIGHTS_KEY = "token_weights"
UNKNOWN_ID = 0  # the unigram model's [UNK]; dropped, it says nothing

MAX_CHARS = 200_000  # per text: ten times the longest post; above it a pasted file would stall a search
MAX_TOKENS = 200_000  # per text: NFKC turns one character into up to 18, so the bound is set again behind it
TEXTS_AT_ONCE = 2_048  # bounds the token objects held at a time, about 100 MB for posts

#: These models need the prompts but do not declare them in their files, only on their card.
E5_FAMILY = ("e5-", "multilingual-e5-")
E5_PROMPTS = {"query": "query: ", "document": "passage: "}

_SURROGATES = re.compile("[\ud800-\udfff]")
_SHORT = 8  # hex digits of a file's SHA-256 in the name of a model, so that no index mixes two


class StaticEncoder:
    """The mean of token vectors, scaled to length 1. The same text gives the same bytes whatever it is batched with."""

    def __init__(self, tokenizer: Tokenizer, table: NDArray[Any], token_weights: NDArray[Any], name: str) -> None:
        if tokenizer.get_vocab_size() != len(table) or len(table) != len(token_weights):
            raise ModelError(
                f"{name}: the tokenizer has {tokenizer.get_vocab_size()} tokens, the table {len(table)} rows and "
                f"{len(token_weights)} token weights; the files are not of one model, restore or retrain them together"
            )
        self._tokenizer = tokenizer
        self.name = name
        self.table: Floats = np.ascontiguousarray(table, np.float32)  # (V, dim), as used for the mean
        self.token_weights: Floats = np.ascontiguousarray(token_weights, np.float32)  # (V,), >= 0
        if not np.isfinite(self.table).all():
            raise ModelError(f"{name}: the table holds values that are not finite; restore or retrain it")

    @classmethod
    def load(cls, folder: Path | None = None, table: Path | None = None) -> StaticEncoder:
        """The model in `folder` (None: the shipped one); `table`, if given, replaces its table by an adapted one.

        One that is in use anywhere in this process, and has these very bytes, is shared.
        Raises ModelError when a file is missing or damaged, or the files are not of one model.
        """
        home = folder or BUILTIN
        weights = home / "model.safetensors"
        try:
            tokenizer = _tokenizer_of((home / "tokenizer.json").read_text(encoding="utf-8"))
        except Exception as error:  # the library raises bare Exception for a missing and for a damaged file
            raise ModelError(
                f"{home / 'tokenizer.json'} can't be read ({error}); reinstall or name another model"
            ) from error
        own, adapted = file_sha256(weights), file_sha256(table) if table else ""
        key = (home.name if folder else "builtin", own, adapted, id(tokenizer))  # the model keeps its tokenizer alive
        found = _loaded.get(key)
        if found is None:
            name = f"{key[0]}:{own[:_SHORT]}" + (f"+adapted:{adapted[:_SHORT]}" if table else "")
            found = cls(tokenizer, *_read_table(table or weights), name)
            found.table.setflags(write=False)
            found.token_weights.setflags(write=False)
            _loaded[key] = found
        return found

    @property
    def base_name(self) -> str:
        """The name without the adapted table: which model's tokens these are."""
        return self.name.split("+adapted:", 1)[0]

    @property
    def dim(self) -> int:
        """Length of a row."""
        return int(self.table.shape[1])

    @property
    def vocab_size(self) -> int:
        """Number of tokens, rows of `table`."""
        return len(self.table)

    def token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Token ids of each text in order, unknown ones left out; at most MAX_TOKENS per text."""
        found: list[NDArray[np.int32]] = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            batch = [_SURROGATES.sub(" ", text[:MAX_CHARS]) for text in texts[start : start + TEXTS_AT_ONCE]]
            for encoding in self._tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                ids = np.array(encoding.ids[:MAX_TOKENS], np.int32)
                found.append(ids[ids != UNKNOWN_ID])
        return found

    def encode_ids(self, ids: Sequence[NDArray[np.int32]]) -> Floats:
        """float32 (len(ids), dim): as `encode_passages`, for texts already turned into token ids."""
        rows = np.zeros((len(ids), self.dim), np.float32)
        for row, one in zip(rows, ids, strict=True):  # five times as fast as np.add.reduceat over all of them
            np.add.reduce(self.table[one], axis=0, out=row)
        return unit_rows(rows)

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dim), rows of length 1; all zero for a text without a known token."""
        return self.encode_ids(self.token_ids(texts))

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """As `encode_passages`: a static model has no prompts."""
        return self.encode_passages(texts)


#: Tables of 50 MB, by their content. A build, the index it replaces and the one that it makes mostly have the same.
_loaded: WeakValueDictionary[tuple[str, str, str, int], StaticEncoder] = WeakValueDictionary()


class TransformerEncoder:
    """Any sentence-transformers model, with the query and passage prompts that it declares."""

    def __init__(self, name: str) -> None:
        """Load `name`, a hub name or a local folder; from this machine if it is there, else from the hub.

        Raises ModelError, in one line, when it is neither here nor to be had, or is not a usable model.
        """
        self.name = name
        self._model = load_pretrained(name, "SentenceTransformer")
        if name.rsplit("/", 1)[-1].startswith(E5_FAMILY) and not any(self._model.prompts.values()):
            self._model.prompts = dict(E5_PROMPTS)

    @property
    def dim(self) -> int:
        """Length of a row."""
        return int(self._model.get_embedding_dimension())

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dim), rows of length 1, with the model's query prompt."""
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """As `encode_queries`, with the model's document prompt."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        clean = [_SURROGATES.sub(" ", text[:MAX_CHARS]) for text in texts]
        rows = np.asarray(encode(clean, convert_to_numpy=True, show_progress_bar=False), np.float32)
        if not np.isfinite(rows).all():
            raise ModelError(f"{self.name} returned vectors that are not finite; use another model")
        return unit_rows(rows)


def builtin_name() -> str:
    """The name of the shipped model, as `StaticEncoder.load().name`, without loading it."""
    return f"builtin:{file_sha256(BUILTIN / 'model.safetensors')[:_SHORT]}"


def load_encoder(name: str | None) -> Encoder:
    """The shipped model for None or "builtin", else the sentence-transformers model of that name or path."""
    return StaticEncoder.load() if name in (None, "builtin") else TransformerEncoder(str(name))


def save_table(path: Path, table: Floats, token_weights: Floats) -> None:
    """Write a table (V, dim) and its token weights (V,) as float16, in the layout that `StaticEncoder.load` reads."""
    path.write_bytes(save({TABLE_KEY: table.astype(np.float16), WEIGHTS_KEY: token_weights.astype(np.float16)}))


def unit_rows(rows: Floats) -> Floats:
    """The rows scaled to length 1, zero rows left alone."""
    norms = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    scaled: Floats = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
    return scaled


@functools.lru_cache(maxsize=1)
def _tokenizer_of(text: str) -> Tokenizer:
    """What tokenizer.json holds. Shared by all models that have the same, as it is never changed: to read it anew for
    every generation would take time, and leave the memory of a long-lived process in pieces.
    """
    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file of weights. Raises ModelError when it can't be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 18):
                digest.update(chunk)
    except OSError as error:
        raise ModelError(f"{path} can't be read ({error.strerror}); reinstall or name another model") from error
    return digest.hexdigest()


def _read_table(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """The table and the token weights of one safetensors file; weights of one where the file has none."""
    try:
        arrays = load_file(path)
        table = arrays[TABLE_KEY]
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelError(f"{path} is no static table ({error}); rebuild the index or reinstall") from error
    return table, arrays.get(WEIGHTS_KEY, np.ones(len(table), np.float32))
