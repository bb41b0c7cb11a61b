"""Rows B1, B2 and B8 of the bad-input list, and what a post is made of: title, day, address, language, people."""

import hashlib

import pytest

from rag.errors import InputError
from rag.posts.parse import Options, parse_post
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


@pytest.mark.parametrize(
    ("path", "block", "option", "reason"),
    [
        ("a.md", "draft: true", "drafts", "is a draft: draft is true"),
        ("a.md", "draft: 'yes'", "drafts", "is a draft: draft is true"),
        ("a.md", "private: true", "drafts", "is a draft: private is true"),
        ("a.md", "published: false", "drafts", "is a draft: published is false"),
        ("a.md", "title: a: b\ndraft: true", "drafts", "is a draft: draft is true"),
        ("_drafts/a.md", "title: x", "drafts", "is a draft: it lies in _drafts"),
        ("a.md", "date: 2026-01-02", "future", "is dated 2026-01-02, which is still to come"),
        ("2099-12-31-a.md", "title: x", "future", "is dated 2099-12-31, which is still to come"),
    ],
)
def test_what_is_not_published_is_not_indexed(path, block, option, reason):
    text = f"---\n{block}\n---\n本文"
    assert parse(text, path) == (None, [Problem(path, reason)])
    assert parse(text, path, **{option: True})[0].body == "本文"


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
        ("2024-01-13-a.md", "lastmod = 2025-02-03", "2024-01-13"),
        ("a.md", "date = 2025-02-03T10:00:00+09:00", "2025-02-03"),
        ("20249913.md", 'title = "x"', ""),
        ("1234/56/a.md", 'title = "x"', ""),
    ],
)
def test_the_day_is_found_where_a_generator_has_it(path, block, date):
    post, problems = parse(f"+++\n{block}\n+++\n本文", path)
    assert (post.date, problems) == (date, [])


def test_a_month_s_file_has_that_month_and_no_other_has():
    """A diary: its headings are days of the month (`rag.text.days`)."""
    assert parse("# 2024年1月\n\n## 1月13日(土)\n\n雪。", "log/d202401.md")[0].month == "2024-01-01"
    assert parse("---\ntitle: 2024-01\n---\n\n## 13日\n\n雪。", "x.md")[0].month == "2024-01-01"
    assert parse("# 2024年1月のこと\n\n## 1月13日\n\n雪。", "x.md")[0].month == ""


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


def test_authors_and_translators_are_kept_without_their_links():
    block = """author: >
  Humble C. (Some Company, Inc.),
  Louis K.
translator:
  - "[北川](https://example.org/k)"
authors: [{name: 南, url: "https://example.org"}, 南]"""
    names = ("Humble C. (Some Company, Inc.)", "Louis K.", "南", "北川")
    assert parse(f"---\n{block}\n---\n本文")[0].authors == names


@pytest.mark.parametrize(
    ("block", "option", "reason"),
    [
        ("unlisted: true", "drafts", "is unlisted: unlisted is true"),
        ("title: 温泉: 入門\ndraft: true # あとで", "drafts", "is a draft: draft is true"),
        ("title: 温泉: 入門\npublished: 'no' # まだ", "drafts", "is a draft: published is false"),
        ("title: [x\ndraft: {when: later}",
         "drafts", "may be a draft: its front matter can't be read and names draft; mend it"),
        ("title: [x\n  draft: true",
         "drafts", "may be a draft: its front matter can't be read and names draft; mend it"),
        ("date: 2020-01-01\npublishDate: 2099-01-01", "future", "is dated 2099-01-01, which is still to come"),
    ],
)  # fmt: skip
def test_what_is_not_out_in_other_words_is_not_indexed(block, option, reason):
    text = f"---\n{block}\n---\n本文"
    assert parse(text, "a.md") == (None, [Problem("a.md", reason)])
    assert parse(text, "a.md", **{option: True})[0].body == "本文"


@pytest.mark.parametrize(
    "block", ["title: [x\ndraft: false", "title: [x\npublished: true # ja", "title: [x\nDraft: no"]
)
def test_a_block_that_can_not_be_read_but_says_that_it_is_out_is_out(block):
    post, (problem,) = parse(f"---\n{block}\n---\n本文", "a.md")
    assert (post.body, problem.skipped) == ("本文", False)


def test_a_post_ends_on_its_day():
    text = "---\nexpiryDate: 2025-12-31\n---\n本文"
    assert parse(text, "a.md", today="2025-12-30")[0].expires == "2025-12-31"
    assert parse(text, "a.md", today="2025-12-31") == (None, [Problem("a.md", "was to be read until 2025-12-31")])


@pytest.mark.parametrize("name", ["README.md", "LICENSE.md", "docs/Contributing.md", "CHANGELOG.md", "readme.ja.md"])
def test_files_about_files_are_posts_only_with_front_matter(name):
    reason = "is about the files and no post: it has no front matter"
    assert parse("# foo\n\nText.", name) == (None, [Problem(name, reason)])
    assert parse("---\ntitle: x\n---\nText.", name)[0].title == "x"


def test_a_list_of_posts_is_none():
    assert parse("---\ntitle: x\n---\nText.", "posts/_index.ja.md")[1] == [
        Problem("posts/_index.ja.md", "lists the posts of its folder, and is none itself")
    ]


def test_entities_in_titles_are_read_and_several_first_headings_are_no_title():
    assert parse('---\ntitle: "Week 6&#58 Perl &amp; more"\n---\nx')[0].title == "Week 6: Perl & more"
    assert parse("# 前編\n\nx\n\n# 後編\n\ny", "2025-01-02-tabi.md")[0].title == "tabi"


@pytest.mark.parametrize(
    ("path", "block", "rule", "url"),
    [
        ("2024-06-06-ten/index.md",
         "slug: 10-years\ndate: 2024-06-06", "/:lang/blog/:year/:month/:day/:slug/", "/blog/2024/06/06/10-years/"),
        ("ja/2024-06-06-ten/index.md",
         "slug: 10-years", "/:lang/blog/:year/:month/:day/:slug/", "/ja/blog/2024/06/06/10-years/"),
        ("remark/2019/03/book-cover.md", "date: 2019-03-30", "hugo", "/remark/2019/03/book-cover/"),
        ("blog/2015-04-15-open.md", "title: x", "hugo", "/blog/open/"),
        ("blog/2015-04-15-open.md", "date: 2015-04-15", "hugo", "/blog/2015-04-15-open/"),
        ("blog/v1.2.md", "title: x", "hugo", "/blog/v1.2/"),
        ("de/blog/x.md", "title: x", "hugo", "/de/blog/x/"),
        ("ryokou/index.md", "date: 2025-01-05", None, "/2025/01/05/ryokou/"),
        ("asaichi/index.en.md", "date: 2025-01-06", None, "/2025/01/06/asaichi/"),
        ("asaichi.ja.md", "date: 2025-01-06\nlang: ja", None, "/2025/01/06/asaichi/"),
        ("ja/_posts/2025-01-05-a.md", "title: x", None, "/ja/2025/01/05/a/"),
        ("ja/_posts/2025-01-05-a.md", "title: x", "pretty", "/ja/2025/01/05/a/"),
        ("travel/_posts/2025-01-05-a.md", "categories: [Hills]", "pretty", "/travel/hills/2025/01/05/a/"),
        ("_posts/2025-01-05-a.md", "title: x", None, "/2025/01/05/a/"),
        ("ja/2025-01-05-a.md", "title: 題です", None, "/ja/2025/01/05/a/"),
        ("en/2025-01-05-a.md", "title: the title", None, "/2025/01/05/a/"),
        ("2025-01-05-a.md", "url: /kept/here/", None, "/kept/here/"),
        ("2025-01-05-a.md", "path: 2015/05/15/Rust-1.0", None, "/2015/05/15/Rust-1.0/"),
        ("2025-01-05-a.md", "title: Nice, Words!", "/:section/:post_title/", "/nice-words/"),
        ("notes/2025-01-05-a.md", "title: x", "/:section/:contentbasename/", "/notes/a/"),
    ],
)  # fmt: skip
def test_addresses_by_the_rules_of_generators(path, block, rule, url):
    post, problems = parse(f"---\n{block}\n---\nx", path, permalink=rule, main_lang="en")
    assert (post.url, problems) == (url, [])


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
