"""What one post says twice: paragraphs and sections begun again, word for word or with small changes.

Goes by sentences: a block is dropped when each of its sentences is held by a block that stays, and reduced to what is
new in it when most are. Pure. Knows nothing about other posts; `rag.cleaning.dedupe` looks across them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.cleaning.shingles import overlaps
from rag.text.facts import holds
from rag.text.keys import sentence_key
from rag.text.sentences import ends_sentence, split_labels, split_sentences
from rag.types import Block, Dropped, Post

#: A longer block lost its line breaks: its sentences are better read in the blocks of which it was made.
RUNAWAY = 600
#: A sentence of fewer letters ("本当でしょうか。") says nothing alone: it never saves a block from being dropped.
MIN_SENTENCE = 10
#: Letters of a paragraph that nobody says twice in a row.
MIN_TWIN = 20
#: Part of a sentence's shingles that another must share before the two are compared word by word.
NEAR = 0.55
#: A block of which more than this part is held elsewhere is reduced to the rest; below, it is a paragraph of its own.
MOSTLY = 0.5


@dataclass(slots=True)
class _Part:
    block: Block
    spans: list[tuple[int, int]]
    ids: list[int]  # of its sentences, equal for equal keys
    labels: list[int]  # places of those that are the label of the next


def drop_restarts(post: Post, blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped]]:
    """`blocks` with every sentence once as far as paragraphs allow, in order, and what was dropped.

    Of two blocks that say the same the one stays that is complete and longer, or else stands first.
    """
    numbers: dict[str, int] = {}
    texts: list[str] = []
    parts = [_part(block, numbers, texts) for block in blocks]
    keys = list(numbers)
    holders = _holders(keys, texts)
    alive = Counter(number for part in parts for number in part.ids)
    dropped: list[Dropped] = []
    kept: dict[int, Block] = {}
    for i in sorted(range(len(parts)), key=lambda i: _worth(parts[i], i)):
        block, fresh = parts[i].block, _fresh(parts[i], alive, holders, keys)
        if all(fresh):
            kept[i] = block
            continue
        alive.subtract(number for number, new in zip(parts[i].ids, fresh, strict=True) if not new)
        rest = _rest(parts[i], fresh)
        if rest:
            kept[i] = replace(block, text=rest)
        gone = " ".join(block.text[a:b] for (a, b), new in zip(parts[i].spans, fresh, strict=True) if not new)
        dropped.append(Dropped(post.path, block.start_line, block.end_line, "repeated_in_post", gone[:200]))
    return [kept[i] for i in sorted(kept)], dropped


def drop_twins(post: Post, blocks: Sequence[Block]) -> tuple[list[Block], list[Dropped]]:
    """`blocks` without the paragraphs that are, word for word, the one directly above: pasted twice; and these.

    Further apart the same words may be about another thing: a form's "No updates available."
    """
    kept: list[Block] = []
    dropped: list[Dropped] = []
    for block in blocks:
        above = sentence_key(kept[-1].text) if kept and kept[-1].kind == block.kind == "text" else ""
        if len(above) >= MIN_TWIN and above == sentence_key(block.text):
            dropped.append(Dropped(post.path, block.start_line, block.end_line, "repeated_in_post", block.text[:200]))
        else:
            kept.append(block)
    return kept, dropped


def _part(block: Block, numbers: dict[str, int], texts: list[str]) -> _Part:
    if block.kind == "heading":
        return _Part(block, [], [], [])
    whole = block.kind in ("code", "table")
    spans = [(0, len(block.text))] if whole else split_labels(block.text)
    ids = []
    for start, end in spans:
        key = sentence_key(block.text[start:end])
        if key not in numbers:
            numbers[key] = len(texts)
            texts.append("" if whole else block.text[start:end])
        ids.append(numbers[key])
    starts = {start for start, _ in spans} if whole else {start for start, _ in split_sentences(block.text)}
    labels = [n - 1 for n, (start, _) in enumerate(spans) if start not in starts]
    return _Part(block, spans, ids, labels)


def _holders(keys: Sequence[str], texts: Sequence[str]) -> dict[int, list[int]]:
    """For each sentence those others that say all it says."""
    found: dict[int, list[int]] = {}
    first, second, _ = overlaps(keys, NEAR, sample=2)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        for part, whole in ((a, b), (b, a)):
            if texts[part] and holds(texts[whole], texts[part]):
                found.setdefault(part, []).append(whole)
    return found


def _worth(part: _Part, position: int) -> tuple[bool, bool, int, int]:
    """Sorts what should go first: cut, runaway, short, late."""
    text = part.block.text
    return ends_sentence(text) or part.block.kind != "text", len(text) <= RUNAWAY, len(text), -position


def _fresh(part: _Part, alive: Counter[int], holders: dict[int, list[int]], keys: Sequence[str]) -> list[bool]:
    """For each sentence whether it must stay: all true when too little is held elsewhere to touch the block."""
    own = Counter(part.ids)
    held = [any(alive[other] > own[other] for other in (number, *holders.get(number, ()))) for number in part.ids]
    sizes = [len(keys[number]) for number in part.ids]
    telling = [size >= MIN_SENTENCE for size in sizes]
    if not any(telling):
        return [not h for h in held] if held and all(held) else [True] * len(held)
    for n in range(len(held) - 1, -1, -1):  # a short sentence leads into the next and goes with it
        if not telling[n]:
            held[n] = held[n + 1] if n + 1 < len(held) else held[n - 1]
    for n in part.labels:  # a label and its sentence stay or go together
        together = held[n + 1] and (held[n] or not telling[n])
        held[n : n + 2] = [together, together]
    repeated = sum(size for size, h in zip(sizes, held, strict=True) if h)
    if repeated <= MOSTLY * sum(sizes):
        return [True] * len(held)
    return [not h for h in held]


def _rest(part: _Part, fresh: Sequence[bool]) -> str:
    """The sentences that stay; those that stood apart are divided by a line break."""
    text, out, last = part.block.text, "", -1
    for n, (start, end) in enumerate(part.spans):
        if fresh[n]:
            gap = text[part.spans[n - 1][1] : start] if n and last == n - 1 else "\n" if out else ""
            out += gap + text[start:end]
            last = n
    return out
