"""The language of a post: what its front matter says, else its file's name or folder, else its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.posts.fields import text_of
from rag.text.question import language_of

#: ISO 639-1. A folder of two letters that is none of these is no language.
_CODES = """
aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
CODES = frozenset(_CODES.split())
_CODE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4}|[-_][0-9]{3})?")
_FIELDS = ("lang", "language", "locale")
#: Written in a script of their own, which a text can't be taken for another's in.
_OWN_SCRIPT = ("ja", "ko", "zh")
_SAMPLE = 4_000  # characters of the text that are looked at
_TITLES = 8  # what a title weighs beside the text, which may quote another language
_ENOUGH = 20  # letters that tell a script: a post may be little but code
_OTHERS = 5  # one letter in so many makes the script: Japanese prose is full of Latin words
_RARE = 50  # a translation that keeps its original in comments has at least so many of its own
_EASTERN, _LATIN_END = "\u3041", "\u0250"
_MARKUP = re.compile(r"https?://[^\s)>]+|`[^`\n]*`|<[^<>\n]{0,300}>|\{[{%][^{}\n]{0,300}[}%]\}|\]\([^()\n]{0,300}\)")


def language_of_post(path: str, fields: Mapping[str, object], title: str, text: str) -> tuple[str, str]:
    """A code such as "ja" or "zh-cn", in lower case, and the folder of the path that says so ("" when none does)."""
    for name in _FIELDS:
        if code := as_code(text_of(fields.get(name))):
            return code, folder_of(path, code)
    *folders, file = path.split("/")
    parts = file.split(".")
    sample = _TITLES * f"{title} " + _MARKUP.sub(" ", text[:_SAMPLE])
    letters = [c for c in sample if c.isalpha() or c == " "]
    for name in [*(parts[-2:-1] if len(parts) > 2 else []), *folders]:
        code = as_code(name)
        if code and _may_be(code, letters):
            return code, folder_of(path, code)
    return _by_script(letters), ""


def _may_be(code: str, letters: Sequence[str]) -> bool:
    """Whether a text can be in a language: a folder `it` of Japanese posts is about computers."""
    eastern = sum(c >= _EASTERN for c in letters)
    if len(letters) < _ENOUGH:
        return True
    return eastern * _RARE >= len(letters) if code[:2] in _OWN_SCRIPT else eastern * _OTHERS < len(letters)


def _by_script(letters: Sequence[str]) -> str:
    """By the script that most of a text is in: a few words of another language say nothing. "" when none is known."""
    count = sum(c != " " for c in letters)
    if count and _OTHERS * sum(c >= _EASTERN for c in letters) >= count:
        return language_of("".join(letters))
    latin = [c for c in letters if c < _LATIN_END]
    return language_of("".join(latin)) if _OTHERS * (len(latin) - len(letters) + count) >= count else ""


def as_code(name: str) -> str:
    """`name` in lower case with "-", when it is a language's code, with a region or a script or without; else ""."""
    found = _CODE.fullmatch(name)
    return name.lower().replace("_", "-") if found and found[1].lower() in CODES else ""


def folder_of(path: str, code: str) -> str:
    """The folder in a path that is named by this code, as it is written; "" when there is none."""
    return next((name for name in path.split("/")[:-1] if as_code(name) == code), "")
