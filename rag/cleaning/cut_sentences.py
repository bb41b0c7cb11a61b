"""Mends the cut sentences of one post: joins one with the block that goes on with it, or takes the loose end off.

Text that was pasted or generated in several goes has them: a paragraph stops in mid-sentence, the next begins the same
sentence again, or goes on with it after a stray blank line. Pure. Knows nothing about other posts or passages.
"""

from __future__ import annotations

import bisect
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from rag.text.keys import sentence_key
from rag.text.sentences import ends_sentence, split_sentences
from rag.types import Block, Dropped, Post

#: Letters that a loose end and another sentence must share to be the same words.
MIN_SHARED = 5
#: Characters of a sentence that are compared where it was cut; what is longer is no sentence.
MAX_FRAGMENT = 400
#: A label or a title is shorter than this.
MAX_LABEL = 80
#: The start of a sentence that has fewer letters and breaks off after a particle ("また、") says nothing.
MIN_KEPT = 30
#: A block that has grown past this by joining has lost its way.
MAX_JOINED = 2_000

_PROSE = frozenset({"text", "list", "quote"})
_DOTS = re.compile(r"^(?:…|‥|\.\.\.)[\s….]*")
_KANA = re.compile("[\u3040-\u309f]{1,5}")
_KANJI = re.compile("[\u3400-\u9fff\u30a1-\u30fa]")  # and katakana: one such letter is hardly shared by chance
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
# A block that opens with a particle, an ending or a closing mark goes on with a sentence that began before it.
_BOUND = re.compile(
    r"^(?:[、。，）」』】]|[をへんっー]|が[^あいっ]|に(?!もか|わか|よ[りっ])|の(?!ち)|は(?![いたじっ])|も(?![しちっう])|で(?![はもす])"
    r"|と(?![はこくに])|や(?![はが])|から|まで|より|など|だけ|ば|て[いきく]|た[。、めり]|な[いがらけど]|され|して[、いき]|します"
    r"|する|した[。、の]|れ[てるた]|[a-z])"
)
# So a sentence begins, and so it hardly ever goes on.
_STARTER = re.compile(
    r"^(?:しかし|そして|また、|さらに|加えて|例えば|たとえば|一方|つまり|すなわち|もちろん|正直|個人的に|では、|でも、|だから|だが、|ただ、"
    r"|なぜなら|特に|とくに|具体的に|今後|まず|次に|最後に|さて|ところで|このように|こうした|いや[、はー]|ここで|そこで|とはいえ)"
)
_STATED = re.compile(r"[。．]|\. ")
_OPEN_END = re.compile(r"(?:[、，,をにへとがはもでやのなくて]|より|ほど|という|ような)$|[a-z,] ?$")
# Kana that end a word begun in kanji, 築 + き上げる, unless they begin a word of their own.
_OKURIGANA = re.compile(
    r"^(?:[きくけえりるれみむめうげぎせてちつらろ](?!っと)|い(?![やずよまつかくわろ]|え、)|し(?!か|ば|っか))"
)
_LATIN_END = re.compile("[A-Za-z]+$")
_KANJI_END = re.compile("[\u3400-\u9fff]$")


@dataclass(slots=True)
class _Part:
    """A block and its sentences; a block that is no prose has none."""

    block: Block
    sentences: list[str]
    keys: list[str]

    @property
    def cut(self) -> bool:
        return bool(self.sentences) and not ends_sentence(self.block.text)


def mend(
    post: Post, blocks: Sequence[Block], off: Container[str] = frozenset()
) -> tuple[list[Block], list[Dropped]]:  # fmt: skip
    """`blocks` without cut sentences where that can be had, in order, and each piece that was taken off.

    A loose end goes when another sentence of the post holds it, or when what stands before it stands alone; a block
    that is nothing but a cut sentence stays. Nothing is taken off for a reason that is `off`. Only for posts of which
    it is known that they were cut (`rag.cleaning.corpus_evidence`): people end a paragraph as they like.
    """
    dropped: list[Dropped] = []
    parts = [_part(block) for block in blocks]
    parts = parts if "cut_repeated" in off else _join(post, parts, dropped)
    parts = _trim(post, parts, dropped, off)
    return [_without_dots(part.block) for part in parts], dropped


def _part(block: Block) -> _Part:
    spans = split_sentences(block.text) if block.kind in _PROSE else []
    sentences = [block.text[start:end] for start, end in spans]
    return _Part(block, sentences, [sentence_key(sentence) for sentence in sentences])


def _without_dots(block: Block) -> Block:
    """Dots before a text only say that something stood before it."""
    return replace(block, text=_DOTS.sub("", block.text) or block.text) if block.kind == "text" else block


def _join(post: Post, parts: Sequence[_Part], dropped: list[Dropped]) -> list[_Part]:
    """Join a cut block with the next if that goes on with it; take its end off if the next begins it again."""
    counts = Counter(key for part in parts for key in part.keys)
    seams = Counter((a.keys[-1], b.keys[0]) for a, b in itertools.pairwise(parts) if a.cut and b.keys)
    title, known = sentence_key(post.title), _Known(counts)
    out: list[_Part] = []
    for part in parts:
        before = out[-1] if out else None
        if before and before.cut and part.block.kind == "text" and part.keys:
            # A text that stands there twice is cut there twice: only a sentence found elsewhere as well begins anew.
            anew = counts[part.keys[0]] > max(1, seams[before.keys[-1], part.keys[0]])
            anew = anew or known.ends_other(before.keys[-1], part.keys[0])
            joined = _continued(before, part, anew, title) if len(before.block.text) < MAX_JOINED else ""
            if joined:
                out[-1] = _part(replace(before.block, text=joined, end_line=part.block.end_line))
                continue
            if part.keys[0].startswith(before.keys[-1]):
                _take_end_off(post, out, dropped, "cut_repeated")
        out.append(part)
    return out


def _continued(before: _Part, part: _Part, anew: bool, title: str) -> str:
    """The text of two blocks as one, if the second goes on where the first was cut, else "". `anew`: it begins anew."""
    tail, start = before.sentences[-1][-MAX_FRAGMENT:], part.block.text
    bare, word = _DOTS.sub("", start), _LATIN_END.search(tail)
    for size in range(min(len(tail), len(bare)), 0, -1):
        cut_word = word is not None and word[0] == bare[:size]
        if tail.endswith(bare[:size]) and (size >= MIN_SHARED or cut_word or _KANJI.match(bare)):  # the cut words again
            return "" if size == len(before.sentences[-1]) else before.block.text + bare[size:]
    first, key = part.sentences[0], part.keys[0]
    restarts = key.startswith(before.keys[-1]) or anew or (len(key) >= 9 and key[:9] in title)
    if bare != start or restarts or (_STARTER.match(first) and tail[-1] not in "「『（("):
        return ""
    label = _is_label(before.block.text)
    torn = _same_script(tail[-1], start[0])
    torn = torn or bool(_KANJI_END.search(tail) and _OKURIGANA.match(start)) or tail[-1] in "「『（("
    if _BOUND.match(first) or _OPEN_END.search(tail) or (torn and not label):
        return before.block.text + ("" if _CJK.match(tail[-1]) or _CJK.match(start[0]) else " ") + start
    return ""


def _trim(post: Post, parts: Sequence[_Part], dropped: list[Dropped], off: Container[str]) -> list[_Part]:
    """Take off loose ends: what was cut at the end of a block, or begins one in mid-sentence."""
    known = _Known(key for part in parts for key in part.keys)
    out: list[_Part] = []
    for part in parts:
        first = part.sentences[0] if part.sentences and part.block.kind == "text" else ""
        bound = bool(_DOTS.match(first) or _BOUND.match(first))
        if first and "cut_repeated" not in off and known.torn(part.keys[0], bound):
            dropped.append(_dropped(post, part.block, "cut_repeated", first))
            if len(part.sentences) == 1:
                continue
            rest = part.block.text.lstrip()[len(first) :].lstrip()
            part = _Part(replace(part.block, text=rest), part.sentences[1:], part.keys[1:])
        out.append(part)
        if part.cut and part.block.kind in ("text", "quote"):
            end = _OPEN_END.search(part.block.text)
            alone = len(part.keys) > 1 and ends_sentence(part.sentences[-2]) and not _is_label(part.block.text)
            scrap = len(part.keys) == 1 and (_KANA.fullmatch(part.keys[0]) or (end and len(part.keys[0]) < MIN_KEPT))
            begun = known.begun(part.keys[-1])
            reason = "cut_repeated" if begun else "cut_sentence"
            if (begun or alone or scrap) and reason not in off:
                _take_end_off(post, out, dropped, reason)
    return out


class _Known:
    """The sentences of a post, to be asked which begin or end with given letters: sorted, so each answer is quick."""

    def __init__(self, keys: Iterable[str]) -> None:
        distinct = {key for key in keys if len(key) > MIN_SHARED}
        self._forward = sorted(distinct)
        self._backward = sorted(key[::-1] for key in distinct)

    def begun(self, key: str) -> bool:
        """Whether a longer sentence begins with `key`."""
        return len(key) >= MIN_SHARED and bool(_longer(self._forward, key))

    def ends_other(self, start: str, key: str) -> bool:
        """Whether `key` is the end of a longer sentence that doesn't go on from `start`."""
        longer = _longer(self._backward, key[::-1]) if len(key) > MIN_SHARED else ""
        return bool(longer) and not (start + key).endswith(longer[::-1])

    def torn(self, key: str, bound: bool) -> bool:
        """Whether `key` is the end of a longer sentence, torn off inside a word, or `bound` to what stood before."""
        longer = _longer(self._backward, key[::-1]) if len(key) >= MIN_SHARED else ""
        return bool(longer) and (bound or _same_script(longer[len(key)], key[0]))


def _longer(ordered: Sequence[str], start: str) -> str:
    """The first of `ordered` that is longer than `start` and begins with it, else ""."""
    at = bisect.bisect_right(ordered, start)
    return ordered[at] if at < len(ordered) and ordered[at].startswith(start) else ""


def _is_label(text: str) -> bool:
    """Whether a text without full stop may be a label or a title rather than a sentence that was cut."""
    return len(text) < MAX_LABEL and not _STATED.search(text) and not _OPEN_END.search(text)


def _same_script(one: str, other: str) -> bool:
    """Whether two letters may be neighbours inside a word: both kanji, both katakana, both Latin."""
    names = [unicodedata.name(char, "?")[:5] for char in (one, other)]  # "CJK U", "KATAK", "LATIN", "DIGIT"
    return names[0] == names[1] and names[0] in ("CJK U", "KATAK", "LATIN", "DIGIT")


def _take_end_off(post: Post, out: list[_Part], dropped: list[Dropped], reason: str) -> None:
    """Take the last sentence off the last of `out`, and the part away if that was all."""
    part = out.pop()
    tail = part.sentences[-1]
    dropped.append(_dropped(post, part.block, reason, tail))
    text = part.block.text.rstrip()[: -len(tail)].rstrip()
    if text and len(part.sentences) > 1:
        out.append(_Part(replace(part.block, text=text), part.sentences[:-1], part.keys[:-1]))


def _dropped(post: Post, block: Block, reason: str, text: str) -> Dropped:
    return Dropped(post.path, block.start_line, block.end_line, reason, text[:200])
