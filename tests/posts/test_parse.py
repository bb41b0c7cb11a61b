"""Rows B1, B2 and B8 of the bad-input list, and what a post is made of: title, day, address, language, people."""

import hashlib

import pytest

from rag.errors import InputError
from rag.posts.options import Options
from rag.posts.parse import parse_post
from rag.posts.permalink import DEFAULT, expand_style
from rag.types import Post, Problem

TODAY = "2026-01-01"
TEXT = """---
title: "坂の上の駅"
date: 2025-03-04 10:00:00 +0900
categories: ["鉄道"]
tags: [駅, 旅]
---

# 坂の上の駅

ホームは一つだけで、上り下りが同じ線路を使います。
"""


def parse(text, path="2025-03-01-eki.md", today=TODAY, permalink=DEFAULT, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return parse_post(path, data, Options(expand_style(permalink), **options), today)


def test_a_post_as_a_whole():
    post, problems = parse(TEXT, "鉄道/2025-03-01-eki.md")
    assert problems == []
    assert post == Post(
        path="鉄道/2025-03-01-eki.md",
        title="坂の上の駅",
        date="2025-03-04",
        url="/2025/03/04/eki/",
        tags=("駅", "旅"),
        categories=("鉄道",),
        body=TEXT.split("---\n")[2],
        body_line=7,
        digest=hashlib.sha256(TEXT.encode()).hexdigest(),
        lang="ja",
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_body_line_opens_at_the_right_line(line_end, mark):
    post, _ = parse(mark + TEXT.replace("\n", line_end))
    assert post.title == "坂の上の駅"
    assert post.body == TEXT.split("---\n")[2]
    lines = TEXT.split("\n")
    assert post.body.split("\n") == lines[post.body_line - 1 :]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: 表題\n---\n# 見出し\n", "表題"),
        ("---\ntitle: ~\n---\n## 二番\n\n# **見出し** `x` ## {#id}\n", "見出し x"),
        ("```\n# コメント\n```\n\n# 見出し\n", "見出し"),
        ("本文だけ。", "my first 旅"),
        ("坂の上の駅\n=====\n\n本文。", "坂の上の駅"),
        ("坂の上の駅\n=====\n\n本文。\n\n海の駅\n===\n\n本文。", "my first 旅"),
        ("#見出しではない\n\n本文。", "my first 旅"),
        ("---\ntitle: [a, b]\n---\n本文", "my first 旅"),
        ("---\ntitle: 二つの\n---\n本文", "二つの"),
    ],
)
def test_title_from_front_matter_heading_or_name(text, title):
    assert parse(text, "a/2024-01-02-my_first-旅.md")[0].title == title


@pytest.mark.parametrize(
    ("path", "block", "date", "url"),
    [
        ("2024-01-02-旅.md", "date: 2025-11-30 23:00:00 -0800", "2025-11-30", "/2025/11/30/旅/"),
        ("2024-01-02-旅.md", "title: x", "2024-01-02", "/2024/01/02/旅/"),
        ("2024-1-2-旅.markdown", "title: x", "2024-01-02", "/2024/01/02/旅/"),
        ("旅 日記.md", "title: x", "", "/旅-日記/"),
        ("2024-13-45-旅.md", "title: x", "", "/旅/"),
        ("2024-01-02-旅.md", "slug: tabi", "2024-01-02", "/2024/01/02/tabi/"),
        ("2024-01-02-旅.md", "permalink: /blog/:year/:title", "2024-01-02", "/blog/2024/旅"),
        ("2024-01-02-旅.md", "permalink: pretty\ncategory: 鉄道", "2024-01-02", "/鉄道/2024/01/02/旅/"),
        ("2024-01-02-旅.md", "permalink: /../../x/", "2024-01-02", "/x/"),
        ("2024-01-02-旅.md", "slug: ../../etc/passwd", "2024-01-02", "/2024/01/02/..-..-etc-passwd/"),
        ("2024-01-02-...md", "title: x", "2024-01-02", "/2024/01/02/"),
    ],
)
def test_date_and_address(path, block, date, url):
    post, problems = parse(f"---\n{block}\n---\n本文", path)
    assert (post.date, post.url, problems) == (date, url, [])


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("date: 2024-13-45", "its date could not be read: '2024-13-45'"),
        ("title: {a: b}", "its title could not be read: \"{'a': 'b'}\""),
        ("permalink: https://x.example/a", "its permalink is not a path on the blog: 'https://x.example/a'"),
    ],
)
def test_unusable_fields_are_reported_and_replaced(block, reason):
    post, problems = parse(f"---\n{block}\n---\n本文", "2024-01-02-旅.md")
    assert (post.title, post.date, post.url) == ("旅", "2024-01-02", "/2024/01/02/旅/")
    assert problems == [Problem("2024-01-02-旅.md", reason, skipped=False)]


def test_tags_and_categories_in_every_form():
    post, _ = parse("---\ntags: 駅 旅 駅\ntag: 長い 名前\ncategories: [A]\ncategory: A\n---\n本文")
    assert post.tags == ("長い 名前", "駅", "旅")
    assert post.categories == ("A",)


def test_permalink_option():
    assert parse(TEXT, permalink="ordinal")[0].url == "/鉄道/2025/063/eki.html"
    with pytest.raises(InputError, match="':jahr'"):
        parse(TEXT, permalink="/:jahr/:title/")


def test_today_is_published():
    assert parse("本文", f"{TODAY}-a.md")[0].date == TODAY
    assert parse("---\ndraft: false\npublished: true\n---\n本文")[0].body == "本文"


@pytest.mark.parametrize("text", ["", "\n \n", "---\ntitle: x\n---\n", "\ufeff", "\u200b\n"])
def test_a_post_without_text_is_reported(text):
    assert parse(text) == (None, [Problem("2025-03-01-eki.md", "is empty: no text after the front matter")])


def test_bytes_that_are_no_text_are_reported():
    post, problems = parse("本文".encode("cp932") + "です".encode("cp932"))
    assert post is None
    assert problems[0].skipped
    assert problems[0].reason.startswith("is not UTF-8 (byte 0 is 0x96)")


def test_same_bytes_give_the_same_post():
    """Nothing but content, path and options counts: no clock, no file time."""
    assert parse(TEXT) == parse(TEXT)
    assert parse(TEXT)[0].digest != parse(TEXT + " ")[0].digest


@pytest.mark.parametrize(
    ("path", "block", "date"),
    [
        ("a.md", 'path = "2015/05/15/Rust-1.0"', "2015-05-15"),
        ("2019/03/book.md", 'title = "x"', "2019-03-01"),
        ("posts/2019/03/07/book.md", 'title = "x"', "2019-03-07"),
        ("2024-01-13.md", 'title = "x"', "2024-01-13"),
        ("20240113-tabi.md", 'title = "x"', "2024-01-13"),
        ("2024-01-13-tabi/index.md", 'title = "x"', "2024-01-13"),
        ("d202401.md", 'title = "x"', "2024-01-01"),
        ("a.md", "publishDate = 2025-02-03", "2025-02-03"),
        ("a.md", "lastmod = 2025-02-03", "2025-02-03"),
        ("a.md", "published_at = 2025-02-03 10:00:00", "2025-02-03"),
        ("2024-01-13-a.md", "lastmod = 2025-02-03", "2024-01-13"),
        ("a.md", "date = 2025-02-03T10:00:00+09:00", "2025-02-03"),
        ("2024-01-13 旅.md", 'title = "x"', "2024-01-13"),
        ("2024.01.13_tabi.md", 'title = "x"', "2024-01-13"),
        ("2024年1月13日の日記.md", 'title = "x"', "2024-01-13"),
        ("2024-01-13.ja.md", 'title = "x"', "2024-01-13"),
        ("diary/2024/01/13/index.md", 'title = "x"', "2024-01-13"),
        ("diary/2024/01/13.md", 'title = "x"', "2024-01-13"),
        ("diary/2024-01/10-things.md", 'title = "x"', "2024-01-01"),
        ("a.md", "aliases = ['/2019/03/05/old.html']", "2019-03-05"),
        ("2024-01-13-a.md", "aliases = ['/2019/03/05/old.html']", "2024-01-13"),
        ("2024-01-13-a.md", "x = 1", "2024-01-13"),
        ("2024.md", 'title = "x"', ""),
        ("20249913.md", 'title = "x"', ""),
        ("1234/56/a.md", 'title = "x"', ""),
    ],
)
def test_the_day_is_found_where_a_generator_has_it(path, block, date):
    post, problems = parse(f"+++\n{block}\n+++\n本文", path)
    assert (post.date, problems) == (date, [])


def test_a_month_s_file_has_that_month_and_a_year_s_that_year():
    """A diary: its headings are days of the month (`rag.text.days`)."""
    assert parse("# 2024年1月\n\n## 1月13日(土)\n\n雪。", "log/d202401.md")[0].period == "2024-01"
    assert parse("---\ntitle: 2024-01\n---\n\n## 13日\n\n雪。", "x.md")[0].period == "2024-01"
    assert parse("## 1月13日\n\n雪。", "日記/2024年1月.md")[0].period == "2024-01"
    assert parse("## 1月\n\n### 13日\n\n雪。", "2024.md")[0].period == "2024"
    assert parse("# 2024年1月のこと\n\n## 1月13日\n\n雪。", "x.md")[0].period == ""


@pytest.mark.parametrize(
    ("path", "block", "text", "lang"),
    [
        ("a.md", "lang: de", "日本語の本文です。", "de"),
        ("a.md", "language: zh_CN", "本文", "zh-cn"),
        ("ja/a.md", "title: x", "本文です。", "ja"),
        ("zh-cn/a/index.md", "title: x", "本文", "zh-cn"),
        ("blog/pt-br/a.md", "title: x", "O texto.", "pt-br"),
        ("a/index.en.md", "title: x", "The text.", "en"),
        ("a.fr.md", "title: x", "Le texte.", "fr"),
        (
            "it/a.md",
            "title: x",
            "サーバーを二台買った。どちらも安かったので、もう一台ほしい。",
            "ja",
        ),  # a folder about computers
        ("go/a.md", "title: x", "The text is about it.", "en"),  # no language has this code
        ("a.md", "title: x", "Der Text ist von mir und nicht von dir.", "de"),
        ("a.md", "title: x", "The word 桜 and 花 are what this is about, and it is in English all the same.", "en"),
        ("a.md", "title: Go 1.22", "Go 1.22の変更点を書いておく。", "ja"),
        ("a.md", "title: Погода", "Текст о погоде.", ""),
    ],
)
def test_the_language_is_said_by_front_matter_name_folder_or_text(path, block, text, lang):
    assert parse(f"---\n{block}\n---\n{text}", path)[0].lang == lang


def test_authors_and_translators_are_kept_without_their_links_and_companies():
    block = """author: >
  Humble C. (Some Company, Inc.),
  Louis K.
translator:
  - "[北川](https://example.org/k)"
authors: [{name: 南, url: "https://example.org"}, 南]"""
    post, _ = parse(f"---\n{block}\n---\n本文")
    assert (post.authors, post.translators) == (("Humble C.", "Louis K.", "南"), ("北川",))


@pytest.mark.parametrize("name", ["README.md", "LICENSE.md", "docs/Contributing.md", "CHANGELOG.md", "readme.ja.md"])
def test_files_about_files_are_posts_only_with_a_date(name):
    reason = "is about the files and no post: it has no front matter"
    assert parse("# foo\n\nText.", name) == (None, [Problem(name, reason)])
    assert parse("---\ntitle: x\ndate: 2025-01-02\n---\nText.", name)[0].title == "x"


def test_a_licence_with_a_title_is_none_and_a_post_about_security_is_one():
    reason = "is about the files and no post: it has no date"
    assert parse("---\ntitle: Licence\n---\nText.", "LICENSE.md") == (None, [Problem("LICENSE.md", reason)])
    assert parse('+++\npath = "2018/07/06/security"\n+++\nText.', "Security-advisory.md")[0].date == "2018-07-06"
    assert parse("---\ntitle: Licence\n---\nText.", "license.md")[0].title == "Licence"
    assert parse("Text.", "security.md")[0].title == "security"


def test_a_list_of_posts_is_none():
    assert parse("---\ntitle: x\n---\nText.", "posts/_index.ja.md")[1] == [
        Problem("posts/_index.ja.md", "lists the posts of its folder, and is none itself")
    ]


def test_entities_in_titles_are_read_and_several_first_headings_are_no_title():
    assert parse('---\ntitle: "Week 6&#58 Perl &amp; more"\n---\nx')[0].title == "Week 6: Perl & more"
    assert parse("---\ntitle: R&D &copy 2020\n---\nx")[0].title == "R&D &copy 2020"
    assert parse("# 前編\n\nx\n\n# 後編\n\ny", "2025-01-02-tabi.md")[0].title == "tabi"


def test_folders_above_the_posts_are_categories_as_in_jekyll():
    post, _ = parse(TEXT, "2025-03-01-eki.md", above=("travel", "_posts"))
    assert (post.categories, post.url) == (("travel", "鉄道"), "/travel/2025/03/04/eki/")
    nested, _ = parse("---\ncategories: [[旅, 山], [旅, 海]]\n---\nx")
    assert nested.categories == ("旅", "山", "海")


def test_large_and_odd_bodies_are_linear():
    for body in ("\n" * 1_000_000, "長" * 600_000, "---\n" * 100_000, "# " + " " * 1_000_000, "[" * 100_000):
        post, _ = parse("はじめ\n" + body)
        assert post.body.startswith("はじめ\n")
        assert post.body_line == 1
