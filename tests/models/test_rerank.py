"""Reordering the best passages with a real cross-encoder, made here: small, and as random as its seed."""

import pytest

import rag
from rag.errors import ModelError
from rag.models.rerank import CrossEncoderReranker

QUESTION = "石窯は何度まで温度が上がる？"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A cross-encoder of one layer over single characters."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(7)
    path = tmp_path_factory.mktemp("cross")
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = marks + [chr(c) for c in (*range(0x3041, 0x30FB), *range(0x4E00, 0x5500), *range(0x30, 0x7B))]
    (path / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    transformers.BertTokenizerFast(str(path / "vocab.txt"), model_max_length=128).save_pretrained(path)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.BertConfig(vocab_size=len(vocabulary), num_labels=1, max_position_embeddings=128, **size)
    transformers.BertForSequenceClassification(config).save_pretrained(path)
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_best_are_reordered_and_share_out_their_scores(index, index_dir, folder):
    reranker = CrossEncoderReranker(str(folder))
    reranked = rag.open_index(index_dir, reranker=reranker)
    before, after = (i.search(QUESTION, k=50, per_post=None) for i in (index, reranked))
    assert {h.passage.id for h in after} == {h.passage.id for h in before}
    by_model = reranker.scores(QUESTION, [f"{h.passage.context}\n{h.passage.text}" for h in after]).tolist()
    assert by_model == sorted(by_model, reverse=True)
    assert len(set(by_model)) > 3
    assert [h.score for h in after] == [h.score for h in before]
    again = rag.open_index(index_dir, like=reranked)
    assert again.parts.reranker is reranker
    reranked.close()
    again.close()


def test_no_passages_no_scores(folder):
    assert CrossEncoderReranker(str(folder)).scores("窯", []).shape == (0,)


def test_a_name_that_is_no_model_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="can't be loaded"):
        CrossEncoderReranker(str(tmp_path))
