"""Japanese-aware words. Knows nothing about how they are weighed.

Text is split by SudachiPy in its shortest mode and each word is taken in its normalised form (打合せ = 打ち合わせ,
コンピュータ = コンピューター, 960億 = 96000000000, and for many English words their katakana form: supply = サプライ).
Before that, kanji, amounts and years are put in one form, and names like GPT-4o or 1.8.7 are kept whole. Function words
are left out: that matters as much as the splitter does. Scripts that Sudachi doesn't know are kept as lower-case words
(Latin, Cyrillic, …) or as character bigrams (Hangul).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import sudachipy

from rag.text.amounts import plain_amounts
from rag.text.compounds import pieces_of, split_compounds
from rag.text.eras import western_years
from rag.text.kanji import one_form
from rag.text.stopwords import STOPWORDS
from rag.text.sudachi import dictionary

_CHUNK = 10_000  # characters handed to Sudachi at once: its limit is 49,149 bytes, and its lattice grows with length
_MAX_WORD = 64  # longer runs (keys, base64, ASCII art) are no words

#: Part-of-speech prefixes, as Sudachi names them, that carry structure rather than content.
_FUNCTION_POS = (
    ("助詞",), ("助動詞",), ("空白",), ("接続詞",), ("感動詞",), ("連体詞",), ("代名詞",), ("接頭辞",),
    ("動詞", "非自立可能"), ("形容詞", "非自立可能"), ("形状詞", "助動詞語幹"), ("名詞", "助動詞語幹"),
)  # fmt: skip
#: Words that belong to asking, not to what is asked about (normalised forms).
_ASKING = frozenset((
    "幾ら", "何", "何故", "如何", "誰", "何処", "何時", "どの", "どれ", "どう", "どんな", "教える", "知る",
    "事", "物", "為", "訳", "等", "様", "パーセント",
))  # fmt: skip
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_LATIN = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[\n。！？!?、，,.\s]")


class Tokenizer:
    """Words of a text, for indexing and for questions alike; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sudachi = dictionary().tokenizer(mode=sudachipy.SplitMode.A)
        self._is_function = dictionary().pos_matcher(_FUNCTION_POS)
        self._is_mark = dictionary().pos_matcher([("補助記号",), ("記号",)])
        self._latin = lru_cache(maxsize=50_000)(self._latin_word)

    def words(self, text: str) -> list[str]:
        """Normalised content words, in order, with repetitions; after a compound the pieces that it is met by as well,
        before a year its era's name.
        """
        return self._words(text, whole=False)

    def asked(self, question: str) -> list[str]:
        """The words that a question asks for: as `words`, but compounds and years alone."""
        return self._words(question, whole=True)

    def pieces(self, word: str) -> list[str]:
        """What `words` gives after the compound `word`; [] for any other."""
        return [p for piece in pieces_of(word) for p in (self._latin(piece) if piece.isalpha() else (piece,))]

    def _words(self, text: str, *, whole: bool) -> list[str]:
        text = one_form(unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text)))
        text = plain_amounts(western_years(text, with_era=not whole))
        found: list[str] = []
        with self._lock:  # Sudachi's tokenizer refuses a second caller
            for before, compound in split_compounds(text):
                for chunk in _chunks(before):
                    for m in self._sudachi.tokenize(chunk):
                        if not self._is_function(m):
                            found.extend(self._terms(m))
                if compound:
                    found.append(compound)
                    found.extend(() if whole else self.pieces(compound))
        return found

    def _terms(self, m: sudachipy.Morpheme) -> Iterator[str]:
        surface = m.surface()
        if len(surface) > _MAX_WORD:
            return
        if _LATIN.match(surface):
            if surface.isupper() and surface.lower() in STOPWORDS and len(surface) > 1:  # IT and US are names
                yield surface.lower()
            else:  # and GPUs are several GPU
                plural = len(surface) > 2 and surface.endswith("s") and surface[:-1].isupper()
                yield from self._latin((surface[:-1] if plural else surface).lower())
        elif self._is_mark(m):  # Sudachi takes scripts that it doesn't know for symbols
            for run in _HANGUL.findall(surface):
                yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
        else:
            word = m.normalized_form().lower()
            if word not in _ASKING and any(map(str.isalnum, word)):
                yield word

    def _latin_word(self, word: str) -> tuple[str, ...]:
        """A Latin (or Cyrillic, …) word: nothing for a stop word, else its normalised form in the singular."""
        if word in STOPWORDS:
            return ()
        singular = _singular(word)
        for form in dict.fromkeys((word, singular)):
            (m, *more) = self._sudachi.tokenize(form)
            if not more and not m.is_oov():
                return (m.normalized_form().lower(),)
        return (singular,)


def _singular(word: str) -> str:
    """English plurals without their ending; a word that only looks like one is cut the same way on both sides."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


def _chunks(text: str) -> Iterator[str]:
    """Pieces of at most `_CHUNK` characters, cut at a mark where there is one."""
    while len(text) > _CHUNK:
        cut = max((m.end() for m in _BREAK.finditer(text, _CHUNK // 2, _CHUNK)), default=_CHUNK)
        yield text[:cut]
        text = text[cut:]
    if text:
        yield text
