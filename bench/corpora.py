"""Retrieval on several blogs at once, before an index is deep and after: what one blog can't show.

    python -m bench.corpora --set NAME POSTS QUESTIONS.jsonl [--set …] [--work DIR]

QUESTIONS are those of `rag eval`. Indexes stay in the folder `--work`, where they are brought up to date. Results go to
bench/results/corpora.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import rag
from bench.retrieval import RESULTS, K, Row, measure, plain_bm25

HEAD = """# Retrieval on several blogs

Written by `python -m bench.corpora`: hit@10 / MRR@10, over the passages that cleaning makes of each blog. "quick" is
the index that can be searched after a minute, "deep" that with the transformer's vectors.

| blog | passages | | all | Japanese | English | other languages |
|---|--:|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=3, action="append", required=True, metavar=("NAME", "POSTS", "QUESTIONS"))
    parser.add_argument("--work", metavar="DIR", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        found = [(name, *on_blog(Path(posts), Path(asked), work / name)) for name, posts, asked in options.set]
    text = HEAD + "".join(lines(found))
    (RESULTS / "corpora.md").write_text(text, encoding="utf-8")
    print(text)


def on_blog(posts: Path, asked: Path, work: Path) -> tuple[int, list[Row]]:
    """The number of passages, and a row for plain BM25, the quick index and the deep one."""
    questions = [json.loads(line) for line in asked.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = []
    for name, quick in (("quick", True), ("deep", False)):
        index = rag.build_index(posts, work / name, quick=quick)
        if quick:
            passages = list(index.passages())
            rows.append(measure("BM25 alone", plain_bm25(passages, index.parts.words.words), questions))
        rows.append(measure(name, lambda q, index=index: [hit.passage for hit in index.search(q, k=K)], questions))
        index.close()
    return len(passages), rows


def lines(found: Iterable[tuple[str, int, Sequence[Row]]]) -> Iterator[str]:
    """A line for each blog and way, and their means over the blogs, each of which counts the same."""
    sums: dict[str, list[tuple[float, float]]] = {}
    for blog, passages, rows in found:
        for way, scores, _ in rows:
            sums.setdefault(way, []).append(scores["all"])
            asked = [f"{hit:.2f} / {mrr:.3f}" if hit or mrr else "" for hit, mrr in scores.values()]
            yield f"| {blog} | {passages:,} | {way} | {' | '.join(asked)} |\n"
    for way, each in sums.items():
        hit, mrr = (sum(values) / len(each) for values in zip(*each, strict=True))
        yield f"| **mean** | | {way} | {hit:.3f} / {mrr:.3f} | | | |\n"


if __name__ == "__main__":
    main()
