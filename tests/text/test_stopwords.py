"""The lists are those of bm25s, without what means something here."""

from bm25s import stopwords

from rag.text.stopwords import STOPWORDS


def test_the_lists_are_those_of_bm25s_but_for_a_few_words() -> None:
    assert {word for word in stopwords.STOPWORDS_EN_PLUS if len(word) < 8} - STOPWORDS <= {"ai"}
    assert {"und", "les", "que", "как", "prozent"} <= STOPWORDS
    assert not {"ai", "government", ""} & STOPWORDS
