"""Retrieval measured: legs, plain BM25 and other programs in one run, and public sets in many languages.

    python -m bench.retrieval blog POSTS QUESTIONS.jsonl [--posts 150] [--peers PYTHON] [--work DIR]
    python -m bench.retrieval public DIR

QUESTIONS are those of `rag eval`. PYTHON is that of an environment with bench/requirements-peers.txt; `--posts` takes
that many posts, those that the questions were written for first, since the others take long to embed;
what they found stays in the folder `--work`, and is taken from there when it is there. DIR of `public` holds
eval_<set>.jsonl, lines {"q", "ctx"}, and eval_<set>_contexts.jsonl, lines {"id", "text"}. Results go to bench/results/.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bm25s

import rag
from rag.posts.load import load_posts
from rag.retrieval.search import search
from rag.types import Filters, Passage, Post

K = 10
QUESTIONS = 500
RESULTS = Path(__file__).parent / "results"
PEERS = ("txtai", "haystack", "haystack-bm25")
LEGS = {
    "dense": {"dense": 1.0}, "lexical (with variants)": {"lexical": 1.0}, "late": {"soft": 0.25, "best": 0.75},
}  # fmt: skip
Found = Callable[[str], Sequence[Any]]
Row = tuple[str, dict[str, tuple[float, float]], float]  # name, language: (hit@10, MRR), share of near repeats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    blog = verbs.add_parser("blog")
    blog.add_argument("posts_folder", type=Path)
    blog.add_argument("questions", type=Path)
    blog.add_argument("--posts", type=int, default=0)
    blog.add_argument("--peers", metavar="PYTHON", default="")
    blog.add_argument("--only", metavar="NAME", nargs="+", choices=PEERS, default=PEERS)
    blog.add_argument("--work", metavar="DIR", type=Path)
    blog.set_defaults(run=on_blog)
    public = verbs.add_parser("public")
    public.add_argument("folder", type=Path)
    public.set_defaults(run=on_public)
    options = parser.parse_args()
    options.run(options)


# --- a blog -------------------------------------------------------------------------------------------------------


def on_blog(options: argparse.Namespace) -> None:
    questions = _lines(options.questions)
    posts = chosen(load_posts(options.posts_folder)[0], questions, options.posts)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        copy_posts(posts, options.posts_folder, work / "posts")
        if options.peers:
            rows += [peer(name, options.peers, posts, questions, work) for name in options.only]
        index = rag.build_index(work / "posts", work / "index")
        passages = list(index.passages())
        rows.append(measure("BM25, character bigrams", plain_bm25(passages, bigrams), questions))
        rows.append(measure("BM25, Sudachi words", plain_bm25(passages, index.parts.words.words), questions))
        for leg, weights in LEGS.items():
            found = lambda q, w=weights: [h.passage for h in search(index.parts, q, K, Filters(), weights=w)]  # noqa: E731
            rows.append(measure(f"rag: {leg} alone", found, questions))
        rows.append(measure("rag", lambda q: [h.passage for h in index.search(q, k=K)], questions))
    name = "retrieval-peers.md" if options.peers else "retrieval.md"
    title = f"{len(posts):,} posts, {len(passages):,} passages of ours, {len(questions)} questions"
    (RESULTS / name).write_text(table(title, rows), encoding="utf-8")
    print(table(title, rows))


def chosen(posts: Sequence[Post], questions: Iterable[Mapping[str, Any]], count: int) -> list[Post]:
    """`count` posts: those that questions were written for, then others spread over all. All of them for 0."""
    named = {question.get("post") for question in questions}
    ours = [post for post in posts if post.path in named]
    others = [post for post in posts if post.path not in named]
    room = max(0, count - len(ours)) if count else len(others)
    return sorted(ours + [others[i * len(others) // max(1, room)] for i in range(room)], key=lambda post: post.path)


def copy_posts(posts: Iterable[Post], source: Path, to: Path) -> None:
    for post in posts:
        (to / post.path).parent.mkdir(parents=True, exist_ok=True)
        (to / post.path).write_bytes((source / post.path).read_bytes())


def peer(name: str, python: str, posts: Iterable[Post], questions: Sequence[Mapping[str, Any]], work: Path) -> Row:
    """What another program finds in the posts as they are."""
    raw, asked, out = work / "raw.jsonl", work / "asked.jsonl", work / f"{name}.jsonl"
    _write(raw, ({"title": post.title, "text": post.body} for post in posts))
    _write(asked, ({"id": q["id"], "question": q["question"]} for q in questions))
    if not out.exists():
        subprocess.run([python, "-m", "bench.peers", name, str(raw), str(asked), str(out)], check=True)
    hits = {line["id"]: line["passages"] for line in _lines(out)}
    by_question = {q["question"]: hits[q["id"]] for q in questions}
    return measure(name, lambda question: by_question[question], questions)


def plain_bm25(passages: Sequence[Passage], words: Callable[[str], list[str]]) -> Found:
    """bm25s at its defaults over title, heading and text."""
    index = bm25s.BM25()
    index.index([words(f"{p.context}\n{p.text}") for p in passages], show_progress=False)

    def found(question: str) -> list[Passage]:
        asked = [word for word in words(question) if word in index.vocab_dict]
        if not asked:
            return []
        rows, _ = index.retrieve([asked], k=min(K, len(passages)), show_progress=False)
        return [passages[int(row)] for row in rows[0]]

    return found


def bigrams(text: str) -> list[str]:
    text = _key(text)
    return [text[i : i + 2] for i in range(len(text) - 1)]


def measure(name: str, found: Found, questions: Iterable[Mapping[str, Any]]) -> Row:
    """hit@10 and MRR by group of languages, and the share of the top five that repeats a better hit."""
    ranks: dict[str, list[int | None]] = {"all": [], "ja": [], "en": [], "other": []}
    repeats = seen = 0
    for question in questions:
        hits = [_fields(hit) for hit in found(question["question"])][:K]
        groups = [[_key(text) for text in group] for group in question["must"]]
        keys = [_key("".join(hit)) for hit in hits]
        rank = next((r for r, key in enumerate(keys) if all(any(x in key for x in group) for group in groups)), None)
        for language in ("all", question["lang"] if question["lang"] in ("ja", "en") else "other"):
            ranks[language].append(rank)
        shingles = [{key[i : i + 8] for i in range(max(1, len(key) - 7))} for key in (_key(hit[2]) for hit in hits[:5])]
        seen += len(shingles)
        repeats += sum(
            any(len(own & other) > 0.7 * min(len(own), len(other)) for other in shingles[:i])
            for i, own in enumerate(shingles)
        )
    return name, {language: _means(found) for language, found in ranks.items()}, repeats / max(1, seen)


def _means(ranks: Sequence[int | None]) -> tuple[float, float]:
    n = max(1, len(ranks))
    return sum(r is not None for r in ranks) / n, sum(1 / (r + 1) for r in ranks if r is not None) / n


def _fields(hit: Any) -> tuple[str, str, str]:
    if isinstance(hit, Passage):
        return hit.title, hit.heading, hit.text
    return hit["title"], "", hit["text"]


def table(title: str, rows: Iterable[Row]) -> str:
    lines = [
        f"# Retrieval\n\nWritten by `python -m bench.retrieval blog`: {title}. hit@10 / MRR@10.\n",
        "| | all | Japanese | English | other languages | near repeats in the top 5 |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, scores, repeats in rows:
        cells = " | ".join(f"{hit:.2f} / {mrr:.3f}" for hit, mrr in scores.values())
        lines.append(f"| {name} | {cells} | {repeats:.1%} |")
    return "\n".join(lines) + "\n"


# --- public sets --------------------------------------------------------------------------------------------------


def on_public(options: argparse.Namespace) -> None:
    sets = sorted(p.stem.removesuffix("_contexts") for p in options.folder.glob("eval_*_contexts.jsonl"))
    lines = [
        "# Public question sets\n",
        "Written by `python -m bench.retrieval public`: each text a post, built as any blog. MRR@10, over at most "
        f"{QUESTIONS} questions of a set, taken evenly.\n",
        "| questions > texts | questions | texts | BM25, Sudachi words | dense | late | rag |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in sets:
        with tempfile.TemporaryDirectory() as scratch:
            contexts = _lines(options.folder / f"{name}_contexts.jsonl")
            index = index_of(contexts, Path(scratch))
            baseline = plain_bm25(list(index.passages()), index.parts.words.words)
            for asked in [name, *(other for other in sets if crosses(other, name))]:
                lines.append(public_row(asked, name, contexts, options.folder, index, baseline))
                print(lines[-1], flush=True)
    (RESULTS / "retrieval-public.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def crosses(questions: str, texts: str) -> bool:
    """Whether both are the same set in two languages, one of them the one that most is known in."""
    family, _, language = questions.rpartition("_")
    other, _, into = texts.rpartition("_")
    return family == other and language != into and into == ("ja" if family == "eval_docs" else "en")


def index_of(contexts: Sequence[Mapping[str, Any]], work: Path) -> rag.Index:
    """The index of a folder with one post for each text."""
    (work / "posts").mkdir()
    for i, context in enumerate(contexts):
        title = str(context.get("title") or "").replace("_", " ")
        text = str(context["text"]).removeprefix(f"{title} [SEP] ")
        post = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n{text}\n"
        (work / "posts" / f"{i:05}.md").write_text(post, encoding="utf-8")
    return rag.build_index(work / "posts", work / "index")


def public_row(
    asked: str, texts: str, contexts: Sequence[Mapping[str, Any]], folder: Path, index: rag.Index, baseline: Found
) -> str:
    place = {context["id"]: i for i, context in enumerate(contexts)}
    questions = [
        (line["q"], f"{place[ctx]:05}.md")
        for line in _lines(folder / f"{asked}.jsonl")
        if (ctx := line["ctx"].replace(asked.removeprefix("eval_") + "-", texts.removeprefix("eval_") + "-")) in place
    ]
    questions = questions[:: -(-len(questions) // QUESTIONS)]
    ways: list[Found] = [baseline]
    for weights in (LEGS["dense"], LEGS["late"]):
        ways.append(lambda q, w=weights: [h.passage for h in search(index.parts, q, K, Filters(), weights=w)])
    ways.append(lambda q: [h.passage for h in index.search(q, k=K)])
    scores = []
    for found in ways:
        ranks = []
        for question, post in questions:
            held = [{p.post, *(copy.post for copy in p.also_in)} for p in found(question)]
            ranks.append(next((r for r, posts in enumerate(held) if post in posts), None))
        scores.append(_means(ranks)[1])
    cells = " | ".join(f"{score:.3f}" for score in scores)
    return f"| {asked[5:]} > {texts[5:]} | {len(questions):,} | {len(contexts):,} | {cells} |"


# --- files --------------------------------------------------------------------------------------------------------


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _write(path: Path, values: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")


def _key(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


if __name__ == "__main__":
    main()
