"""What the command line prints, for people and for programs. Text of posts is made safe for a terminal here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from rag.cleaning.corpus_evidence import CorpusEvidence
from rag.cleaning.losses import Lines, all_lines
from rag.cleaning.report import Row, least_kept
from rag.evaluation.evaluate import Score
from rag.indexing.plan import BuildReport
from rag.text.unicode import repair
from rag.types import Answer, Dropped, Hit, Passage

if TYPE_CHECKING:
    from rich.progress import Progress

_EXAMPLE = 60  # characters
_LEAST = 5  # posts
_LISTED = 20  # files named one by one; the rest are counted


def print_json(value: object) -> None:
    """One JSON line. What UTF-8 can't hold is replaced, so that a bad file name never breaks the stream."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.buffer.write(text.encode("utf-8", errors="replace") + b"\n")


def one_line(text: str) -> str:
    """Text of a post or a file name, safe for a terminal and on one line."""
    return repair(" ".join(text.split()))


def print_report(report: BuildReport, *, planned: bool, index: str) -> None:
    """What a build did or would do, and the files with a problem."""
    counts = f"{len(report.new)} new, {len(report.changed)} changed, {len(report.removed)} removed"
    print(f"posts      {counts}, {report.unchanged} unchanged")
    if report.options:
        print(f"options    {one_line(' '.join(report.options))} (as the index was built)")
    if report.addresses:
        print(f"addresses  {one_line(report.addresses)}")
    if report.anew:
        print(f"anew       nothing is taken over: {one_line(report.anew)}")
    if planned:
        for word, paths in (("new", report.new), ("changed", report.changed), ("removed", report.removed)):
            for path in paths[:_LISTED]:
                print(f"  {word:8} {one_line(path)}")
            if len(paths) > _LISTED:
                print(f"  {word:8} … and {len(paths) - _LISTED} more")
        cleaned = len(report.new) + len(report.changed) + (report.unchanged if report.anew else 0)
        taken = 0 if report.anew else report.unchanged
        print(f"planned only: nothing was written; a build would clean {cleaned:,} posts and take over {taken:,}")
        if report.guard:
            print(f"refused    {one_line(report.guard)}")
    else:
        print(f"passages   {report.passages} kept, {report.embedded} of them embedded now")
        print(f"dropped    {', '.join(f'{n} {reason}' for reason, n in report.dropped.items()) or 'nothing'}")
        print(f"seconds    {', '.join(f'{stage} {s:.1f}' for stage, s in report.seconds.items())}")
        print(f"index      {index}")
    for problem in report.problems[:_LISTED]:
        print(f"{'skipped' if problem.skipped else 'repaired'}  {one_line(problem.path)}: {one_line(problem.reason)}")
    if len(report.problems) > _LISTED:
        print(f"… and {len(report.problems) - _LISTED} more files with a problem; `rag status --json` lists them")


def print_hit(rank: int, hit: Hit) -> None:
    """A passage with its place, `rank` from 1."""
    p = hit.passage
    where = " · ".join(x for x in (p.date, p.title, p.heading) if x)
    print(f"{rank:2}. {hit.score:.3f}  {one_line(where)}\n    {one_line(p.location)}  {one_line(p.url)}")
    for copy in p.also_in:
        print(f"    also in {one_line(copy.post)}")
    print("    " + "\n    ".join(repair(p.text).splitlines()) + "\n")


def print_answer(answer: Answer) -> None:
    """The answer, then its sources by number, or the nearest posts."""
    print(repair(answer.text) + "\n")
    if answer.limits:
        period = " – ".join(filter(None, (answer.limits.since, answer.limits.until)))
        print(f"({one_line(' · '.join(filter(None, (period, *answer.limits.tags))))})\n")
    if answer.note:
        print(f"({one_line(answer.note)})\n")
    for c in answer.citations:
        print(f"[{c.n}] {_title(c.passage)}\n    {one_line(c.passage.location)}")
    if not answer.answered:
        for rank, hit in enumerate(answer.hits[:3], 1):
            print(f"{rank}. {_title(hit.passage)}\n    {one_line(hit.passage.location)}")


def _title(p: Passage) -> str:
    return one_line(" · ".join(x for x in (p.date, p.title) if x))


def print_summary(
    rows: Sequence[Row], examples: Mapping[str, Sequence[Dropped]], lines: Mapping[str, Lines], evidence: CorpusEvidence
) -> None:  # fmt: skip
    """How much is kept, what was looked for, and what was left out by reason, with an example or two: doubts first."""
    total, least = all_lines(lines.values()), least_kept(lines, _LEAST)
    kept = f"{total.kept:.2%} of {total.text:,} lines of text are kept, or said elsewhere"
    print(f"lines      {kept}; not sure of {total.lost:,}")
    for path, its in least:
        print(f"  {its.kept:6.1%}  {one_line(path)} ({', '.join(its.reasons)})")
    for finding in evidence.findings():
        made = f"looked for in {finding.posts:,} posts" if finding.posts else "not looked for"
        print(f"{finding.repair}: {made} ({finding.why})")
    table = Table("reason", "blocks", "posts", "what it is", "not sure", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row.reason, f"{row.blocks:,}", f"{row.posts:,}", row.meaning, f"{row.unsure:,}" if row.unsure else ""
        )
    print()
    Console(highlight=False).print(table)
    for row in rows:
        print(f"\n{row.reason}")
        for d in examples.get(row.reason, ()):
            print(f"  {_place(d)}  {one_line(d.text)[:_EXAMPLE]}")


def print_dropped(dropped: Sequence[Dropped], unsure: int) -> None:
    """A line for each thing that was left out; of the first `unsure` the words stand in no passage."""
    for n, d in enumerate(dropped):
        print(f"{_place(d)}  {d.reason}{' (not sure)' if n < unsure else ''}  {one_line(d.text)}")


def _place(d: Dropped) -> str:
    return f"{one_line(d.post)}:{d.start_line}-{d.end_line}"


def print_status(status: dict[str, Any]) -> None:
    """What `Index.status` says, as a table."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in status.items():
        if name == "problems":
            value = f"{len(value)} files" if value else "none"
        elif isinstance(value, dict):
            value = ", ".join(f"{key} {v}" for key, v in value.items()) or "none"
        table.add_row(name, f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))
    Console(highlight=False).print(table)


def print_scores(scores: Sequence[Score]) -> None:
    """Figures of an evaluation, the fused search first."""
    names = ["questions", "hit@1", "hit@5", "hit@10", "MRR@10"]
    complained = any(s.complaints for s in scores)
    table = Table(
        "leg", "language", *names, *(["complaints", "wrong@1"] if complained else []), box=None, pad_edge=False
    )
    for s in sorted(scores, key=lambda s: s.leg != "all"):
        figures = [f"{x:.3f}" for x in (s.hit_1, s.hit_5, s.hit_10, s.mrr_10)]
        wrong = [str(s.complaints), f"{s.wrong_1:.3f}"] if complained else []
        table.add_row(s.leg, s.language, str(s.questions), *figures, *wrong)
    Console(highlight=False).print(table)


class Bars:
    """Progress on stderr while a build runs; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._progress = _bars() if sys.stderr.isatty() else None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bars:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def update(self, stage: str, done: int, total: int) -> None:
        """Show `stage` at done/total."""
        if not self._progress:
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=None)
        self._progress.update(self._tasks[stage], completed=done, total=total or None)


def _bars() -> Progress:
    from rich import progress  # only where it is wanted: it takes longer to import than all of `rag`

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
    )
    return progress.Progress(*columns, console=Console(stderr=True), transient=True)
