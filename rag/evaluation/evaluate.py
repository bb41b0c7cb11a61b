"""How well an index answers labelled questions: hit@k and MRR by language and by leg. Knows nothing about files.

A passage is right when, for every group of "must", one of its strings stands in title, heading or text; compared after
NFKC, in lower case and without white space. A passage of "wrong" must not come first. Questions with neither are left
out. Readers' feedback (`rag.evaluation.feedback`) has this form.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.indexing.index import Index
from rag.retrieval.search import search, weights_for
from rag.types import Filters, Passage

DEPTH = 10  # ranks that count


@dataclass(frozen=True, slots=True)
class Score:
    """Mean over the questions of one language, ranked by one leg. Each figure is in [0, 1]."""

    leg: str  # "all" for the fused score, else a leg that `rag.retrieval.search` weighs
    language: str  # "all" for every language together
    questions: int
    hit_1: float
    hit_5: float
    hit_10: float
    mrr_10: float
    complaints: int = 0  # questions for which a passage was called wrong
    wrong_1: float = 0.0  # share of those for which it still comes first


def evaluate(index: Index, questions: Iterable[Mapping[str, Any]]) -> list[Score]:
    """Scores of the fused search and of its candidates ranked by each leg alone, for all questions and by language.

    Raises InputError for a question that can't be searched for.
    """
    weights = weights_for(index.parts)
    rankings = {"all": weights} | {leg: {leg: 1.0} for leg in weights if leg != "form"}  # which ranks nothing alone
    ranks: dict[tuple[str, str], list[int | None]] = {}
    wrongs: dict[tuple[str, str], list[bool]] = {}
    for question in questions:
        groups = [[_key(text) for text in group] for group in question.get("must", ())]
        wrong = {_key(text) for text in question.get("wrong", ())}
        if not groups and not wrong:
            continue
        for leg, weights in rankings.items():
            hits = search(index.parts, question["question"], DEPTH, Filters(), weights=weights)
            rank = next((r for r, hit in enumerate(hits) if _is_right(hit.passage, groups)), None)
            for language in ("all", str(question.get("lang", "?"))):
                found, complaints = ranks.setdefault((leg, language), []), wrongs.setdefault((leg, language), [])
                found += [rank] if groups else []
                complaints += [bool(hits) and _key(hits[0].passage.text) in wrong] if wrong else []
    return [_score(leg, language, found, wrongs[leg, language]) for (leg, language), found in ranks.items()]


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _is_right(passage: Passage, groups: Sequence[Sequence[str]]) -> bool:
    text = _key(f"{passage.title}\n{passage.heading}\n{passage.text}")
    return all(any(wanted in text for wanted in group) for group in groups)


def _score(leg: str, language: str, ranks: Sequence[int | None], wrongs: Sequence[bool]) -> Score:
    n = max(1, len(ranks))

    def hit(depth: int) -> float:
        return sum(r is not None and r < depth for r in ranks) / n

    mrr = sum(1 / (r + 1) for r in ranks if r is not None) / n
    wrong = sum(wrongs) / max(1, len(wrongs))
    return Score(leg, language, len(ranks), hit(1), hit(5), hit(DEPTH), mrr, len(wrongs), wrong)
