"""What an answer must look like, finer than the kind of its question: a figure of one unit, or several things at once.

A sentence with a share in it answers "what share?", one with a year doesn't. Knows nothing about posts.
"""

from __future__ import annotations

import re

_D = "[0-9０-９一二三四五六七八九十百千万億兆数]"
#: (what asks for it, what has it). A question may ask for several.
_UNITS = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(has, re.IGNORECASE))
    for asks, has in (
        (r"パーセント|何[%％割]|割合|比率|確率|精度|percent|per cent|what (?:share|proportion|fraction)|prozent|anteil"
         r"|pour ?cent|quelle part|por ?cien|por ?cento|百分|퍼센트|비율",
         rf"{_D} ?[%％割]|{_D} ?パーセント|[0-9] ?per ?cent|[0-9] ?prozent"),
        (r"何倍|倍率|how many times|times (?:faster|more|as)|몇 ?배|几倍|多少倍|wie viel ?mal|combien de fois"
         r"|cuántas veces", rf"{_D} ?倍|[0-9] ?x(?![a-z])|[0-9] times"),
        (r"いくら|価格|値段|料金|金額|費用|予算|投資額|調達額|売上|罰金|何[万億兆]?(?:円|ドル)"
         r"|how much (?:does|did|is|was|will|money)|cost|price|valuation|revenue|多少钱|얼마|teuer|kostet|strafe|coûte"
         r"|cuesta|custa",
         rf"{_D} ?(?:円|ドル|米ドル|ユーロ|元|ウォン|ポンド)|[$€£¥￥] ?[0-9]|[0-9] ?(?:dollars?|euros?|yen|usd|eur)"),
        (r"何人|何名|人数|従業員数|how many (?:people|employees|users|staff)|몇 ?명|多少人|wie viele mitarbeiter",
         rf"{_D} ?[人名]|[0-9] ?(?:people|employees|users)"),
        (r"何社|how many (?:companies|firms)|몇 ?개 ?(?:회사|기업)|多少家|几家",
         rf"{_D} ?社|[0-9] (?:companies|firms)"),
        (r"何トン|tonnes|tonnen|how many tons", rf"{_D} ?トン|[0-9] ?t(?:on)?(?:ne)?s?(?![a-z])"),
        (r"何[基台件個本枚席駅回冊点機隻戸校店]", rf"{_D} ?[基台件個本枚席駅回冊点機隻戸校店]"),
        (r"いつ|何[年月日]|時期|(?<![a-z])when(?![a-z])|what (?:year|date|day|month)|哪年|何时|什么时候|언제|몇 ?년"
         r"|(?<![a-z])wann(?![a-z])|(?<![a-z])quand(?![a-z])|cuándo|(?<![a-z])quando(?![a-z])",
         rf"{_D} ?(?:年|月|日)|元年|(?:19|20)[0-9]{{2}}|(?:January|February|March|April|May|June|July|August|September"
         r"|October|November|December)"),
        (r"日数|何(?:日間?|時間|分|秒|[かカヶ]月|週間)|期間|how long|wie lange|combien de temps|cuánto tiempo"
         r"|얼마나 오래|多久",
         rf"{_D} ?(?:日|時間|分|秒|[かカヶ]月|週間|年)|[0-9a-z] (?:day|hour|minute|second|week|month|year)"),
    )
)  # fmt: skip


def units_asked(question: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the figures that a question wants, in no more than a few units; () when it names none."""
    return tuple(has for asks, has in _UNITS if asks.search(question))


def has_unit(units: tuple[re.Pattern[str], ...], text: str) -> bool:
    """Whether the text holds a figure of one of these units."""
    return any(unit.search(text) for unit in units)


_WANTS_SEVERAL = re.compile(
    r"挙げて|列挙|一覧|リスト|種類|それぞれ|全部|すべて|どんな(?:もの|種類|点)|どこと(?:どこ|何)|何と何|誰と誰"
    r"|[二三四五六七八九十2-9２-９](?:つ|個|社|人|名|点|種)(?:を|は|教|挙)"
    r"|(?<![a-z])(?:list|name (?:two|three|four|five|all|some)|what are|which (?:are|were)|what kinds)(?![a-z])"
    r"|哪些|有哪|어떤 것들|나열|nenne|welche sind|quels sont|quelles sont|cuáles son|quais são",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^ *(?:[・•●○■◆▪*+–-]|[0-9０-９]{1,2}[.．)）]|[①-⑳])", re.MULTILINE)
_ENUMERATED = re.compile(
    r"[^、。\n]{2,40}、[^、。\n]{2,40}、[^、。\n]{2,40}|[^,.\n]{2,40}, [^,.\n]{2,40},? (?:and|or) "
)


def wants_several(question: str) -> bool:
    """Whether a question asks for more than one thing: names, kinds, points."""
    return bool(_WANTS_SEVERAL.search(question))


def holds_several(text: str) -> bool:
    """Whether a text enumerates: items of a list, or three things between commas."""
    return bool(_ENUMERATED.search(text)) or len(_ITEM.findall(text)) > 1


def is_item(line: str) -> bool:
    """Whether a line is an item of a list by its mark."""
    return bool(_ITEM.match(line))
