"""Rows B1, B2 and B8 to B11 of the bad-input list: files, folders, names, and what a post is made of."""

import hashlib
import os
import socket
import unicodedata
from pathlib import Path

import pytest

from rag.errors import InputError, PostsError
from rag.posts import load
from rag.posts.load import find_posts, load_posts, parse_post, read_bytes
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


def parse(text, path="2025-03-01-eki.md", **options):
    data = text if isinstance(text, bytes) else text.encode()
    return parse_post(path, data, **{"today": TODAY, **options})


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def names(folder):
    return [name for name, _ in find_posts(folder)[0]]


# --- one post ---------------------------------------------------------------------------------------------------


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


# --- a folder ---------------------------------------------------------------------------------------------------


def test_load_posts_in_order_with_every_reason(tmp_path):
    write(tmp_path, b="---\ndraft: true\n---\nx", a="# 甲\n\n本文", c="# 丙\n\n本文", d="")
    (tmp_path / "e.md").write_bytes(b"\xff\xff")
    posts, problems = load_posts(tmp_path, today=TODAY)
    assert [(post.path, post.title) for post in posts] == [("a.md", "甲"), ("c.md", "丙")]
    assert [(problem.path, problem.reason[:14]) for problem in problems] == [
        ("b.md", "is a draft: dr"),
        ("d.md", "is empty: no t"),
        ("e.md", "is not UTF-8 ("),
    ]


def test_empty_folder(tmp_path):
    assert load_posts(tmp_path) == ([], [])


def test_what_is_found_and_what_is_passed_over(tmp_path):
    for name in (
        "z.md",
        "a/y.MARKDOWN",
        "a/b/x.md",
        ".hidden/x.md",
        "node_modules/x.md",
        "_site/x.md",
        ".x.md",
        "x.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("本文")
    assert find_posts(tmp_path) == ([(n, tmp_path / n) for n in ("a/b/x.md", "a/y.MARKDOWN", "z.md")], [])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f / "none", "there is no folder .*; give the folder that holds your Markdown posts"),
        (lambda f: f / "a.md", "'.*a.md' is a file, not a folder; give the folder"),
        (lambda f: f / "a.md" / "b", "there is no folder"),
        (lambda f: f / ("x" * 300), "can't be read .*too long"),
        (lambda f: f / "a\0b", "can't be read .*null"),
    ],
)
def test_a_folder_that_is_none(tmp_path, make, message):
    write(tmp_path, a="本文")
    with pytest.raises(PostsError, match=message):
        load_posts(make(tmp_path))


def test_links_are_not_followed(tmp_path):
    """To a secret, to the outside, to itself, and round in a circle."""
    posts, outside = tmp_path / "posts", tmp_path / "outside"
    posts.mkdir()
    outside.mkdir()
    write(outside, secret="秘密")
    write(posts, a="本文")
    (posts / "passwd.md").symlink_to("/etc/passwd")
    (posts / "self.md").symlink_to("self.md")
    (posts / "gone.md").symlink_to("nothing")
    (posts / "out").symlink_to(outside)
    (posts / "loop").symlink_to(posts)
    (posts / "x.png").symlink_to("nothing")
    loaded, problems = load_posts(posts)
    assert [post.path for post in loaded] == ["a.md"]
    assert [problem.path for problem in problems] == ["gone.md", "loop", "out", "passwd.md", "self.md"]
    assert {problem.reason for problem in problems} == {"is a link; links are not followed"}
    assert names(tmp_path / "posts") == ["a.md"]


def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "posts").mkdir()
    write(tmp_path / "posts", a="本文")
    (tmp_path / "link").symlink_to("posts")
    assert names(tmp_path / "link") == ["a.md"]


def test_pipes_and_sockets_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's address is short
        try:
            server.bind("socket.md")
        finally:
            os.chdir(here)
        assert load_posts(tmp_path) == (
            [],
            [Problem("pipe.md", "is not a regular file"), Problem("socket.md", "is not a regular file")],
        )
    with pytest.raises(OSError, match="not a regular file"):
        read_bytes(tmp_path / "pipe.md")  # put there after the listing: refused, not waited for


def test_read_bytes_refuses_links_and_large_files(tmp_path):
    write(tmp_path, a="12345")
    (tmp_path / "link.md").symlink_to("a.md")
    assert read_bytes(tmp_path / "a.md", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_bytes(tmp_path / "a.md", 4)
    with pytest.raises(OSError, match="symbolic links"):
        read_bytes(tmp_path / "link.md")
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(OSError, match="larger than 2,000,000 bytes"):
        read_bytes(tmp_path / "big.md")


def test_a_large_file_is_left_out_and_named(tmp_path):
    write(tmp_path, a="本文", big="長" * 700_000)
    posts, problems = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md"]
    assert problems == [Problem("big.md", "can't be read: it is larger than 2,000,000 bytes")]


def test_a_file_that_vanishes_after_the_listing(tmp_path, monkeypatch):
    write(tmp_path, a="本文", b="本文")
    listed = find_posts(tmp_path)
    (tmp_path / "b.md").unlink()
    monkeypatch.setattr(load, "find_posts", lambda _: listed)
    posts, problems = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md"]
    assert problems == [Problem("b.md", "can't be read: No such file or directory")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders(tmp_path):
    write(tmp_path, a="本文", b="本文")
    (tmp_path / "sub").mkdir(mode=0)
    (tmp_path / "b.md").chmod(0)
    posts, problems = load_posts(tmp_path)
    (tmp_path / "sub").chmod(0o700)
    assert [post.path for post in posts] == ["a.md"]
    assert [problem.path for problem in problems] == ["b.md", "sub"]
    assert {problem.reason for problem in problems} == {"can't be read: Permission denied"}


def test_names_that_are_hard_to_write(tmp_path):
    """Bytes that are no UTF-8, line breaks, escapes, markup, twins: all are kept, and can all be printed."""
    raw = os.fsencode(tmp_path)
    twins = [unicodedata.normalize(form, "が") for form in ("NFC", "NFD")]
    written = [b"bad\xff.md", b"new\nline.md", b"esc\x1b[31m.md", b'<b>"%#?.md', "🍞.md".encode(), b"X.md", b"x.md"]
    written += [f"{twin}.md".encode() for twin in twins] + [b"a" * 252 + b".md"]
    for name in written:
        with open(raw + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write("本文".encode())
    posts, problems = load_posts(tmp_path)
    assert problems == []
    assert [post.path for post in posts] == sorted(
        ["bad\\xff.md", "new\\x0aline.md", "esc\\x1b[31m.md", '<b>"%#?.md', "🍞.md", "X.md", "x.md"]
        + [f"{twin}.md" for twin in twins]
        + ["a" * 252 + ".md"]
    )
    for post in posts:
        post.path.encode("utf-8")
        assert post.url.startswith("/")


def test_two_names_that_would_read_the_same(tmp_path):
    for name in (b"bad\xff.md", b"bad\\xff.md"):
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write("本文".encode())
    found, problems = find_posts(tmp_path)
    assert [name for name, _ in found] == ["bad\\xff.md"]
    assert problems == [Problem("bad\\xff.md", "its name reads the same as another's; rename one")]


def test_deep_folders(tmp_path):
    """Deeper than a recursive walk could go."""
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(1_010):
            Path("d").mkdir()
            os.chdir("d")
        Path("x.md").write_text("本文")
        found, problems = find_posts(tmp_path)
        Path("x.md").unlink()
        for _ in range(1_010):  # pytest's own clean-up is recursive
            os.chdir("..")
            Path("d").rmdir()
    finally:
        os.chdir(here)
    assert [name for name, _ in found] == ["d/" * 1_010 + "x.md"]
    assert problems == []


def test_content_decides_not_time(tmp_path):
    """A rename or a touched file is the same post; an edit of equal length and time is not."""
    write(tmp_path, a="本文一")
    before = load_posts(tmp_path)[0][0]
    os.utime(tmp_path / "a.md", (0, 0))
    assert load_posts(tmp_path)[0] == [before]
    write(tmp_path, a="本文二")
    os.utime(tmp_path / "a.md", (0, 0))
    assert load_posts(tmp_path)[0][0].digest != before.digest
    write(tmp_path, a="本文一")
    (tmp_path / "a.md").rename(tmp_path / "b.md")
    assert load_posts(tmp_path)[0][0].digest == before.digest


def test_same_title_and_text_in_two_files_are_two_posts(tmp_path):
    write(tmp_path, a=TEXT, b=TEXT)
    posts, problems = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md", "b.md"]
    assert posts[0].digest == posts[1].digest
    assert problems == []


def test_large_and_odd_bodies_are_linear():
    for body in ("\n" * 1_000_000, "長" * 600_000, "---\n" * 100_000, "# " + " " * 1_000_000, "[" * 100_000):
        post, _ = parse("はじめ\n" + body)
        assert post.body.startswith("はじめ\n")
        assert post.body_line == 1


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end_or_left_out(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_bytes(b"0123456789")
    at_first = os.stat_result((0o100644, *[0] * 5, 4, *[0] * 3))
    monkeypatch.setattr(load.os, "fstat", lambda fd: at_first)
    assert read_bytes(path, 10) == b"0123456789"
    with pytest.raises(OSError, match="larger than 9 bytes"):
        read_bytes(path, 9)
