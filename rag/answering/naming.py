"""Which words of a question name something: a person, a firm, a product, a place, a year.

A name is what a question is about and what no other word can stand in for, so an answer that lacks it answers another
question. Told by form (katakana, Latin letters, figures, capitals) and, in Japanese, by SudachiPy's proper nouns.
"""

from __future__ import annotations

import functools
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator

import sudachipy

from rag.text.compounds import split_compounds
from rag.text.eras import western_years
from rag.text.kanji import one_form
from rag.text.question import Language, language_of
from rag.text.sudachi import dictionary

_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{3,}")
_UNIT = re.compile("何[\u30a1-\u30fa\u30fc]+")  # 何メートル asks for a figure, and names nothing
_PERSON = re.compile("[\u3400-\u9fff々]{2,6}(?=さん|氏|社長|会長|教授|博士)")
_LATIN_OR_FIGURE = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*|\d[\d.,]*")
_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9.&+]*|\d[\d.,]*")
_OTHER_AI = frozenset({"IA", "KI"})  # as French, Spanish, Portuguese and German have it; the posts write AI
_SURROGATES = re.compile("[\ud800-\udfff]")


def names_in(question: str, words: Callable[[str], list[str]]) -> dict[str, str]:
    """The words (as `words` gives them, a question's) of what a question names, each with the name as it is written
    there; a compound with itself.
    """
    language = language_of(question)
    text = western_years(one_form(unicodedata.normalize("NFKC", _SURROGATES.sub(" ", question))))
    apart = list(split_compounds(_UNIT.sub(" ", text)))
    text = " ".join(before for before, _ in apart)
    if language in ("ja", "zh", "ko"):
        written = [*_LATIN_OR_FIGURE.findall(text), *(_in_japanese(text) if language == "ja" else ())]
    else:
        written = list(_capitalised(text, language))
    compounds = {compound: compound for _, compound in apart if compound}
    return compounds | {word: name for name in written for word in words(name)}


def _in_japanese(text: str) -> Iterator[str]:
    """Proper nouns, words in katakana, and what stands before さん."""
    tokenizer, is_proper, lock = _sudachi()
    with lock:  # Sudachi's tokenizer refuses a second caller
        found = [m.surface() for m in tokenizer.tokenize(text) if is_proper(m) or _KATAKANA.fullmatch(m.surface())]
    yield from found
    yield from _PERSON.findall(text)


def _capitalised(text: str, language: Language) -> Iterator[str]:
    """Words with a capital or a figure: PL 2338, iPhone, Berlin Wall. A capital alone says nothing in the first word,
    unless, in English, the next has one too; nor in German, which writes all nouns with one.
    """
    found = _WORD.findall(text)
    for i, word in enumerate(found):
        plain = not any(c.isdigit() for c in word) and not any(c.isupper() for c in word[1:])
        inside = i > 0 or (language == "en" and len(found) > 1 and found[1][0].isupper())
        if word not in _OTHER_AI and (not plain or (word[0].isupper() and inside and language != "de")):
            yield word


@functools.cache
def _sudachi() -> tuple[sudachipy.Tokenizer, Callable[[sudachipy.Morpheme], bool], threading.Lock]:
    is_proper = dictionary().pos_matcher([("名詞", "固有名詞")])
    return dictionary().tokenizer(mode=sudachipy.SplitMode.A), is_proper, threading.Lock()
