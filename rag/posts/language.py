"""The language of a post: what its front matter says, else its file's name or folder, else its text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

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
#: Not written in Latin letters, so that a text in them can't be taken for one in any of these.
_OTHER_SCRIPTS = """
ab am ar av ba be bg bh bn bo ce cu cv dv dz el fa gu he hi hy ja ka kk km kn ko ky lo mk ml mn mr my ne or os pa ps
ru sa sd si ta te tg th ti tt ug uk ur yi zh
"""
_NOT_LATIN = frozenset(_OTHER_SCRIPTS.split())
#: With a region, or a script by its name: a folder `my-blog` is no Burmese.
_CODE = re.compile(
    r"([A-Za-z]{2})(?:[-_](?:hans|hant|latn|cyrl|arab))?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?(?:\.utf-?8)?", re.I
)
#: Of front matter.
FIELDS = ("lang", "language", "locale")
#: Words that only English has: its text in a folder `cs` is about computers.
_ENGLISH = re.compile(r"(?<![a-z])(?:the|and|that|with|this)(?![a-z])", re.IGNORECASE)
_ENGLISH_FROM = 30  # of its words one is such a word
_SAMPLE = 4_000  # characters of the text that are looked at
_TITLES = 8  # what a title weighs beside the text, which may quote another language
_ENOUGH_WORDS = 200  # letters that must hold a few of a language's commonest words
_ENOUGH = 20  # letters that tell a script: a post may be little but code
_OTHERS = 5  # one letter in so many makes the script: Japanese prose is full of Latin words
_RARE = 50  # a translation that keeps its original in comments has at least so many of its own
_NO_LETTERS, _SPACE = re.compile(r"[^\w\s]+|[\d_]+"), re.compile(r"\s")
_EASTERN, _LATIN = re.compile("[\u3041-\U0010ffff]"), re.compile("[^ \u0250-\U0010ffff]")
_NO_LATIN, _OTHER_SCRIPT = re.compile("[\u0250-\U0010ffff]+"), re.compile("[\u0370-\U0010ffff]")
_MARKUP = re.compile(r"https?://[^\s)>]+|`[^`\n]*`|<[^<>\n]{0,300}>|\{[{%][^{}\n]{0,300}[}%]\}|\]\([^()\n]{0,300}\)")


def language_said(
    path: str, fields: Mapping[str, object], title: str, text: str, known: Collection[str] = ()
) -> tuple[str, str]:
    """The code, "ja" or "zh-cn", that front matter, the ending of the file's name or a folder says, and the folder of
    the path that is called so, as it is written; each "" when there is none.

    `known` are the languages that the site names: a folder or an ending that is called like one is it. Another must
    agree with the text.
    """
    for name in FIELDS:
        if code := as_code(text_of(fields.get(name))):
            return code, folder_of(path, code)
    for code in filter(None, map(as_code, [ending_of(path), *path.split("/")[:-1]])):
        if code in known or _may_be(code, _letters(title, text, _TITLES)):
            return code, folder_of(path, code)
    return "", ""


def language_of_text(title: str, text: str) -> str:
    """The code of the language that most of a text is in, by its script and its commonest words; "" when none is known.

    A few words of another script say nothing. A title in Latin letters, which is often English, weighs as any line.
    """
    letters = _letters(title, text, _TITLES)
    count = len(letters) - letters.count(" ")
    if count and _OTHERS * len(_EASTERN.findall(letters)) >= count:
        return language_of(letters)
    if _OTHERS * len(_LATIN.findall(letters)) < count:
        return ""
    words = _NO_LATIN.sub("", _letters(title, text, 1))
    found = language_of(words)
    return "" if found == "en" and len(words) > _ENOUGH_WORDS and not _is_english(words) else found


def ending_of(path: str) -> str:
    """The language's code behind the name of a file, post.ja.md, in lower case; "" when there is none."""
    parts = path.rpartition("/")[2].split(".")
    return as_code(parts[-2]) if len(parts) > 2 else ""


def _letters(title: str, text: str, titles: int) -> str:
    sample = titles * f"{title} " + _MARKUP.sub(" ", text[:_SAMPLE])
    return _SPACE.sub(" ", _NO_LETTERS.sub("", sample))


def _may_be(code: str, letters: str) -> bool:
    """Whether a text can be in a language: a folder `it` of Japanese posts is about computers, or of English ones."""
    others = len(_OTHER_SCRIPT.findall(letters))
    if len(letters) < _ENOUGH:
        return True
    if code[:2] in _NOT_LATIN:
        return others * _RARE >= len(letters)
    return others * _OTHERS < len(letters) and not (code[:2] != "en" and _is_english(letters))


def _is_english(words: str) -> bool:
    return len(_ENGLISH.findall(words)) * _ENGLISH_FROM > words.count(" ")


def as_code(name: str) -> str:
    """`name` in lower case with "-", when it is a language's code, with a region or a script or without; else ""."""
    found = _CODE.fullmatch(name)
    return name.lower().partition(".")[0].replace("_", "-") if found and found[1].lower() in CODES else ""


def folder_of(path: str, code: str) -> str:
    """The folder in a path that is named by this code, as it is written; "" when there is none."""
    return next((name for name in path.split("/")[:-1] if as_code(name) == code), "")
