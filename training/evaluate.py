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

from rag.embed import StaticEncoder, load_encoder
from rag.types import Encoder

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
    """The score on every set of the folder, and on every pair of languages of the parallel sets ("en>de")."""
    names = sorted(path.stem.removeprefix("eval_") for path in folder.glob("eval_*.jsonl"))
    scores: dict[str, Score] = {}
    parallel: dict[str, tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]] = {}
    for name in names:
        if f"{name}_contexts" not in names:
            continue
        questions, wanted, texts, ids = read_set(folder, name)
        place = {one: i for i, one in enumerate(ids)}
        right = np.array([place[one] for one in wanted])
        queries, passages = encoder.encode_queries(questions), encoder.encode_passages(texts)
        scores[name] = score(queries, passages, right)
        if name.startswith("xquad_"):
            parallel[name.removeprefix("xquad_")] = queries, passages, right
    for asked, (queries, _, right) in parallel.items():
        for held, (_, passages, _) in parallel.items():
            if asked != held:
                scores[f"xquad {asked}>{held}"] = score(queries, passages, right)
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
    for group in ("docs_", "xquad_", "xquad "):
        inside = [one.mrr10 for name, one in scores.items() if name.startswith(group)]
        if inside:
            print(f"{group + '*':14} sets={len(inside):3d}  MRR@10 {np.mean(inside):.3f}")


if __name__ == "__main__":
    main()
