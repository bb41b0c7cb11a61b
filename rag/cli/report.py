"""`rag report`: what cleaning left out and why, for people, for programs and as a page."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from rag.cleaning.losses import lines_by_post, unsure
from rag.cleaning.report import html_report, report_json, samples, summary, unsure_first
from rag.cli.terminal import print_dropped, print_json, print_summary
from rag.errors import InputError
from rag.indexing.index import open_index


def report(args: argparse.Namespace) -> None:
    """Carry the verb out. Raises the errors of `rag.errors`."""
    index = open_index(args.index)
    dropped = index.dropped(args.reason, args.post)
    passages = list(index.passages())
    if args.html:
        status, dates = index.status(), {path: date for path, _, date, _ in index.posts()}
        page = html_report(
            passages, dropped, dates, name=args.index, built=status["built"], evidence=index.cleaning_evidence
        )  # fmt: skip
        try:
            Path(args.html).write_text(page, encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"{args.html} can't be written ({error.strerror}); name another file") from error
        print(args.html)
        return
    lost = unsure(passages, dropped)
    lines = lines_by_post(passages, dropped, lost)
    if args.summary and args.json:
        print_json(report_json(summary(dropped, lost), lines, index.cleaning_evidence))
    elif args.json:
        doubted = set(lost)
        for one in unsure_first(dropped, lost):
            print_json({**asdict(one), "sure": one not in doubted})
    elif (args.reason or args.post) and not args.summary:
        print_dropped(unsure_first(dropped, lost), len(lost))
    else:
        print_summary(summary(dropped, lost), samples(unsure_first(dropped, lost), 2), lines, index.cleaning_evidence)
