"""Whether a period ends a sentence, in languages that put a space after it. Knows nothing about other stops or lines.

No list is complete, so context decides first: a sentence hardly ever goes on with a capital, unless an abbreviation, an
initial or a German ordinal stands before it; and after these, one hardly ever begins but with a word such as "the".
"""

from __future__ import annotations

import re

from rag.text.stopwords import GERMAN, STOPWORDS

#: Characters before and behind a period that are looked at.
REACH = 40
#: A word of at most so many letters before a figure is short for something: "Abb. 3", "Art. 5", "pág. 12".
MAX_SHORT = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Titles stand before a name, so their period never ends a sentence.
_TITLES = _words(
    "mr mrs ms dr dra prof profa sr sra srta mme mlle hr fr dipl ing st ste sta sto gen col capt lt sgt sen rep gov "
    "hon rev sig dott bzw vgl vs bspw e.g i.e z.b d.h p.ej"
)
# Their period may end a sentence as well.
_ABBREVIATIONS = _words(
    "jr etc usw ecc cf ff al figs nos vols pp eds inc ltd co corp approx dept est ca nr abb kap str tel inkl exkl zzgl "
    "ggf evtl jh mwst av avda blvd rd núm pág págs ud uds chap éd env гг ул стр см рис др руб тыс млн"
)
_MONTH = re.compile("(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-zä]{0,6}")
_LETTER = "[A-Za-z\u00c0-\u024f\u0370-\u04ff]"  # of scripts that have capitals
_LAST_WORD = re.compile(f"(?<![\\d_'’])(?<!{_LETTER}){_LETTER}{{1,12}}(?:\\.{_LETTER}{{1,2}}){{0,3}}$")
_INITIAL = re.compile(f"(?<!{_LETTER}){_LETTER}\\. ?$")
_DOTTED = re.compile(f"{_LETTER}{{1,2}}(?:\\.{_LETTER}{{1,2}})+")  # z.B, U.S, e.g, a.m
_TWICE = re.compile(r"(?P<letter>[A-Z])(?P=letter)$")  # plurals of initials: EE. UU.
_FIRST_WORD = re.compile(r"[\"'“„«‚(\[¿¡]{0,2}([^\W_]{1,30})(\.?)")
# "14.", "XIX." and what stands before it: a word, a comma, the line's start, "14.–16.".
_ORDINAL = re.compile(r"(?:(?:^|\n)|([^\W_]+)[ \u00a0]|[,:–—-][ \u00a0]|\(|\.[–-])(?:\d{1,3}|[IVX]{1,6})$")
_DAY = re.compile(r"(?<![\d.])(?:0\d\.\d{1,2}|\d{1,2}\.0\d)$")  # "04.06.": no version has such a nought


def period_ends(text: str, start: int, end: int) -> bool:
    """Whether the period at text[start:end], which white space follows, ends a sentence. Looks at REACH characters."""
    before, after = text[max(0, start - REACH) : start], text[end : end + REACH].lstrip()
    if after[:1].islower():
        return False
    following = _FIRST_WORD.match(after)
    # A sentence begins: "The", "Die", "Wir"; an initial before a period is no word.
    begins = bool(following and following[1].lower() in STOPWORDS and not following[2])
    if _is_ordinal(before):
        return begins and not _MONTH.fullmatch(following[1] if following else "")
    word = _LAST_WORD.search(before)
    if not word:
        return True
    if len(word[0]) == 1:
        return _initial_ends(word[0], before[: word.start()], following, begins)
    return _word_ends(word[0], begins, figure=after[:1].isdigit())


def _initial_ends(letter: str, before: str, following: re.Match[str] | None, begins: bool) -> bool:
    """A capital is an initial; a small letter is short for a word before another ("z. B.") or a figure ("p. 3")."""
    if _INITIAL.search(before):  # the second of "z. B.", "u. a.", "J. R."
        return False
    if letter.isupper():
        return begins or before.endswith("-")
    return not following or not (following[1].isdigit() or (following[2] and len(following[1]) <= MAX_SHORT))


def _word_ends(word: str, begins: bool, figure: bool) -> bool:
    lower = word.lower()
    if word.isupper() and len(word) > 2 and "." not in word:  # SIG, DRA: no titles
        return True
    if lower in _TITLES:
        return False
    short = lower in _ABBREVIATIONS or bool(_DOTTED.fullmatch(word) or _TWICE.match(word))
    if figure:  # "Nr. 5", "Hauptstr. 12"
        number = lower == "no" or (len(word) <= MAX_SHORT and lower not in STOPWORDS)
        return not (short or number or lower.endswith("str"))
    return begins or not short


def _is_ordinal(before: str) -> bool:
    """Whether a figure is one of German's ordinals, by the word before it: "am 14.", "Samstag, 3.", "im XIX."."""
    found = _ORDINAL.search(before)
    if found:
        return found[1] is None or found[1].lower() in GERMAN
    return bool(_DAY.search(before))
