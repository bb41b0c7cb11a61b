"""Fits the weights of the legs to labelled questions: `python -m training.fusion INDEX QUESTIONS.jsonl`.

Draws weights around the present ones, ranks with each draw, and prints the mean of the twenty best draws: a hundred
questions can't tell those apart, and their mean is less of an accident than the very best. Also prints what weights
chosen on one half of the questions gain on the other half: if that is nothing, leave the weights alone.
The result is for `rag.retrieval.search.WEIGHTS`, rounded.
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rag
from rag.retrieval.diversity import FIRST, PER_POST
from rag.retrieval.search import CANDIDATES, FOREIGN, READ, WEIGHTS, score_candidates
from rag.text.question import expected

DRAWS = 300
BEST = 20
SPREAD = 0.5  # of the logarithm of a weight
HITS_COUNT = 0.3  # what being among the first ten adds to a question's reciprocal rank
DEPTH = 10
SPLITS = 40


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question's candidates: what each leg gives (candidates, legs), what likeness adds for words that the posts
    lack, which are right, and the post of each.
    """

    legs: NDArray[np.float64]
    added: NDArray[np.float64]
    right: NDArray[np.bool_]
    post: NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    lines = map(json.loads, options.questions.read_text(encoding="utf-8").splitlines())
    index = rag.open_index(options.index)
    keys = [_key(f"{p.title}\n{p.heading}\n{p.text}") for p in index.passages()]
    asked = [candidates_of(index, line, keys) for line in lines if line.get("must")]
    rng = np.random.default_rng(options.seed)
    present = np.array(list(WEIGHTS.values()))
    draws = np.vstack([present, present * np.exp(rng.normal(0, SPREAD, (DRAWS, len(present))))])
    draws /= draws.sum(axis=1, keepdims=True)
    worth = np.array([[value(question, weights) for question in asked] for weights in draws])  # (draws, questions)
    best = np.argsort(-worth.mean(axis=1))[:BEST]
    mean = draws[best].mean(axis=0)
    print(f"present weights {worth[0].mean():.3f}, best draw {worth.mean(axis=1).max():.3f} on {len(asked)} questions")
    print(f"chosen on one half, the other half gains {held_out_gain(worth, rng):+.3f}")
    print({leg: round(float(weight), 2) for leg, weight in zip(WEIGHTS, mean / mean.sum(), strict=True)})


def candidates_of(index: rag.Index, line: Mapping[str, Any], keys: Sequence[str]) -> Ranked:
    parts, question = index.parts, line["question"]
    rows, legs, foreign = score_candidates(parts, question, CANDIDATES, None)
    forms = expected(question)
    texts = [passage.text for passage in parts.store.get(rows.tolist())] if forms else []
    form = [sum(bool(f.search(text)) for f in forms) / len(forms) for text in texts] or np.zeros(len(rows))
    groups = [[_key(text) for text in group] for group in line["must"]]
    right = [all(any(text in keys[row] for text in group) for group in groups) for row in rows.tolist()]
    table = np.stack([form if leg == "form" else legs[leg] for leg in WEIGHTS], axis=1).astype(np.float64)
    return Ranked(table, FOREIGN * foreign * legs["soft"], np.array(right), parts.posts[rows])


def value(question: Ranked, weights: NDArray[np.float64]) -> float:
    """Reciprocal rank, and HITS_COUNT for a hit, under the limit for passages of one post; near repeats stay in."""
    order = np.argsort(-(question.legs @ weights + question.added), kind="stable")[:READ]
    from_post: Counter[int] = Counter()
    first, waiting = [], []
    for i in order.tolist():
        post = int(question.post[i])
        (first if len(first) < FIRST and from_post[post] < PER_POST else waiting).append(i)
        from_post[post] += 1
    ranks = [rank for rank, i in enumerate([*first, *waiting][:DEPTH], 1) if question.right[i]]
    return 1 / ranks[0] + HITS_COUNT if ranks else 0.0


def held_out_gain(worth: NDArray[np.float64], rng: np.random.Generator) -> float:
    """Mean gain over the present weights (row 0) on the questions that the choice did not see."""
    gains = []
    for _ in range(SPLITS):
        order = rng.permutation(worth.shape[1])
        half = len(order) // 2
        for chosen_on, kept_back in ((order[:half], order[half:]), (order[half:], order[:half])):
            best = worth[:, chosen_on].mean(axis=1).argmax()
            gains.append(worth[best, kept_back].mean() - worth[0, kept_back].mean())
    return float(np.mean(gains))


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


if __name__ == "__main__":
    main()
