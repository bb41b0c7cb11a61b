"""What cleaning kept and left out, counted and shown: the rows of a table, and one HTML page that needs nothing else.

Works on what the index keeps of a build, so that the report can be had at any time. Knows nothing about how the rules
decide; every text of a post is escaped by the template.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.types import Dropped, Passage

#: What each reason means, in the order in which a post meets them.
REASONS: Mapping[str, str] = {
    "marker": "a rule, an end mark, a conflict mark: a line that is no text",
    "no_text": "a comment, a script, template code: nothing that a reader sees",
    "image_only": "an image without text",
    "site_pattern": "a pattern of your rule file",
    "site_section": "a section that your rule file names",
    "site_code": "code, which your rule file leaves out",
    "title_repeated": "the post's title, or one of its headings, once more",
    "front_matter_in_body": "a second block of front matter",
    "machine_chatter": "a writing machine speaking of its task",
    "writing_brief": "instructions to the writer",
    "degenerate": "symbols or repeated characters that carry no words",
    "promotion": "an advertisement: text around a paid or campaign link",
    "link_list": "links to other pages",
    "boilerplate": "a text that stands in many posts",
    "cut_repeated": "a cut sentence that stands whole elsewhere in the post",
    "cut_sentence": "the loose end of a cut sentence",
    "repeated_in_post": "a text that the same post says elsewhere",
    "repeated_in_posts": "a text that another post says",
    "empty_heading": "a heading under which nothing was left",
}
REPEATS = frozenset({"repeated_in_post", "repeated_in_posts", "cut_repeated"})
#: Samples of a reason on the page: spread evenly over the posts, so that all months are seen.
SAMPLES = 12
#: Posts that are listed with the most repeats.
MOST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One reason: how many blocks it left out, of how many posts."""

    reason: str
    meaning: str
    blocks: int
    posts: int


@dataclass(frozen=True, slots=True)
class Month:
    """What a month's posts gave: passages kept, blocks left out. `name` is "2026-01", or "" for posts without date."""

    name: str
    kept: int
    dropped: int


def summary(dropped: Iterable[Dropped]) -> list[Row]:
    """A row for each reason that occurs, most blocks first, then by name."""
    blocks: Counter[str] = Counter()
    posts: defaultdict[str, set[str]] = defaultdict(set)
    for d in dropped:
        blocks[d.reason] += 1
        posts[d.reason].add(d.post)
    return [
        Row(reason, REASONS.get(reason, ""), count, len(posts[reason]))
        for reason, count in sorted(blocks.items(), key=lambda item: (-item[1], item[0]))
    ]


def samples(dropped: Iterable[Dropped], count: int = SAMPLES) -> dict[str, list[Dropped]]:
    """For each reason at most `count` of what it left out, spread evenly over the given order."""
    found: defaultdict[str, list[Dropped]] = defaultdict(list)
    for d in dropped:
        if d.text.strip():
            found[d.reason].append(d)
    return {
        reason: [all_of_it[n * len(all_of_it) // min(count, len(all_of_it))] for n in range(min(count, len(all_of_it)))]
        for reason, all_of_it in found.items()
    }


def by_month(passages: Iterable[Passage], dropped: Iterable[Dropped], dates: Mapping[str, str]) -> list[Month]:
    """Passages and dropped blocks by the month of their post, in order of time; posts without a date come first."""
    kept = Counter(p.date[:7] for p in passages)
    left = Counter(dates.get(d.post, "")[:7] for d in dropped)
    return [Month(name, kept[name], left[name]) for name in sorted(kept.keys() | left.keys())]


def most_repeats(dropped: Iterable[Dropped], count: int = MOST) -> list[tuple[str, int]]:
    """The posts that repeat most: (path, blocks left out as repeats), most first, then by path."""
    counts = Counter(d.post for d in dropped if d.reason in REPEATS)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]


def html_report(
    passages: Sequence[Passage],
    dropped: Sequence[Dropped],
    dates: Mapping[str, str],
    *,
    name: str = "",
    built: str = "",
) -> str:
    """One self-contained page: counts, a chart by month, samples of each reason, the posts that repeat most.

    `dates` holds each post's ISO day by its path, also of posts of which nothing was kept; `name` is the index's and
    `built` when. No script, no request: the page can be opened from a mail.
    """
    import jinja2  # which no other verb needs

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters["of"] = lambda count, noun: f"{count:,} {noun}{'s' if count != 1 else ''}"
    months = by_month(passages, dropped, dates)
    return environment.get_template("report.html").render(
        name=name,
        built=built,
        posts=len(dates),
        silent=len(dates.keys() - {p.post for p in passages}),
        kept=len(passages),
        shared=sum(bool(p.also_in) for p in passages),
        left=len(dropped),
        rows=summary(dropped),
        samples=samples(dropped),
        months=months,
        highest=max([1, *(max(m.kept, m.dropped) for m in months)]),
        most=most_repeats(dropped),
        kept_of=Counter(p.post for p in passages),
    )
