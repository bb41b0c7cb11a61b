"""Passages that say what another already says: in a post that begins its text again, and in a post that is a copy.

Candidates are passages that share shingles; one is dropped only when the other holds each of its sentences, figures,
names and negations included. The same words under another version, day or product say another thing, so that across
posts only copies lose passages: posts of whose running text most stands in one other, under the same figures. The
fullest stays, of equals the latest, and lists the others' posts in `also_in`. Knows nothing about blocks.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rag.cleaning.copies import in_copies, standing
from rag.cleaning.shingles import pairs_of, shingles_of
from rag.storage.ragged import Ragged, rows_in
from rag.text.facts import holds
from rag.text.keys import passage_id, sentence_key
from rag.text.sentences import ends_sentence, split_sentences
from rag.types import Copy, Dropped, Passage

#: Part of a passage's shingles that another must share before the two are compared sentence by sentence.
NEAR = 0.5
#: A sentence of fewer letters says nothing alone: it never saves a passage from being dropped.
MIN_SENTENCE = 10
#: A passage of which more than this part is said elsewhere in its post is reduced to the rest.
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Traces:
    """What comparing needs of each of many texts; the same for a text in any company, so that it can be kept."""

    ids: NDArray[np.uint64]  # of the passages, which name their texts
    keys: NDArray[np.uint64]  # hash of its letters: equal for texts that say the same
    shingles: Ragged
    apart: NDArray[np.uint64]  # (m, 2), in order: ids of two passages of which the second says too little of the first


@dataclass(slots=True)
class _Entry:
    passage: Passage
    sentences: list[str] = field(default_factory=list)  # filled when first compared
    keys: list[str] = field(default_factory=list)

    def read(self) -> _Entry:
        if not self.keys:
            text = self.passage.text
            self.sentences = [text[start:end] for start, end in split_sentences(text)]
            self.keys = [sentence_key(sentence) for sentence in self.sentences]
        return self


def trace(passages: Sequence[Passage], known: Traces | None = None) -> Traces:
    """The traces of `passages`, those that are `known` taken over. Row i belongs to passage i."""
    ids = np.fromiter((int(passage.id, 16) for passage in passages), np.uint64, len(passages))
    if known is None:
        none = np.empty(0, np.uint64)
        known = Traces(none, none, Ragged.of([], np.uint32), none.reshape(0, 2))
    rows = rows_in(ids, known.ids)
    fresh = np.flatnonzero(rows < 0)
    rows[fresh] = len(known.ids) + np.arange(len(fresh))
    keys = [sentence_key(passages[i].text) for i in fresh.tolist()]
    return Traces(
        ids, np.concatenate([known.keys, _hashes(keys)])[rows], known.shingles.then(shingles_of(keys)).take(rows),
        known.apart,
    )  # fmt: skip


def _hashes(texts: Sequence[str]) -> NDArray[np.uint64]:
    found = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(found), np.uint64)


def drop_repeats(
    passages: Sequence[Passage], traces: Traces, restarting: Container[str] = frozenset(),
    off: Container[str] = frozenset(),
) -> tuple[list[Passage], list[Dropped], Traces]:  # fmt: skip
    """`passages` without what another says, order kept, a Dropped for each that went or was reduced, and the traces
    with which of the passages are apart.

    `restarting` are the paths of the posts that begin their text again; reasons that are `off` drop nothing. Of two
    that say the same the one stays that ends with a full stop and is longer, or else is later, or else stands first.
    `traces` are those of the passages; the result does not depend on which were known to be apart.
    """
    near = _candidates(passages, traces, restarting, off)
    entries = {i: _Entry(passages[i]) for i in near.keys() | set().union(*near.values())}
    known, apart = {(i, j) for i, j in traces.apart.tolist()}, set[tuple[int, int]]()
    holder: dict[int, int] = {}  # dropped -> what holds it
    copies: dict[int, list[int]] = defaultdict(list)  # kept -> passages of which it holds most
    kept: dict[int, Passage] = {i: passage for i, passage in enumerate(passages) if i not in near}
    dropped: list[Dropped] = []
    for i in sorted(near, key=lambda i: _worth(passages[i], i)):
        alive = [j for j in sorted(near[i]) if j not in holder]
        best, fresh = _best(entries, i, alive, known, apart)
        kept[i] = passages[i]
        if best < 0:
            continue
        rest = [sentence for sentence, new in zip(entries[i].sentences, fresh, strict=True) if new]
        copies[best].append(i)
        here = passages[best].post == passages[i].post
        gone = [sentence for sentence, new in zip(entries[i].sentences, fresh, strict=True) if not new]
        reason = "repeated_in_post" if here else "repeated_in_posts"
        p = passages[i]
        dropped.append(Dropped(p.post, p.start_line, p.end_line, reason, " ".join(gone)[:200]))
        if rest:
            text = "\n".join(rest)
            kept[i] = replace(p, text=text, id=passage_id(p.post, p.heading, text))
            entries[i] = _Entry(kept[i])
        else:
            del kept[i]
            holder[i] = best
    dropped.sort(key=lambda d: (d.post, d.start_line))
    for i in copies.keys() & kept.keys():
        kept[i] = _with_copies(kept[i], _posts_of(i, copies, passages))
    pairs = np.array(sorted(apart), np.uint64).reshape(len(apart), 2)
    return [kept[i] for i in sorted(kept)], dropped, replace(traces, apart=pairs)


def _candidates(
    passages: Sequence[Passage], traces: Traces, restarting: Container[str], off: Container[str]
) -> dict[int, set[int]]:  # fmt: skip
    """For each passage those for which it may go; passages without any are absent."""
    shared = {
        (i, j): share for i, j, share in zip(*(side.tolist() for side in pairs_of(traces.shingles, NEAR)), strict=True)
    }
    same: dict[int, int] = {}
    for i, key in enumerate(traces.keys.tolist()):  # equal texts, whatever their length
        if same.setdefault(key, i) != i:
            shared[same[key], i] = 1.0
    near: dict[int, set[int]] = defaultdict(set)
    across: list[tuple[int, int, float]] = []
    for (i, j), share in shared.items():
        if passages[i].post != passages[j].post:
            across.append((i, j, share))
        elif "repeated_in_post" not in off and passages[i].post in restarting:
            near[i].add(j)
            near[j].add(i)
    if "repeated_in_posts" not in off:
        for i, j in in_copies(passages, across):
            near[i].add(j)
    return dict(near)


def _worth(passage: Passage, position: int) -> tuple[bool, bool, int, str, int]:
    """Sorts what should go first: cut, an untranslated copy, short, early, last."""
    return ends_sentence(passage.text), *standing(passage)[:1], len(passage.text), passage.date, -position


def _best(
    entries: Mapping[int, _Entry], i: int, others: Sequence[int], known: set[tuple[int, int]],
    apart: set[tuple[int, int]],
) -> tuple[int, list[bool]]:  # fmt: skip
    """Which of `others` says most of passage i, and which sentences it leaves; (-1, []) if none says enough.

    Another post has to say all of it. Those that are `known` to say too little are not read again; all that do are
    added to `apart`.
    """
    pairs = {j: (int(entries[i].passage.id, 16), int(entries[j].passage.id, 16)) for j in others}
    apart.update(known.intersection(pairs.values()))
    best: tuple[int, list[bool]] = (-1, [])
    most = 0.0
    for j in (j for j in others if pairs[j] not in known):
        mine, other = entries[i].read(), entries[j].read()
        sizes = [len(key) for key in mine.keys]
        telling = [size >= MIN_SENTENCE for size in sizes]
        fresh = [not _said(s, k, other) for s, k in zip(mine.sentences, mine.keys, strict=True)]
        if any(telling):
            fresh = [new and tells for new, tells in zip(fresh, telling, strict=True)]
        share = 1 - sum(size for size, new in zip(sizes, fresh, strict=True) if new) / max(1, sum(sizes))
        here = other.passage.post == mine.passage.post
        if share <= MOSTLY if here else any(fresh):
            apart.add(pairs[j])
        elif share > most:
            best, most = (j, fresh), share
    return best


def _said(sentence: str, key: str, other: _Entry) -> bool:
    if key in other.keys:
        return True
    return any(2 * len(k) > len(key) and holds(s, sentence) for s, k in zip(other.sentences, other.keys, strict=True))


def _posts_of(i: int, copies: dict[int, list[int]], passages: Sequence[Passage]) -> list[Passage]:
    """The passages that i holds, and those that they hold, and so on. Two that were reduced may hold each other."""
    found, queue = {i}, list(copies.get(i, ()))
    while queue:
        j = queue.pop()
        if j not in found:
            found.add(j)
            queue += copies.get(j, ())
    return [passages[j] for j in sorted(found - {i})]


def _with_copies(passage: Passage, held: Sequence[Passage]) -> Passage:
    others = {p.post: Copy(p.post, p.url, p.date) for p in held if p.post != passage.post}
    if not others:
        return passage
    return replace(passage, also_in=tuple(sorted(others.values(), key=lambda copy: (copy.date, copy.post))))
