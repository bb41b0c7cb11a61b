"""What the values of front matter mean."""

import pytest

from rag.posts.fields import day_of, is_false, is_true, names_of, text_of, words_of


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-11-30", "2025-11-30"),
        ("2025-11-30 23:59:59 -1200", "2025-11-30"),
        ("2025-11-30T00:00:00Z", "2025-11-30"),
        ("2025/1/5", "2025-01-05"),
        ("2025.01.05", "2025-01-05"),
        ("20250105", "2025-01-05"),
        ("2025年11月30日（日）", "2025-11-30"),
        ("２０２５年１月５日", "2025-01-05"),
        ("Nov 30, 2025", "2025-11-30"),
        ("30 November 2025", "2025-11-30"),
        ("Sun, 30 Nov 2025 10:00:00 +0900", "2025-11-30"),
        ("2024-02-29", "2024-02-29"),
        ("2025-02-29", ""),
        ("2024-13-45", ""),
        ("0000-01-01", ""),
        ("11/30/2025", ""),
        ("昨日", ""),
        ("30 Foo 2025", ""),
        ("9" * 100_000, ""),
        (["2025-11-30"], ""),
        (None, ""),
    ],
)
def test_days(written, day):
    assert day_of(written) == day


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (["駅", " 駅 ", "鉄道", ["x"], {"a": "b"}, ""], ("駅", "鉄道", "x")),
        ([["旅", ["山"]], "海"], ("旅", "山", "海")),
        ("鉄道 駅 旅", ("鉄道", "駅", "旅")),
        ("鉄道, 駅　前、旅", ("鉄道", "駅　前", "旅")),
        ("", ()),
        ({"a": "b"}, ()),
        (None, ()),
    ],
)
def test_words(written, words):
    assert words_of(written) == words


def test_limits_on_what_is_kept_with_every_passage():
    assert len(words_of([str(i) for i in range(4_000)])) == 100
    assert text_of("題" * 5_000) == "題" * 300
    assert text_of(" 二行の\n  題\u200b名　全角 ") == "二行の 題名　全角"
    assert [text_of(value) for value in ("~", "null", [], None, {})] == [""] * 5


def test_flags():
    assert all(map(is_true, ("true", "True", "yes", " on ", "1")))
    assert all(map(is_false, ("false", "FALSE", "no", "off", "0")))
    assert not any(map(is_true, ("false", "", None, [], "truely")))
    assert not any(map(is_false, ("true", "", None, [])))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("南", ("南",)),
        ("Humble C. (Vmware), Louis K. (deeproute.ai)", ("Humble C.", "Louis K.")),
        ("A (Some Company, Inc.), B", ("A", "B")),
        (["南", "北川", "南"], ("南", "北川")),
        ([{"name": "南", "url": "x"}, {"title": "北川"}, {"url": "x"}], ("南", "北川")),
        ("[Takuya](https://example.org), 南", ("Takuya", "南")),
        ("", ()),
        (None, ()),
        ("(" * 300 + ",", ("(" * 300,)),
        ("Sunny S. (Google) Matthew C. (Google)", ("Sunny S.", "Matthew C.")),
        ("Eileen und Thomas", ("Eileen", "Thomas")),
        ("[One](https://example.org/" + "x" * 290 + "), and Two", ("One", "Two")),
        (["A & B", "and C"], ("A", "B", "C")),
        ("南（翻訳チーム）、北川", ("南", "北川")),
        ("Andrea Yamada", ("Andrea Yamada",)),
        ("Jörg R. (Code for L.) et al.", ("Jörg R.",)),
    ],
)
def test_names(written, names):
    assert names_of(written) == names
