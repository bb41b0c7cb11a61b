"""Row B3 and B4 of the bad-input list: what can't be seen goes, what is written stays, and lines never shift."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.unicode import NotText, decode, repair, unix_lines


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("検\u200b索\u2060と\ufeff要\u200d約", "検索と要約"),
        ("admin\u202etxt.exe\u202c \u2066x\u2069", "admintxt.exe x"),
        ("パン\u00adケーキ", "パンケーキ"),
        ("旗\U000e0067\U000e007f", "旗"),
        ("葛\U000e0100飾区", "葛飾区"),
        ("赤\x1b[31m字\x07", "赤[31m字"),
        ("か\u3099っこうハ\u309aン", "がっこうパン"),
        ("半\ud800角", "半\ufffd角"),
        ("一行\u2028まだ一行\x0c", "一行 まだ一行 "),
    ],
)
def test_repair_takes_out_what_nobody_sees(written, kept):
    assert repair(written) == kept


@pytest.mark.parametrize(
    "text",
    [
        "ＡＢＣ１２３ ｶﾞｯｺｳ ㍿ ﷺ　全角の空白",  # folding is for the search key
        "cafe\u0301",  # only kana are composed
        "家族\U0001f468\u200d\U0001f469\u200d\U0001f467と☀\ufe0f",
        "می\u200cخواهم",  # Persian needs its joiner
        "表\tの\n行",
    ],
)
def test_repair_leaves_letters_as_written(text):
    assert repair(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_repair_is_stable_and_keeps_lines(text):
    once = repair(text)
    assert repair(once) == once
    assert once.count("\n") == text.count("\n")
    once.encode("utf-8")  # no half pair is left


def test_unix_lines_counts_as_an_editor_does():
    assert unix_lines("一\r\n二\r三\n\r\n四") == "一\n二\n三\n\n四"


def test_decode_takes_bom_and_joins_surrogates():
    assert decode(b"\xef\xbb\xbf" + "題".encode()) == "題"
    assert decode("\ud83d\ude00と\udc00".encode("utf-8", "surrogatepass")) == "😀と\ufffd"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("これは本文".encode("utf-16"), "is UTF-16, not UTF-8; convert it, e.g. with iconv -f UTF-16 -t UTF-8"),
        ("これは本文".encode("cp932"), "is not UTF-8 (byte 0 is 0x82); convert it, e.g. with iconv -f CP932 -t UTF-8"),
        ("題 これは".encode("euc_jp"), "is not UTF-8 (byte 0 is 0xc2); convert it, e.g. with iconv -f EUC-JP -t UTF-8"),
        (
            "これは".encode("iso2022_jp"),
            "is ISO-2022-JP, not UTF-8; convert it, e.g. with iconv -f ISO-2022-JP -t UTF-8",
        ),
        ("Grüße".encode("latin-1"), "is not UTF-8 (byte 2 is 0xfc); save it as UTF-8"),
        ("これは".encode()[:-1], "is not UTF-8 (byte 6 is 0xe3); save it as UTF-8"),
        (b"\x7fELF\0\0", "holds NUL bytes, so it is no text file"),
    ],
)
def test_decode_never_guesses(data, reason):
    """Mojibake in an index is worse than a post left out with advice."""
    with pytest.raises(NotText) as error:
        decode(data)
    assert str(error.value) == reason


def test_folding_for_search_still_meets():
    """What repair leaves alone, NFKC folds to one key."""
    assert unicodedata.normalize("NFKC", repair("か\u3099ｶﾞガ")) == "がガガ"
