"""What a question names, by form and by part of speech, in the languages it may be asked in."""

import pytest
import sudachipy

from rag.answering import naming
from rag.answering.naming import names_in
from rag.text.words import Tokenizer


def words(text):
    return [text.lower()]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("こむぎ堂の食パンは仙台でも買える？", {"仙台"}),
        ("ナポリタンとOpenAIの違いは？", {"ナポリタン", "openai"}),
        ("山田花子さんの出身地はどこ？", {"山田花子", "山田", "花子"}),
        ("塔の高さは何メートル？", set()),
        ("学習室は何席ある？", set()),
        ("2030年の市場規模は？", {"2030"}),
        ("What year did the Berlin Wall come down?", {"berlin", "wall"}),
        ("Does bill PL 2338 ban cameras?", {"pl", "2338"}),
        ("Black Forest valuation", {"black", "forest"}),
        ("Which seeds does the iPhone app list?", {"iphone"}),
        ("Wie teuer ist das Brot von BMW?", {"bmw"}),
        ("Comment TSMC utilise l'IA en Europe ?", {"tsmc", "europe"}),
        ("面包房 Kneipp 多少钱？", {"kneipp"}),
        ("빵은 얼마인가요?", set()),
        ("", set()),
        ("\ud800 2030", {"2030"}),
    ],
)
def test_names(question, names):
    assert set(names_in(question, words)) == names


def test_a_name_keeps_how_it_is_written():
    assert names_in("What does OpenAI do?", words) == {"openai": "OpenAI"}


def test_the_dictionary_is_opened_once_for_names_and_words_of_any_index(monkeypatch):
    Tokenizer()
    monkeypatch.setattr(sudachipy, "Dictionary", lambda: pytest.fail("opened again"))
    naming._sudachi.cache_clear()
    assert names_in("仙台でも買える？", Tokenizer().words) == {"仙台": "仙台"}
