"""What a question asks for and in which language, and the spans that answer by their form."""

import pytest

from rag.text.question import answering_spans, figures, has_form, kinds_of, language_of


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("食パンは一斤いくら？", "ja"),
        ("食パン 価格", "ja"),
        ("石窯 温度 具体的数値", "ja"),
        ("面包多少钱？什么时候开门？", "zh"),
        ("图书馆周一开门吗", "zh"),
        ("빵은 얼마인가요?", "ko"),
        ("How much is the bread?", "en"),
        ("weather station battery", "en"),
        ("Wie viel kostet das Brot?", "de"),
        ("Combien coûte le pain ?", "fr"),
        ("¿Cuánto cuesta el pan?", "es"),
        ("Quanto custa o pão e quem o faz?", "pt"),
        ("12345?", "en"),
    ],
)
def test_language(question, language):
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("食パンはいくら？", "figure"), ("何席あるの", "figure"), ("How many seats are there?", "figure"),
        ("몇 개인가요?", "figure"), ("Combien de places ?", "figure"), ("多少钱", "figure"),
        ("開業はいつ？", "date"), ("When did it open?", "date"), ("Wann wurde es eröffnet?", "date"),
        ("作ったのは誰？", "who"), ("Which company built it?", "who"), ("¿Quién lo hizo?", "who"),
        ("なぜ値上げした？", "why"), ("Why so expensive?", "why"), ("为什么涨价", "why"), ("Pourquoi ?", "why"),
        ("脇芽はどうすればいい？", "how"), ("How do I mount it?", "how"), ("어떻게 키우나요", "how"),
    ],
)  # fmt: skip
def test_kind(question, kind):
    assert kind in kinds_of(question)


def test_a_question_without_a_form_of_its_own_has_no_kind():
    assert kinds_of("シュトーレンとは？") == ()
    assert kinds_of("What is a stollen?") == ()


@pytest.mark.parametrize(
    ("kind", "text", "marked"),
    [
        ("figure", "食パンは一斤三百二十円で売られている。", ["三百二十円"]),
        ("figure", "売上は1兆2,000億円、前年比３．５％増。", ["1兆2,000億円", "３．５％"]),
        ("figure", "It costs about $45 million and weighs 12 kg.", ["$45 million", "12 kg"]),
        ("figure", "型番は4090である。", ["4090"]),
        ("date", "開業は一九三一年で、2025年9月1日に改装した。", ["一九三一年", "2025年9月1日"]),
        ("date", "It opened on March 3, 2024.", ["March 3, 2024"]),
        ("who", "山田太郎氏とJane Smithが設計した。", ["山田太郎氏", "Jane Smith"]),
    ],
)
def test_what_answers_is_marked(kind, text, marked):
    spans = answering_spans((kind,), text)
    assert [text[a:b] for a, b in spans] == marked
    assert has_form(kind, text)


def test_spans_of_two_kinds_do_not_overlap():
    text = "2025年に12社が参加した。"
    assert [text[a:b] for a, b in answering_spans(("figure", "date"), text)] == ["2025年", "12社"]


def test_figures_fall_apart_into_value_and_unit():
    assert list(figures("一斤三百二十円、1,200円、$45、12 社")) == [
        ("三百二十", "円"), ("1200", "円"), ("$45", "$"), ("12", "社"),
    ]  # fmt: skip


def test_hostile_text_is_read_in_linear_time():
    """A megabyte of digits, kanji numerals or capitals; quadratic patterns would take minutes."""
    for text in ("1" * 1_000_000, "一" * 200_000, "A" * 200_000, "1," * 300_000, "Ab " * 200_000):
        assert isinstance(answering_spans(("figure", "date", "who"), text), tuple)
