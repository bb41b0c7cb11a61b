"""Days that headings of a diary name."""

import pytest

from rag.text.days import day_of_heading, day_under, month_of_title


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("1月13日(土)", "2024-01-13"),
        ("１月１３日（土）", "2024-01-13"),
        ("13日", "2024-01-13"),
        ("1/13 雪", "2024-01-13"),
        ("2024-01-13", "2024-01-13"),
        ("2024年1月13日：雪", "2024-01-13"),
        ("13", "2024-01-13"),
        ("2月13日", ""),  # of another month: about something else
        ("2023年1月13日", ""),
        ("13日間の旅", ""),
        ("13本の木", ""),
        ("1月32日", ""),
        ("雪", ""),
    ],
)
def test_a_heading_s_day_is_one_of_the_month(heading, day):
    assert day_of_heading(heading, "2024-01-01") == day


@pytest.mark.parametrize(
    ("title", "month"),
    [("2024年1月", "2024-01-01"), ("2024-01", "2024-01-01"), ("２０２４年１２月", "2024-12-01"), ("2024年13月", ""),
     ("2024年1月の旅", ""), ("", "")],
)  # fmt: skip
def test_a_title_s_month_is_all_of_it(title, month):
    assert month_of_title(title) == month


def test_the_innermost_heading_with_a_day_counts_and_only_where_the_post_is_a_month_s():
    assert day_under("1月13日(土) › 朝", "2024-01-01", "2024-01-01", " › ") == "2024-01-13"
    assert day_under("1月13日(土) › 朝", "2024-01-01", "", " › ") == "2024-01-01"
    assert day_under("雪", "2024-01-01", "2024-01-01", " › ") == "2024-01-01"
