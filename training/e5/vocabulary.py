"""Chooses the pieces of words that are kept, and how texts are spelt in them. Knows nothing about vectors.

A text that needs a piece which is gone is spelt in smaller ones: the scores by which texts are cut stay as they are.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from sentencepiece.sentencepiece_model_pb2 import ModelProto, NormalizerSpec

from training.e5.model import SPECIAL, Model

BEGIN, PADDING, END, UNKNOWN = range(SPECIAL)
#: Documentation lacks everyday words, so those of word lists are kept too: pieces expected once in ten million words.
LANGUAGES = ("ja", "en", "zh", "ko", "de", "fr", "es", "pt", "ru", "it", "nl", "pl", "uk", "id")
RAREST = 1e-7
_AT_ONCE = 4_096
_SAMPLE = ("any words will do", "only the normal form is taken") * 10


def spelling(model: Model) -> bytes:
    """The file of a sentencepiece model of the model's pieces: XLM-R's rules, ids as in the model."""
    made = ModelProto()
    made.normalizer_spec.CopyFrom(normal_form())
    made.trainer_spec.model_type = made.trainer_spec.UNIGRAM
    made.trainer_spec.vocab_size = len(model.pieces)
    made.trainer_spec.bos_id, made.trainer_spec.pad_id = BEGIN, PADDING
    made.trainer_spec.eos_id, made.trainer_spec.unk_id = END, UNKNOWN
    for i, (piece, score) in enumerate(zip(model.pieces, model.scores.tolist(), strict=True)):
        kind = ModelProto.SentencePiece.NORMAL if i >= SPECIAL else ModelProto.SentencePiece.CONTROL
        made.pieces.add(piece=piece, score=score, type=ModelProto.SentencePiece.UNKNOWN if i == UNKNOWN else kind)
    return made.SerializeToString(deterministic=True)


def speller(model: Model) -> SentencePieceProcessor:
    """`spelling`, ready to use."""
    return SentencePieceProcessor(model_proto=spelling(model))


@functools.cache
def normal_form() -> NormalizerSpec:
    """XLM-R's: NFKC, spaces for control characters, one for many. The library has it inside any model it makes."""
    made = BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(_SAMPLE),
        model_writer=made,
        vocab_size=30,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    return ModelProto.FromString(made.getvalue()).normalizer_spec


def kept_pieces(model: Model, texts: Iterable[str], languages: Iterable[str] = LANGUAGES) -> NDArray[np.int64]:
    """The pieces to keep, ascending: special ones, single characters, those that texts or common words hold."""
    by = speller(model)
    kept = np.array([i < SPECIAL or len(piece) == 1 for i, piece in enumerate(model.pieces)])
    for ids in _ids(by, texts):
        kept[ids] = True
    for language in languages:
        kept |= _expected(by, language) >= RAREST
    return np.flatnonzero(kept)


def _ids(by: SentencePieceProcessor, texts: Iterable[str]) -> Iterator[list[int]]:
    rest = iter(texts)
    while batch := list(islice(rest, _AT_ONCE)):
        yield from by.encode(batch)


def _expected(by: SentencePieceProcessor, language: str) -> NDArray[np.float64]:
    """How often each piece is expected in a word of the language, half of the words written with a capital."""
    from wordfreq import get_frequency_dict

    words = get_frequency_dict(language, wordlist="best")
    expected = np.zeros(by.get_piece_size())
    for written in (words, map(str.capitalize, words)):
        for ids, share in zip(_ids(by, written), words.values(), strict=True):
            np.add.at(expected, ids, share / 2)
    return expected
