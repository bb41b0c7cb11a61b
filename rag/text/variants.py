"""Other ways to write what a question names: ネプチューン for Neptune, 投資対効果 for ROI. Knows nothing about scores.

Two sources, both without labels: what the posts themselves gloss in brackets, "Baidu（百度）", and the sound of the
index's katakana and Latin words, compared as consonant skeletons.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz, process

from rag.types import Variant

MIN_GLOSSES = 2  # a pair seen once may be an aside, not a gloss
#: A word may stand for its gloss when it is glossed at least this often per passage that holds it.
_MIN_GLOSSED = 0.01
#: Likeness of two consonant skeletons and of the full sounds, 0-100, from which two spellings may be one word.
_SKELETON_FROM, _SOUND_FROM = 80, 65
_MIN_SKELETON = 3  # consonants; shorter ones agree by chance
#: Least weight of a spelling found by sound: a word that the posts lack needs one, one that they hold hardly does.
_UNKNOWN_FROM, _KNOWN_FROM = 0.68, 0.85

_LATIN = r"[A-Za-z][A-Za-z0-9.&'+-]*(?: [A-Za-z0-9][A-Za-z0-9.&'+-]*){0,4}"
_JAPANESE = r"[\u30a1-\u30fa\u30fc\u3400-\u9fff々・]{2,24}"
_GLOSSES = (
    re.compile(rf"(?P<term>{_JAPANESE})[（(](?P<gloss>[A-Za-z][A-Za-z0-9 .&'+:、,，/-]{{1,60}})[）)]"),
    re.compile(rf"(?P<term>{_LATIN})[（(](?P<gloss>{_JAPANESE})[）)]"),
)
_SEPARATOR = re.compile(r"[:、,，/]")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]{3,}")
_LATIN_WORD = re.compile(r"[a-z][a-z-]{2,}")


def glosses_of(text: str) -> list[tuple[str, str]]:
    """(Latin, Japanese) spellings that one text puts side by side, as often as it does."""
    found = []
    text = unicodedata.normalize("NFKC", text)
    for pattern in _GLOSSES:
        for match in pattern.finditer(text):
            term = _fold(match["term"])
            for gloss in map(_fold, _SEPARATOR.split(match["gloss"])):
                if term and gloss and term.isascii() != gloss.isascii():
                    found.append((term, gloss) if term.isascii() else (gloss, term))
    return found


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip("・ .").lower()


# --- sound ------------------------------------------------------------------------------------------------------

_KANA_ROWS = {
    "アイウエオ": ("", "aiueo"), "カキクケコ": ("k", "aiueo"), "ガギグゲゴ": ("g", "aiueo"),
    "サシスセソ": ("s", "aiueo"), "ザジズゼゾ": ("z", "aiueo"), "タチツテト": ("t", "aiueo"),
    "ダヂヅデド": ("d", "aiueo"), "ナニヌネノ": ("n", "aiueo"), "ハヒフヘホ": ("h", "aiueo"),
    "バビブベボ": ("b", "aiueo"), "パピプペポ": ("p", "aiueo"), "マミムメモ": ("m", "aiueo"),
    "ラリルレロ": ("r", "aiueo"), "ワヰヱヲ": ("w", "aieo"), "ヤユヨ": ("y", "auo"),
}  # fmt: skip
_KANA = {kana: c + v for row, (c, vowels) in _KANA_ROWS.items() for kana, v in zip(row, vowels, strict=True)}
_KANA |= {"ン": "n", "ヴ": "bu", "ー": "", "ッ": "", "・": "", "フ": "fu"}
_SMALL = dict(zip("ァィゥェォャュョヮ", ("a", "i", "u", "e", "o", "ya", "yu", "yo", "wa"), strict=True))
#: English spelling -> sound, as Japanese hears it; longest first.
_SPELLING = [(re.compile(p), s) for p, s in (
    (r"tion|sion", "shon"), (r"ph", "f"), (r"ck", "k"), (r"sch|sh", "s"), (r"tch|ch", "t"), (r"th", "s"),
    (r"dg", "z"), (r"gh", "g"), (r"qu", "ku"), (r"x", "kus"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"q", "k"),
    (r"v", "b"), (r"l", "r"), (r"j", "z"), (r"g(?=[eiy])", "z"), (r"(?<=[aeiou])r(?![aeiou])", ""),
    (r"(?<=[^aeiou])e$", ""), (r"(.)\1", r"\1"),
)]  # fmt: skip
_CLASSES = str.maketrans({"c": "k", "z": "s", "j": "s", "f": "h", "v": "b", "l": "r", "m": "n"})
_VOWELS = re.compile(r"[aiueoyw]")


def sound_of(word: str) -> str:
    """A katakana or Latin word (lower case) in one rough notation: ネプチューン -> nepu-tyun, neptune -> neptun."""
    if _KATAKANA.fullmatch(word):
        sound = ""
        for kana in word:
            if kana in _SMALL:
                sound = (sound[:-1] if sound[-1:] in "aiueo" else sound) + _SMALL[kana]
            else:
                sound += _KANA.get(kana, "")
        return sound
    for pattern, heard in _SPELLING:
        word = pattern.sub(heard, word)
    return word.replace("-", "")


def skeleton_of(sound: str) -> str:
    """Its consonants, those that Japanese doesn't keep apart made one."""
    return _VOWELS.sub("", sound.translate(_CLASSES))


class Variants:
    """Finds the other spellings of a question's words in one index."""

    def __init__(
        self, glosses: Iterable[tuple[Sequence[str], Sequence[str], int]], frequency: Mapping[str, int]
    ) -> None:
        """`glosses` as words of both sides and count; `frequency` of the index's words in passages."""
        self._frequency = frequency
        self._glosses: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
        for one, other, count in glosses:
            for term, gloss in ((tuple(one), tuple(other)), (tuple(other), tuple(one))):
                rarest = min((frequency.get(w, 0) for w in term), default=0)
                if term != gloss and gloss and term and count >= _MIN_GLOSSED * rarest:
                    self._glosses[term].add(gloss)
        self._longest = max(map(len, self._glosses), default=1)
        self._katakana = _Sounds(w for w in frequency if _KATAKANA.fullmatch(w))
        self._latin = _Sounds(w for w in frequency if _LATIN_WORD.fullmatch(w))

    def of(self, words: Sequence[str]) -> list[Variant]:
        """Spellings to look for beside those of the question, each with the words it stands for."""
        glossed = list(dict.fromkeys(self._glossed(words)))
        done = {w for v in glossed for w in v.words}
        return glossed + [v for w in dict.fromkeys(words) if w not in done for v in self._sounding(w)]

    def _glossed(self, words: Sequence[str]) -> Iterator[Variant]:
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + self._longest) + 1):
                term = tuple(words[start:end])
                for gloss in sorted(self._glosses.get(term, ())):
                    yield Variant(term, gloss, 1.0)

    def _sounding(self, word: str) -> Iterator[Variant]:
        if _KATAKANA.fullmatch(word):
            others = self._latin
        elif _LATIN_WORD.fullmatch(word):
            others = self._katakana
        else:
            return
        own = self._frequency.get(word, 0)
        least = _KNOWN_FROM if own else _UNKNOWN_FROM
        for other, weight in others.like(word):
            if weight >= least and self._frequency[other] >= own:
                yield Variant((word,), (other,), weight)
                return


class _Sounds:
    """Words of one script by their sound."""

    def __init__(self, words: Iterable[str]) -> None:
        heard = [(w, s, k) for w in sorted(words) if len(k := skeleton_of(s := sound_of(w))) >= _MIN_SKELETON]
        self._words = [w for w, _, _ in heard]
        self._sounds = [s for _, s, _ in heard]
        self._skeletons = [k for _, _, k in heard]

    def like(self, word: str) -> list[tuple[str, float]]:
        """Words that may be `word` in this script and how alike they sound, in (0, 1], most alike first."""
        sound = sound_of(word)
        skeleton = skeleton_of(sound)
        if len(skeleton) < _MIN_SKELETON:
            return []
        found = []
        near = process.extract(skeleton, self._skeletons, scorer=fuzz.ratio, limit=10, score_cutoff=_SKELETON_FROM)
        for _, likeness, place in near:
            heard = fuzz.ratio(sound, self._sounds[place], score_cutoff=_SOUND_FROM)
            if heard and sound[0].translate(_CLASSES) == self._sounds[place][0].translate(_CLASSES):
                found.append((self._words[place], likeness * heard / 10_000))
        return sorted(found, key=lambda f: -f[1])


def spelled_out(question: str, variants: Sequence[Variant]) -> list[str]:
    """The question as asked and, when its names have other spellings, with these added."""
    others = dict.fromkeys(word for v in variants for word in v.other)
    return [question, " ".join([question, *others])] if variants else [question]
