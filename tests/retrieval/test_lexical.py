"""Words are found whatever way they are written, and BM25 ranks as its formula says."""

import math
from itertools import chain

import bm25s
import numpy as np
import pytest
from scipy import sparse

from rag.retrieval.lexical import INFLECTED, K1, B, LexicalIndex
from rag.retrieval.postings import postings_of
from rag.storage.ragged import Ragged
from rag.text.words import Tokenizer
from rag.types import Variant


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("打ち合わせ", "打合せ"),
        ("引越し", "引っ越し"),
        ("コンピュータ", "コンピューター"),
        ("ＡＩ", "AI"),
        ("ﾊﾟﾝ", "パン"),
        ("か\u3099っき", "がっき"),
        ("売上高", "売り上げ高"),
        ("agents", "agent"),
        ("GPUs", "gpu"),
        ("companies", "company"),
    ],
)
def test_ways_of_writing_one_word_are_one_word(tokenizer, one, other):
    assert tokenizer.words(one) == tokenizer.words(other) != []


def test_function_words_and_words_of_asking_are_left_out(tokenizer):
    assert tokenizer.words("パン屋は何時に開くのですか？") == ["パン", "屋", "開く"]
    assert tokenizer.words("What is the price of the bread?") == tokenizer.words("price bread")


def test_figures_with_units_are_written_out(tokenizer):
    assert tokenizer.words("960億ドル")[0] == "96000000000"


def test_it_and_us_and_ai_in_capitals_are_names(tokenizer):
    assert tokenizer.words("IT AI and it is AI") == ["it", "ai", "ai"]


def test_hangul_becomes_bigrams_and_other_scripts_words(tokenizer):
    assert tokenizer.words("도서관") == ["도서", "서관"]
    assert tokenizer.words("Привет, Straße!") == ["привет", "straße"]


@pytest.mark.parametrize("text", ["", "   ", "。、！", "🍞🍞", "\ud800"])
def test_text_without_words_gives_none(tokenizer, text):
    assert tokenizer.words(text) == []


def test_text_above_sudachis_limit_is_taken_in_pieces(tokenizer):
    """Sudachi refuses more than 49,149 bytes at once."""
    words = tokenizer.words("駅前のパン屋。" * 10_000)
    assert len(words) == 30_000
    assert tokenizer.words("x" * 3_000_000) == []


def _index(documents):
    vocabulary = sorted(set(chain.from_iterable(documents)))
    return _index_of([[vocabulary.index(w) for w in d] for d in documents], vocabulary)


def _index_of(documents, vocabulary):
    rows = Ragged.of(documents)
    return LexicalIndex(postings_of(rows, len(vocabulary)), np.diff(rows.offsets), vocabulary)


def test_scores_are_bm25_over_what_could_be_reached():
    index = _index([["a", "b"], ["a", "a", "c", "d"], ["e"]])
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    mean = 7 / 3
    expected = [tf / (tf + K1 * (1 - B + B * length / mean)) for tf, length in ((1, 2), (2, 4), (0, 1))]
    assert index.scores(["a"])[0] == pytest.approx([idf * e / idf for e in expected], rel=1e-5)


def test_a_word_that_no_passage_holds_lowers_every_score():
    index = _index([["a", "b"], ["c"]])
    assert 0 < index.scores(["a", "zzz"])[0][0] < index.scores(["a"])[0][0]
    assert index.scores(["zzz"])[0].tolist() == [0, 0]


def test_best_is_ordered_limited_and_clamped():
    index = _index([["a"], ["a", "b", "c"], ["d"], ["a", "b"]])
    rows, scores = index.best(index.scores(["a", "b"])[0], 10**9)
    assert rows.tolist() == [3, 1, 0]
    assert (np.diff(scores) <= 0).all()
    assert index.best(index.scores(["a", "b"])[0], 10, np.array([0, 2]))[0].tolist() == [0]
    assert index.best(index.scores(["a", "b"])[0], 1)[0].tolist() == [3]


def test_a_variant_counts_as_the_word_and_never_twice():
    index = _index([["neptune", "buy"], ["ネプチューン", "neptune", "x"], ["ネプチューン", "y"], ["z"]])
    variants = [Variant(("ネプチューン",), ("neptune",), 1.0)]
    plain = index.scores(["ネプチューン"])[0]
    both = index.scores(["ネプチューン"], variants)[0]
    assert plain[0] == 0 < both[0]
    assert both[1] == pytest.approx(plain[1])
    assert both[3] == 0


def test_a_variant_of_several_words_counts_by_the_share_that_is_met():
    index = _index([["roi"], ["投資", "効果"], ["投資", "x"], ["y"]])
    scores = index.scores(["roi"], [Variant(("roi",), ("投資", "効果"), 1.0)])[0]
    assert scores[0] > 0
    assert scores[1] > scores[2] > scores[3] == 0


def test_lacking_is_the_share_by_rarity_of_words_in_no_spelling():
    index = _index([["a"], ["a", "投資", "効果"], ["x"]])
    rarest, of_a = index.rarity(["zzz", "a"]).tolist()
    assert index.lacking(["a"]) == 0
    assert index.lacking(["zzz", "zzz"]) == 1
    assert index.lacking([]) == 0
    assert index.lacking(["a", "roi"]) == pytest.approx(rarest / (rarest + of_a))
    assert index.lacking(["a", "roi"], [Variant(("roi",), ("投資", "効果"), 1.0)]) == 0
    assert index.lacking(["a", "roi"], [Variant(("roi",), ("投資", "率"), 1.0)]) > 0


def test_scores_are_those_of_bm25s():
    rng = np.random.default_rng(1)
    documents = [rng.integers(0, 50, rng.integers(0, 40)) for _ in range(200)]
    index = _index_of(documents, [str(word) for word in range(50)])
    reference = bm25s.BM25(k1=K1, b=B, method="lucene").build_index_from_ids(
        list(range(50)), [d.tolist() for d in documents], show_progress=False
    )
    theirs = sparse.csc_matrix((reference["data"], reference["indices"], reference["indptr"]), (200, 50)).toarray()
    for word in range(50):
        share, _ = index.scores([str(word)])
        assert share * index.rarity([str(word)])[0] == pytest.approx(theirs[:, word], rel=1e-5)
        assert 0 < (share > 0).sum() == (theirs[:, word] > 0).sum() < 200


def test_a_verb_of_the_question_counts_less_than_a_noun(tokenizer):
    """Who asks 作る is answered by 設ける; the noun stays."""
    words = tokenizer.words("窯を新しく作る")
    assert words == ["窯", "新しい", "作る"]
    index = _index([[words[0], "x"], ["作る", "x"], ["新しい", "x"], ["y", "x"]])
    noun, verb, adjective, neither = index.scores(words)[0].tolist()
    assert verb == pytest.approx(INFLECTED * noun)
    assert adjective == pytest.approx(verb)
    assert neither == 0
    assert index.scores(["作る"])[0][1] == pytest.approx(index.scores([words[0]])[0][0])  # alone it is all there is


@pytest.mark.parametrize("noun", ["モデル", "パン", "売り上げ", "大学", "gpu", "ai", "960", "카페", "скорость"])
def test_a_noun_counts_whole(noun):
    index = _index([[noun, "x"], ["基準", "x"], ["y", "x"]])
    one, other, _ = index.scores([noun, "基準"])[0].tolist()
    assert one == pytest.approx(other)
