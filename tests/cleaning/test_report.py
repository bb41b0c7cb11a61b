"""The report on what cleaning left out: its counts, and a page that shows hostile text as text."""

import html.parser
import re

import pytest

from rag.cleaning.clean import RULES
from rag.cleaning.corpus_evidence import learn_evidence
from rag.cleaning.losses import Lines
from rag.cleaning.reasons import ALWAYS, REASONS, SWITCHABLE
from rag.cleaning.report import (
    Month,
    Row,
    by_month,
    html_report,
    least_kept,
    most_repeats,
    report_json,
    samples,
    summary,
    unsure_first,
)  # fmt: skip
from rag.cleaning.stages import Signs
from rag.types import Copy, Dropped, Passage

DATES = {"a.md": "2025-12-24", "b.md": "2026-01-05", "c.md": ""}


def passage(post: str, text: str = "窯の温度は二百八十度です。", also_in: tuple[Copy, ...] = ()) -> Passage:
    return Passage("0" * 16, text, "題", "", post, "/x/", DATES[post], (), (), 1, 1, also_in)


DROPPED = [
    Dropped("a.md", 3, 4, "repeated_in_post", "生地は一晩休ませます。"),
    Dropped("a.md", 9, 9, "marker", "---"),
    Dropped("b.md", 1, 1, "repeated_in_post", "粉は三種類です。"),
    Dropped("b.md", 5, 5, "repeated_in_posts", "窯は北向きです。"),
    Dropped("c.md", 2, 2, "marker", "---END---"),
]


def test_summary_counts_blocks_and_posts_most_first() -> None:
    rows = summary(DROPPED)
    assert [(r.reason, r.blocks, r.posts) for r in rows] == [
        ("marker", 2, 2),
        ("repeated_in_post", 2, 2),
        ("repeated_in_posts", 1, 1),
    ]
    assert rows[0] == Row("marker", REASONS["marker"], 2, 2)


def test_every_rule_has_a_meaning() -> None:
    assert {rule.__name__ for rule in RULES} <= set(REASONS)
    assert set(SWITCHABLE) | ALWAYS == set(REASONS)


LOST = [Dropped("b.md", 7, 7, "promotion", "窯の本を三割引で売ります。")]


def test_doubts_come_first() -> None:
    rows = summary([*DROPPED, *LOST], LOST)
    assert [(r.reason, r.unsure) for r in rows][:2] == [("promotion", 1), ("marker", 0)]
    assert unsure_first([*DROPPED, *LOST], LOST) == [*LOST, *DROPPED]


def test_posts_that_keep_least_come_first() -> None:
    lines = {"a.md": Lines(10, 1), "b.md": Lines(10, 5), "c.md": Lines(9, 0), "d.md": Lines(20, 10)}
    assert [path for path, _ in least_kept(lines)] == ["b.md", "d.md", "a.md"]
    assert len(least_kept(lines, 1)) == 1


def test_the_counts_are_one_json_object() -> None:
    told = report_json(summary(LOST, LOST), {"b.md": Lines(10, 1, {"promotion": 1})}, learn_evidence([Signs()]))
    assert told["lines"] == {"text": 10, "lost": 1, "kept": 0.9, "reasons": {"promotion": 1}}
    assert told["posts"] == {"b.md": {"lines": 10, "lost": 1, "reasons": {"promotion": 1}}}
    assert [row["unsure"] for row in told["reasons"]] == [1]
    assert [finding["posts"] for finding in told["evidence"]["findings"]] == [0, 0, 0]


def test_the_page_shows_doubts_and_what_was_looked_for() -> None:
    page = html_report([passage("b.md")], LOST, DATES, evidence=learn_evidence([Signs()] * 4))
    text = " ".join(Tags(page).text.split())
    assert "restarts: not looked for (0 of 4 posts say two sentences or more again, in the same order)" in text
    assert text.index("Not sure") < text.index("By reason")
    assert "窯の本を三割引で売ります。" in text
    assert "Of 2 lines of text 50.00 % are kept or said elsewhere." in text


def test_months_count_passages_and_dropped_blocks_of_their_posts() -> None:
    passages = [passage("a.md"), passage("b.md"), passage("b.md")]
    assert by_month(passages, DROPPED, DATES) == [Month("", 0, 1), Month("2025-12", 1, 2), Month("2026-01", 2, 2)]


def test_posts_that_repeat_most_come_first_then_by_path() -> None:
    assert most_repeats(DROPPED) == [("b.md", 2), ("a.md", 1)]
    assert most_repeats(DROPPED, count=1) == [("b.md", 2)]


def test_samples_are_spread_over_all_that_was_dropped() -> None:
    many = [Dropped("a.md", n, n, "marker", str(n)) for n in range(100)]
    assert [d.start_line for d in samples(many, 4)["marker"]] == [0, 25, 50, 75]


def test_samples_leave_out_what_has_no_words_to_show() -> None:
    assert samples([Dropped("a.md", 1, 1, "image_only", " ")]) == {}


HOSTILE = "</li><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} ${alert(3)} \" ' & <b>"


@pytest.mark.parametrize("where", ["text", "post", "reason", "name"])
def test_hostile_text_is_shown_and_not_run(where: str) -> None:
    fields = {"post": "a.md", "start_line": 1, "end_line": 1, "reason": "repeated_in_post", "text": "t"}
    if where != "name":
        fields[where] = HOSTILE
    page = html_report([passage("a.md")], [Dropped(**fields)], DATES, name=HOSTILE if where == "name" else "blog")
    tags = Tags(page)
    assert not tags.names & {"script", "img", "b", "iframe", "form", "link"}
    assert not any(name.startswith("on") or name in ("src", "href") for name in tags.attributes)
    assert "alert(1)" in tags.text  # shown as it stands
    assert "{{ 7*7 }}" in tags.text


def test_the_page_asks_for_nothing_and_may_run_nothing() -> None:
    page = html_report([passage("a.md")], DROPPED, DATES)
    assert not re.search(r"https?://|//\w|url\(|@import|<script|<link|<img", page)
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_the_page_says_the_counts_in_words() -> None:
    twin = passage("b.md", also_in=(Copy("a.md", "/a/", "2025-12-24"),))
    text = Tags(html_report([passage("a.md"), twin], DROPPED, DATES, name="窯の日記", built="2026-01-06")).text
    assert "What cleaning left out of 窯の日記" in text
    assert "3 posts gave 2 passages; left out: 5 blocks, built 2026-01-06." in text
    assert "1 passage found in other posts too" in text
    assert "1 post gave no passage." in text
    assert "生地は一晩休ませます。" in text
    assert "a.md:3-4" in text


def test_an_empty_index_has_a_page_too() -> None:
    text = Tags(html_report([], [], {})).text
    assert "Nothing was left out." in text
    assert "No post repeats itself or another." in text


class Tags(html.parser.HTMLParser):
    """Names of tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data
