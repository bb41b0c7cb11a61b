"""A folder with everything in it that can be wrong with a post: the build goes on, names the files, and answers."""

import os
import unicodedata
from pathlib import Path

import pytest

import rag
from rag.cleaning.split import MAX_CHARS
from rag.posts.load import MAX_BYTES
from tests.conftest import write_post

GOOD = "がらす工房は駅の北口から歩いて七分で、吹きガラスの体験は一人四千八百円、所要時間は五十分である。"
CANARY = "canary"


def fenced(front, body=GOOD):
    return f"---\n{front}\n---\n\n{body}\n"


#: name -> text or bytes. What follows "skip" is left out with a reason, "empty" is reported as empty, "keep" is kept.
POSTS = {
    # B1
    "empty-file.md": "", "empty-front.md": "---\ntitle: 題だけ\n---\n", "keep-code.md": "```\nx = 1\n```\n",
    "none-images.md": "![](a.png)\n\n![写真](b.png)\n",
    # B2
    "keep-bom.md": "\ufeff" + fenced("title: BOMのある記事"), "keep-crlf.md": fenced("title: a").replace("\n", "\r\n"),
    "keep-cr.md": fenced("title: a").replace("\n", "\r"), "skip-utf16.md": GOOD.encode("utf-16-be"),
    "skip-sjis.md": GOOD.encode("cp932"), "skip-eucjp.md": GOOD.encode("euc_jp"), "skip-latin.md": b"caf\xe9 " * 40,
    "skip-cut.md": GOOD.encode()[:-1], "skip-nul.md": "あ\0い".encode(), "skip-binary.md": bytes(range(256)) * 9,
    # B3
    "keep-bidi.md": f"\u202e{GOOD[:9]}\u200b\u2060\ufeff{GOOD[9:]}\u00ad\U000e0041\u2069",
    "keep-surrogate.md": GOOD.encode() + b"\n\n\xed\xa0\xbd\xed\xb8\x80",
    # B4
    "keep-nfd.md": unicodedata.normalize("NFD", GOOD), "keep-expand.md": GOOD + "\n\n" + "\ufdfa" * 1000,
    # B5
    "keep-merge.md": fenced("\n".join(["a: &a {x: 1}", *(f"b{i}: &b{i} {{<<: [*a, *a, *a]}}" for i in range(40))])),
    "keep-alias.md": fenced("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]"), "keep-self.md": fenced("a: &a [*a]"),
    "keep-deep.md": fenced("a: " + "[" * 50_000), "keep-keys.md": fenced("\n".join(f"k{i}: 1" for i in range(9_000))),
    "keep-python.md": fenced(f"a: !!python/object/apply:os.mkdir [{CANARY}]"),
    "keep-int.md": fenced("n: " + "9" * 5_000), "keep-hex.md": fenced("n: 0x" + "f" * 60_000),
    "keep-date.md": fenced("date: 2024-13-45"), "keep-year0.md": fenced("date: 0000-01-01"),
    "keep-norway.md": fenced("title: no\ntags: {a: 1}"), "keep-list.md": fenced("title: [a, b]"),
    "keep-tab.md": fenced("title:\ta\n\tb: c"), "keep-unclosed.md": "---\ntitle: a\n\n" + GOOD,
    "keep-rule.md": f"---\n\n{GOOD}\n\n---\n\nおわり。", "keep-toml.md": f"+++\ntitle = 1\n+++\n\n{GOOD}",
    "keep-json.md": '{"title": "a"}\n\n' + GOOD,
    # B8
    "skip-huge.md": "あ" * MAX_BYTES, "keep-line.md": GOOD * 4_000, "keep-blank.md": "\n" * 1_000_000 + GOOD,
    "keep-headings.md": "\n\n".join(f"# 見出し{i}" for i in range(5_000)) + "\n\n" + GOOD,
    "keep-lists.md": GOOD + "\n\n" + "- " * 2_000 + "深い", "keep-quotes.md": GOOD + "\n\n" + "> " * 2_000 + "深い",
    "keep-brackets.md": GOOD + "\n\n" + "[" * 50_000, "keep-comments.md": GOOD + "\n\n" + "<!--" * 20_000,
    "keep-ticks.md": GOOD + "\n\n" + "`a" * 30_000, "keep-stars.md": GOOD + "\n\n" + "*a_" * 20_000,
    "keep-table.md": GOOD + "\n\n|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
}  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The folder, and the index built from it with the report."""
    home = tmp_path_factory.mktemp("bad")
    posts = home / "posts"
    posts.mkdir()
    for number, (name, content) in enumerate(POSTS.items()):
        data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        # Each its own, so that no post is dropped as a repeat of another.
        (posts / name).write_bytes(data.replace("七分".encode(), f"七分{number}秒".encode()))
    os.mkfifo(posts / "skip-pipe.md")
    (posts / "skip-link.md").symlink_to("/etc/passwd")
    (posts / "loop").symlink_to(".")
    (posts / "hidden").mkdir()
    write_post(posts / "hidden", ".secret.md", "秘密", "2025-01-01", [], [], GOOD)
    write_post(posts, '2025-01-01-"<b>%#😀.md', "名前", "2025-01-01", [], [], f"名前が難しい記事の段落。{GOOD}")
    (posts / os.fsdecode(b"bad\xff.md")).write_text(f"名前がUTF-8でない記事の段落。{GOOD}", encoding="utf-8")
    before = Path.cwd()
    os.chdir(home)
    try:
        yield rag.build_index(posts, home / "ix", adapt=False), home
    finally:
        os.chdir(before)


def test_the_build_names_what_it_left_out_and_keeps_the_rest(bad):
    index, home = bad
    problems = {p.path: p for p in index.report.problems if p.skipped}
    assert {n for n in problems if n.startswith("skip")} == {
        n for n in [*POSTS, "skip-pipe.md", "skip-link.md"] if n.startswith("skip")
    }
    assert {"empty-file.md", "empty-front.md", "loop"} <= problems.keys()
    assert all(p.reason for p in index.report.problems)
    kept = {p.post for p in index.passages()} | {c.post for p in index.passages() for c in p.also_in}
    assert {n for n in POSTS if n.startswith("keep")} - kept == set()
    assert not any(".secret" in path for path in kept)
    assert "none-images.md" in {path for path, *_ in index.posts()} - kept
    assert not (home / CANARY).exists()


def test_passages_stay_short_and_hold_nothing_unseen(bad):
    index, _ = bad
    for p in index.passages():
        assert len(p.text) <= MAX_CHARS
        assert not set(p.text) & set("\u202e\u2069\u200b\u2060\ufeff\u00ad\U000e0041\0")
        assert p.text.isprintable() or "\n" in p.text or "\u3000" in p.text


def test_width_and_composition_of_a_question_do_not_matter(bad):
    index, _ = bad
    questions = [
        "ガラス工房の体験はいくら？",
        "ｶﾞﾗｽ工房の体験はいくら？",
        unicodedata.normalize("NFD", "ガラス工房の体験はいくら？"),
    ]
    found = [[h.passage.id for h in index.search(q, k=5)] for q in questions]
    assert found[0] == found[1] == found[2] != []


def test_names_of_any_kind_are_found_again(bad):
    index, _ = bad
    posts = {path for path, *_ in index.posts()}
    assert {'2025-01-01-"<b>%#😀.md', "bad\\xff.md"} <= posts
    for post in posts:
        post.encode("utf-8")


def test_a_second_build_of_all_that_changes_nothing(bad):
    index, home = bad
    again = rag.build_index(home / "posts", home / "ix")
    assert again.generation.id == index.generation.id
    assert {p.path for p in again.report.problems} == {p.path for p in index.report.problems}
