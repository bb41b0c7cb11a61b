"""Spells texts in the pieces of words that a multilingual model knows, and looks up a vector for each piece.

Outside the model, so that several models share one table and a text costs only its own rows. By sentencepiece, which
XLM-R was made with: a quarter of the memory of `tokenizers` and ten times as fast. Knows nothing about any model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.types import Floats

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

SPELLING = "pieces.model"
CODES, SCALES = "codes.npy", "scales.npy"
BEGIN, END = 0, 2  # the ids that XLM-R puts round every text; 1 pads, 3 is a character never seen
BLOCK = 32  # values that share a scale, as llama.cpp's Q4_0 has them
ZERO = 8  # the code of 0: codes are 0 to 15

MAX_CHARS = 10_000  # per text: pieces are 16 characters long at most, and a model reads 512 of them
#: What can't be encoded, and two invisible characters that XLM-R reads as spaces and newer tables keep.
_SPACES = re.compile("[\ud800-\udfff\u061c\u200d]")


class Subwords:
    """Pieces and their table, four bits a value: value d of a piece is (code - ZERO) x the scale of its block."""

    def __init__(
        self, spelling: SentencePieceProcessor, codes: NDArray[np.uint8], scales: NDArray[np.float16], name: str
    ) -> None:
        size = spelling.get_piece_size()
        if not size == len(codes) == len(scales) or codes.shape[1] * 2 != scales.shape[1] * BLOCK:
            raise ModelError(
                f"{name}: {size} pieces, codes {codes.shape} and scales {scales.shape} are not of one model; reinstall"
            )
        self._spelling = spelling
        self._codes = codes  # (V, dim / 2): the first half of a row in the low four bits, the second in the high ones
        self._scales = scales  # (V, dim / BLOCK)

    @classmethod
    def load(cls, folder: Path) -> Subwords:
        """Those of a folder; of the table only rows in use are read. Raises ModelError when a file is unfit."""
        from sentencepiece import SentencePieceProcessor

        path = folder
        try:
            path = folder / SPELLING
            spelling = SentencePieceProcessor(model_file=str(path))
            path = folder / CODES
            codes = np.load(path, mmap_mode="r", allow_pickle=False)
            path = folder / SCALES
            scales = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(f"{path} can't be read ({error}); reinstall") from error
        return cls(spelling, codes, scales, str(folder))

    @property
    def dim(self) -> int:
        """Length of a row."""
        return 2 * int(self._codes.shape[1])

    def ids(self, texts: Sequence[str], most: int) -> list[NDArray[np.int32]]:
        """The pieces of each text, BEGIN and END among them, at most `most`; what is further on is cut off."""
        clean = [_SPACES.sub(" ", text[:MAX_CHARS]) for text in texts]
        found = self._spelling.encode(clean, num_threads=1)
        return [np.array([BEGIN, *ids[: most - 2], END], np.int32) for ids in found]

    def vectors(self, ids: NDArray[np.int32]) -> Floats:
        """float32 (len(ids), dim): the vector of each piece."""
        packed = self._codes[ids]
        codes = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - ZERO
        scales = self._scales[ids].astype(np.float32)
        rows: Floats = (codes.reshape(len(ids), -1, BLOCK) * scales[:, :, None]).reshape(len(ids), -1)
        return rows
