"""Row B5 of the bad-input list: hostile, broken and odd blocks at the top of a post."""

import os
import time

import pytest

from rag.posts.front_matter import read

BODY = "\n本文の一行目。\n"

MERGE_BOMB = "a: &a {x: 1}\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [*{chr(97 + i)}, *{chr(97 + i)}]}}" for i in range(22)
)
ALIAS_BOMB = "a: &a [x, x]\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(22)
)


def post(block, body=BODY):
    return f"---\n{block}\n---\n{body}"


def test_an_ordinary_block():
    front = read(post('layout: post\ntitle: "駅前の話: 前編"\ndate: 2025-03-04 10:00:00 +0900\ntags: [鉄道, "駅"]'))
    assert front.fields == {
        "layout": "post",
        "title": "駅前の話: 前編",
        "date": "2025-03-04 10:00:00 +0900",
        "tags": ["鉄道", "駅"],
    }
    assert (front.body, front.body_line, front.problem) == (BODY, 7, "")


def test_values_stay_as_written():
    """No country code becomes false, no version a number, no time a count of seconds."""
    front = read(post("title: no\nversion: 1.10\ntime: 12:30:45\nold: 010\nbig: " + "9" * 5000))
    assert front.fields == {"title": "no", "version": "1.10", "time": "12:30:45", "old": "010", "big": "9" * 5000}


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (MERGE_BOMB, "uses YAML anchors or aliases"),
        (ALIAS_BOMB, "uses YAML anchors or aliases"),
        ("a: &a [*a]", "uses YAML anchors or aliases"),
        ("title: " + "[" * 60_000, "is nested deeper than 16 levels"),
        ("title: " + "{a: " * 10_000, "is nested deeper than 16 levels"),
        ("- " * 30_000, None),
        ("title: x\ntags: [" + "x, " * 6_000 + "x]", "holds more than 5,000 values"),
        ("\n".join(f"k{i}: v" for i in range(50_000)), "is longer than 65,536 characters"),
        ("title: " + "0x" * 100_000, "is longer than 65,536 characters"),
        ("title: x\n\ttags: y", "is not valid YAML (line 3: "),
        ('title: "\\ud800"', "is not valid YAML (line 2: "),
        ("title: [x", "is not valid YAML"),
        ("title: x\n? [a]\n: b", "is not valid YAML"),
    ],
)
def test_dangerous_and_broken_blocks_cost_the_block_only(block, reason):
    started = time.process_time()
    front = read(post(block))
    assert time.process_time() - started < 2  # a hang takes minutes; not a benchmark
    if reason:
        assert reason in front.problem
        assert front.body == BODY
    else:  # not like front matter at all: kept as text
        assert front.body == post(block)


def test_no_code_runs(tmp_path):
    """The canary of a YAML loader that makes objects."""
    canary = tmp_path / "canary"
    for tag in ("!!python/object/apply:os.system", "!!python/object/new:os.system", "!!python/name:os.system"):
        front = read(post(f"title: {tag} ['touch {canary}']\ndate: 2025-01-01"))
        assert front.fields["title"] == [f"touch {canary}"]
        assert front.fields["date"] == "2025-01-01"
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_plain_lines_are_saved_from_a_broken_block():
    """A colon in an unquoted title is the commonest mistake; a draft must not slip out because of it."""
    front = read(post("title: 第一回: 豆を選ぶ\ndraft: true\ntags: [豆, 'お茶']\nextra: {a: [}"))
    assert front.fields == {"title": "第一回: 豆を選ぶ", "draft": "true", "tags": ["豆", "お茶"]}
    assert (front.body, front.body_line) == (BODY, 7)
    assert front.problem.startswith("its front matter is not valid YAML (line 2: ")


@pytest.mark.parametrize(
    "text",
    [
        "---\n\n規則の線で始まる本文。\n\n---\n\n続き。\n",
        "---\n注意: これは本文の一行。\n---\n続き。\n",
        '{"a": 1} は波括弧で始まる本文。\n',
        '{"title": "JSON"} に続く本文。\n',
        '{"title": "閉じない"\n本文。\n',
        "{{< figure >}}\n本文。\n",
        '{"colour": "何も分からない"}\n\n本文。\n',
        "---",
        "---\n",
        "",
        "本文だけ。\n\n---\ntitle: x\n---\n",
        "+++\n閉じない",
    ],
)
def test_prose_is_not_taken_for_front_matter(text):
    front = read(text)
    assert (front.fields, front.body, front.body_line) == ({}, text, 1)


def test_unclosed_block():
    """Lines like fields are fields; everything after is body, also when a rule below looks like the closing fence."""
    closed_by_chance = read("---\ntitle: 閉じ忘れ\ndraft: no\n\n本文。\n\n---\n\n続き。\n")
    assert closed_by_chance.fields == {"title": "閉じ忘れ", "draft": "no"}
    assert (closed_by_chance.body, closed_by_chance.body_line) == ("\n本文。\n\n---\n\n続き。\n", 4)
    never = read("---\ntitle: 閉じ忘れ\n本文。\n")
    assert (never.fields, never.body, never.body_line) == ({"title": "閉じ忘れ"}, "本文。\n", 3)
    for front in (closed_by_chance, never):
        assert front.problem == "its front matter has no closing line ---; the first lines were taken for it"


def test_empty_block_dots_and_toml():
    assert read("---\n---\n本文") == read("---\n\n---\n本文").__class__({}, "本文", 3)
    assert read("---\ntitle: x\n...\n本文").body == "本文"
    toml = read('+++\ntitle = "題"\ntags = ["a", "b"]\ndraft = true\n+++\n本文')
    assert toml.fields == {"title": "題", "tags": ["a", "b"], "draft": "true"}
    assert toml.problem == ""
    assert (toml.body, toml.body_line) == ("本文", 6)


def test_toml_is_read_as_toml():
    front = read(
        '+++\ntitle = "夏の予定" # 仮の題\ndate = 2025-02-22T10:00:00+09:00\ndraft = true # まだ\nweight = 1.50\n'
        '[taxonomies]\ntags = ["旅"]\n[extra]\ntitle = "別"\n+++\n\n本文'
    )
    assert front.fields == {
        "title": "夏の予定", "date": "2025-02-22 10:00:00+09:00", "draft": "true", "weight": "1.5", "tags": ["旅"],
        "taxonomies": {"tags": ["旅"]}, "extra": {"title": "別"},
    }  # fmt: skip
    assert (front.body, front.body_line, front.problem, front.unread) == ("\n本文", 11, "", "")


@pytest.mark.parametrize(
    "block",
    ['title = "題"\ntitle = "二度"\ndraft = true # x', "draft = true\nx = [", "draft = true\n" + "a = " + "[" * 60_000],
)
def test_toml_that_can_not_be_read_gives_its_plain_lines(block):
    front = read(f"+++\n{block}\n+++\n本文")
    assert front.fields["draft"] == "true"
    assert (front.body, front.unread) == ("本文", block)
    assert front.problem.startswith("its front matter is not valid TOML (")


def test_json_is_read_when_it_is_front_matter():
    front = read('{\n  "title": "夏の予定",\n  "tags": ["旅"],\n  "draft": true,\n  "weight": null\n}\n\n本文')
    assert front.fields == {"title": "夏の予定", "tags": ["旅"], "draft": "true", "weight": ""}
    assert (front.body, front.body_line) == ("\n本文", 7)


def test_blank_lines_before_and_longer_fences():
    for text, line in (
        ("\n\n---\ntitle: x\n---\n本文", 6),
        ("------\ntitle: x\n------\n本文", 4),
        (" \n+++\ntitle = 'x'\n+++\n本文", 5),
    ):
        front = read(text)
        assert (front.fields, front.body, front.body_line) == ({"title": "x"}, "本文", line)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("draft: true # あとで", "true"),
        ("draft: 'true' # あとで", "true"),
        ('draft: "a # b" # c', "a # b"),
        ("draft: a#b", "a#b"),
        ("draft:   # nothing", ""),
        ("draft: x" + " " * 30_000 + "y", "x" + " " * 30_000 + "y"),
    ],
)
def test_comments_behind_values_of_a_broken_block(line, value):
    assert read(f"---\ntitle: a: b\n{line}\n---\n本文").fields["draft"] == value


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("title: a\ndate: 2024-01-02\n---\n本文", {"title": "a", "date": "2024-01-02"}),  # Hexo
        (';;;\n"title": "a",\n"tags": ["x"]\n;;;\n本文', {"title": "a", "tags": ["x"]}),
        ('"title": "a",\n"date": "2024-01-02"\n;;;\n本文', {"title": "a", "date": "2024-01-02"}),
        ("Title: a: b\nDate: 2024-01-02\n\n本文", {"title": "a: b", "date": "2024-01-02"}),  # Pelican
        ("<!--\n.. title: a\n.. slug: b\n\n-->\n本文", {"title": "a", "slug": "b"}),  # Nikola
        ('---toml\ntitle = "a"\n---\n本文', {"title": "a"}),
        ('---json\n{"title": "a"}\n---\n本文', {"title": "a"}),
        ("---yml\ntitle: a\n---\n本文", {"title": "a"}),
        ("--- # a note\ntitle: a\n---\n本文", {"title": "a"}),
        ("<!-- SPDX-License-Identifier: CC-BY-4.0 -->\n\n---\ntitle: a\n---\n本文", {"title": "a"}),
        ('\n\n+++\ntitle = "a # b" # c\n[extra]\nauthor = "南"\n+++\n本文',
         {"title": "a # b", "author": "南", "extra": {"author": "南"}}),
    ],
)  # fmt: skip
def test_every_generator_s_block(text, fields):
    front = read(text)
    assert (front.fields, front.body.strip(), front.problem) == (fields, "本文", "")
    assert text.split("\n")[front.body_line - 1 :] == front.body.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "title: 一行だけの本文\n---\n続き",
        "Note: these are words\nthat begin a text\n---\n続き",
        "Title: a play in three acts\n\n本文",
        "{ほげ}の話。",
        '{% include "x.html" %}\n\n本文',
        '{"a": 1}\n\n本文',
        '{"title": broken',
        "<!-- 注 -->\n本文",
        "<!--\n.. note: x\n-->\n本文",
        ";;; 区切り\n本文",
        "+++ 足し算\n本文",
    ],
)
def test_prose_that_looks_like_a_block_is_prose(text):
    front = read(text)
    assert (front.fields, front.body, front.body_line) == ({}, text, 1)


def test_hostile_beginnings_are_linear():
    for text in (
        "<!--" * 50_000,
        "<!-- -->\n" * 50_000,
        "a: b\n" * 100_000,
        '{"title": ' * 50_000,
        '{"title": "x", "date": "' + "[" * 300_000,
        "<!--\n" + ".. a: b\n" * 50_000,
        "+++\n" + "a = 1\n" * 50_000,
    ):
        started = time.process_time()
        read(text)
        assert time.process_time() - started < 2  # a hang takes minutes; not a benchmark
