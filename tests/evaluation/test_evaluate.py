"""The figures of `rag eval`, by hand."""

import json

import pytest

from rag.evaluation.evaluate import evaluate
from tests.cli.test_main import lines, run

QUESTIONS = [
    {"id": 1, "lang": "ja", "question": "石窯は何度まで温度が上がる？", "must": [["石窯"], ["三百度", "300度"]]},
    {"id": 2, "lang": "ja", "question": "一日乗車券の値段は？", "must": [["ここにない語"]]},
    {"id": 3, "lang": "en", "question": "How long does the battery last without sun?", "must": [["ELEVEN days"]]},
    {"id": 4, "lang": "en", "question": "unlabelled"},
]


def test_figures_are_means_over_the_questions_of_each_language(index):
    scores = {(s.leg, s.language): s for s in evaluate(index, QUESTIONS)}
    both = scores["all", "all"]
    assert (both.questions, both.hit_1, both.hit_10, both.mrr_10) == (3, *[pytest.approx(2 / 3)] * 3)
    assert (scores["all", "ja"].questions, scores["all", "ja"].hit_10) == (2, 0.5)
    assert scores["all", "en"].mrr_10 == 1
    assert {leg for leg, _ in scores} == {"all", "lexical", "dense", "best"}  # those that rank a deep index


def test_the_command_prints_a_table_or_json(index_dir, tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(json.dumps(q, ensure_ascii=False) for q in QUESTIONS), encoding="utf-8")
    found = lines(run("eval", path, "--json", "--index", index_dir))
    figures = dict.fromkeys(("hit_1", "hit_5", "hit_10", "mrr_10"), pytest.approx(2 / 3))
    assert found[0] == {"leg": "all", "language": "all", "questions": 3, "complaints": 0, "wrong_1": 0.0} | figures
    shown = run("eval", path, "--index", index_dir).stdout.splitlines()
    assert shown[0].split() == ["leg", "language", "questions", "hit@1", "hit@5", "hit@10", "MRR@10"]
    assert shown[1].split()[:3] == ["all", "all", "3"]


def test_a_file_without_labels_is_an_error(index_dir, tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "x"}', encoding="utf-8")
    done = run("eval", path, "--index", index_dir)
    assert done.returncode == 1
    assert 'holds no question with "must"' in done.stderr
