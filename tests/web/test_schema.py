"""The JSON that programs rely on: names, order, values."""

import json

from rag.types import Answer, Citation, Copy, Hit, Passage
from rag.web.schema import answer_json, passage_json, passage_record

PASSAGE = Passage(
    id="a1",
    text="味噌は冷暗所に置く。夏は混ぜない。",
    title="味噌の仕込み",
    heading="保存 › 夏",
    post="2025/miso.md",
    url="/2025/02/01/miso/",
    date="2025-02-01",
    tags=("発酵", "台所"),
    categories=("料理",),
    start_line=12,
    end_line=14,
    also_in=(Copy("2025/miso-2.md", "/2025/02/09/miso-2/", "2025-02-09"),),
)
HIT = Hit(PASSAGE, 0.7654321987, {"dense": 0.5, "lexical": 0.25})
ANSWER_KEYS = [
    "answered", "confidence", "text", "citations", "passages", "searched", "limits", "note", "model",
]  # fmt: skip
ANSWER_KEYS = [
    "answered", "confidence", "text", "citations", "passages", "searched", "limits", "note", "model",
]  # fmt: skip
RECORD_KEYS = [
    "id", "text", "title", "heading", "post", "url", "date", "tags", "categories", "start_line", "end_line", "also_in",
    "lang", "authors", "translators",
]  # fmt: skip


def test_a_record_keeps_every_field_in_the_documented_order():
    record = passage_record(PASSAGE)
    assert list(record) == RECORD_KEYS
    assert record["also_in"] == [{"post": "2025/miso-2.md", "url": "/2025/02/09/miso-2/", "date": "2025-02-09"}]
    assert (record["tags"], record["start_line"], record["end_line"]) == (["発酵", "台所"], 12, 14)


def test_a_passage_has_rank_and_score_first_and_scores_last():
    passage = passage_json(3, HIT)
    assert list(passage) == ["rank", "score", *RECORD_KEYS, "scores"]
    assert (passage["rank"], passage["score"]) == (3, 0.765432)
    assert passage["scores"] == {"dense": 0.5, "lexical": 0.25, "late": None}, "a leg that did not run is null"


def test_an_answer_cites_passages_with_their_ranks():
    other = Hit(Passage("b2", "別。", "別", "", "b.md", "/b/", "", (), (), 1, 1), 0.9)
    citation = Citation(1, PASSAGE, "夏は混ぜない。", 10, 17)
    answer = answer_json(Answer("夏は？", "夏は混ぜない。[1]", True, 0.8, (citation,), (other, HIT)))
    assert list(answer) == ANSWER_KEYS
    assert [p["rank"] for p in answer["passages"]] == [1, 2]
    (cited,) = answer["citations"]
    assert list(cited) == ["n", "quote", "start", "end", "passage"]
    assert cited["passage"] == answer["passages"][1]
    assert cited["passage"]["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_a_cited_passage_outside_the_hits_has_rank_zero():
    answer = answer_json(Answer("?", "味噌は[1]", True, 0.8, (Citation(1, PASSAGE, "味噌は", 0, 3),), ()))
    assert answer["citations"][0]["passage"]["rank"] == 0


def test_the_json_is_plain():
    refused = Answer("?", "", False, 0.0, (), (HIT,))
    assert json.loads(json.dumps(answer_json(refused))) == answer_json(refused)
