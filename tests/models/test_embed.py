"""The encoders: what they promise about rows, hostile text, files that do not fit, and models that are not there."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.embed import BUILTIN, StaticEncoder, TransformerEncoder, builtin_name, load_encoder, save_table

TEXTS = [
    "量子コンピュータの市場は2030年に拡大する。",
    "The quantum computer market grows by 2030.",
    "昨日は雨が降った。",
]


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder.load()


def test_rows_have_length_one_and_nothing_gives_zero(encoder):
    rows = encoder.encode_passages([*TEXTS, "", " \n　"])
    assert rows.shape == (5, encoder.dim)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0, 0], abs=1e-5)
    assert encoder.encode_queries([]).shape == (0, encoder.dim)


def test_a_row_is_the_scaled_mean_of_its_token_vectors(encoder):
    (ids,) = encoder.token_ids(TEXTS[:1])
    mean = encoder.table[ids].astype(np.float64).mean(axis=0)
    assert encoder.encode_passages(TEXTS[:1])[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_a_text_gives_the_same_bytes_whatever_it_is_batched_with(encoder):
    """Else an incremental build could not equal a full one."""
    batched = encoder.encode_passages(TEXTS * 40)
    assert all(np.array_equal(batched[i], encoder.encode_passages([t])[0]) for i, t in enumerate(TEXTS))


def test_meaning_beats_language(encoder):
    """A Japanese sentence is nearer to its English translation than to another Japanese sentence."""
    japanese, english, other = encoder.encode_passages(TEXTS)
    assert japanese @ english > japanese @ other + 0.1


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("ＡＩ　ﾃﾞｰﾀ基盤", "AI データ基盤"),
        ("ガイド", "ガイド"),  # the left one decomposed: a base letter and a combining voiced mark
        ("生成ＡＩの市場", "生成ai の市場"),
    ],
)
def test_width_case_and_composition_do_not_matter(encoder, one, same):
    left, right = encoder.token_ids([one, same])
    assert left.tolist() == right.tolist()


def test_a_latin_word_inside_japanese_is_the_token_of_a_query(encoder):
    inside, alone = encoder.token_ids(["新しいNVIDIAの半導体", "NVIDIA"])
    assert set(alone.tolist()) <= set(inside.tolist())


def test_a_kanji_word_keeps_its_token_whatever_follows_it(encoder):
    (alone,) = encoder.token_ids(["市場"])
    for text in ("市場を", "市場は拡大", "この市場として"):
        (ids,) = encoder.token_ids([text])
        assert alone[0] in ids.tolist()


@pytest.mark.parametrize(
    "text", ["\ud800壊れ", "a\0b", "a" * 5_000_000, "あ" * 5_000_000, "ﷺ" * 300_000, "́" * 1_000_000, "🎉" * 1000],
    ids=["surrogate", "nul", "latin", "kana", "expanding", "marks", "emoji"],
)  # fmt: skip
def test_hostile_text_is_bounded_and_finite(encoder, text):
    (ids,) = encoder.token_ids([text])
    assert len(ids) <= 200_000
    assert np.isfinite(encoder.encode_queries([text])).all()


def test_an_adapted_table_replaces_the_shipped_one_and_changes_the_name(encoder, tmp_path):
    path = tmp_path / "table.safetensors"
    save_table(path, -encoder.table, encoder.token_weights)
    adapted = StaticEncoder.load(table=path)
    assert np.array_equal(adapted.encode_passages(TEXTS), -encoder.encode_passages(TEXTS))
    assert adapted.name.startswith(encoder.name + "+adapted:")


def test_a_table_of_another_model_is_refused(encoder, tmp_path):
    path = tmp_path / "table.safetensors"
    save_table(path, encoder.table[:100], encoder.token_weights[:100])
    with pytest.raises(ModelError, match=f"{encoder.vocab_size} tokens, the table 100 rows"):
        StaticEncoder.load(table=path)


def test_a_table_that_is_not_finite_is_refused(encoder, tmp_path):
    table = encoder.table.copy()
    table[7] = np.nan
    save_table(tmp_path / "t.safetensors", table, encoder.token_weights)
    with pytest.raises(ModelError, match="not finite"):
        StaticEncoder.load(table=tmp_path / "t.safetensors")


@pytest.mark.parametrize("damage", ["missing", "cut", "tokenizer"])
def test_damaged_model_files_are_named(tmp_path, damage):
    for name in ("tokenizer.json", "model.safetensors"):
        (tmp_path / name).write_bytes((BUILTIN / name).read_bytes())
    if damage == "missing":
        (tmp_path / "model.safetensors").unlink()
    elif damage == "cut":
        (tmp_path / "model.safetensors").write_bytes((BUILTIN / "model.safetensors").read_bytes()[:1000])
    else:
        (tmp_path / "tokenizer.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="tokenizer.json" if damage == "tokenizer" else "model.safetensors"):
        StaticEncoder.load(tmp_path)


def test_sentence_transformers_reads_the_shipped_model_and_agrees(encoder):
    sentence_transformers = pytest.importorskip("sentence_transformers")
    theirs = sentence_transformers.SentenceTransformer(str(BUILTIN)).encode(TEXTS)
    assert (theirs * encoder.encode_passages(TEXTS)).sum(axis=1).min() > 0.999


def test_any_sentence_transformers_folder_can_be_named(encoder):
    other = load_encoder(str(BUILTIN))
    assert isinstance(other, TransformerEncoder)
    assert other.dim == encoder.dim
    assert (other.encode_queries(TEXTS) * encoder.encode_queries(TEXTS)).sum(axis=1).min() > 0.999
    assert other.encode_passages([]).shape == (0, encoder.dim)


def test_declared_prompts_are_used(tmp_path):
    """A model that declares prompts gets them before each text, questions and passages apart."""
    for path in BUILTIN.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config_sentence_transformers.json").write_text(
        '{"model_type": "SentenceTransformer", "prompts": {"query": "検索 ", "document": "文書 "}}', encoding="utf-8"
    )
    plain, prompted = StaticEncoder.load(), TransformerEncoder(str(tmp_path))
    assert prompted.encode_queries(["市場"])[0] @ plain.encode_queries(["検索 市場"])[0] > 0.999
    assert prompted.encode_passages(["市場"])[0] @ plain.encode_passages(["文書 市場"])[0] > 0.999


@pytest.mark.parametrize("name", ["nobody/no-such-model", "./no/such/folder", "a b c"])
def test_a_model_that_is_not_there_is_one_line_with_the_next_step(monkeypatch, name):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="leave out the option") as caught:
        load_encoder(name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_shipped_model_needs_no_torch():
    """Neither to load nor to encode: that is what keeps a search fast."""
    use = "from rag.models.embed import load_encoder; load_encoder(None).encode_queries(['x'])"
    code = f"import sys; {use}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "False"


def test_the_shipped_files_stay_small():
    assert sum(path.stat().st_size for path in BUILTIN.rglob("*") if path.is_file()) < 30_000_000
    assert (BUILTIN / "model.safetensors").stat().st_size < 26_000_000


def test_a_hub_that_can_not_be_reached_is_not_waited_for(monkeypatch):
    """Its own library tries each of several files six times, with pauses."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="download it once while online"):
        load_encoder("nobody/no-such-model")


def test_the_name_of_the_shipped_model_is_known_without_loading_it():
    assert builtin_name() == StaticEncoder.load().name
