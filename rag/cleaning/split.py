"""From the blocks of a post to passages that read alone. Pure; knows nothing about other posts or about searching.

A passage is 80 to 600 characters as a rule: a long paragraph is cut at sentence ends, neighbours under the same heading
are joined by a line break up to a good size, a list stays with the line that leads into it.
"""

from __future__ import annotations

import itertools
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.cleaning.pieces import LOOKALIKE_LEVEL
from rag.text.days import day_under
from rag.text.keys import letters, passage_id
from rag.text.sentences import ends_sentence, split_sentences
from rag.types import Block, Dropped, Passage, Post

#: Fewer characters rarely say who or what they are about; more hold several subjects, which blurs their vector.
MIN_CHARS, MAX_CHARS = 80, 600
#: What a paragraph that must be cut is cut into: equal parts of about this size.
TARGET_CHARS = 400
#: Neighbours are joined up to this size. A question often takes a word from one paragraph and its answer from the next:
#: joined, hit@10 rose from .72 to .76 on a blog whose paragraphs have 240 characters (`bench/LOG.md`).
JOINED_CHARS = 500
#: Before each line of code, as in Markdown: what is code stays visible in plain text.
CODE_INDENT = "    "
#: Parts of a heading path that are kept; a deeper outline says more than a reader needs.
MAX_PATH = 4
PATH = " › "
#: Characters of a heading that says something by itself: a shorter one over an image only announces it.
MIN_SAYING = 15
#: Reasons for which something is left out that a reader of the page does not read either.
_UNSEEN = frozenset({"marker", "no_text", "image_only"})
_LEAD_IN = re.compile(r"[:：]$|(?:以下|次)の[^。]{0,30}[。:：]$|\bfollowing\b[^.]{0,40}\.$")


@dataclass
class _Section:
    heading: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class _Group:
    """What becomes one passage."""

    texts: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    label: bool = False  # whether the last text leads into what follows
    prose: bool = False  # whether the last text is running text
    last: Block | None = None
    under: str = ""  # the line that led into the list of which this is a later part

    @property
    def size(self) -> int:
        return sum(map(len, self.texts)) + max(0, len(self.texts) - 1)

    def takes(self, text: str) -> bool:
        return self.size + 1 + len(text) <= MAX_CHARS

    def add(self, text: str, block: Block, label: bool) -> None:
        self.start = self.start if self.texts else block.start_line
        self.end = max(self.end, block.end_line)
        self.texts.append(text)
        self.label, self.prose, self.last = label, block.kind == "text", block

    def split_label(self) -> _Group:
        """Take the label at the end off, unless it is all there is; it is the start of the next group."""
        following = _Group()
        if self.last and len(self.texts) > 1:
            following.add(self.texts.pop(), self.last, label=True)
        return following


def split_post(
    post: Post, blocks: Sequence[Block], left_out: Sequence[Dropped] = ()
) -> tuple[list[Passage], list[Dropped]]:  # fmt: skip
    """The passages of `post` in order, and a Dropped for each heading of which all that stood below was `left_out`."""
    blocks, dropped = _without_empty(post, blocks, left_out)
    passages = [
        _passage(post, section.heading, group) for section in _sections(post, blocks) for group in _pack(section.blocks)
    ]
    return passages, dropped


def _without_empty(
    post: Post, blocks: Sequence[Block], left_out: Sequence[Dropped]
) -> tuple[list[Block], list[Dropped]]:  # fmt: skip
    """`blocks` without the headings whose text is left out. One that never had any is a line that somebody wrote."""
    out: list[Block] = []
    dropped: list[Dropped] = []
    taken = {d.start_line for d in left_out if d.reason not in _UNSEEN}
    unseen = {d.start_line for d in left_out if d.reason in _UNSEEN}
    for block, below in itertools.zip_longest(blocks, blocks[1:]):
        if block.kind != "heading" or (below and (below.kind != "heading" or below.level > block.level)):
            out.append(block)
            continue
        lines = range(block.start_line, max(block.start_line + 1, below.start_line) if below else sys.maxsize)
        says = block.level == LOOKALIKE_LEVEL or len(block.text) >= MIN_SAYING or any(map(str.isdigit, block.text))
        if any(line in lines for line in taken) or (not says and any(line in lines for line in unseen)):
            dropped.append(Dropped(post.path, block.start_line, block.end_line, "empty_heading", block.text[:200]))
        else:
            out.append(replace(block, kind="text", level=0))
    return out, dropped


def _sections(post: Post, blocks: Sequence[Block]) -> Iterator[_Section]:
    """Blocks by heading. A heading that only other headings follow directly is no empty one: it is in their path."""
    title = letters(post.title)
    path: list[Block] = []
    section = _Section("")
    for block in blocks:
        if block.kind != "heading":
            section.blocks.append(block)
            continue
        yield section
        path = [above for above in path if above.level < block.level]
        path.append(block)
        names = [b.text for b in path if b.text and letters(b.text) != title]
        section = _Section(PATH.join(names[-MAX_PATH:]))
    yield section


def _pack(blocks: Sequence[Block]) -> Iterator[_Group]:
    """Blocks in groups: long ones cut, neighbours joined, lists and code kept with the line that leads in."""
    group, lead = _Group(), ""
    for block in blocks:
        for text in _cut(block):
            label = block.kind == "text" and _is_label(text)
            short = group.size < MIN_CHARS or (len(text) < MIN_CHARS and not label)
            fits = not label and group.size + 1 + len(text) <= JOINED_CHARS
            follows = group.label or block.kind == "list" or (group.prose and block.kind in ("code", "table"))
            wanted = short or fits or follows
            if group.texts and not (wanted and group.takes(text)):
                room = group.label and len(group.texts[-1]) + 1 + len(text) <= MAX_CHARS
                following = group.split_label() if room else _Group()
                yield group
                group = following
            if block.kind == "list" and not group.texts:
                group.under = lead
            lead = text if label else lead if block.kind == "list" else ""
            group.add(text, block, label)
    if group.texts:
        yield group


def _is_label(text: str) -> bool:
    """Whether a short line announces what follows: it ends in a colon, or in no full stop at all."""
    return len(text) < MIN_CHARS and bool(not ends_sentence(text) or _LEAD_IN.search(text))


def _cut(block: Block) -> Iterator[str]:
    """The text of a block in parts of at most MAX_CHARS, cut at lines or sentence ends, else anywhere."""
    text = textwrap.indent(block.text, CODE_INDENT) if block.kind == "code" else block.text
    if len(text) <= MAX_CHARS:
        yield text
        return
    units = [line + "\n" for line in text.split("\n")] if block.kind in ("code", "table") else _sentences(text)
    parts = -(-len(text) // TARGET_CHARS)
    limit = min(MAX_CHARS, len(text) // parts + 60)
    held = ""
    for unit in _bounded(units):
        if held and len(held) + len(unit) > limit:
            yield held.rstrip()
            held = ""
        held += unit
    if held.strip():
        yield held.rstrip()


def _sentences(text: str) -> Iterator[str]:
    """The sentences of `text`, each with the space that follows it."""
    spans = split_sentences(text)
    ends = [start for start, _ in spans[1:]] + [len(text)]
    yield from (text[start:end] for (start, _), end in zip(spans, ends, strict=True))


def _bounded(units: Iterable[str]) -> Iterator[str]:
    for unit in units:
        yield from (unit[at : at + MAX_CHARS] for at in range(0, len(unit), MAX_CHARS))


def _passage(post: Post, heading: str, group: _Group) -> Passage:
    text = "\n".join(group.texts)
    day = day_under(heading.split(PATH), post.date, post.period)
    heading = PATH.join(part for part in (heading, group.under.rstrip(":： ")) if part)
    return Passage(
        id=passage_id(post.path, heading, text), text=text, title=post.title, heading=heading, post=post.path,
        url=post.url, date=day, tags=post.tags, categories=post.categories, start_line=group.start, end_line=group.end,
        lang=post.lang, authors=post.authors, translators=post.translators,
    )  # fmt: skip
