"""Every value that crosses a file boundary, in the order of the pipeline. Knows nothing about how any is made.

    posts/ -> Post -> Block -> Passage -> Hit -> Citation -> Answer

All are frozen; a later value holds the earlier one, so that from any answer one walks back to the line of the post.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

#: Called as progress(stage, done, total) by long work; total is 0 while it is not known.
Progress = Callable[[str, int, int], None]


# --- build half -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """One Markdown file: its front matter, read, and its body, untouched except for line ends and Unicode repairs."""

    path: str  # relative to the posts folder, with "/"
    title: str
    date: str  # ISO 8601 day, "2025-11-30"; "" when the post has none
    url: str  # Jekyll's permalink, "/2025/11/30/slug/"
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    body: str
    body_line: int  # 1-based line of the file on which the body starts
    digest: str  # hex SHA-256 of the file's bytes
    lang: str = ""  # "ja", "zh-cn"; "" when nothing tells
    authors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    period: str = (
        ""  # the month "2024-01" or year "2024" that the file is wholly about, and its headings the days; or ""
    )
    expires: str = ""  # the day from which it is out no more; "" when it stays


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that was left out, or taken with a repair. `skipped` tells which."""

    path: str
    reason: str
    skipped: bool = True


BlockKind = Literal["heading", "text", "list", "table", "code", "quote"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a post that stands alone in Markdown: plain text, markup removed. Lines are 1-based in the file."""

    kind: BlockKind
    text: str
    start_line: int
    end_line: int
    level: int = 0  # heading level 1-6, list depth, else 0
    suspect: str = ""  # the reason for which it goes if it recurs over the posts; "" for nearly all blocks


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that cleaning or de-duplication left out, and why."""

    post: str
    start_line: int
    end_line: int
    reason: str  # a rule's name, e.g. "repeated_in_post"
    text: str  # its first words, at most 200 characters


def place_of(dropped: Dropped) -> tuple[str, int, str]:
    """Sorts what was left out: by post, place in it, and reason."""
    return dropped.post, dropped.start_line, dropped.reason


@dataclass(frozen=True, slots=True)
class Copy:
    """Another post that holds nearly the same passage."""

    post: str
    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that reads alone: the unit that is embedded, found and quoted. 80-600 characters as a rule."""

    id: str  # stable while post path, heading and text stay
    text: str  # plain text; what quotes are taken from
    title: str
    heading: str  # heading path, "Part › Section"; "" at the top of a post
    post: str
    url: str
    date: str  # the post's, or in a diary by months that of the day under whose heading it stands
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    start_line: int
    end_line: int
    also_in: tuple[Copy, ...] = ()
    lang: str = ""  # of the post, as in Post
    authors: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()

    @property
    def location(self) -> str:
        """`post:start-end`, as an editor opens it."""
        return f"{self.post}:{self.start_line}-{self.end_line}"

    @property
    def context(self) -> str:
        """What is embedded and searched beside the text: title and heading path."""
        return f"{self.title}\n{self.heading}" if self.heading else self.title


# --- ask half ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to. Days are inclusive ISO dates; any of each kind of names must match."""

    since: str | None = None
    until: str | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()  # or translators

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.tags or self.categories or self.authors)


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to write some words of a question, and how surely it is one."""

    words: tuple[str, ...]  # as in the question
    other: tuple[str, ...]  # as in the posts
    weight: float  # in (0, 1]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question."""

    passage: Passage
    score: float  # in [0, 1], higher is better; comparable within one index only
    scores: dict[str, float] = field(default_factory=dict)  # by leg: "dense", "lexical", "late", each in [0, 1]


@dataclass(frozen=True, slots=True)
class Citation:
    """Number n of an answer: `passage.text[start:end] == quote`, always."""

    n: int  # from 1, in the order of first use
    passage: Passage
    quote: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()  # offsets in the quote of the figure, day or name that answers


@dataclass(frozen=True, slots=True)
class Answer:
    """What the posts say to a question. When `answered` is false, `citations` is empty and `hits` are the nearest."""

    question: str  # as asked
    text: str  # plain text with [n] after what citation n supports
    answered: bool
    confidence: float  # in [0, 1]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    searched: str = ""  # the question as searched, when a follow-up was completed from the conversation
    note: str = ""  # one line for the reader, e.g. why a generator was not used
    limits: Filters = Filters()  # what the question itself limited the search to ("last month's posts")
    model: str = ""  # the generator whose words `text` holds; "" where it holds the posts' own


# --- what is passed in ------------------------------------------------------------------------------------------


class Encoder(Protocol):
    """Turns texts into unit rows. `name` goes into the index, so that another model is never mixed in."""

    @property
    def name(self) -> str:
        """Names the weights, not only the model."""

    @property
    def dim(self) -> int:
        """Length of a row."""

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dim), rows of length 1 (or all zero when a text holds no known token)."""

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """As `encode_queries`, for passages."""


class Reranker(Protocol):
    """Compares a question with passages, more carefully than a search can."""

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """float32 (len(texts),), any range, higher is better. May raise ModelError."""


class Generator(Protocol):
    """Writes an answer from numbered passages; only its text counts, citations are resolved and checked after."""

    @property
    def name(self) -> str:
        """Which model, for the reader."""

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the reply in pieces, in order. May raise ModelError."""
