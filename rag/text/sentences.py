"""Where sentences begin and end, in Japanese and in languages that put a space after the period.

Knows nothing about Markdown. A line break always ends a sentence, since plain text here keeps one only where the author
meant one (list items, rows of a table, paragraphs of one passage).
"""

from __future__ import annotations

import functools
import re

from rag.text.periods import period_ends

Span = tuple[int, int]

_STOPS = "。．！？!?.｡।॥"
_CLOSERS = "」』）)】］\\]〕〉》”’\"'"
#: How people end a sentence without a full stop: laughter, despair, a smile, a note.
_MOODS = (
    "(?<=[\u3040-\u30ff\u3400-\u9fff！？。!?])[wｗ]+(?![A-Za-z0-9])|(?<![A-Za-z])orz(?![A-Za-z])"
    "|[（(](?:笑|爆笑?|苦笑|失笑|泣|涙|汗|怒|嘘)[）)]|\\^\\^[;；]?|♪"
)
_STOP = re.compile(
    f"[{_STOPS}]+[…‥]*[{_CLOSERS}]*|(?:{_MOODS})[{_STOPS}]*[{_CLOSERS}]*|(?:[…‥]+|・{{2,}})[{_CLOSERS}]*(?=\\s|$)"
)
_LONGEST_STOP = 12  # characters at the end of a line that are looked at
_ENDS_IN_MOOD = re.compile(f"(?:{_MOODS}|・・)$")
_OPENING = {"「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "［": "］", "〔": "〕", "“": "”"}
_CLOSING = {close: opening for opening, close in _OPENING.items()}
_BRACKETS = re.compile(f"[{re.escape(''.join(_OPENING) + ''.join(_CLOSING))}]")
_CJK = re.compile("[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")
_LATIN = re.compile("[A-Za-z]")
#: What follows 」 when the quotation goes on as part of a larger sentence: 「はい。」と答えた。
_QUOTED_ON = re.compile("[とっがをにはのもでやかなだへ、，,]")
#: A whole line in quotes is said by somebody; the next line is another's.
_SPOKEN = re.compile("^[「『（(][^「『（(]*[」』）)]$")
_LABEL = re.compile(r"((?:[-・] |\d{1,3}[.)] )?[^\n:：。]{2,60}(?:：|:(?= )))\s*")

#: A longer quotation is a text of its own, and is split inside; also what keeps an unclosed bracket from joining all.
MAX_BRACKETED = 200


def split_sentences(text: str) -> list[Span]:
    """Offsets (start, end) of the sentences of `text`, in order, without the space around them.

    Every character that is not white space lies in exactly one span. What does not end in a full stop, such as a
    heading or a cut sentence, is a sentence too. Linear in the length of `text`.
    """
    return list(_split(text))


def split_labels(text: str) -> list[Span]:
    """As `split_sentences`, with the label at the start of a line as a sentence: "Price: it is 320 yen." is two."""
    spans = []
    for start, end in split_sentences(text):
        label = _LABEL.match(text, start, end) if start == 0 or text[start - 1] == "\n" else None
        if label and label.end() < end:
            spans += [label.span(1), (label.end(), end)]
        else:
            spans.append((start, end))
    return spans


@functools.lru_cache(maxsize=1 << 12)  # a paragraph is looked at by several stages, and repeated paragraphs are many
def _split(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        spans.extend(_split_line(text, start, start + len(line)))
        start += len(line) + 1
    return tuple(spans)


def ends_sentence(text: str) -> bool:
    """Whether `text` stops where a sentence may stop: no letter, kana, kanji, figure or comma is last, but a laugh."""
    text = text.rstrip()
    last = text[-1:]
    if last and (not (last.isalnum() or last in "、，,・/／-ー〜~&＆「『（(")):
        return True
    return bool(_ENDS_IN_MOOD.search(text[-_LONGEST_STOP:]))


def breaks_after(line: str, following: str) -> bool:
    """Whether a sentence ends with `line` when `following` is the next line of the same Japanese paragraph."""
    line = line.rstrip()
    if not line or not following:
        return True
    if _SPOKEN.match(line) or line[-1] in "】；;":
        return not _QUOTED_ON.match(following)
    ends = [stop.end() for stop in _STOP.finditer(line, max(0, len(line) - _LONGEST_STOP))]
    return bool(ends) and ends[-1] == len(line) and not _QUOTED_ON.match(following)


def _split_line(text: str, start: int, end: int) -> list[Span]:
    bracketed = _bracketed(text, start, end)
    spans = []
    begin = start
    for stop in _STOP.finditer(text, start, end):
        at = stop.end()
        if at < end and (_inside(at, bracketed) or not _is_boundary(text, stop.start(), at)):
            continue
        if stop.start() - begin < 8 and text[begin : stop.start()].strip().isdigit():  # "1." opens a list item
            continue
        spans.append((begin, at))
        begin = at
    spans.append((begin, end))
    trimmed = [_trim(text, a, b) for a, b in spans]
    return [(a, b) for a, b in trimmed if a < b]


def _is_boundary(text: str, start: int, end: int) -> bool:
    """Whether the stops in text[start:end] end a sentence, given what stands around them."""
    before, mark, after = text[start - 1 : start], text[start], text[end]
    last = text[end - 1]
    if (last in _CLOSING or (mark not in _STOPS and last not in _STOPS)) and _QUOTED_ON.match(after):
        return False
    if mark in "。｡।॥" or last in "。｡":
        return True
    if mark in "！？":
        return not (_LATIN.match(before) and _CJK.match(after) and last == mark)  # a name: Yahoo！ニュース
    if after.isspace():
        return mark != "." or period_ends(text, start, end)
    if mark not in _STOPS:
        return bool(_CJK.match(after))
    return bool(_CJK.match(before) and (_CJK.match(after) or last in _CLOSING))


def _bracketed(text: str, start: int, end: int) -> list[Span]:
    """Outermost matched brackets, at most MAX_BRACKETED long, in order."""
    pairs: list[Span] = []
    stack: list[tuple[str, int]] = []
    for found in _BRACKETS.finditer(text, start, end):
        char = found.group()
        if char in _OPENING:
            stack.append((char, found.start()))
        elif stack and stack[-1][0] == _CLOSING[char]:
            opened = stack.pop()[1]
            if found.start() - opened <= MAX_BRACKETED:
                while pairs and pairs[-1][0] > opened:
                    pairs.pop()
                pairs.append((opened, found.start()))
    return pairs


def _inside(position: int, spans: list[Span]) -> bool:
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][1] < position:
            low = middle + 1
        else:
            high = middle
    return low < len(spans) and spans[low][0] < position


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
