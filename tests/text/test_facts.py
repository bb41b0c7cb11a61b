"""When a sentence says all that another says: 70 pairs made by hand, 32 the same and 38 different."""

import json
from pathlib import Path

import pytest

from rag.text.facts import holds

FILE = Path(__file__).parents[1] / "fixtures" / "pairs.jsonl"
PAIRS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
SAME = [pair for pair in PAIRS if pair["same"]]
DIFFERENT = [pair for pair in PAIRS if not pair["same"]]


def test_the_set_is_large_enough_to_decide_by() -> None:
    assert len(SAME) >= 30
    assert len(DIFFERENT) >= 30


@pytest.mark.parametrize("pair", SAME, ids=lambda pair: pair["why"])
def test_the_same_said_with_more_words(pair: dict) -> None:
    assert holds(pair["whole"], pair["part"])


@pytest.mark.parametrize("pair", DIFFERENT, ids=lambda pair: pair["why"])
def test_different_facts_both_stay(pair: dict) -> None:
    assert not holds(pair["whole"], pair["part"])
    if not pair.get("reversed"):  # one of the two says more, which is no reason to keep the other
        assert not holds(pair["part"], pair["whole"])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["why"])
def test_every_sentence_holds_itself(pair: dict) -> None:
    assert holds(pair["part"], pair["part"])
