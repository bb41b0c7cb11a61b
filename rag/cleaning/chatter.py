"""What a writing machine leaves in a post: its notes on the task, and the brief it was given.

The patterns are those of writing tools in general. People write about such tools and about writing, so that no pattern
drops anything alone: `rag.cleaning.corpus_evidence` tells in which posts they are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.cleaning.pieces import runs
from rag.types import Block

# What a writing machine says about its task. Anchored at the start of a block, which must be short.
_CHATTER = re.compile(
    r"^[(（【「]?(?:文字数(?:確認|カウント)?[:：]\s*約?\d[\d,]*\s*文?字[)）】」。]?$"
    r"|(?:(?:はい|もちろん)、)?(?:承知|了解)(?:いた)?しました。.{0,60}(?:記事|続き|執筆|原稿)"
    r"|既存の?記事の(?:最後|冒頭|続き)|以下(?:の?|に|が).{0,10}(?:記事の続き|完成(?:した|版)|修正(?:後|版))"
    r"|提供された記事の続き|ご要望に沿って|申し訳[^。]{0,20}(?:再度お試し|別の情報源)|.{0,80}ご依頼いただいた記事"
    r"|(?:Web|ウェブ)検索が.{0,20}利用できない(?:ため|ので)|(?:\d+\.\s*)?記事全体で\d+"
    r"|the (?:article|text|character count|word count) (?:has|is) (?:approximately |about )?\d[\d,]*"
    r" (?:characters|words)"
    r"|(?:word|character) count: ?\d|i have (?:outputted|completed the (?:request|task|article)|generated the)"
    r"|i(?:'m| am) (?:unable|not able) to (?:perform|access|browse|search|complete|generate)"
    r" (?:the |a |any )?(?:web|internet|online|search|request|task|article|real-time)"
    r"|i apologi[sz]e,? but i|i(?:'m| am) sorry,? but (?:i can(?:no|')t|as an)"
    r"|as an ai (?:language )?(?:model|assistant)"
    r"|(?:sure|certainly|of course)[,!] here(?:'s| is) (?:the|your|a) "
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
# What it writes behind a heading: how long the section is, or that it is the rest of one.
_LENGTH_NOTE = re.compile(r"\s*[(（]\s*(?:約\s*)?\d{1,5}\s*(?:文字|字|characters?|words?)\s*[)）]\s*$", re.I)
_CONTINUED = re.compile(r"\s*[(（](?:続き|つづき|cont(?:inued|\.)?)[)）]\s*$", re.I)


def without_note(heading: str) -> str:
    """A heading without a note on its length or that it continues."""
    return _CONTINUED.sub("", _LENGTH_NOTE.sub("", heading))


def reads_like_chatter(block: Block) -> bool:
    """Whether a block, or its first line, reads like one of those notes or like part of a brief."""
    if block.kind == "heading" and without_note(block.text) != block.text:
        return True
    note = block.text.partition("\n")[0] if block.kind == "text" else block.text
    if block.kind in ("code", "quote") or len(note) > MAX_CHATTER:
        return False
    return bool(_CHATTER.match(note) or _BRIEF.search(note))


def divided_notes(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with a line that is such a note divided from the text that stands below it in one paragraph."""
    out: list[Block] = []
    for block in blocks:
        first, newline, rest = block.text.partition("\n")
        if newline and block.kind == "text" and reads_like_chatter(block):
            out += [replace(block, text=first), replace(block, text=rest)]
        else:
            out.append(block)
    return out


def machine_chatter(blocks: Sequence[Block]) -> Iterator[int]:
    """What a writing machine says about its task, its limits or its character count: indices of such blocks."""
    for i, block in enumerate(blocks):
        if block.kind not in ("code", "quote") and len(block.text) <= MAX_CHATTER and _CHATTER.match(block.text):
            yield i


def writing_brief(blocks: Sequence[Block]) -> Iterator[int]:
    """Instructions to the writer, with the list they stand in and the heading above it: indices of such blocks."""
    told = {
        i
        for i, block in enumerate(blocks)
        if block.kind not in ("code", "quote") and len(block.text) <= MAX_CHATTER and _BRIEF.search(block.text)
    }
    if not told:
        return
    yield from told
    for start, end in runs(blocks, "list"):
        items = [i for i in range(start, end) if i in told or _BRIEF_ITEM.search(blocks[i].text)]
        if 2 * len(items) >= end - start:
            yield from range(start, end)
            if start and blocks[start - 1].kind == "heading" and len(blocks[start - 1].text) <= 12:
                yield start - 1
