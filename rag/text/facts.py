"""Whether one sentence says all that another says: same figures, names and words in the same order, same negations.

A judgement by form, made to err on one side: when in doubt the sentences differ and both are kept. Knows no grammar
beyond what the constants below hold, for Japanese and English.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

# Figures, Latin words, katakana and kanji carry the facts; hiragana in between carries their relation.
_TOKEN = re.compile(
    r"(?P<figure>[-−+]?\d[\d.,]*)|(?P<latin>[a-z][a-z0-9]*(?:['’][a-z]+)?)"
    r"|(?P<katakana>[ァ-ヺー]+)|(?P<kanji>[一-龥々〆]+)"
)
# Hiragana that limits or hedges what is said: it must be the same.
_LIMIT = re.compile(
    "すべて|ほとんど|わずか|たった|もっとも|いくつか|だけ(?!で)|のみ(?!なら)|しか(?!し)|あまり"
    "|まだ|すでに|かつて|おそらく|すべき|べきで|かもしれ|らしい|そうだ"
)
_CLAUSE_END = re.compile("[、。,.!?]")
_EMPTY_WORD = re.compile(
    r"an?|the|of|to|in|on|at|for|and|or|that|which|this|its?|is|are|was|were|be|been|ha[sd]|have|do|does|did|as|so|also"
    r"|very|really|just|then|there|their|our|your|i|we|you|they"
)
_NEGATION = re.compile(
    r"ない(?!か[、。？?]|か$)|なく(?!て[はも])|なかっ|なけれ|ません|ませず|ず(?=[、。にとも]|$)|ぬ(?=[、。]|$)|ざる"
    r"|\b(?:not|no|never|none|nor|cannot|without|hardly|neither)\b|n['’]t\b"
)
_IDLE_NEGATION = re.compile(
    r"だけで(?:は)?なく|のみならず|にほかならない|かもしれ(?:ない|ません)|に違い(?:ない|ありません)|なければ(?:なら|いけ)(?:ない|ません)"
)
_QUESTION = re.compile(r"[？?][」』）)]*$|か[。、」]*$")
#: Particles that say who does what to whom, by what they say; は stands for が or を and is compatible with both.
_PARTICLES = {
    "が": "who",
    "を": "what",
    "に": "where",
    "へ": "where",
    "で": "where",
    "から": "since",
    "より": "since",
    "まで": "until",
}
_PARTICLE = re.compile(r"(から|より|まで|[がをにへで])")

Token = tuple[str, str, int, int]  # kind, text, start, end


def holds(whole: str, part: str) -> bool:
    """Whether the sentence `whole` says all that the sentence `part` says, maybe with more words.

    Every figure, name and content word of `part` must stand in `whole`, in the same order, related by the same
    particles, with as many negations and as question or statement alike.
    """
    whole, part = _plain(whole), _plain(part)
    if whole == part:
        return True
    these, those = _tokens(part), _tokens(whole)
    places = _places(these, those)
    if places is None or not these:
        return False
    start, end = those[places[0]][2], those[places[-1]][3]
    clause = _CLAUSE_END.search(whole, end)
    said = whole[start : clause.end() if clause else len(whole)]
    if bool(_QUESTION.search(part)) != bool(_QUESTION.search(said)):
        return False
    if _negations(part) != _negations(said) or _LIMIT.findall(part) != _LIMIT.findall(said):
        return False
    return all(
        _related(part[these[n][3] : these[n + 1][2]], whole[those[a][3] : those[b][2]])
        for n, (a, b) in enumerate(itertools.pairwise(places))
        if b == a + 1
    )


@functools.lru_cache(maxsize=4096)
def _plain(sentence: str) -> str:
    return unicodedata.normalize("NFKC", sentence).lower().strip()


@functools.lru_cache(maxsize=4096)
def _tokens(sentence: str) -> tuple[Token, ...]:
    found = ((str(m.lastgroup), m.group().rstrip(".,"), m.start(), m.end()) for m in _TOKEN.finditer(sentence))
    return tuple(token for token in found if not _EMPTY_WORD.fullmatch(token[1]))


def _places(these: tuple[Token, ...], those: tuple[Token, ...]) -> list[int] | None:
    """Where each of `these` stands among `those`, in order; None if one is missing."""
    places: list[int] = []
    at = 0
    for kind, text, _, _ in these:
        while at < len(those) and not _same(kind, text, those[at]):
            at += 1
        if at == len(those):
            return None
        places.append(at)
        at += 1
    return places


def _same(kind: str, text: str, other: Token) -> bool:
    if kind != other[0]:
        return False
    if kind == "kanji" and len(text) > 1:  # 重要 and 重要性, but not 国 and 中国
        return other[1].startswith(text)
    return text == other[1]


def _negations(text: str) -> int:
    return len(_NEGATION.findall(_IDLE_NEGATION.sub("", text)))


def _related(link: str, other: str) -> bool:
    """Whether the hiragana between two words says the same of them, as far as its last particle tells."""
    here, there = _PARTICLE.findall(link), _PARTICLE.findall(other)
    return not (here and there) or _PARTICLES[here[-1]] == _PARTICLES[there[-1]]
