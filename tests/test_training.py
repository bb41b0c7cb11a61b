"""The training command on a handful of pairs: it runs through, resumes, and writes a model that the product loads."""

import json
import lzma
import random

import numpy as np
import pytest

from rag.models.embed import StaticEncoder

torch = pytest.importorskip("torch")

from training import __main__ as command  # noqa: E402
from training.evaluate import score  # noqa: E402
from training.tokenizer import new_tokenizer  # noqa: E402

WORDS = {"猫": "cat", "犬": "dog", "魚": "fish", "鳥": "bird", "馬": "horse", "牛": "cow", "羊": "sheep", "蛙": "frog"}


@pytest.fixture
def data(tmp_path):
    draw = random.Random(3)
    pairs, aligned = [], []
    for _ in range(1200):
        one, two = draw.sample(list(WORDS), 2)
        pairs.append({"q": f"{one}と{two}", "p": f"{two}は{one}を見た。{one}が鳴いた。", "s": "tales", "l": "ja"})
        aligned.append({"a": f"{one}と{two}", "b": f"a {WORDS[one]} and a {WORDS[two]}", "l": "ja-en"})
    english = [{"q": line["b"], "p": line["b"] + " in a field", "s": "tales", "l": "en"} for line in aligned]
    for name, lines in (("pairs_ja", pairs), ("pairs_other", english), ("parallel", aligned)):
        with lzma.open(tmp_path / f"{name}.jsonl.xz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return tmp_path


def test_the_command_trains_resumes_and_writes_a_model_that_loads(data, monkeypatch):
    monkeypatch.setattr(command, "VOCAB_SIZE", 90)
    monkeypatch.setattr("training.table.BATCH", 32)

    def run(out, work, steps, late_steps):
        options = ["--data", data, "--out", data / out, "--work", data / work, "--threads", 1]
        options += ["--steps", steps, "--late-steps", late_steps]
        monkeypatch.setattr("sys.argv", ["training", *map(str, options)])
        command.main()
        return StaticEncoder.load(data / out)

    whole = run("a", "w1", 40, 10)
    ja, en = whole.encode_passages(list(WORDS)), whole.encode_passages(list(WORDS.values()))
    assert (np.argmax(ja @ en.T, axis=1) == np.arange(8)).mean() > 0.8
    assert np.array_equal(run("b", "w1", 40, 10).table, whole.table), "a finished run is not trained further"
    assert not whole.table[0].any()


def test_runs_of_one_script_are_split_apart():
    tokenizer = new_tokenizer()
    text = tokenizer.normalizer.normalize_str("資金を調達し、ＮＶＩＤＩＡの取り組みを使用している3年目")
    runs = [run for run, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]
    assert runs == ["資金", "を", "調達", "し", "、", "nvidia", "の", "取り", "組みを", "使用", "している", "3", "年目"]


def test_score_counts_ranks():
    eye = np.eye(3, dtype=np.float32)
    result = score(eye, eye[[0, 2, 1]], np.array([0, 2, 0]))
    assert (result.questions, result.hit1, result.hit10) == (3, pytest.approx(2 / 3), 1.0)
