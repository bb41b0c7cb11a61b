"""The `rag` command. Parses, calls, prints: results go to stdout, progress and errors to stderr.

Exit codes: 0 ok, 1 an error the user can act on (one line), 2 wrong usage, 3 a damaged index.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag import generation
from rag.api import answer_json, passage_json, passage_record
from rag.build import build
from rag.chat import Chatbot
from rag.errors import InputError, RagError
from rag.evaluate import evaluate
from rag.generate import load_generator
from rag.index import DEFAULT_INDEX, open_index
from rag.rules import load_rules
from rag.search import make_filters
from rag.settings import Settings
from rag.terminal import Bars, one_line, print_answer, print_hit, print_json, print_report, print_scores, print_status
from rag.types import Filters
from rag.web.options import add_options, options_from


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
        sys.stdout.flush()
    except RagError as error:
        print(f"rag: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print("rag: stopped; the index is as it was", file=sys.stderr)
        return 130
    return 0


# --- verbs ------------------------------------------------------------------------------------------------------


def _build(args: argparse.Namespace) -> None:
    with Bars() as bars:
        report = build(
            Path(args.posts), Path(args.index), _settings(args), rebuild=args.rebuild, plan=args.plan,
            allow_removals=args.allow_removals, progress=bars.update,
        )  # fmt: skip
    print_report(report, planned=args.plan, index=args.index)


def _search(args: argparse.Namespace) -> None:
    index, filters = open_index(args.index), _filters(args)
    if args.queries:
        for line in _queries(args.queries, ("question",)):
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
    generator = load_generator(args.generator) if args.generator else None
    index, filters = open_index(args.index), _filters(args)
    if args.queries:
        for line in _queries(args.queries, ("question", "turns")):
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
    scores = evaluate(open_index(args.index), _queries(args.questions, ("question",)))
    if not scores:
        raise InputError(f'{args.questions} holds no question with "must"; see examples/questions.jsonl')
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

    run(args.index, options, ready=lambda url: print(url, flush=True))


# --- helpers ----------------------------------------------------------------------------------------------------


def _settings(args: argparse.Namespace) -> Settings:
    rules = load_rules(args.rules) if args.rules else None
    return Settings(args.model, args.adapt, args.permalink, args.drafts, args.future, rules)


def _filters(args: argparse.Namespace) -> Filters:
    return make_filters(args.since, args.until, args.tag, args.category)


def _queries(path: str, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The lines of a JSON-lines file, each with an id and one of `needed`. Raises InputError naming the line."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read ({error}); give a UTF-8 file of JSON lines") from error
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError as error:
            raise InputError(f"{path}, line {number} is not JSON ({error})") from error
        if not isinstance(line, dict) or "id" not in line or not any(line.get(name) for name in needed):
            raise InputError(f'{path}, line {number} lacks "id" or {" or ".join(map(repr, needed))}')
        yield line


# --- the command line -------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag", description="Ask a folder of blog posts. Everything stays on this machine."
    )
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], None], text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.add_argument("--index", default=DEFAULT_INDEX, metavar="DIR", help="folder of the index (%(default)s)")
        sub.set_defaults(run=run)
        return sub

    sub = verb("build", _build, "build an index from a folder of posts, or bring it up to date")
    _add_settings(sub)
    sub.add_argument("--rebuild", action="store_true", help="take nothing computed over from the index that is there")
    sub.add_argument("--plan", action="store_true", help="only say what would be done")

    sub = verb("search", _search, "show the passages that fit a question best")
    _add_question(sub)
    sub.add_argument("-k", type=int, default=5, help="number of passages (%(default)s)")
    sub = verb("ask", _ask, "answer a question from the posts, with citations")
    _add_question(sub)
    sub.add_argument(
        "--generator",
        metavar="SPEC",
        help="let a local model write: openai:http://127.0.0.1:11434/v1#MODEL or transformers:FOLDER",
    )

    verb("export", _export, "print every passage of the index as JSON lines")
    sub = verb("status", _status, "show generation, counts, model and sizes")
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    verb("verify", _verify, "check every file of the index against its checksum")
    verb("rollback", _rollback, "go back to the generation before")

    sub = verb("eval", _eval, "score the search on labelled questions: hit@k and MRR by language and leg")
    sub.add_argument("questions", metavar="QUESTIONS.jsonl", help='JSON lines with "id", "lang", "question" and "must"')
    sub.add_argument("--json", action="store_true", help="print JSON lines")

    sub = verb("serve", _serve, "serve the web page and the API on this machine")
    add_options(sub)
    return parser


def _add_settings(sub: argparse.ArgumentParser) -> None:
    """What `build` and `watch` take; an option that is not given is as the index was built."""
    yes_no = argparse.BooleanOptionalAction
    sub.add_argument("posts", metavar="POSTS", help="folder with Markdown posts")
    sub.add_argument("--model", metavar="NAME", help="a sentence-transformers model, by name or path (builtin)")
    sub.add_argument("--adapt", action=yes_no, help="fit the built-in model to these posts (yes)")
    sub.add_argument("--permalink", metavar="PATTERN", help="Jekyll permalink pattern (/:year/:month/:day/:title/)")
    sub.add_argument("--drafts", action=yes_no, help="index drafts too (no)")
    sub.add_argument("--future", action=yes_no, help="index posts dated in the future too (no)")
    sub.add_argument("--rules", metavar="FILE", help="TOML file of what else cleaning should drop on this site")
    sub.add_argument(
        "--allow-removals", action="store_true", help="go on although many posts of the index are gone from the folder"
    )


def _add_question(sub: argparse.ArgumentParser) -> None:
    what = sub.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", metavar="QUESTION")
    what.add_argument("--queries", metavar="FILE", help='JSON lines with "id" and "question"; prints a line for each')
    sub.add_argument("--since", metavar="DAY", help="only posts from this day on: 2025-09-01, 2025-09 or 2025")
    sub.add_argument("--until", metavar="DAY", help="only posts up to this day")
    sub.add_argument(
        "--tag", action="append", metavar="TAG", help="only posts with this tag; repeat for any of several"
    )
    sub.add_argument("--category", action="append", metavar="NAME", help="only posts of this category; may be repeated")
    sub.add_argument("--json", action="store_true", help="print JSON lines")


if __name__ == "__main__":
    sys.exit(main())
