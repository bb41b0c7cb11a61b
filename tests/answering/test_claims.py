"""Reading a generator's reply: marks however they are cut or written, and what a cited passage supports."""

import numpy as np
import pytest

from rag.answering.claims import Claim, claims_of, parse_stream, supported
from rag.answering.evidence import Reader
from rag.types import Hit, Passage


def words(text):
    return [text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()]


READER = Reader(words, lambda ws: np.ones(len(ws), np.float32), 1.0, lambda ws: np.zeros((len(ws), 2), np.float32),
                lambda ws: [], lambda q, ts, cs: ([0.0] * len(ts), [0.0] * len(ts)), lambda q, hits: 0.0,
                words)  # fmt: skip


def hit(text, title="こむぎ堂の話"):
    return Hit(Passage("a:1", text, title, "", "a.md", "/a/", "2025-04-02", (), (), 1, 1), 0.5)


REPLIES = [
    ("甲[1]。", "甲[1]。"), ("甲[1, 2]。", "甲[1][2]。"), ("甲[1][2]。", "甲[1][2]。"),
    ("甲【1】。", "甲[1]。"), ("甲［2］。", "甲[2]。"),
    ("甲［１，２］。", "甲[1][2]。"), ("甲[^3]。", "甲[3]。"), ("甲【2†source】。", "甲[2]。"),
    ("甲[出典1]。", "甲[1]。"), ("甲[出典：2]。", "甲[2]。"), ("甲[1-3]。", "甲[1][2][3]。"),
    ("甲[Source 1]。", "甲[1]。"),
    ("甲[2〜9]。", "甲[2][3]。"), ("甲[3-1]。", "甲。"), ("甲[出典]。", "甲[出典]。"),
    ("甲[4]。", "甲。"), ("甲[0][99]。", "甲。"),
    ("甲[1,9]。", "甲[1]。"), ("甲[注]乙[a1]。", "甲[注]乙[a1]。"), ("甲[", "甲["), ("[[1]]", "[[1]]"),
    ("甲[1", "甲[1"),
    ("x = a[i] + " + "[" * 50, "x = a[i] + " + "[" * 50), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "parsed"), REPLIES)
def test_every_way_to_cite_becomes_one_and_unknown_numbers_go(reply, parsed):
    assert "".join(parse_stream([reply], known=3)) == parsed


@pytest.mark.parametrize(("reply", "parsed"), REPLIES)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_where_the_pieces_are_cut_changes_nothing(reply, parsed, size):
    pieces = [reply[i : i + size] for i in range(0, len(reply), size)]
    assert "".join(parse_stream(pieces, known=3)) == parsed


def test_nothing_shown_is_taken_back():
    """Half a mark is never shown: what has come out is always the start of the whole."""
    shown = ""
    for piece in parse_stream(iter("甲[1]乙【2】丙[9]丁"), known=3):
        shown += piece
        assert "甲[1]乙[2]丙丁".startswith(shown)


def test_a_reply_falls_apart_into_sentences_with_their_numbers():
    assert claims_of("甲は赤い[1]。乙は青い。[2][3] 丙は白い[1][2]。丁は黒い。") == [
        Claim("甲は赤い。", (1,)), Claim("乙は青い。", (2, 3)), Claim("丙は白い。", (1, 2)), Claim("丁は黒い。", ()),
    ]  # fmt: skip
    assert claims_of("甲は赤い (1)。乙は青い（2）。\n丙(3)は白い[1]。") == [
        Claim("甲は赤い。", (1,)), Claim("乙は青い。", (2,)), Claim("丙(3)は白い。", (1,)),
    ]  # fmt: skip
    assert claims_of("It costs 45 euros. [1] It runs for 11 days [2].") == [
        Claim("It costs 45 euros.", (1,)),
        Claim("It runs for 11 days.", (2,)),
    ]


SOURCE = hit("食パンは一斤320円で売られている。石窯は2019年に信州から運ばれた。")


@pytest.mark.parametrize(
    ("text", "numbers", "kept"),
    [
        ("食パンは一斤320円で売られている。", (1,), (1,)),
        ("こむぎ堂の石窯は2019年に信州から運ばれた。", (1,), (1,)),
        ("食パンは一斤360円で売られている。", (1,), ()),  # another figure
        ("石窯は2019年にイタリアから運ばれた。", (1,), ()),  # another name
        ("図書館の貸出は一人につき何冊でもよい。", (1,), ()),  # something else
        ("食パンは一斤320円で売られている。", (), ()),  # no number
        ("食パンは一斤320円で売られている。", (2,), ()),  # no such passage
        ("食パンは一斤320円で売られている https://evil.example/x", (1,), ()),  # a link
        ("食パンは一斤320円で売られている ![x](//evil.example)", (1,), ()),
    ],
)
def test_a_sentence_counts_when_its_passage_supports_it(text, numbers, kept):
    assert supported(Claim(text, numbers), [SOURCE], READER) == kept


def test_only_the_numbers_that_support_are_kept():
    other = hit("図書館は火曜から日曜まで開いている。")
    assert supported(Claim("食パンは一斤320円で売られている。", (2, 1)), [SOURCE, other], READER) == (1,)


@pytest.mark.parametrize(
    ("said", "written", "kept"),
    [
        ("共同浴場の入浴料は大人五百円です。", "共同浴場の入浴料は大人四百円です。", False),
        ("共同浴場の入浴料は大人400円です。", "共同浴場の入浴料は大人四百円です。", True),
        ("宿は全部で四十軒あります。", "宿は全部で十四軒あります。", False),
        ("宿は全部で14軒あります。", "宿は全部で十四軒あります。", True),
        ("参加者は二万一千人でした。", "参加者は一万二千人でした。", False),
        ("参加者は12,000人でした。", "参加者は一万二千人でした。", True),
        ("資料館は昭和六十五年に開館しました。", "資料館は昭和五十六年に開館しました。", False),
        ("資料館は昭和56年に開館しました。", "資料館は昭和五十六年に開館しました。", True),
        ("資料館は1981年に開館しました。", "資料館は昭和五十六年に開館しました。", True),
        ("一方、宿は全部で十四軒あります。", "宿は全部で十四軒あります。", True),
    ],
)
def test_g1_figures_in_kanji_are_compared_by_value(said, written, kept):
    assert bool(supported(Claim(said, (1,)), [hit(written)], READER)) is kept
