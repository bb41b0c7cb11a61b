"""What a question says about the posts it means, and what only looks like it."""

from datetime import date

import pytest

from rag.retrieval.limits import limits_of
from rag.types import Filters

TODAY = date(2026, 1, 15)  # a Thursday
TAGS = ["投資", "パン", "Weather"]


@pytest.mark.parametrize(
    ("question", "since", "until", "rest"),
    [
        ("先月の投資の話題は？", "2025-12-01", "2025-12-31", "投資の話題は？"),
        ("先々月、パンについて何を書いた？", "2025-11-01", "2025-11-30", "パンについて何を書いた？"),
        ("今月は何が起きた？", "2026-01-01", "2026-01-31", "何が起きた？"),
        ("先週発表された製品は？", "2026-01-05", "2026-01-11", "発表された製品は？"),
        ("昨日のニュースは？", "2026-01-14", "2026-01-14", "ニュースは？"),
        ("2025年11月の投資の記事を教えて", "2025-11-01", "2025-11-30", "投資の記事を教えて"),
        ("2025年11月に書かれたパンの話は？", "2025-11-01", "2025-11-30", "書かれたパンの話は？"),
        ("2024年の記事でパンに触れたものは？", "2024-01-01", "2024-12-31", "パンに触れたものは？"),
        ("What did last month's posts say about bread?", "2025-12-01", "2025-12-31", "What about bread?"),
        ("posts from November 2025 on bread", "2025-11-01", "2025-11-30", "posts on bread"),
        ("What was announced this week?", "2026-01-12", "2026-01-18", "What was announced?"),
    ],
)
def test_days_said_of_posts_are_limits(question, since, until, rest):
    limits = limits_of(question, TODAY, TAGS)
    assert limits.filters == Filters(since, until)
    assert limits.question == rest


@pytest.mark.parametrize(
    "question",
    [
        "AIストレージ市場は2030年にどれくらい？",
        "2024年の末で重点企業は何社あった？",
        "2025年11月に発表されたモデルの名前は？",
        "去年の売上は？",
        "Wie viele Tonnen hat Siemens im Geschäftsjahr 2024 eingespart?",
        "How did the market grow in November 2025?",
        "投資のタグとは何ですか",
        "C# は #1 ですか",
        "",
    ],
)
def test_days_and_words_about_the_world_are_not(question):
    assert limits_of(question, TODAY, TAGS).filters == Filters()
    assert limits_of(question, TODAY, TAGS).question == question


@pytest.mark.parametrize(
    ("question", "tags", "rest"),
    [
        ("#投資 利回りは？", ("投資",), "利回りは？"),
        ("タグ「パン」で窯の話は？", ("パン",), "窯の話は？"),
        ('battery life, tagged "weather"', ("Weather",), "battery life,"),
        ("＃投資 ＃パン どちらが多い？", ("投資", "パン"), "どちらが多い？"),
        ("#知らない 窯は？", (), "#知らない 窯は？"),
    ],
)
def test_tags_named_as_tags_are_limits(question, tags, rest):
    assert limits_of(question, TODAY, TAGS).filters == Filters(tags=tags)
    assert limits_of(question, TODAY, TAGS).question == rest


def test_a_question_that_is_only_a_limit_is_searched_as_it_is():
    limits = limits_of("先月", TODAY, TAGS)
    assert (limits.filters.since, limits.question) == ("2025-12-01", "先月")


def test_the_turn_of_the_year():
    assert limits_of("先月の話題", date(2026, 1, 1), []).filters == Filters("2025-12-01", "2025-12-31")
    assert limits_of("昨日の話題", date(2024, 3, 1), []).filters == Filters("2024-02-29", "2024-02-29")
