"""Mends a post that was written in several goes: cut sentences and paragraphs begun again.

Works on the blocks of one post, sentence by sentence, and looks only for the same words; what is nearly the same is for
`rag.dedupe`. Pure. Knows nothing about other posts or passages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.sentences import ends_sentence, split_sentences
from rag.text import sentence_key
from rag.types import Block, Dropped

#: A longer paragraph is several that lost their line breaks: it is divided before it is compared.
RUNAWAY = 600
#: A sentence of fewer letters ("本当でしょうか。") says nothing alone: it never keeps a paragraph from being dropped.
MIN_SENTENCE = 10
#: Letters that the end of a cut sentence and the start of the next block must share to be the same words.
MIN_OVERLAP = 5
#: How many characters of a cut sentence are compared; longer ones are no sentences.
MAX_FRAGMENT = 400

_PROSE = frozenset({"text", "list", "quote"})
_LEADING_DOTS = re.compile(r"^(?:…|‥|\.\.\.)[\s….]*")
_SEAM = re.compile(r"(?<=[。！？!?」）]) (?=[^\s])")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
# A block that opens with a particle, an ending or a closing mark goes on with a sentence that began before it.
_BOUND = re.compile(
    r"^(?:[、。，）」』】]|[をへんっー]|が[^あいっ]|に(?!もか|わか|よ[りっ])|の(?!ち)|は(?![いたじっ])|も(?![しちっう])|で(?![はもす])|と(?![はこくに])"
    r"|や(?![はが])|から|まで|より|など|だけ|ば|て[いきく]|た[。、めり]|な[いがらけど]|され|して[、いき]|します|する[。、こ]|した[。、の]|れ[てるた]"
    r"|[a-z])"
)
_STARTER = re.compile(r"^[^、。]{1,12}、")
_OPEN_END = re.compile(r"[、，,をにへとがはもでやのなく]$|[a-z,] ?$")


@dataclass(slots=True)
class _Part:
    block: Block
    sentences: list[str]
    keys: list[str]


def mend(path: str, blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped]]:
    """The blocks of the post `path` with each sentence once and none cut, in order, and what was left out and why."""
    dropped: list[Dropped] = []
    parts = [_part(piece) for block in blocks for piece in _divided(block)]
    parts = _join_cut(path, parts, dropped)
    parts = _trim_tails(path, parts, dropped)
    parts = _drop_repeats(path, parts, dropped)
    return [part.block for part in parts], dropped


def _part(block: Block) -> _Part:
    if block.kind not in _PROSE:
        return _Part(block, [], [])
    sentences = [block.text[start:end] for start, end in split_sentences(block.text)]
    return _Part(block, sentences, [sentence_key(sentence) for sentence in sentences])


def _divided(block: Block) -> Iterable[Block]:
    """A runaway paragraph as the paragraphs it was: divided where a space follows a Japanese full stop."""
    if block.kind != "text" or len(block.text) <= RUNAWAY or not _CJK.search(block.text):
        return [block]
    return [replace(block, text=text) for text in _SEAM.split(block.text) if text.strip()]


def _join_cut(path: str, parts: Sequence[_Part], dropped: list[Dropped]) -> list[_Part]:
    """Join a cut sentence with the block that goes on with it; drop it where that block begins it again."""
    counts = Counter(key for part in parts for key in part.keys)
    out: list[_Part] = []
    for part in parts:
        before = out[-1] if out else None
        if (
            before
            and before.block.kind in _PROSE
            and part.block.kind == "text"
            and not ends_sentence(before.block.text)
        ):
            joined = _continued(before, part, counts)
            if joined is not None:
                out[-1] = _part(replace(before.block, text=joined, end_line=part.block.end_line))
                continue
            if part.keys and part.keys[0].startswith(before.keys[-1]) and len(before.sentences) >= 1:
                _shorten(path, out, dropped, "cut_repeated")
        out.append(part)
    return out


def _continued(before: _Part, part: _Part, counts: Counter[str]) -> str | None:
    """The text of two blocks as one, if the second goes on where the first was cut."""
    tail, start = before.sentences[-1][-MAX_FRAGMENT:], part.block.text
    bare = _LEADING_DOTS.sub("", start)
    for size in range(min(len(tail), len(bare), MAX_FRAGMENT), MIN_OVERLAP - 1, -1):
        if tail.endswith(bare[:size]):
            whole = size == len(before.sentences[-1])
            return None if whole else before.block.text + bare[size:]
    if bare != start:
        return None
    first, key = part.sentences[0], part.keys[0]
    if key.startswith(before.keys[-1]) or counts[key] > 1:
        return None
    whole_known = counts[before.keys[-1] + key] > 0
    if whole_known or _BOUND.match(first) or (_OPEN_END.search(tail) and not _STARTER.match(first)):
        space = "" if _CJK.match(tail[-1]) or _CJK.match(start[0]) else " "
        return before.block.text + space + start
    return None


def _shorten(path: str, out: list[_Part], dropped: list[Dropped], reason: str) -> None:
    """Take the last sentence off the last part, and the part away if that was all."""
    part = out.pop()
    block, tail = part.block, part.sentences[-1]
    dropped.append(Dropped(path, block.start_line, block.end_line, reason, tail[:200]))
    text = block.text[: len(block.text.rstrip()) - len(tail)].rstrip()
    if text and len(part.sentences) > 1:
        out.append(_Part(replace(block, text=text), part.sentences[:-1], part.keys[:-1]))


def _drop_repeats(path: str, parts: Sequence[_Part], dropped: list[Dropped]) -> list[_Part]:
    """Drop every block all of whose sentences other blocks hold: cut and short ones first, later before earlier."""
    holders = Counter(key for part in parts for key in set(part.keys))
    gone: set[int] = set()
    order = sorted(
        (i for i, part in enumerate(parts) if part.keys),
        key=lambda i: (ends_sentence(parts[i].block.text), len(parts[i].block.text) <= RUNAWAY, len(parts[i].keys), -i),
    )
    for i in order:
        keys = set(parts[i].keys)
        telling = [key for key in keys if len(key) >= MIN_SENTENCE] or list(keys)
        if all(holders[key] > 1 for key in telling):
            gone.add(i)
            holders.subtract(keys)
            block = parts[i].block
            dropped.append(Dropped(path, block.start_line, block.end_line, "repeated_in_post", block.text[:200]))
    return [part for i, part in enumerate(parts) if i not in gone]


def _trim_tails(path: str, parts: Sequence[_Part], dropped: list[Dropped]) -> list[_Part]:
    """Take off what was cut at the end, or begins in mid-sentence, where the rest stands alone or another holds it."""
    everything = "\n".join(key for part in parts for key in part.keys)
    same = Counter(key for part in parts for key in part.keys)
    out: list[_Part] = []
    for part in parts:
        out.append(part)
        block = part.block
        if not part.keys or block.kind not in ("text", "quote") or ends_sentence(block.text):
            continue
        tail = part.keys[-1]
        held = len(tail) >= MIN_OVERLAP and everything.count(tail) > same[tail]
        if held or (len(part.keys) > 1 and ends_sentence(part.sentences[-2])):
            _shorten(path, out, dropped, "cut_repeated" if held else "cut_sentence")
    return out
