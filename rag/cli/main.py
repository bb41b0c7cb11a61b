"""The `rag` command. Parses, calls, prints: results go to stdout, progress and errors to stderr.

Exit codes: 0 ok, 1 an error the user can act on (one line), 2 wrong usage, 3 a damaged index.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rag.cli import streams
from rag.cli.arguments import make_parser, parse
from rag.cli.builds import run_build, run_watch
from rag.cli.queries import read_queries
from rag.cli.report import report
from rag.cli.terminal import (
    one_line,
    print_answer,
    print_hit,
    print_json,
    print_scores,
    print_status,
)
from rag.errors import InputError, RagError
from rag.evaluation.evaluate import evaluate
from rag.indexing.index import Index, open_index
from rag.models.rerank import CrossEncoderReranker
from rag.retrieval.filters import make_filters
from rag.storage import generation
from rag.types import Filters
from rag.web.options import generator_from, options_from
from rag.web.schema import answer_json, passage_json, passage_record


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    streams.settle()
    args = parse(VERBS, argv)
    try:
        args.run(args)
        sys.stdout.flush()
    except RagError as error:
        print(f"rag: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        streams.abandon()
    except KeyboardInterrupt:
        print("rag: stopped; the index is as it was" if args.run is run_build else "rag: stopped", file=sys.stderr)
        return 130
    except OSError as error:
        if error.filename is not None:
            raise
        streams.abandon()
        print(f"rag: the output can't be written ({error.strerror or error})", file=sys.stderr)
        return 1
    return 0


# --- verbs ------------------------------------------------------------------------------------------------------


def _search(args: argparse.Namespace) -> None:
    index, filters = _open(args), _filters(args)
    if args.queries:
        for line in read_queries(args.queries, ("question",)):
            hits = index.search_filtered(line["question"], args.k, filters)
            print_json({"id": line["id"], "question": line["question"],
                   "passages": [passage_json(rank, hit) for rank, hit in enumerate(hits, 1)]})  # fmt: skip
        return
    hits = index.search_filtered(args.question, args.k, filters)
    for rank, hit in enumerate(hits, 1):
        if args.json:
            print_json(passage_json(rank, hit))
        else:
            print_hit(rank, hit)
    if not hits and not args.json:
        print("nothing found: no passage shares anything with the question")


def _ask(args: argparse.Namespace) -> None:
    from rag.chatbot import Chatbot  # what answering needs takes a while to load, and no other verb needs it

    generator = generator_from(args)
    index, filters = _open(args), _filters(args)
    if args.queries:
        for line in read_queries(args.queries, ("question", "turns")):
            *earlier, question = line["turns"] if "turns" in line else [line["question"]]
            answer = Chatbot(index, generator).ask(question, earlier, filters=filters)
            print_json({"id": line["id"], **answer_json(answer)})
        return
    answer = Chatbot(index, generator).ask(args.question, [], filters=filters)
    if args.json:
        print_json(answer_json(answer))
    else:
        print_answer(answer)


def _export(args: argparse.Namespace) -> None:
    for passage in open_index(args.index).passages():
        print_json(passage_record(passage))


def _status(args: argparse.Namespace) -> None:
    status = open_index(args.index).status()
    if args.json:
        print_json(status)
        return
    print_status(status)


def _eval(args: argparse.Namespace) -> None:
    scores = evaluate(_open(args), read_queries(args.questions, ("question",)))
    if not scores:
        raise InputError(f'{args.questions} holds no question with "must" or "wrong"; see examples/questions.jsonl')
    if args.json:
        for score in scores:
            print_json(asdict(score))
        return
    print_scores(scores)


def _verify(args: argparse.Namespace) -> None:
    found = generation.open_verified(Path(args.index))
    print(f"{found.id}: {len(found.manifest['files'])} files, {found.size:,} bytes, every checksum agrees")


def _rollback(args: argparse.Namespace) -> None:
    found = generation.rollback(Path(args.index))
    print(f"{args.index} is back at {found.id}, built {found.meta['built']} from {found.meta['posts']} posts")


def _serve(args: argparse.Namespace) -> None:
    options = options_from(args)
    from rag.web.page import run  # gradio, seconds to import: only where the page is wanted

    run(args.index, options, ready=lambda url: print(url, flush=True), generator=generator_from(args))


def _completion(args: argparse.Namespace) -> None:
    import shtab

    print(shtab.complete(make_parser(VERBS), args.shell))


VERBS = {
    "build": run_build,
    "watch": run_watch,
    "search": _search,
    "ask": _ask,
    "export": _export,
    "status": _status,
    "verify": _verify,
    "rollback": _rollback,
    "report": report,
    "eval": _eval,
    "serve": _serve,
    "completion": _completion,
}


# --- helpers ----------------------------------------------------------------------------------------------------


def _open(args: argparse.Namespace) -> Index:
    return open_index(args.index, reranker=CrossEncoderReranker(args.rerank) if args.rerank else None)


def _filters(args: argparse.Namespace) -> Filters:
    return make_filters(args.since, args.until, args.tag, args.category, args.author)
