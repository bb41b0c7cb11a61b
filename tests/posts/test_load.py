"""Rows B8 to B11 of the bad-input list: files, folders, names, and which of them are posts."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from rag.errors import InputError, PostsError
from rag.posts import load
from rag.posts.load import find_posts, load_posts, read_bytes
from rag.posts.options import Options, options_for
from rag.types import Problem

TODAY = "2026-01-01"


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def names(folder):
    return [name for name, _ in find_posts(folder)[0]]


# --- a folder ---------------------------------------------------------------------------------------------------


def test_load_posts_in_order_with_every_reason(tmp_path):
    write(tmp_path, b="---\ndraft: true\n---\nx", a="# 甲\n\n本文", c="# 丙\n\n本文", d="")
    (tmp_path / "e.md").write_bytes(b"\xff\xff")
    posts, problems, _ = load_posts(tmp_path, today=TODAY)
    assert [(post.path, post.title) for post in posts] == [("a.md", "甲"), ("c.md", "丙")]
    assert [(problem.path, problem.reason[:14]) for problem in problems] == [
        ("b.md", "is a draft: dr"),
        ("d.md", "is empty: no t"),
        ("e.md", "is not UTF-8 ("),
    ]


def test_empty_folder(tmp_path):
    assert load_posts(tmp_path) == ([], [], 0)


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
    found, problems = find_posts(tmp_path)
    assert found == [(n, tmp_path / n) for n in ("a/b/x.md", "a/y.MARKDOWN", "z.md")]
    assert [problem.path for problem in problems] == ["_site", "node_modules"]  # said; what is hidden is not


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
    loaded, problems, _ = load_posts(posts)
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
            0,
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
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md"]
    assert problems == [Problem("big.md", "can't be read: it is larger than 2,000,000 bytes")]


def test_a_file_that_vanishes_after_the_listing(tmp_path, monkeypatch):
    write(tmp_path, a="本文", b="本文")
    listed = find_posts(tmp_path)
    (tmp_path / "b.md").unlink()
    monkeypatch.setattr(load, "find_posts", lambda _: listed)
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md"]
    assert problems == [Problem("b.md", "can't be read: No such file or directory")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_and_folders(tmp_path):
    write(tmp_path, a="本文", b="本文")
    (tmp_path / "sub").mkdir(mode=0)
    (tmp_path / "b.md").chmod(0)
    posts, problems, _ = load_posts(tmp_path)
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
    posts, problems, _ = load_posts(tmp_path)
    (problem,) = problems
    assert problem == Problem(f"{twins[0]}.md", f"shares the address /{twins[0]}/ with {twins[1]}.md", skipped=False)
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
    write(tmp_path, a="# 坂の上の駅\n\nホームは一つだけです。", b="# 坂の上の駅\n\nホームは一つだけです。")
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md", "b.md"]
    assert posts[0].digest == posts[1].digest
    assert problems == []


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end_or_left_out(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_bytes(b"0123456789")
    at_first = os.stat_result((0o100644, *[0] * 5, 4, *[0] * 3))
    monkeypatch.setattr(load.os, "fstat", lambda fd: at_first)
    assert read_bytes(path, 10) == b"0123456789"
    with pytest.raises(OSError, match="larger than 9 bytes"):
        read_bytes(path, 9)


def test_two_posts_with_one_address_are_named(tmp_path):
    for name in ("2025-02-01-dup.md", "2025-02-01-dup.markdown"):
        (tmp_path / name).write_text("本文です。", encoding="utf-8")
    posts, problems, total = load_posts(tmp_path)
    assert (len(posts), total) == (2, 30)
    reason = "shares the address /2025/02/01/dup/ with 2025-02-01-dup.markdown"
    assert problems == [Problem("2025-02-01-dup.md", reason, skipped=False)]


def test_copies_by_a_file_manager_are_left_out_beside_their_original(tmp_path):
    names = [
        "a.md",
        "a copy.md",
        "a copy 2.md",
        "a Kopie.md",
        "a (1).md",
        "aのコピー.md",
        "b copy.md",
        "my copy.md",
        "c (2).md",
    ]
    for name in names:
        (tmp_path / name).write_text("題です。\n\n本文です。\n", encoding="utf-8")
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a.md", "b copy.md", "c (2).md", "my copy.md"]
    assert {problem.reason for problem in problems} == {"is a copy of a.md, by its name and its text"}
    assert len(problems) == 5


def test_a_copy_that_became_a_post_of_its_own_is_one(tmp_path):
    """On a real blog "… Kopie.md" shared 8 of 19 lines with the post that it is called after, and 4 % of the text."""
    lines = [f"第{i}章の本文です。" for i in range(40)]
    (tmp_path / "a.md").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "a copy.md").write_text("\n".join([*lines[:38], "直した行。", "もう一行。"]), encoding="utf-8")
    (tmp_path / "a copy 2.md").write_text(
        "\n".join([*lines[:20], "別の話です。", "その続きです。", "終わりです。"]), encoding="utf-8"
    )
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["a copy 2.md", "a.md"]
    assert [problem.path for problem in problems] == ["a copy.md"]


def test_the_root_of_a_site_holds_other_people_s_files(tmp_path):
    for name in (
        "_config.yml", "_posts/2024-05-03-onsen.md", "vendor/bundle/foo/README.md", "themes/demo/content/sample.md",
        "node_modules/x/a.md", "news.mdx", "README.md", "index.markdown", "talk.mkdn",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("本文です。" if name != "_config.yml" else "title: x", encoding="utf-8")
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["_posts/2024-05-03-onsen.md", "index.markdown", "talk.mkdn"]
    left_out = "is left out: such a folder holds no posts of one's own"
    assert {problem.path: problem.reason for problem in problems} == {
        "README.md": "is about the files and no post: it has no front matter",
        "news.mdx": "is MDX, which is not read; save it as .md",
        "node_modules": left_out, "themes": left_out, "vendor": left_out,
    }  # fmt: skip


def test_a_category_may_be_called_themes_or_vendor_where_no_site_lies_beside_it(tmp_path):
    for name in ("themes/a.md", "vendor/b.md", "gems/vendor/bundle/c.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("本文です。", encoding="utf-8")
    posts, problems, _ = load_posts(tmp_path)
    assert [post.path for post in posts] == ["themes/a.md", "vendor/b.md"]
    assert [problem.path for problem in problems] == ["gems/vendor"]


def test_options_come_from_the_site_s_configuration_unless_given(tmp_path):
    posts = tmp_path / "travel" / "_posts"
    posts.mkdir(parents=True)
    assert options_for(posts, None, None)[0] == Options()
    (tmp_path / "_config.yml").write_text("permalink: /:categories/:title/\nlang: ja\n", encoding="utf-8")
    options, found = options_for(posts, None, None)
    assert (options.permalink, options.rule, options.main_lang) == ("", "/:categories/:title/", "ja")
    assert (options.site.generator, options.above) == ("Jekyll", ("travel", "_posts"))
    assert found.file == str(tmp_path / "_config.yml")
    options, _ = options_for(posts, "hugo", "en", drafts=True)
    assert (options.permalink, options.main_lang, options.drafts) == ("/:lang/:sections/:slugorfilename/", "en", True)
    with pytest.raises(InputError, match="':jahr'"):
        options_for(posts, "/:jahr/", None)
