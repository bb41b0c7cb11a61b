"""The two verbs that build: `rag build` once, `rag watch` whenever posts change."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag.cleaning.site_rules import load_rules
from rag.cli.terminal import Bars, one_line, print_problems, print_report
from rag.errors import InputError, RagError
from rag.indexing import last_failure
from rag.indexing.build import build
from rag.indexing.deepen import deepen
from rag.indexing.plan import BuildReport
from rag.indexing.settings import Settings
from rag.indexing.watch import watch
from rag.types import Problem
from rag.web.safe import valid_site_url


def run_build(args: argparse.Namespace) -> None:
    """Build an index, or bring it up to date."""
    # A build makes 100,000s of objects that stay and hardly a cycle: looking for those takes a twentieth of its time.
    gc.set_threshold(200_000)
    what = Path(args.posts), Path(args.index), _settings(args)
    with Bars() as bars, _failure_noted(args):
        report = build(
            *what, rebuild=args.rebuild, plan=args.plan, quick=args.quick, allow_removals=args.allow_removals,
            progress=bars.update,
        )  # fmt: skip
    print_report(report, planned=args.plan, index=args.index)
    if report.shallow and not (args.plan or args.quick):
        sys.stdout.flush()  # what can be done meanwhile is of use now
        with Bars() as bars, _failure_noted(args):
            deep = deepen(*what, allow_removals=args.allow_removals, progress=bars.update)
        if deep:
            print(f"deep       all {deep.passages:,} passages are embedded with the transformer")
    gc.freeze()  # nor need Python look through them when it ends


def run_watch(args: argparse.Namespace) -> None:
    """Build, and again whenever the posts change; a file that is skipped is named once."""
    args.watching = False
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it cleanly, also in the middle of a build

    told: set[Problem] = set()

    def built(report: BuildReport) -> None:
        news = replace(report, problems=tuple(p for p in report.problems if p not in told))
        told.clear()
        told.update(report.problems)
        if news.anything_changed or not args.watching:
            print_report(news, planned=False, index=args.index)
        else:
            print_problems(news.problems)
        args.watching = True
        print(f"watching   {one_line(args.posts)}; Ctrl-C ends it", flush=True)

    def failed(error: RagError) -> None:
        print(f"rag: {one_line(str(error))}", file=sys.stderr, flush=True)

    try:
        watch(
            Path(args.posts), Path(args.index), _settings(args), built=built, failed=failed, stop=threading.Event(),
            quick=args.quick, allow_removals=args.allow_removals,
        )  # fmt: skip
    except KeyboardInterrupt:
        print("rag: stopped watching; the index is complete", file=sys.stderr)


@contextmanager
def _failure_noted(args: argparse.Namespace) -> Iterator[None]:
    """A build that fails by itself, at night say, is told on the page that serves its index."""
    try:
        yield
    except RagError as error:
        if not args.plan:
            last_failure.note(Path(args.index), error)
        raise
    if not args.plan:
        last_failure.clear(Path(args.index))


def _settings(args: argparse.Namespace) -> Settings:
    rules = load_rules(args.rules) if args.rules else None
    if args.site_url and not valid_site_url(args.site_url):
        raise InputError(f"--site-url is {args.site_url!r}; give an address such as https://example.org")
    return Settings(
        args.model, args.adapt, args.permalink, args.drafts, args.future, rules, args.main_lang, args.site_url
    )
