"""What cleaning kept and left out, counted and shown: the rows of a table, and one HTML page that needs nothing else.

Works on what the index keeps of a build, so that the report can be had at any time. Knows nothing about how the rules
decide; every text of a post is escaped by the template.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.cleaning.corpus_evidence import CorpusEvidence
from rag.cleaning.losses import Lines, all_lines, lines_by_post, unsure
from rag.cleaning.reasons import REASONS
from rag.types import Dropped, Passage

REPEATS = frozenset({"repeated_in_post", "repeated_in_posts", "cut_repeated"})
#: Samples of a reason on the page: spread evenly over the posts, so that all months are seen.
SAMPLES = 12
#: Posts that are listed with the most repeats.
MOST = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One reason: how many blocks it left out, of how many posts, and how many of the blocks may be lost."""

    reason: str
    meaning: str
    blocks: int
    posts: int
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """What a month's posts gave: passages kept, blocks left out. `name` is "2026-01", or "" for posts without date."""

    name: str
    kept: int
    dropped: int


def summary(dropped: Iterable[Dropped], lost: Iterable[Dropped] = ()) -> list[Row]:
    """A row for each reason that occurs: most that may be `lost` first, then most blocks, then by name."""
    blocks: Counter[str] = Counter()
    posts: defaultdict[str, set[str]] = defaultdict(set)
    for d in dropped:
        blocks[d.reason] += 1
        posts[d.reason].add(d.post)
    unsure = Counter(d.reason for d in lost)
    rows = [Row(name, REASONS.get(name, ""), n, len(posts[name]), unsure[name]) for name, n in blocks.items()]
    return sorted(rows, key=lambda row: (-row.unsure, -row.blocks, row.reason))


def unsure_first(dropped: Sequence[Dropped], lost: Sequence[Dropped]) -> list[Dropped]:
    """`dropped` with those that may be `lost` first, each part in its order."""
    doubted = set(lost)
    return [*lost, *(d for d in dropped if d not in doubted)]


def least_kept(lines: Mapping[str, Lines], count: int = MOST) -> list[tuple[str, Lines]]:
    """The posts of which most lines may be lost: (path, lines), smallest share kept first, then by path."""
    some = [(post, its) for post, its in lines.items() if its.lost]
    return sorted(some, key=lambda item: (item[1].kept, item[0]))[:count]


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


def report_json(rows: Iterable[Row], lines: Mapping[str, Lines], evidence: CorpusEvidence) -> dict[str, object]:
    """The counts of a report as one JSON object."""
    total = all_lines(lines.values())
    posts = {post: {"lines": x.text, "lost": x.lost, "reasons": x.reasons} for post, x in lines.items() if x.lost}
    return {
        "lines": {"text": total.text, "lost": total.lost, "kept": round(total.kept, 5), "reasons": total.reasons},
        "evidence": {"findings": [asdict(f) for f in evidence.findings()], **evidence.as_json()},
        "reasons": [asdict(row) for row in rows],
        "posts": posts,
    }


def html_report(
    passages: Sequence[Passage],
    dropped: Sequence[Dropped],
    dates: Mapping[str, str],
    *,
    name: str = "",
    built: str = "",
    evidence: CorpusEvidence | None = None,
) -> str:
    """One self-contained page: counts, what the `evidence` decided, samples, a chart by month, the posts that lose.

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
    lost = unsure(passages, dropped)
    lines = lines_by_post(passages, dropped, lost)
    return environment.get_template("report.html").render(
        name=name,
        built=built,
        posts=len(dates),
        silent=len(dates.keys() - {p.post for p in passages}),
        kept=len(passages),
        shared=sum(bool(p.also_in) for p in passages),
        left=len(dropped),
        rows=summary(dropped, lost),
        samples=samples(dropped),
        lines=all_lines(lines.values()),
        doubted=samples(lost),
        least=least_kept(lines),
        findings=evidence.findings() if evidence else [],
        months=months,
        highest=max([1, *(max(m.kept, m.dropped) for m in months)]),
        most=most_repeats(dropped),
        kept_of=Counter(p.post for p in passages),
    )
