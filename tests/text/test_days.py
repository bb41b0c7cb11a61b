"""Days that headings of a diary name."""

import pytest

from rag.text.days import day_under, period_of


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("1月13日(土)", "2024-01-13"),
        ("１月１３日（土）", "2024-01-13"),
        ("13日", "2024-01-13"),
        ("13日（土） 雪", "2024-01-13"),
        ("1/13 雪", "2024-01-13"),
        ("2024-01-13", "2024-01-13"),
        ("2024年1月13日：雪", "2024-01-13"),
        ("13", "2024-01-13"),
        ("13 (Sat)", "2024-01-13"),
        ("January 13", "2024-01-13"),
        ("Jan 13th, 2024: snow", "2024-01-13"),
        ("2月13日", None),  # of another month: about something else
        ("2023年1月13日", None),
        ("13日間の旅", None),
        ("1月13日間", None),
        ("13本の木", None),
        ("3 things to do", None),
        ("1.1 はじめに", None),
        ("1月32日", None),
        ("雪", None),
    ],
)
def test_a_heading_s_day_is_one_of_the_month(heading, day):
    assert day_under([heading], "2024-01-01", "2024-01") == (day or "2024-01-01")


@pytest.mark.parametrize(
    ("title", "period"),
    [("2024年1月", "2024-01"), ("2024-01", "2024-01"), ("２０２４年１２月", "2024-12"), ("2024年1月の日記", "2024-01"),
     ("2024年", "2024"), ("2024", "2024"), ("2024年13月", ""), ("2024年1月の旅", ""), ("1000", ""), ("", "")],
)  # fmt: skip
def test_a_title_is_a_period_wholly_or_not_at_all(title, period):
    assert period_of(title) == period


def test_the_innermost_heading_with_a_day_counts_and_only_in_a_diary():
    headings = ["1月13日(土)", "朝"]
    assert day_under(headings, "2024-01-01", "2024-01") == "2024-01-13"
    assert day_under(headings, "2024-01-01", "") == "2024-01-01"
    assert day_under(["1月13日", "14日"], "2024-01-01", "2024-01") == "2024-01-14"
    assert day_under(["2023年5月1日"], "2024-03-01", "") == "2024-03-01"


def test_months_above_days_in_a_year_s_file():
    assert day_under(["2月", "13日(火)"], "", "2024") == "2024-02-13"
    assert day_under(["February", "13"], "", "2024") == "2024-02-13"
    assert day_under(["2月13日"], "", "2024") == "2024-02-13"
    assert day_under(["13日"], "", "2024") == ""


def test_a_whole_date_dates_what_is_under_it_where_the_post_has_none():
    assert day_under(["2024-01-13 (Sat)"], "", "") == "2024-01-13"
    assert day_under(["2024年1月13日（土）"], "", "") == "2024-01-13"
    assert day_under(["2024年1月13日に生まれた"], "", "") == ""
    assert day_under(["1月13日"], "", "") == ""
