"""The verbs and options of the `rag` command. Knows nothing about what they do."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata

from rag.cli.parser import UsageParser
from rag.indexing.index import DEFAULT_INDEX
from rag.web.options import add_generator, add_options

Run = Callable[[argparse.Namespace], None]
SHELLS = ("bash", "zsh", "tcsh")
FIRST_STEPS = """\
rag: ask a folder of blog posts. Everything stays on this machine.

  rag build POSTS      index a folder of Markdown posts
  rag ask QUESTION     answer from them, with citations
  rag serve            the same as a page in your browser

`rag --help` lists the other verbs, `rag VERB --help` what each takes."""


def parse(runs: Mapping[str, Run], argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of one call. A question may be written without quotes, with options between its words.

    Raises SystemExit: 0 after --help, --version and a bare `rag`, 2 after a line that says what is wrong.
    """
    parser = make_parser(runs)
    args, rest = parser.parse_known_args(argv)
    if "run" not in args:
        if rest:
            parser.unknown(rest)
        print(f"rag {metadata.version('rag')}" if args.version else FIRST_STEPS)
        raise SystemExit(0)
    words = getattr(args, "question", None)
    if rest and (words is None or any(word.startswith("-") for word in rest)):
        args.parser.unknown(rest)
    if words is not None:
        args.question = " ".join([*words, *rest])
        if bool(words or rest) == bool(args.queries):
            args.parser.error("give a question, or --queries FILE")
    return args


def make_parser(runs: Mapping[str, Run]) -> UsageParser:
    """The parser of all verbs; `runs` holds for each what its arguments are handed to, as `args.run`."""
    parser = UsageParser(prog="rag", description="Ask a folder of blog posts. Everything stays on this machine.")
    parser.add_argument("--version", action="store_true", help="show the version")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.add_argument("--index", default=DEFAULT_INDEX, metavar="DIR", help="folder of the index (%(default)s)")
        sub.set_defaults(run=runs[name], parser=sub)
        return sub

    sub = verb("build", "build an index from a folder of posts, or bring it up to date")
    _add_settings(sub)
    sub.add_argument("--rebuild", action="store_true", help="take nothing computed over from the index that is there")
    sub.add_argument("--plan", action="store_true", help="only say what would be done")

    _add_settings(verb("watch", "build the index now, and again whenever the posts change"))

    sub = verb("search", "show the passages that fit a question best")
    _add_question(sub)
    sub.add_argument("-k", type=int, default=5, help="number of passages (%(default)s)")
    sub = verb("ask", "answer a question from the posts, with citations")
    _add_question(sub)
    add_generator(sub)

    verb("export", "print every passage of the index as JSON lines")
    sub = verb("status", "show generation, counts, model and sizes")
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    verb("verify", "check every file of the index against its checksum")
    verb("rollback", "go back to the generation before")

    sub = verb("report", "show what cleaning left out and why, with examples")
    sub.add_argument("--reason", metavar="NAME", help="everything that was left out for this reason")
    sub.add_argument("--post", metavar="PATH", help="everything that was left out of this post")
    sub.add_argument("--html", metavar="FILE", help="write one page with counts, a chart by month and samples")
    sub.add_argument("--summary", action="store_true", help="counts only; with --json as one object")
    sub.add_argument("--json", action="store_true", help="print everything that was left out as JSON lines")

    sub = verb("eval", "score the search on labelled questions: hit@k and MRR by language and leg")
    sub.add_argument(
        "questions",
        metavar="QUESTIONS.jsonl",
        help='JSON lines with "id", "lang", "question", "must"; or feedback.jsonl',
    )
    _add_rerank(sub)
    sub.add_argument("--json", action="store_true", help="print JSON lines")

    sub = verb("serve", "serve the web page and the API on this machine")
    add_options(sub)

    sub = verb("completion", "print the script that lets a shell complete verbs and options")
    sub.add_argument("shell", choices=SHELLS, metavar="SHELL", help=" or ".join(SHELLS))
    return parser


def _add_settings(sub: argparse.ArgumentParser) -> None:
    """What `build` and `watch` take; an option that is not given is as the index was built."""
    yes_no = argparse.BooleanOptionalAction
    sub.add_argument("posts", metavar="POSTS", help="folder with Markdown posts")
    sub.add_argument(
        "--model",
        metavar="NAME",
        help="a sentence-transformers model, by name or path; or static: no transformer (builtin)",
    )
    sub.add_argument("--quick", action="store_true", help="stop once the index can be searched; a later build goes on")
    sub.add_argument("--adapt", action=yes_no, help="fit the built-in model to these posts (yes)")
    sub.add_argument(
        "--permalink", metavar="PATTERN",
        help="rule of addresses, hugo, pretty or a pattern (the site's configuration, or /:year/:month/:day/:title/)",
    )  # fmt: skip
    sub.add_argument("--main-lang", metavar="CODE", help="language whose posts have no part of their own in addresses")
    sub.add_argument(
        "--site-url", metavar="URL", help="where the blog is, https://blog.example.org: citations link there"
    )
    sub.add_argument("--drafts", action=yes_no, help="index drafts too (no)")
    sub.add_argument("--future", action=yes_no, help="index posts dated in the future too (no)")
    sub.add_argument("--rules", metavar="FILE", help="TOML file of what else cleaning should drop on this site")
    sub.add_argument(
        "--allow-removals", action="store_true", help="go on although many posts of the index are gone from the folder"
    )


def _add_rerank(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--rerank", metavar="NAME", help="reorder the best 50 with this cross-encoder, by name or path")


def _add_question(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("question", nargs="*", metavar="QUESTION", help="no quotes needed, but for signs of the shell")
    sub.add_argument("--queries", metavar="FILE", help='JSON lines with "id" and "question"; prints a line for each')
    sub.add_argument("--since", metavar="DAY", help="only posts from this day on: 2025-09-01, 2025-09 or 2025")
    sub.add_argument("--until", metavar="DAY", help="only posts up to this day")
    sub.add_argument(
        "--tag", action="append", metavar="TAG", help="only posts with this tag; repeat for any of several"
    )
    sub.add_argument("--author", action="append", metavar="NAME", help="only posts by this author or translator")
    sub.add_argument("--category", action="append", metavar="NAME", help="only posts of this category; may be repeated")
    sub.add_argument("--json", action="store_true", help="print JSON lines")
    _add_rerank(sub)
