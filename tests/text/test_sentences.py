"""Sentence ends: Japanese without spaces, quotations, abbreviations, figures, and hostile input in linear time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import breaks_after, ends_sentence, split_labels, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("窯は熱い。粉は白い。", ["窯は熱い。", "粉は白い。"]),
        ("本当？そうです！もちろん。", ["本当？", "そうです！", "もちろん。"]),
        ("半角です!次です?終わり", ["半角です!", "次です?", "終わり"]),
        ("学術文です．次の文です.", ["学術文です．", "次の文です."]),
        ("彼は「行く。必ず。」と言った。そして去った。", ["彼は「行く。必ず。」と言った。", "そして去った。"]),
        ("「はい。」彼は頷いた。", ["「はい。」", "彼は頷いた。"]),
        ("（補足です。）本文です。", ["（補足です。）", "本文です。"]),
        ("開いた「括弧が閉じない。次の文。", ["開いた「括弧が閉じない。", "次の文。"]),
        ("Yahoo!ニュースで見た。", ["Yahoo!ニュースで見た。"]),
        ("Yahoo！ニュースで見た。", ["Yahoo！ニュースで見た。"]),
        ("価格は3.5円です。Node.jsを使う。", ["価格は3.5円です。", "Node.jsを使う。"]),
        ("またか…という気持ち。それで… 次", ["またか…という気持ち。", "それで…", "次"]),
        ("It rose. Then it fell.", ["It rose.", "Then it fell."]),
        ("Mr. Smith paid $3.50 at No. 5.", ["Mr. Smith paid $3.50 at No. 5."]),
        ("Use e.g. rye. U.S. flour differs.", ["Use e.g. rye.", "U.S. flour differs."]),
        ('She said "Stop." He did.', ['She said "Stop."', "He did."]),
        ("1. 粉を量る\n2. 水を足す。混ぜる", ["1. 粉を量る", "2. 水を足す。", "混ぜる"]),
        ("文の終わりがない", ["文の終わりがない"]),
        (" \n　\n", []),
        ("", []),
    ],
)
def test_examples(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_long_quotation_is_split_inside() -> None:
    text = "「" + "これは長い引用の一文です。" * 30 + "」"
    assert len(sentences(text)) == 30


def test_a_paragraph_of_600_characters_without_space_is_split() -> None:
    text = "生地は一晩休ませてから焼きます。" * 40
    assert sentences(text) == ["生地は一晩休ませてから焼きます。"] * 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Ofen wird am 27. September geheizt. Kommt!", ["Der Ofen wird am 27. September geheizt.", "Kommt!"]),
        ("Backtag - 14. Mai 2015, Mühlenhof", ["Backtag - 14. Mai 2015, Mühlenhof"]),
        ("Vom 14.–16. Mai und am Samstag, 3. Juni.", ["Vom 14.–16. Mai und am Samstag, 3. Juni."]),
        ("Im 19. Jahrhundert, im XIX. Jahrhundert.", ["Im 19. Jahrhundert, im XIX. Jahrhundert."]),
        ("Online: 144. Backabend. Eintritt frei.", ["Online: 144. Backabend.", "Eintritt frei."]),
        ("Anmelden bis zum 23. Die Plätze sind knapp.", ["Anmelden bis zum 23.", "Die Plätze sind knapp."]),
        ("Das ist z. B. Roggen, d. h. Korn, u. a. Dinkel.", ["Das ist z. B. Roggen, d. h. Korn, u. a. Dinkel."]),
        ("Brot bzw. Brötchen, vgl. Abb. 3 und S. 12.", ["Brot bzw. Brötchen, vgl. Abb. 3 und S. 12."]),
        ("Ort: Mühle, Mindener Str. 205, Hackstr. 2", ["Ort: Mühle, Mindener Str. 205, Hackstr. 2"]),
        ("Mehl, Salz usw. Wir backen.", ["Mehl, Salz usw.", "Wir backen."]),
        ("El Sr. Pan y la Dra. Sal, p. ej. en Av. Trigo 3.", ["El Sr. Pan y la Dra. Sal, p. ej. en Av. Trigo 3."]),
        ("Los EE. UU. y la pág. 12. Fin.", ["Los EE. UU. y la pág. 12.", "Fin."]),
        ("M. Four et Mme. Pain, cf. p. 12.", ["M. Four et Mme. Pain, cf. p. 12."]),
        ("He lives in the U.S. The law is old.", ["He lives in the U.S.", "The law is old."]),
        ("The U.S. Congress met at 9 a.m. PDT.", ["The U.S. Congress met at 9 a.m. PDT."]),
        ("It needs Yeast 1.80. Users like it.", ["It needs Yeast 1.80.", "Users like it."]),
        ("The target is Tier 2. Over time it grew.", ["The target is Tier 2.", "Over time it grew."]),
        ("Set it in oven.toml. People do.", ["Set it in oven.toml.", "People do."]),
        ("I don't. No. I won't. Bread SIG. Join.", ["I don't.", "No.", "I won't.", "Bread SIG.", "Join."]),
        ("Version v1.2.3 is out, e.g. for rye.", ["Version v1.2.3 is out, e.g. for rye."]),
        ("यह रोटी है। वह नमक है।", ["यह रोटी है।", "वह नमक है।"]),
    ],
)
def test_the_period_of_an_ordinal_or_an_abbreviation_ends_no_sentence(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("焦がした orz一瞬、泣いた。", ["焦がした orz", "一瞬、泣いた。"]),
        ("すごいw 次も焼く", ["すごいw", "次も焼く"]),
        ("すごいwwwでも次。草wとか言う。", ["すごいwwwでも次。", "草wとか言う。"]),
        ("Web窯とPCwの話。", ["Web窯とPCwの話。"]),
        ("焼けた（笑）次は粉。（笑）とは書かない。", ["焼けた（笑）", "次は粉。", "（笑）とは書かない。"]),
        ("焼けた（泣）。だから次。", ["焼けた（泣）。", "だから次。"]),
        ("なるほど^^;次へ", ["なるほど^^;", "次へ"]),
        ("楽しい♪次も焼く", ["楽しい♪", "次も焼く"]),
        ("長いな・・・ 次。砂・石も使う。", ["長いな・・・", "次。", "砂・石も使う。"]),
    ],
)
def test_people_end_a_sentence_with_a_laugh_or_a_sigh(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    ("line", "following", "breaks"),
    [
        ("窯は熱い。", "粉は白い。", True),
        ("窯は", "熱い。", False),
        ("焦がした orz", "泣いた。", True),
        ("長いな・・・", "次へ", True),
        ("「熱い」", "「白い」", True),
        ("彼は「熱い」", "と言った。", False),
        ("窯（石）", "製の品", False),
        ("【材料】", "粉", True),
    ],
)
def test_where_the_next_line_of_a_japanese_paragraph_is_a_new_sentence(line, following, breaks):
    assert breaks_after(line, following) is breaks


@given(st.text(alphabet="窯は。！？!?.「」（）\n a1…", max_size=200))
def test_spans_cover_all_that_is_no_space_once_and_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    ["。" * 300_000, "「" * 300_000, "「」" * 150_000, "a." * 150_000, "…" * 300_000, "\n" * 300_000,
     "a. " * 100_000, "1. " * 100_000, "窯w" * 150_000, "窯" + "w" * 300_000, "(" * 300_000, "・" * 300_000],
)  # fmt: skip
def test_hostile_text_is_read_once(text: str) -> None:
    """Quadratic work on these would take minutes."""
    covered = "".join(text[a:b] for a, b in split_sentences(text))
    assert covered.replace(" ", "") == text.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "終わり。",
        "本当？",
        "と言った」",
        "以下の通り：",
        "done.",
        "50%",
        "（注）",
        "楽しい♪",
        "すごいw",
        "とほほ orz",
        "長い・・・",
        "焼けた（笑）",
        "ね^^;",
    ],
)
def test_complete(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["途中で切れて", "そして、", "the end of", "窯・", "彼は「", "2030", ""])
def test_incomplete(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1. 床: 砂を敷きます。水平を出します。", ["1. 床:", "砂を敷きます。", "水平を出します。"]),
        ("- 床の作り方：砂を敷きます。", ["- 床の作り方：", "砂を敷きます。"]),
        ("Price: it is 320 yen.\nAt 10:30 it opens.", ["Price:", "it is 320 yen.", "At 10:30 it opens."]),
        ("床の作り方:", ["床の作り方:"]),
        ("砂を敷きます。床: 水平を出します。", ["砂を敷きます。", "床: 水平を出します。"]),
    ],
)
def test_the_label_of_a_line_is_a_sentence_when_asked_for(text, parts):
    assert [text[a:b] for a, b in split_labels(text)] == parts
