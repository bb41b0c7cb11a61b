"""Completes a follow-up question from the questions before it, without a language model.

A question that points back, or names nothing of its own, gets the names of the turns before it. Whether it does can
be read off the question in clear cases; in the others the caller looks whether the posts bring both together. Knows
nothing about indexes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

#: "carry": the question leans on the turns before; "alone": it doesn't; "maybe": only the posts can tell.
Leaning = Literal["carry", "alone", "maybe"]

_LATIN_BEFORE, _LATIN_AFTER = r"(?<![A-Za-zÀ-ÿ])", r"(?![A-Za-zÀ-ÿ])"
_POINTS_BACK = re.compile(
    r"^(?:では|じゃあ?|それで|それなら|だったら|あと|ちなみに|それと|那么?|그럼|그러면)"
    r"|(?<!お)それ|その(?!ため|他|ほか)|(?<!あ)そこ|そちら|これ(?!から|まで)|(?<![どっのきねた])この|(?<!ど)ここ(?!数)|こちら|彼ら|彼女|同社"
    r"|両社|同氏|同じ|前者|後者|上記"
    r"|它|他们|她|这个|那个|其中|그것|그 |이것|거기"
    rf"|^(?:and|so|then|what about|how about|und|et|y|e) |{_LATIN_BEFORE}(?:it|its|they|them|their|that|this|those"
    rf"|these|he|she|his|her|dieser?s?|davon|dafür|celui|celle|cela|leur|ello|ellos|eso|isso|deles?){_LATIN_AFTER}",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"^(?:ところで|話は変わ|話変わ|別の(?:話|件|質問)|さて|by the way|another question|changing the subject"
    r"|on another note"
    r"|übrigens|au fait|por cierto|a propósito|顺便|换个话题|그런데|다른 질문)",
    re.IGNORECASE,
)
_KANJI = "[\u3400-\u9fff々]"
#: What names something: runs of katakana, Latin or figures; kanji of two or more, with the kana that stand inside a
#: word (釜炒り茶) or open one where a phrase begins (とび島), unless these point, ask or say how much.
_NAMES = re.compile(
    r"[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9.&+'’-]*(?: [A-Z0-9][A-Za-zÀ-ÿ0-9.&+'’-]*)*|[a-zß-ÿ][A-Za-zÀ-ÿ0-9.&+'’-]*"
    r"|(?:(?<![^、。・「（\s])(?!そ[のんれうこ]|こ[のんれうこ]|あ[のんれ]|ど[のんれうこ]|[おご](?=[\u3400-\u9fff])|いつ|なぜ|また|まず"
    r"|もう|もっと|まだ|とても|すぐ|いま|いち|たと|おな|やっ|もし|では|じゃ|でも|だから|ほか)"
    rf"[\u3041-\u3096]{{2,4}}(?<!の)(?={_KANJI}))?{_KANJI}+(?:[りきちみし]{_KANJI}+)*"
    r"|[\u30a1-\u30fa\u30fc・]{2,}|[\uac00-\ud7a3]{2,}|\d[\d,.]*[\u3400-\u9fff]?"
)
_ONE_KANJI = re.compile(_KANJI)
#: Runs that belong to asking, not to the subject.
_ASKING_JA = re.compile(
    "何.*|誰|最初|最後|次回|理由|原因|予定|教えて|具体的?|場合|方法|意味|名前|数値|可能|必要|一番|最近|今後|現在|本当|関係|全部|自分"
)
_ASKING_WORDS = (
    "what who when where why how which is are was were do does did the a an of to and in for on about much many "
    "can will "
    "would tell me has have by with from it its they them their that this those these there wer wann wie viel "
    "viele ist "
    "sind der die das und ein eine für von mit zu qui que quel quelle est le la les des du et un une pour dans "
    "combien "
    "qué quién cuándo cuánto es el los las del y para por en quem qual quando quanto o os as da dos e um uma "
    "em"
)
_ASKING = frozenset(_ASKING_WORDS.split())
_SHORT = 8  # characters: "いつから？" names no subject of its own
MAX_CARRIED = 8  # names


def leaning(question: str) -> Leaning:
    """Whether a question leans on those before it, by its words alone."""
    if _CHANGES.search(question):
        return "alone"
    names = names_of(question)
    if _POINTS_BACK.search(question) or not names or len(question) <= _SHORT:
        return "carry"
    return "maybe"


def names_of(text: str) -> list[str]:
    """What a question names, in order, without repetitions and words of asking."""
    found = (name.strip(" .'’-・") for name in _NAMES.findall(text))
    return list(
        dict.fromkeys(name for name in found if name and not _ONE_KANJI.fullmatch(name) and not _is_asking(name))
    )


def _is_asking(name: str) -> bool:
    return name.lower() in _ASKING or bool(_ASKING_JA.fullmatch(name))


def subject_of(earlier: Sequence[str]) -> list[str]:
    """The names under discussion after these questions, those of the latest first; a changed subject ends the list."""
    subject: list[str] = []
    for question in reversed(earlier):
        subject += [name for name in names_of(question) if name not in subject]
        if _CHANGES.search(question):
            break
    return subject[:MAX_CARRIED]


def complete(question: str, subject: Sequence[str]) -> str:
    """The question with the subject before it, less what it names itself."""
    carried = [name for name in subject if name.lower() not in question.lower()]
    return f"{' '.join(carried)} {question}" if carried else question
