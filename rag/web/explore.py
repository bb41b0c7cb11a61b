"""A look over many passages at once, as HTML: when, under which tags, and where on the map of all posts.

As in `render`, one HTML block on one line, every text escaped; bars are buttons, so that they can be read, tabbed to
and pressed. Knows nothing about Gradio or requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.cleaning.report import most_repeats
from rag.indexing.index import Index
from rag.indexing.overview import read_places
from rag.storage.passage_store import PostCounts
from rag.types import Filters, Floats, Hit
from rag.web.safe import text_html
from rag.web.strings import Strings

LOOKED_AT = 200  # passages found for a question; a reader looks over hundreds, not thousands
#: A passage matches when its score is at least this share of the best one's: below, it shares a word or two.
MATCHES = 0.5
_BARS = 12  # tags and categories shown
_COLOURS = 8  # categories told apart on the map, most frequent first
_MONTHS = 72  # shown month by month; a longer time is shown by year
_NAMED = 3  # months named below their columns: more of them touch each other on a phone
_DOTS = 3_000  # posts drawn; of more, evenly spread ones
_LISTED = 10  # posts named beside the map
_EDGE = 0.5  # percent of the posts on each side that may lie outside the map's frame and are drawn on its edge


@dataclass(frozen=True)
class Overview:
    """What is counted once per generation: each post's date, labels and passages, and its place on the map.

    Holds none of the index, which would keep an old generation in memory until the next look.
    """

    posts: Sequence[PostCounts]
    titles: Mapping[str, str]  # of all posts by path, in the index's order
    found: Floats | None  # their places, as the build wrote them
    repeats: Sequence[tuple[str, int]]  # the posts that repeat most, and how often

    @classmethod
    def of(cls, index: Index) -> Overview:
        """Half a second of work for 1,500 posts."""
        titles = {path: title for path, title, *_ in index.posts()}
        repeats = most_repeats(index.dropped(), _LISTED)
        return cls(index.parts.store.per_post(), titles, read_places(index.generation.path), repeats)

    @cached_property
    def places(self) -> Mapping[str, tuple[float, float]]:
        """Path -> (left, top) in percent of the map; {} when the index has no map yet."""
        found, paths = self.found, list(self.titles)
        if found is None or len(found) != len(paths):
            return {}
        known = np.isfinite(found).all(axis=1)
        if not known.any():
            return {}
        shown = _in_frame(found[known])
        return {path: (float(x), float(y)) for path, (x, y) in zip(np.array(paths)[known].tolist(), shown, strict=True)}

    @cached_property
    def colours(self) -> Mapping[str, int]:
        """The most frequent categories, each with the number of its colour."""
        counts = Counter(post.categories[0] for post in self.posts if post.categories)
        return {name: i for i, (name, _) in enumerate(counts.most_common(_COLOURS))}


def _in_frame(places: Floats) -> Floats:
    low, high = np.percentile(places, [_EDGE, 100 - _EDGE], axis=0)
    span = np.where(high > low, high - low, 1.0)
    shown: Floats = 3 + 94 * np.clip((places - low) / span, 0, 1)
    return shown


def matching(index: Index, question: str, filters: Filters) -> list[Hit]:
    """The passages that match a question, best first. Raises InputError."""
    hits = index.search_filtered(question, LOOKED_AT, filters, None)
    return [hit for hit in hits if hit.score >= MATCHES * hits[0].score]


def explore_html(overview: Overview, question: str, hits: Sequence[Hit], s: Strings) -> str:
    """The passages that match `question`, or with "" the whole index."""
    by_post = Counter(hit.passage.post for hit in hits)
    shown = [p for p in overview.posts if p.path in by_post] if question else list(overview.posts)
    count = by_post if question else Counter({p.path: p.passages for p in overview.posts})
    total = sum(count.values())
    head = s.whole_index
    if question:
        head = s.matching.format(question=text_html(question), passages=f"{total:,}", posts=f"{len(shown):,}")
    charts = _months(shown, count, s) + _labels(shown, count, s) if shown else f"<p>{s.nothing_matches}</p>"
    seen = list(by_post) if question else []
    return (
        f'<div class="rag-explore" lang="{s.lang}"><h3>{head}</h3>{charts}{_map(overview, seen, s)}'
        f"{'' if question else _repeats(overview, s)}</div>"
    )


def _months(posts: Iterable[PostCounts], count: Counter[str], s: Strings) -> str:
    """A column for each month from the first to the last, or each year of a long time."""
    months: Counter[str] = Counter()
    for post in posts:
        if post.date:
            months[post.date[:7]] += count[post.path]
    if not months:
        return ""
    if len(every := _between(min(months), max(months))) > _MONTHS:
        years: Counter[str] = Counter()
        for month, n in months.items():
            years[month[:4]] += n
        months, every = years, [f"{y:04}" for y in range(int(min(years)), int(max(years)) + 1)]
    top = max(months.values())
    columns = "".join(
        f'<button type="button" class="rag-column rag-filter" value="month {when}" '
        f'title="{s.day(when)}: {months[when]:,}"><i style="height:{100 * months[when] / top:.1f}%"></i>'
        f'<span class="rag-sr">{s.day(when)}: {months[when]:,}</span></button>'
        for when in every
    )
    named = sorted({round(i * (len(every) - 1) / (_NAMED - 1)) for i in range(_NAMED)})
    names = "".join(
        f'<span style="left:{100 * (at + 0.5) / len(every):.2f}%">{s.day(every[at])}</span>' for at in named
    )
    below = f'<p class="rag-ends">{names}</p>'
    return f'<section><h4>{s.by_month}</h4><div class="rag-columns">{columns}</div>{below}</section>'


def _between(first: str, last: str) -> list[str]:
    a, b = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{m // 12:04}-{m % 12 + 1:02}" for m in range(a, b + 1)]


def _labels(posts: Sequence[PostCounts], count: Counter[str], s: Strings) -> str:
    both = []
    for kind, title in (("tags", s.by_tag), ("categories", s.by_category)):
        names: Counter[str] = Counter()
        for post in posts:
            for name in getattr(post, kind):
                names[name] += count[post.path]
        most = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:_BARS]
        bars = "".join(_bar(f"{kind} {name}", name, n, most[0][1], s) for name, n in most)
        both.append(f"<section><h4>{title}</h4>{bars}</section>" if bars else "")
    return f'<div class="rag-labels">{"".join(both)}</div>'


def _bar(value: str, name: str, n: int, top: int, s: Strings) -> str:
    told = s.narrow_to.format(name=text_html(name))
    return (
        f'<button type="button" class="rag-bar rag-filter" value="{text_html(value)}" title="{told}">'
        f'<span>{text_html(name)}</span><i style="width:{100 * n / top:.1f}%"></i><b>{n:,}</b></button>'
    )


# --- the map ----------------------------------------------------------------------------------------------------


def _map(overview: Overview, seen: Sequence[str], s: Strings) -> str:
    """Every post as a dot in the colour of its category; those in `seen`, best first, lit and named beside it."""
    if not overview.places:
        return f'<section><h4>{s.map_title}</h4><p class="rag-note">{s.map_missing}</p></section>'
    titles, lit = overview.titles, set(seen)
    step = max(1, -(-len(overview.posts) // _DOTS))
    drawn = [p for i, p in enumerate(overview.posts) if p.path in lit or i % step == 0]
    dim = "".join(_dot(overview, p, titles, "") for p in drawn if p.path not in lit)
    bright = "".join(_dot(overview, p, titles, " rag-lit-dot") for p in drawn if p.path in lit)
    legend = (
        "".join(f'<li><i class="rag-c{i}"></i>{text_html(name)}</li>' for name, i in overview.colours.items())
        + f'<li><i class="rag-c9"></i>{s.map_others}</li>'
    )
    named = "".join(
        f'<li><button type="button" class="rag-read" value="0 {text_html(path)}">{text_html(titles.get(path, path))}'
        "</button></li>"
        for path in seen[:_LISTED]
    )
    below = f'<h4>{s.map_hit}</h4><ol class="rag-list rag-hits">{named}</ol>' if named else ""
    lit_class = " rag-some-lit" if lit else ""
    return (
        f'<section><h4>{s.map_title}</h4><p class="rag-note">{s.map_words}</p><div class="rag-map-row">'
        f'<div class="rag-map{lit_class}"><svg role="img" width="100%" height="100%"><title>{s.map_title}</title>'
        f'{dim}{bright}</svg></div><ul class="rag-legend">{legend}</ul></div>{below}</section>'
    )


def _dot(overview: Overview, post: PostCounts, titles: Mapping[str, str], more: str) -> str:
    place = overview.places.get(post.path)
    if place is None:
        return ""
    colour = overview.colours.get(post.categories[0], 9) if post.categories else 9
    radius = 6 if more else 4
    return (
        f'<circle class="rag-dot rag-c{colour}{more}" id="dot-{post.row}" cx="{place[0]:.1f}%" cy="{place[1]:.1f}%" '
        f'r="{radius}"><title>{text_html(titles.get(post.path, post.path))}</title></circle>'
    )


def _repeats(overview: Overview, s: Strings) -> str:
    if not overview.repeats:
        return ""
    titles = overview.titles
    items = "".join(
        f'<li><button type="button" class="rag-read" value="0 {text_html(path)}">{text_html(titles.get(path, path))}'
        f"</button> {s.blocks.format(count=f'{n:,}')}</li>"
        for path, n in overview.repeats
    )
    return f'<section><h4>{s.most_repeated}</h4><ol class="rag-list">{items}</ol></section>'
