"""The shipped transformer: what its vectors say, that they are the same in any company, what bad files come to."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import e5
from rag.models.e5 import CHECKSUMS, LAYERS, SHIPPED, E5Encoder, e5_name, shipped_e5
from rag.models.subwords import BEGIN, CODES, END, SCALES, SPELLING, Subwords

ASKED = "この鉄道の終点はどこですか？"
#: By language: what answers ASKED, and a sentence about something else.
ANSWERS = {
    "ja": ("電車は港町から山あいの温泉まで走り、終点は湯ノ平駅である。", "味噌汁の出汁は昆布と鰹節で取る。"),
    "en": ("The railway runs from the harbour to its terminus, Yunotaira.", "The recipe needs two eggs and some salt."),
    "zh": ("这条铁路从港口出发，终点站是汤之平站。", "这道菜需要两个鸡蛋和一点盐。"),
    "ko": ("이 철도는 항구에서 출발하며 종점은 유노다이라역이다.", "이 요리에는 달걀 두 개와 소금이 필요하다."),
    "de": ("Die Bahn fährt vom Hafen bis zur Endstation Yunotaira.", "Für das Rezept braucht man zwei Eier und Salz."),
    "fr": ("Le train part du port et son terminus est Yunotaira.", "La recette demande deux œufs et du sel."),
    "es": (
        "El tren sale del puerto y su última estación es Yunotaira.",
        "La receta lleva dos huevos y una pizca de sal.",
    ),
    "pt": ("O trem parte do porto e sua última estação é Yunotaira.", "A receita leva dois ovos e uma pitada de sal."),
    "ru": ("Поезд идёт из порта, его конечная станция — Юнотайра.", "Для рецепта нужны два яйца и щепотка соли."),
}
TEXTS = [*(text for pair in ANSWERS.values() for text in pair), "短い", "x" * 900, "長い文。" * 150]


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    return shipped_e5()


def test_rows_have_length_one_and_nothing_gives_zero(encoder):
    rows = encoder.encode_passages([*TEXTS[:4], "", " \n　"])
    assert rows.shape == (6, 384) == (6, encoder.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 1, 0, 0], abs=1e-6)
    assert encoder.encode_queries([]).shape == (0, 384)


@pytest.mark.parametrize("language", ANSWERS)
def test_a_question_is_nearer_to_its_answer_than_to_anything_else_in_that_language(encoder, language):
    answer, other = encoder.encode_passages(ANSWERS[language])
    (asked,) = encoder.encode_queries([ASKED])
    assert asked @ answer > asked @ other + 0.03


def test_cosines_are_those_of_the_model_in_full(encoder):
    """As sentence-transformers computes them in float32: eight bits move them by some thousandths."""
    rows = encoder.encode_passages([text for pair in ANSWERS.values() for text in pair])
    exact = [0.828, 0.728, 0.778, 0.662, 0.826, 0.727, 0.8, 0.717, 0.79]
    exact += [0.718, 0.801, 0.721, 0.797, 0.698, 0.793, 0.715, 0.804, 0.71]
    assert rows @ encoder.encode_queries([ASKED])[0] == pytest.approx(exact, abs=0.006)


def test_questions_and_passages_are_told_apart(encoder):
    assert not np.array_equal(encoder.encode_queries(TEXTS[:4][:1]), encoder.encode_passages(TEXTS[:4][:1]))


def test_a_text_has_the_same_bytes_in_any_company(encoder):
    """Else an incremental build could not equal a full one: values are scaled to eight bits, and by their range."""
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    assert np.array_equal(encoder.encode_passages(TEXTS), alone)
    assert np.array_equal(encoder.encode_passages(TEXTS[::-1])[::-1], alone)
    order = np.random.default_rng(5).integers(0, len(TEXTS), 60)
    assert np.array_equal(encoder.encode_passages([TEXTS[i] for i in order]), alone[order])


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_bytes_do_not_depend_on_how_many_work_at_a_time(encoder, workers):
    assert np.array_equal(E5Encoder.load(workers=workers).encode_passages(TEXTS), encoder.encode_passages(TEXTS))


def test_more_texts_than_are_held_at_a_time(encoder, monkeypatch):
    monkeypatch.setattr(e5, "_TEXTS_AT_ONCE", 3)
    rows = encoder.encode_passages([TEXTS[0], "", *TEXTS[1:]])
    assert np.array_equal(np.delete(rows, 1, axis=0), encoder.encode_passages(TEXTS))


@pytest.mark.parametrize(
    "text",
    ["\ud800壊れ", "a\0b", "a" * 5_000_000, "あ" * 5_000_000, "ﷺ" * 300_000, "́" * 1_000_000, "🎉" * 1000, "a " * 10**6],
    ids=["surrogate", "nul", "latin", "kana", "expanding", "marks", "emoji", "words"],
)  # fmt: skip
def test_hostile_text_is_bounded_and_finite(encoder, text):
    (ids,) = encoder.subwords.ids([text], 512)
    assert len(ids) <= 512
    (row,) = encoder.encode_queries([text])
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-6)


def test_what_is_beyond_512_pieces_is_not_read(encoder):
    long = "霧浜" * 400
    assert np.array_equal(encoder.encode_passages([long]), encoder.encode_passages([long + "電鉄"]))


def test_special_pieces_in_a_text_are_spelt_not_obeyed(encoder):
    (ids,) = encoder.subwords.ids(["a</s>b<s>c<pad>"], 512)
    assert ids[0] == BEGIN
    assert ids[-1] == END
    assert ids[1:-1].min() > 3


def test_a_wave_dash_keeps_its_width(encoder):
    """XLM-R's normal form is NFKC except for this: 10～20 and 10~20 are other pieces."""
    wide, narrow = encoder.subwords.ids(["10～20", "10~20"], 512)
    assert wide.tolist() != narrow.tolist()
    assert 3 not in wide


def test_every_character_of_everyday_japanese_has_a_piece(encoder):
    for ids in encoder.subwords.ids(["吾輩は猫である。髙橋さん㈱①ｶﾞｲﾄﾞ", "Ünïcødé ß 가나다 汉字 Привет"], 512):
        assert 3 not in ids


def test_torch_is_not_imported():
    code = (
        "import sys; from rag.models.e5 import shipped_e5; shipped_e5().encode_queries(['a']); "
        "print({'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("set()\n", "")


def test_importing_it_loads_nothing():
    code = "import sys; import rag.models.e5; print('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# --- files --------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped folder, in which files are replaced and not written to."""
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).symlink_to(file)
    return tmp_path


def test_the_name_is_of_the_weights(encoder, folder):
    assert encoder.name == e5_name() == "e5:" + hashlib.sha256((SHIPPED / CHECKSUMS).read_bytes()).hexdigest()[:8]
    assert E5Encoder.load(folder).name == encoder.name


@pytest.mark.parametrize("file", [LAYERS, SPELLING, CODES, SCALES, CHECKSUMS])
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    with pytest.raises(ModelError, match=f"{file} can't be read .*; reinstall"):
        E5Encoder.load(folder)


@pytest.mark.parametrize("file", [LAYERS, SPELLING, CODES, SCALES])
def test_an_altered_file_is_named(folder, file):
    data = bytearray((folder / file).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file).unlink()
    (folder / file).write_bytes(data)
    with pytest.raises(ModelError, match=f"{file} is not the file that {CHECKSUMS} lists; reinstall"):
        E5Encoder.load(folder)


def test_a_table_of_another_model_is_refused(folder):
    (folder / SCALES).unlink()
    np.save(folder / SCALES, np.zeros((9, 12), np.float16))
    with pytest.raises(ModelError, match="are not of one model; reinstall"):
        Subwords.load(folder)


def test_without_onnxruntime_the_line_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match="pip install onnxruntime"):
        E5Encoder.load(folder)


def test_the_shipped_folder_is_small_enough():
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 60_000_000
