"""Rules of cleaning: what a writing machine leaves in a post. Its notes on the task, the brief it was given, its noise.

Each rule yields the indices of the pieces that go. The patterns are those of writing tools in general, anchored or in
company, because a post may well write about such tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.cleaning.pieces import Piece, runs
from rag.cleaning.site_rules import SiteRules
from rag.types import Post

# What a writing machine says about its task. Anchored at the start of a block, which must be short.
_CHATTER = re.compile(
    r"^[(（【「]?(?:文字数(?:確認|カウント)?[:：]|約?\d{3,5}\s*文字|(?:(?:はい|もちろん)、)?(?:承知|了解)(?:いた)?しました。.{0,60}(?:記事|続き|執筆|原稿)"
    r"|既存の?記事の(?:最後|冒頭|続き)|以下(?:の?|に|が).{0,10}(?:記事の続き|完成(?:した|版)|修正(?:後|版))"
    r"|提供された記事の続き|ご要望に沿って|申し訳[^。]{0,20}(?:再度お試し|別の情報源)|.{0,80}ご依頼いただいた記事"
    r"|(?:Web|ウェブ)検索が.{0,20}利用できない(?:ため|ので)|(?:\d+\.\s*)?記事全体で\d+"
    r"|the (?:article|character count|word count) (?:has|is) (?:approximately |about )?\d|(?:word|character) count\b"
    r"|i have (?:outputted|completed the (?:request|task|article)|generated the)"
    r"|i(?:'m| am) (?:unable|not able) to (?:perform|access|browse|search|complete|generate)"
    r"|i apologi[sz]e,? but|i(?:'m| am) sorry,? but (?:i|as an)|as an ai (?:language )?(?:model|assistant)"
    r"|(?:sure|certainly|of course)[,!] here(?:'s| is)"
    r"|here(?:'s| is) (?:the|your|a) (?:revised|rewritten|continuation|completed)"
    r"|please let me know if you(?:'d| would)? (?:like|need|want) me to)",
    re.I,
)
#: Such notes are short; a longer paragraph that happens to begin so is somebody's text.
MAX_CHATTER = 400
# A writer's brief, left in the text. The first kind gives it away; the second is dropped only in its company.
_BRIEF = re.compile(
    r"続きを(?:自然に)?(?:書いて|執筆して)|フロントマターは|上記の文章から自然に|記事(?:全体で|の末尾に|を完成させ)|既存の内容を繰り返さない"
    r"|(?:do not|don't) (?:include|repeat) (?:the )?(?:front ?matter|title|introduction)"
    r"|continue (?:writing )?the (?:article|text) from",
    re.I,
)
_BRIEF_ITEM = re.compile(
    r"(?:記事|文章|本文|文体|表現|語り|口調|続き|文字|段落|リズム|有用な情報|部分).{0,40}"
    r"(?:する|しない|書く|避け|使用|追加|継続|締めくく|含め|意識|補完|スタイル|維持|ください)|温かみ$"
    r"|\b(?:tone|style|words|paragraphs|article|write)\b",
    re.I,
)
_SYMBOLS = re.compile(r"[\W_]+")
#: A block of which the same few characters make up almost all is noise: a run of ${{}^{} or =====.
MIN_DEGENERATE = 120
MAX_SYMBOL_SHARE = 0.5
MIN_DISTINCT_SHARE = 0.03


def split_notes(pieces: Sequence[Piece]) -> list[Piece]:
    """`pieces` with a line that is such a note divided from the text that stands below it in one paragraph."""
    out: list[Piece] = []
    for piece in pieces:
        first, newline, rest = piece.text.partition("\n")
        if newline and piece.kind == "text" and (_CHATTER.match(first) or _BRIEF.search(first)):
            out += [replace(piece, text=first), replace(piece, text=rest)]
        else:
            out.append(piece)
    return out


def machine_chatter(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """What a writing machine says about its task, its limits or its character count."""
    for i, piece in enumerate(pieces):
        if piece.kind != "code" and len(piece.text) <= MAX_CHATTER and _CHATTER.match(piece.text):
            yield i


def writing_brief(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Instructions to the writer, with the list they stand in and the heading above it."""
    told = {i for i, piece in enumerate(pieces) if len(piece.text) <= MAX_CHATTER and _BRIEF.search(piece.text)}
    if not told:
        return
    yield from told
    for start, end in runs(pieces, "list"):
        items = [i for i in range(start, end) if i in told or _BRIEF_ITEM.search(pieces[i].text)]
        if 2 * len(items) >= end - start:
            yield from range(start, end)
            if start and pieces[start - 1].kind == "heading" and len(pieces[start - 1].text) <= 12:
                yield start - 1


def degenerate(pieces: Sequence[Piece], post: Post, rules: SiteRules) -> Iterator[int]:
    """Runs of symbols, or of the same few characters, that carry no words."""
    for i, piece in enumerate(pieces):
        if piece.kind not in ("code", "table") and _is_noise(piece.text):
            yield i


def _is_noise(text: str) -> bool:
    if len(text) < MIN_DEGENERATE:
        return False
    symbols = sum(len(run) for run in _SYMBOLS.findall(text))
    return symbols > MAX_SYMBOL_SHARE * len(text) or len(set(text)) < min(30, MIN_DISTINCT_SHARE * len(text))
