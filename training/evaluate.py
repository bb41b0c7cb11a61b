"""Scores an encoder on public question sets: `python -m training.evaluate --data DIR [--model DIR]`.

DIR holds eval_<set>.jsonl, lines {"q", "ctx"}, and eval_<set>_contexts.jsonl, lines {"id", "text"}. Question sets of
one text in several languages (xquad_*) are also asked across languages. Knows nothing about training.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.models.embed import StaticEncoder, load_encoder
from rag.types import Encoder

Rows = NDArray[np.float32]

FEWEST = 50  # questions; smaller sets say nothing
CUTOFF = 10  # hit@10 and MRR@10, as people look at one page of results


@dataclass(frozen=True, slots=True)
class Score:
    """Shares in [0, 1] over `questions` questions."""

    questions: int
    hit1: float
    hit10: float
    mrr10: float


def read_set(folder: Path, name: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Questions, the context id of each, context texts, their ids."""
    asked = [json.loads(line) for line in (folder / f"eval_{name}.jsonl").open(encoding="utf-8")]
    held = [json.loads(line) for line in (folder / f"eval_{name}_contexts.jsonl").open(encoding="utf-8")]
    texts = [line["text"].replace("[SEP]", "\n") for line in held]
    return [line["q"] for line in asked], [line["ctx"] for line in asked], texts, [line["id"] for line in held]


def score(queries: NDArray[np.float32], passages: NDArray[np.float32], right: NDArray[np.int64]) -> Score:
    """Rank of passage right[i] for query row i, by cosine."""
    cosines = queries @ passages.T
    own = cosines[np.arange(len(right)), right][:, None]
    ranks = (cosines > own).sum(axis=1)
    shown = ranks < CUTOFF
    return Score(len(right), float((ranks == 0).mean()), float(shown.mean()), float((shown / (ranks + 1)).mean()))


def evaluate(encoder: Encoder, folder: Path) -> dict[str, Score]:
    """The score on every set of the folder; "docs en>ja" asks the questions of docs_en over the contexts of docs_ja."""
    sets = {path.stem.removeprefix("eval_").removesuffix("_contexts") for path in folder.glob("eval_*_contexts.jsonl")}
    asked: dict[str, tuple[Rows, list[str]]] = {}
    held: dict[str, tuple[Rows, dict[str, int]]] = {}
    for name in sorted(sets):
        questions, wanted, texts, ids = read_set(folder, name)
        # "xquad_en-7" and "xquad_de-7" are one context in two languages
        asked[name] = encoder.encode_queries(questions), [one.removeprefix(name) for one in wanted]
        held[name] = encoder.encode_passages(texts), {one.removeprefix(name): i for i, one in enumerate(ids)}
    scores: dict[str, Score] = {}
    for over, (passages, place) in held.items():
        for name, (queries, wanted) in asked.items():
            family, language = name.rsplit("_", 1) if "_" in name else (name, "")
            if over != name and over not in (f"{family}_ja", f"{family}_en"):
                continue
            kept = [i for i, one in enumerate(wanted) if one in place]
            if len(kept) < FEWEST:
                continue
            label = name if over == name else f"{family} {language}>{over.rsplit('_', 1)[1]}"
            scores[label] = score(queries[kept], passages, np.array([place[wanted[i]] for i in kept]))
    return scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", help="a folder or a sentence-transformers name; default: the shipped one")
    asked = parser.parse_args()
    local = asked.model and (Path(asked.model) / "model.safetensors").exists()
    encoder = StaticEncoder.load(Path(asked.model)) if local else load_encoder(asked.model)
    scores = evaluate(encoder, asked.data)
    for name, one in scores.items():
        print(f"{name:14} n={one.questions:5d}  hit@1 {one.hit1:.3f}  hit@10 {one.hit10:.3f}  MRR@10 {one.mrr10:.3f}")
    for group in ("docs_", "docs ", "xquad_", "xquad "):
        inside = [one.mrr10 for name, one in scores.items() if name.startswith(group)]
        if inside:
            print(f"{group + '*':14} sets={len(inside):3d}  MRR@10 {np.mean(inside):.3f}")


if __name__ == "__main__":
    main()
