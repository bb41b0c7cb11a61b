"""The demo blog: every post loads, every question can be answered by its post, and the usual flaws are in it."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from rag.posts.load import load_posts

EXAMPLES = Path(__file__).parent.parent / "examples"


def _lines(name):
    return [json.loads(line) for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines()]


def _key(text):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


@pytest.fixture(scope="module")
def posts():
    loaded, problems, _ = load_posts(EXAMPLES / "posts", today="2026-01-01")
    assert problems == []
    return {post.path: post for post in loaded}


def test_size_and_languages(posts):
    kana = [post for post in posts.values() if len(re.findall("[ぁ-ん]", post.body)) > 100]
    latin = [post for post in posts.values() if not re.search("[ぁ-ん一-鿿]", post.body)]
    assert (len(posts), len(kana), len(latin)) == (33, 25, 7)
    assert len({post.url for post in posts.values()}) == 33
    assert all("2024-03-01" <= post.date <= "2025-12-31" and post.tags and post.categories for post in posts.values())


@pytest.mark.parametrize("question", _lines("questions.jsonl"), ids=lambda q: q["id"])
def test_question_is_answered_by_one_paragraph_of_its_post(posts, question):
    """Title, heading and one block hold what is asked for, so a right passage can exist."""
    post = posts[question["post"]]
    heading, found = "", False
    for block in post.body.split("\n\n"):
        heading = block if block.startswith("#") else heading
        text = _key(post.title + heading + block)
        found |= all(any(_key(alternative) in text for alternative in group) for group in question["must"])
    assert found


def test_questions_are_of_the_stated_kinds():
    questions, others = _lines("questions.jsonl"), _lines("unanswerable.jsonl")
    assert Counter(q["lang"] for q in questions) == {"ja": 20, "en": 6, "zh": 1, "de": 1, "ko": 1, "fr": 1}
    assert Counter(q["near"] for q in others) == {True: 5, False: 5}
    assert len({q["id"] for q in questions + others}) == 40


@pytest.mark.parametrize(
    ("flaw", "at_least"),
    [
        ("^---END---$", 2),
        ("^### 暮らしの相談室からのお知らせ$", 7),
        ("^## 関連記事$", 4),
        ("^承知", 2),
        (r"\{: \.", 2),
        (r"\{% include", 2),
        ("ads.example", 2),
        ("^<script", 1),
        ("アフィリエイト", 1),
        ("^```", 2),
        (r"^\|---", 5),
        (r"^1\. \*\*", 4),
    ],
)
def test_the_usual_flaws_are_in_it(posts, flaw, at_least):
    assert sum(bool(re.search(flaw, post.body, re.MULTILINE)) for post in posts.values()) >= at_least


def test_a_twin_and_figures_that_disagree(posts):
    short, long = posts["2025-03-09-community-garden.md"], posts["2025-03-16-community-garden-rules.md"]
    assert long.body.startswith(short.body.rstrip())
    assert len(long.body) > len(short.body)
    assert "4,200人" in posts["2024-04-05-kirihama-dentetsu.md"].body
    assert "5,100人" in posts["2025-05-20-dentetsu-new-cars.md"].body
    assert "9ワット" in posts["2025-01-15-home-server.md"].body
    assert "12 watts" in posts["2025-01-28-home-server-cost.md"].body
