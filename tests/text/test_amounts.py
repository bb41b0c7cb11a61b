"""One form for amounts, in the languages that questions are asked in."""

import pytest

from rag.text.amounts import plain_amounts
from rag.text.words import Tokenizer


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("$96 billion", "96000000000ドル"),
        ("96 billion dollars", "96000000000ドル"),
        ("US$1.5 trillion in 2030", "1500000000000ドル in 2030"),
        ("$96B or €2.5m", "96000000000ドル or 2500000ユーロ"),
        ("15 Mrd. Euro", "15000000000ユーロ"),
        ("15 Milliarden Euro", "15000000000ユーロ"),
        ("35 millions d'euros", "35000000ユーロ"),
        ("35 millones de euros", "35000000ユーロ"),
        ("2 mil millones de dólares", "2000000000ドル"),
        ("3 bilhões de dólares", "3000000000ドル"),
        ("960억 달러", "96000000000ドル"),
        ("1500亿美元", "150000000000ドル"),
        ("230 million people", "230000000  people"),
        ("1.234.567 €", "1234567ユーロ"),
        ("0.5 million", "500000 "),
        ("¥320", "320円"),
    ],
)
def test_amounts_take_one_form(text, plain):
    assert plain_amounts(text) == plain


@pytest.mark.parametrize(
    "text",
    ["960億ドル", "7B model", "GPT-4", "3,200%", "2030年", "1.2.3.4", "v1.5", "mil", "100M tokens", "", "1,2,3,4,5"],
)
def test_what_is_no_amount_stays(text):
    assert plain_amounts(text) == text


def test_the_same_amount_has_the_same_words_in_every_language():
    words = Tokenizer().words
    assert words("960億ドル") == words("$96 billion") == words("96 Milliarden Dollar") == ["96000000000", "ドル"]
    assert words("41パーセント") == words("41%") == words("41 percent") == words("41 Prozent") == ["41"]


def test_a_long_row_of_digits_takes_linear_time():
    assert plain_amounts("9" * 100_000) == "9" * 100_000
    assert len(plain_amounts("1,2." * 50_000)) == 200_000
