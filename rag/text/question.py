"""What a question asks for, and in which language: by its surface alone. Knows nothing about posts.

Two things follow from it: the form of a sentence that can answer (a figure, a day, a name, a reason), and the language
of the words put around the quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Kind = Literal["figure", "date", "who", "why", "how"]
Language = Literal["ja", "en", "zh", "ko", "de", "fr", "es", "pt"]
Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# --- language ---------------------------------------------------------------------------------------------------

_KANA = re.compile("[\u3041-\u30fa\uff66-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u9fff]")
#: Characters of everyday Chinese that Japanese doesn't write, simplified or not. Japanese key words have none of them.
_CHINESE = re.compile(
    "[么麼什哪吗嗎呢谁这這那们們个個为对对过发现开关东车钱请问应该还没让给从业务类电际预计划你您他她它很怎说时]"
)
_WORD = re.compile(r"[^\W\d_]+")
#: The commonest words of each language that the others lack, question words first.
_COMMON: dict[Language, frozenset[str]] = {
    "en": _words(
        "what who when where why how which is are was were do does did the of to and in for much many"
    ),
    "de": _words(
        "was wer wann wo warum wie welche welcher welches ist sind der die das und ein eine für von mit zu den "
        "nicht im viel viele wird hat"
    ),
    "fr": _words(
        "quel quelle quels quelles qui quand où pourquoi comment combien est sont le la les des du et une pour "
        "dans que quoi au aux ce"
    ),
    "es": _words(
        "qué quién cuándo dónde cuál cuáles cómo cuánto cuánta cuántos es son el la los las del y una para por "
        "en se su qué"
    ),
    "pt": _words(
        "quem quando onde qual quais como quanto quantos é são o os as do da dos das e uma para por em não que "
        "um no na"
    ),
}  # fmt: skip


def language_of(text: str) -> Language:
    """The language a question is written in; Japanese for bare kanji, English when nothing tells."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _HAN.search(text):
        return "zh" if _CHINESE.search(text) else "ja"
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    if "¿" in text or "¡" in text:
        counts["es"] += 2
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] > counts["en"] else "en"


# --- what is asked for ------------------------------------------------------------------------------------------

_ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("date", re.compile(
        r"いつ|何[年月日時]|何曜|時期|until when|(?<![A-Za-z])when(?![a-z])|what (?:year|date|day|month)|什么时候"
        r"|何时|哪[一]?年"
        r"|언제|몇 ?[년월일]|(?<!\w)wann(?!\w)|(?<!\w)quand(?!\w)|cuándo|(?<!\w)quando(?!\w)", re.I)),
    ("figure", re.compile(
        r"いくら|幾ら|いくつ|何[%％割円人台件社年本回個倍万億兆基か月日名点度席駅キメトパグ時分秒]|どれ(?:くらい"
        r"|ぐらい|だけ|ほど)|どの(?:くらい|ぐらい|程度)"
        r"|価格|値段|料金|金額|[額率](?:は|$|？)|精度|割合|規模"
        r"|how (?:much|many|large|big|long|far|fast|often|high|old)|what (?:share|percent|proportion|price)|多少"
        r"|几[个倍家年]"
        r"|얼마|몇|combien|wie ?viel|wie (?:hoch|lange|groß|oft)|prozent|cuánt|quant[oa]s?(?!\w)", re.I)),
    ("who", re.compile(
        r"誰|だれ|どなた|どの会社|どこの会社|何という(?:人|会社|企業)|会社名|社名|企業名|名前|氏名"
        r"|(?<![A-Za-z])who(?:se|m)?(?![a-z])"
        r"|which (?:company|firm|startup|bank|person)|谁|哪家|누구|어느 ?회사|(?<!\w)wer(?!\w)|(?<!\w)qui(?!\w)"
        r"|quién|(?<!\w)quem(?!\w)", re.I)),
    ("why", re.compile(
        r"なぜ|何故|なんで|どうして|理由|原因|(?<![A-Za-z])why(?![a-z])|what (?:caused|made)|为什么|为何|왜|이유"
        r"|pourquoi|warum|weshalb"
        r"|por qu[eéê]", re.I)),
    ("how", re.compile(
        r"どうやって|どうすれば|どうしたら|方法|手順|やり方|どのように|how (?:to|do|does|did|can|could|should|is"
        r"|are)|怎么|如何"
        r"|어떻게|방법|comment|(?<!\w)wie (?:kann|macht|geht|will|soll)|cómo|(?<!\w)como(?!\w)", re.I)),
)  # fmt: skip

#: Every repetition is bounded: what fails to match is tried again at the next character.
_DIGITS = "[0-9０-９][0-9０-９,，.．]{0,30}"
_NUMBER = f"(?:{_DIGITS}|[〇一二三四五六七八九十百千]{{1,12}})(?:[千万億兆]{{1,3}}(?:{_DIGITS})?){{0,4}}"
_UNITS = (
    "%|％|パーセント|ポイント|倍|割|円|ドル|米ドル|ユーロ|元|ウォン|ポンド|人|名|社|台|基|件|個|本|枚|席|駅|回|冊|点|機|隻|戸|校|店"
    "|年間|年度|年|か月|カ月|ヶ月|週間|週|日間|日|時間|時|分|秒|度|歳|周|キロ|メートル|トン|グラム|ワット"
    "|[kKmM]?[mgW](?![A-Za-z])|[MGTP]B|GW|MW|kWh|TFLOPS|fps|mAh"
    "|(?:hundred |thousand |million |billion |trillion "
    ")?(?:percent|dollars?|euros?|yen|people|years?|months?|weeks?|days?|hours?|minutes?|seconds?"
    "|degrees|metres|meters|km|miles|tons?|tonnes|watts?)|million|billion|trillion"
)
_FIGURE = re.compile(f"(?:[$€£¥￥] ?{_DIGITS}(?: ?(?:million|billion|trillion|[万億兆]))?|{_NUMBER} ?(?:{_UNITS}))")
_PLAIN_FIGURE = re.compile(_DIGITS)
_DAY = "(?: ?[0-9０-９一二三四五六七八九十]{1,3}日)?"
_DATE = re.compile(
    rf"(?:[0-9０-９一二三四五六七八九十〇]{{1,4}}|元)年度?(?: ?[0-9０-９一二三四五六七八九十]{{1,2}}月{_DAY})?"
    rf"|[0-9０-９一二三四五六七八九十]{{1,3}}月{_DAY}"
    r"|(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?)?(?![0-9])|[0-9]{1,2}時"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)(?: [0-9]{1,2},?)?(?: [0-9]{4})?"
)  # fmt: skip
_PERSON = re.compile(
    r"[\u30a1-\u30fa\u30fc・＝]{2,30}(?:氏|さん)|[\u3400-\u9fff々]{2,6}(?:氏|さん|社長|教授|会長|博士)"
    r"|(?:[A-Z][A-Za-z.'-]{1,30} ){1,3}[A-Z][A-Za-z.'-]{1,30}|[A-Za-z][A-Za-z.-]{0,30}(?:社|大学)"
    r"|(?:株式会社)[^\s、。（）「」]{1,20}"
)
_REASON = re.compile(
    r"ため|ので|から(?:だ|です|で|こそ|、|。)|理由|背景|要因|原因|狙い|because|since |due to|in order to|reason"
    r"|so that",
    re.I,
)
_MANNER = re.compile(
    r"まず|次に|方法|手順|によって|することで|ことが(?:重要|大切|有効)|ましょう|first|then |by \w{1,20}ing|step", re.I
)
_ANSWERS: dict[Kind, tuple[re.Pattern[str], ...]] = {
    "figure": (_FIGURE, _PLAIN_FIGURE), "date": (_DATE,), "who": (_PERSON,), "why": (_REASON,), "how": (_MANNER,),
}  # fmt: skip
_ASKS_SHARE = re.compile(
    r"何[%％割]|パーセント|割合|比率|率(?:は|$|[？?])|percent|what (?:share|proportion|fraction)|prozent|anteil"
    r"|pour ?cent|quelle part|por ?cien|por ?cento|百分|比例|퍼센트|비율", re.I,
)  # fmt: skip
_SHARE = re.compile(r"[0-9０-９一二三四五六七八九十] ?(?:[%％割]|パーセント|percent|per cent|Prozent)")
_LATEST = re.compile(
    r"最新|最近|直近|いちばん新しい|一番新しい|近ごろ|latest|newest|most recent|(?<![a-z])recent(?:ly)?(?![a-z])"
    r"|최신|최근|neueste|jüngste|derni[eè]re?s?(?![a-z])|récent|últim[oa]|reciente|recente", re.I,
)  # fmt: skip
_MARKED: tuple[Kind, ...] = ("figure", "date", "who")  # kinds whose answer is a few words that can be marked


def kinds_of(question: str) -> tuple[Kind, ...]:
    """What the question asks for, at most a few; () for "what is …?" and anything else without a form of its own."""
    return tuple(kind for kind, asks in _ASKS if asks.search(question))


def has_form(kind: Kind, text: str) -> bool:
    """Whether the text holds something of the form that answers this kind of question."""
    return any(form.search(text) for form in _ANSWERS[kind])


def expected(question: str) -> tuple[re.Pattern[str], ...]:
    """What a passage that answers must hold, seen by its form: a figure, a share of something; () for most."""
    figure = (_PLAIN_FIGURE,) if "figure" in kinds_of(question) else ()
    return (*figure, _SHARE) if _ASKS_SHARE.search(question) else figure


def asks_for_latest(question: str) -> bool:
    """Whether the newest of several answers is wanted."""
    return bool(_LATEST.search(question))


def answering_spans(kinds: tuple[Kind, ...], text: str) -> tuple[Span, ...]:
    """Offsets in `text` of the figures, days or names that a question of these kinds asks for, in order, disjoint."""
    spans: list[Span] = []
    for kind in kinds:
        if kind in _MARKED:
            form = next((f for f in _ANSWERS[kind] if f.search(text)), None)
            spans += [m.span() for m in form.finditer(text)] if form else []
    disjoint: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not disjoint or start >= disjoint[-1][1]:
            disjoint.append((start, end))
    return tuple(disjoint)


def figures(text: str) -> Iterator[tuple[str, str]]:
    """(value, unit) of every figure with a unit, as written but for white space and commas."""
    for found in _FIGURE.finditer(text):
        figure = re.sub("[ ,，]", "", found[0])
        value = re.match(f"[$€£¥￥]?{_NUMBER}", figure)
        if value:
            yield value[0], figure[value.end() :] or value[0][0]
