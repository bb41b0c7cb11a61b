"""What reading the hits needs of an index: scores alone and in context, likeness whichever model ranks."""

from dataclasses import replace

import pytest

from rag.indexing.opened import make_reader

QUESTION = "石窯は何度まで温度が上がる？"
TEXTS = ["薪を使い、三百度まで温度が上がる。", "貸出は一人十冊である。"]


def test_a_text_scores_alone_as_ever_and_in_context_what_both_meet(index):
    alone, inside = index.reader.scores(QUESTION, TEXTS, ["駅前の石窯", "駅前の石窯"])
    assert alone == pytest.approx(index.score_sentences(QUESTION, TEXTS))
    assert alone[0] > alone[1]
    assert all(i > a for i, a in zip(inside, alone, strict=True))
    assert index.reader.scores(QUESTION, TEXTS, ["", ""])[0] == pytest.approx(alone)
    assert index.reader.scores(QUESTION, [], []) == ([], [])


def test_likeness_is_that_of_the_static_table_whatever_ranks(index):
    hits = index.search(QUESTION, k=5)
    likeness = index.reader.likeness(QUESTION, hits)
    table = index.parts.tokens
    rows = table.encode_passages([f"{hit.passage.context}\n{hit.passage.text}" for hit in hits])
    assert likeness == pytest.approx(float((rows @ table.encode_queries([QUESTION])[0]).max()))
    ranked_by_it = replace(index.parts, encoder=table)
    asked = [replace(hit, scores={**hit.scores, "dense": likeness}) for hit in hits]
    assert make_reader(ranked_by_it).likeness(QUESTION, asked) == likeness
    assert index.reader.likeness(QUESTION, []) == 0.0
