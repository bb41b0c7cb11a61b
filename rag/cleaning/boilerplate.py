"""What recurs over the posts of one blog: footers, calls to action, author notes. Learned, not listed.

A text is the blog's when it stands at the beginning or the end of many posts. One of them keeps it, since it may be the
only place that says where the club meets. What only advertisements and lists of related posts look like is theirs when
it recurs anywhere, and then all of it goes. Posts are counted in each language by itself, as a translation repeats
what is not translated.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from rag.cleaning.stages import Traits
from rag.text.keys import block_key, letters
from rag.text.sentences import split_sentences
from rag.types import Block, Post

#: A text at the edges of this many posts may be the blog's.
MIN_POSTS = 4
#: In this many posts a suspect recurs: what it looks like is the other sign.
MIN_SUSPECT = 3
#: At the edges of this part of the posts it is the blog's. Below are what a series or a month of posts share.
MIN_SHARE = 0.2
#: Blocks from either end of a post that may be the blog's.
EDGE = 12
#: Letters, a Japanese or Chinese one as two, of a text that is worth leaving out: "See you!" costs nothing.
MIN_WIDTH = 20
#: Before the key of a block that does not go by itself, but lets those behind it go.
_STAYS = "~"
#: Before the key of a suspect, in what has to go.
_SUSPECT = "!"
_FIGURE = re.compile(r"\d")


def edges_of(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Keys of the first and the last blocks of a post, in order, a gap between them as ""."""
    keys = [_key(blocks, start, end) for start, end in _units(blocks)]
    return tuple(keys if len(keys) <= 2 * EDGE else [*keys[:EDGE], "", *keys[-EDGE:]])


def suspects_of(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Keys of what goes from a post if it recurs, sorted: of suspect blocks, and of their sentences."""
    return tuple(sorted({key for block in blocks if block.suspect for key in _suspect_keys(block)} - {""}))


def learn_boilerplate(posts: Sequence[Post], traits: Sequence[Traits], edges: bool = True) -> list[frozenset[str]]:
    """For each post the keys of what has to go from it; `without` leaves it out. The order of the posts plays no part.

    Nothing at the `edges` is learned if that is false.
    """
    languages = Counter(post.lang for post in posts)
    least = {lang: max(MIN_POSTS, MIN_SHARE * count) for lang, count in languages.items()}
    suspects = _recurring(posts, [some.suspects for some in traits], dict.fromkeys(languages, MIN_SUSPECT))
    suspects |= {block_key(post.title) for post in posts}  # the words of a link to another post are that post's title
    everywhere = _recurring(posts, [some.edges for some in traits], least) if edges else set()
    found = [set(_edge(some.edges, everywhere)) for some in traits]
    keepers: dict[str, int] = {}
    for i in sorted(range(len(posts)), key=lambda i: (posts[i].date or "9999", posts[i].path)):
        for key in found[i]:
            keepers.setdefault(key, i)
    gone = [{key for key in keys if keepers[key] != i} for i, keys in enumerate(found)]
    return [
        frozenset(keys | {_SUSPECT + key for key in some.suspects if key in suspects})
        for keys, some in zip(gone, traits, strict=True)
    ]


def without(blocks: Sequence[Block], gone: frozenset[str]) -> tuple[list[Block], list[tuple[Block, str]]]:
    """`blocks` without those whose keys are `gone`, in order, and each of these with the reason."""
    lost = {i: block.suspect for i, block in enumerate(blocks) if block.suspect and _recurs(block, gone)}
    if any(not key.startswith(_SUSPECT) for key in gone):
        for start, end in _units(blocks):
            if _key(blocks, start, end) in gone:
                lost |= dict.fromkeys(range(start, end), "boilerplate")
    return [b for i, b in enumerate(blocks) if i not in lost], [(blocks[i], lost[i]) for i in sorted(lost)]


def _suspect_keys(block: Block) -> list[str]:
    """Key of a block, then those of its sentences: an advert is written now in one paragraph, now in two."""
    return [block_key(block.text), *(block_key(block.text[a:b]) for a, b in split_sentences(block.text))]


def _recurs(block: Block, gone: frozenset[str]) -> bool:
    whole, *parts = (not key or _SUSPECT + key in gone for key in _suspect_keys(block))
    return whole or all(parts)


def _recurring(posts: Sequence[Post], keys: Sequence[Sequence[str]], least: Mapping[str, float]) -> set[str]:
    """Those of the `keys` of each of the `posts` that stand in at `least` so many posts of one language."""
    counts = Counter((key, post.lang) for post, own in zip(posts, keys, strict=True) for key in set(own) - {""})
    return {key for (key, lang), count in counts.items() if count >= least[lang]}


def _edge(keys: Sequence[str], everywhere: set[str]) -> Iterator[str]:
    """The keys from either end on that are everywhere, up to the first that is not, but for those that stay."""
    for ordered in (keys, keys[::-1]):
        run = takewhile(lambda key: key in everywhere or key == _STAYS, ordered)
        yield from (key for key in run if not key.startswith(_STAYS))


def _units(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Index ranges of what recurs as a whole: a list is one, as an item alone may be a name; headings are none."""
    start = 0
    while start < len(blocks):
        end = start + 1
        while blocks[start].kind == "list" and end < len(blocks) and blocks[end].kind == "list":
            end += 1
        if blocks[start].kind != "heading":
            yield start, end
        start = end


def _key(blocks: Sequence[Block], start: int, end: int) -> str:
    """Names a unit; marked if it says too little, or says figures, or what its heading says in figures."""
    if any(block.suspect for block in blocks[start:end]):
        return _STAYS
    text = "\n".join(block.text for block in blocks[start:end])
    own = letters(text)
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in own[:MIN_WIDTH])
    heading = blocks[start - 1].text if start and blocks[start - 1].kind == "heading" else ""
    stays = width < MIN_WIDTH or blocks[start].kind == "code" or _FIGURE.search(own) or _FIGURE.search(heading)
    return (_STAYS if stays else "") + block_key(text)
