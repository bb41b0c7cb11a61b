"""The index tab as HTML: its state, what a build did or would do, what cleaning left out. Every text is escaped.

As in `render`, each result is one HTML block on one line. Knows nothing about Gradio or who may do what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.cleaning.corpus_evidence import CorpusEvidence
from rag.cleaning.losses import unsure
from rag.cleaning.report import most_repeats, samples, summary
from rag.indexing.background import BuildState
from rag.indexing.last_failure import Failure
from rag.indexing.plan import BuildReport
from rag.posts.uploads import Added
from rag.types import Dropped, Passage, Problem
from rag.web.safe import text_html
from rag.web.strings import Strings

_LISTED = 12  # files named one by one; the rest are counted
_SAMPLES = 3  # of a reason
_REPEATERS = 10  # posts that repeat most
_SAMPLE = 120  # characters


def status_html(status: dict[str, Any], s: Strings, failure: Failure | None = None) -> str:
    """What the index holds, as a list of facts, the files that had a problem, and that the last build failed."""
    adapted = f" · {s.adapted}" if status["adapted"] else ""
    model = status["model"].partition("+adapted:")[0]
    depth = status["deep"]
    deep = f" · {s.deep.format(done=format(depth['passages'], ','), of=format(depth['of'], ','))}" if depth else ""
    dropped = sum(status["dropped"].values())
    facts = (
        (s.posts, f"{status['posts']:,}"), (s.kept, f"{status['passages']:,}"), (s.dropped, f"{dropped:,}"),
        (s.newest, s.day(status["newest"] or "–")), (s.built, moment(status["built"])), (s.size, size(status["bytes"])),
        (s.model, f"{model}{adapted}{deep}"), (s.generation, status["generation"]),
    )  # fmt: skip
    rows = "".join(f"<div><dt>{name}</dt><dd>{text_html(value)}</dd></div>" for name, value in facts)
    problems = problems_html([Problem(**p) for p in status["problems"]], s)
    told = ""
    if failure:
        words = text_html(s.build_failed.format(when=moment(failure.when)) + " " + failure.error)
        told = f'<p class="rag-told rag-problem" role="alert">{words}</p>'
    return f'<div class="rag-index" lang="{s.lang}">{told}<dl class="rag-stats">{rows}</dl>{problems}</div>'


def moment(built: str) -> str:
    """An ISO time in UTC, to the minute."""
    return built[:16].replace("T", " ") + " UTC"


def size(count: int) -> str:
    """Bytes for people."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def problems_html(problems: Sequence[Problem], s: Strings) -> str:
    """The files that were left out or repaired, folded."""
    items = [
        f"<code>{text_html(p.path)}</code> {s.skipped if p.skipped else s.repaired}: {text_html(p.reason)}"
        for p in problems
    ]
    return f"<details><summary>{s.problems} {len(items):,}</summary>{_list(items, s)}</details>" if items else ""


def _list(items: Sequence[str], s: Strings) -> str:
    shown = "".join(f"<li>{item}</li>" for item in items[:_LISTED])
    rest = f"<li>{s.more.format(count=len(items) - _LISTED)}</li>" if len(items) > _LISTED else ""
    return f'<ul class="rag-list">{shown}{rest}</ul>'


def note_html(message: str, s: Strings, *, problem: bool = False) -> str:
    """One sentence on how an act went; `message` is plain text."""
    kind, role = ("rag-problem", "alert") if problem else ("rag-done", "status")
    return f'<div class="rag-told {kind}" lang="{s.lang}"><p role="{role}">{text_html(message)}</p></div>'


def report_html(report: BuildReport, s: Strings, *, planned: bool) -> str:
    """What a build did, or would do."""
    counts = [
        (s.new, len(report.new)), (s.changed, len(report.changed)), (s.removed, len(report.removed)),
        (s.unchanged, report.unchanged),
    ]  # fmt: skip
    said = " · ".join(f"{name} {count:,}" for name, count in counts)
    changed = report.anything_changed or bool(report.anew)
    head = (s.planned if planned else s.done) if changed else s.nothing_to_do
    files = [
        f"{name} <code>{text_html(path)}</code>"
        for name, paths in ((s.new, report.new), (s.changed, report.changed), (s.removed, report.removed))
        for path in paths
    ]
    parts = [f'<p role="status">{head}</p><p>{s.posts}: {said}</p>']
    if report.anew:
        parts.append(f"<p>{s.from_scratch}: {text_html(report.anew)}</p>")
    if report.guard:
        parts.append(f'<p class="rag-guard" role="alert">{text_html(report.guard)}</p>')
    if not planned and report.passages:
        seconds = s.seconds.format(count=f"{sum(report.seconds.values()):.1f}")
        parts.append(f"<p>{s.passages}: {report.passages:,} · {seconds}</p>")
    parts += [_list(files, s) if files else "", problems_html(report.problems, s)]
    return f'<div class="rag-told rag-done" lang="{s.lang}">{"".join(parts)}</div>'


def progress_html(state: BuildState, s: Strings) -> str:
    """A running build: its step, and how far that is."""
    names = list(s.stages)
    n = names.index(state.stage) + 1 if state.stage in s.stages else 1
    stage = s.stages.get(state.stage or names[0], state.stage)
    label = s.step.format(n=n, all=len(names), stage=text_html(stage))
    count = f" {state.done:,} / {state.total:,}" if state.total else ""
    bar = f'<progress max="{state.total}" value="{state.done}">' if state.total else "<progress>"
    return (
        f'<div class="rag-told rag-building" lang="{s.lang}"><p role="status">{label}{count}</p>{bar}</progress>'
        f"<p>{s.building}</p></div>"
    )


def added_html(told: Iterable[Added], s: Strings) -> str:
    """What became of each file."""
    words = {"added": s.added, "replaced": s.replaced, "same": s.same, "exists": s.exists, "refused": s.refused}
    told = list(told)
    items = [
        f'<span class="rag-{a.outcome}">{words[a.outcome]}</span> <code>{text_html(a.name)}</code>'
        + (f" {text_html(a.note)}" if a.note else "")
        for a in told
    ]
    more = f"<p>{s.then_rebuild}</p>" if any(a.outcome in ("added", "replaced") for a in told) else ""
    return f'<div class="rag-told rag-done" lang="{s.lang}">{_list(items, s)}{more}</div>'


def cleaning_html(
    passages: Iterable[Passage], dropped: Sequence[Dropped], titles: dict[str, str], evidence: CorpusEvidence,
    s: Strings,
) -> str:  # fmt: skip
    """What cleaning looked for and left out: doubts first, a fold for each reason, then the posts that repeat most.

    `titles` are those of the posts by path. A button of class "rag-read" opens the post that is its value.
    """
    lost = unsure(passages, dropped)
    rows, shown = summary(dropped, lost), samples(dropped, _SAMPLES)
    doubts = _doubts_html(samples(lost, _SAMPLES), len(lost), titles, s) if lost else ""
    reasons = "".join(
        f"<details><summary><span>{text_html(s.reasons.get(row.reason, row.reason))}</span> "
        f'<span class="rag-count">{row.blocks:,}</span></summary>{_samples_html(shown.get(row.reason, []), titles, s)}'
        "</details>"
        for row in rows
    )
    most = "".join(
        f"<li>{read_button(path, titles.get(path, path))} {s.blocks.format(count=f'{count:,}')}</li>"
        for path, count in most_repeats(dropped, _REPEATERS)
    )
    repeats = f'<h3>{s.most_repeated}</h3><ol class="rag-list">{most}</ol>' if most else ""
    return (
        f'<section class="rag-report" lang="{s.lang}"><h3>{s.report}</h3><p>{s.report_words}</p>'
        f"{_evidence_html(evidence, s)}{doubts}{reasons}{repeats}</section>"
    )


def _evidence_html(evidence: CorpusEvidence, s: Strings) -> str:
    """Which repairs were made, and why."""
    items = "".join(
        f"<li>{s.repairs[f.repair]}: {s.acting.format(count=f'{f.posts:,}') if f.posts else s.not_acting}"
        f" ({s.why[f.repair].format(**evidence.figures)})</li>"
        for f in evidence.findings()
    )
    return f'<details><summary>{s.looked_for}</summary><ul class="rag-list">{items}</ul></details>'


def _doubts_html(shown: Mapping[str, Sequence[Dropped]], count: int, titles: dict[str, str], s: Strings) -> str:
    listed = "".join(_samples_html(some, titles, s, reason) for reason, some in shown.items())
    name = s.not_sure.format(count=f"{count:,}")
    return f"<details open><summary>{name}</summary><p>{s.not_sure_words}</p>{listed}</details>"


def _samples_html(shown: Sequence[Dropped], titles: dict[str, str], s: Strings, reason: str = "") -> str:
    name = f"<b>{text_html(s.reasons.get(reason, reason))}</b> " if reason else ""
    items = (
        f"<li>{name}{text_html(d.text[:_SAMPLE])} {read_button(d.post, titles.get(d.post, d.post))}</li>" for d in shown
    )
    return f'<ul class="rag-list">{"".join(items)}</ul>'


def read_button(path: str, label: str) -> str:
    """A button that opens a post in the reading view, without an answer's quotes (turn 0)."""
    return f'<button type="button" class="rag-read" value="0 {text_html(path)}">{text_html(label)}</button>'
