"""The way from posts to passages, over small posts with the usual flaws."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.cleaning.prepare import cache_key, prepare
from rag.indexing.build_cache import read_cleaned, write_cache
from rag.storage.packed_rows import LeftOut
from rag.types import Post


def post(body: str, name: str = "a.md", title: str = "パンの話", line: int = 1) -> Post:
    return Post(name, title, "2026-01-01", f"/{name}/", (), (), body, line, name)


FLAWED = """\
# パンの話

## 生地を休ませる

生地は冷蔵庫で一晩休ませます。低い温度でゆっくり発酵させると、小麦の甘みが引き出されるからです。翌朝は室温に三十分置きます。

---END---

## 生地を休ませる

生地は冷蔵庫で一晩休ませます。低い温度でゆっくり発酵させると、小麦の甘みが引き出される

## 関連記事

- [窯の話](/2026/01/02/kama/)
- [粉の話](/2026/01/03/kona/)
"""


def test_a_flawed_post_becomes_one_passage_with_its_heading_and_lines() -> None:
    made = prepare([post(FLAWED, line=5)])
    assert [(p.heading, p.start_line, p.end_line) for p in made.passages] == [("生地を休ませる", 9, 9)]
    assert made.passages[0].text.endswith("室温に三十分置きます。")
    reasons = {d.reason for d in made.dropped}
    assert reasons >= {"title_repeated", "marker", "link_list", "cut_repeated"}


def test_nothing_in_nothing_out() -> None:
    made = prepare([])
    assert (made.passages, made.dropped, made.cleaned) == ([], [], {})


def test_an_identical_post_is_listed_and_not_kept_twice() -> None:
    made = prepare([post(FLAWED), post(FLAWED, "b.md")])
    assert [p.post for p in made.passages] == ["a.md"]
    assert [c.post for c in made.passages[0].also_in] == ["b.md"]


def test_what_was_cleaned_before_is_taken_over() -> None:
    first = prepare([post(FLAWED)])
    again = prepare([post(FLAWED)], cached=first.cleaned)
    assert again == first


BLOG = [
    post(
        "## 窯\n\n" + "".join(f"{n}番の煉瓦は目地をずらして積み、糸で水平を見ます。" for n in range(30)),
        f"{i}.md",
        f"{i}の話",
    )
    for i in range(8)
] + [post(FLAWED, f"x{i}.md") for i in range(3)]


def test_what_was_kept_in_a_file_is_taken_over(tmp_path: Path) -> None:
    """Splitting included, as long as the same texts recur over the posts."""
    first = prepare(BLOG)
    keys = {p.path: cache_key(p) for p in BLOG}
    write_cache(tmp_path, BLOG, [], {path: first.cleaned[key] for path, key in keys.items()}, first.passages)
    rows: dict[str, list[tuple[str, str, str, str, int, int]]] = {}
    for p in first.passages:
        rows.setdefault(p.post, []).append((p.id, p.text, p.heading, p.date, p.start_line, p.end_line))
    left_out = {}
    for path, key in keys.items():
        clean = first.cleaned[key]
        assert clean.split
        left_out[path] = [LeftOut.of(path, clean.dropped), LeftOut.of(path, clean.split.dropped)]
    read = {keys[path]: clean for path, clean in read_cleaned(tmp_path, BLOG, left_out, rows).items()}
    again = prepare(BLOG, cached=read)
    assert (again.passages, again.later, again.dropped) == (first.passages, first.later, first.dropped)
    fewer = [p for p in BLOG if p.path.startswith("x")]
    assert prepare(fewer, cached=read).passages == prepare(fewer).passages


def test_a_changed_post_is_cleaned_again_and_the_others_are_not() -> None:
    cached = prepare(BLOG).cleaned
    changed = replace(BLOG[0], body="窯は南に向けません。", digest="new")
    seen: list[tuple[int, int]] = []
    made = prepare([changed, *BLOG[1:]], cached=cached, progress=lambda stage, done, total: seen.append((done, total)))
    assert (1, 1) in seen
    assert made == prepare([changed, *BLOG[1:]])


def test_a_renamed_post_is_reported_under_its_new_name() -> None:
    cached = prepare([post(FLAWED)]).cleaned
    made = prepare([post(FLAWED, "renamed.md")], cached=cached)
    assert {d.post for d in made.dropped} == {"renamed.md"}


def test_two_processes_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = prepare(BLOG)
    monkeypatch.setattr("rag.cleaning.prepare.PARALLEL_FROM", 0)
    monkeypatch.setattr("rag.cleaning.prepare.BATCH", 3)
    assert prepare(BLOG) == alone


def test_ids_are_unique_and_every_passage_opens_in_its_post() -> None:
    made = prepare(BLOG)
    assert len({p.id for p in made.passages}) == len(made.passages)
    bodies = {p.path: p.body.split("\n") for p in BLOG}
    for passage in made.passages:
        lines = "\n".join(bodies[passage.post][passage.start_line - 1 : passage.end_line])
        assert passage.text.split("\n")[0][:10] in lines


def test_everything_left_out_is_told_in_the_order_of_the_posts() -> None:
    dropped = prepare(BLOG).dropped
    assert [(d.post, d.start_line) for d in dropped] == sorted((d.post, d.start_line) for d in dropped)


@pytest.mark.parametrize("body", ["", "---\n", "![](a.png)\n", "```\nx = 1\n```\n", "窯\n", "\ufffd", "。" * 700])
def test_odd_posts_make_no_trouble(body: str) -> None:
    made = prepare([post(body)])
    assert all(p.text.strip() for p in made.passages)


def test_a_footer_of_all_posts_is_in_one_passage() -> None:
    footer = "\n\nこの日誌は窯の会が毎週書いています。"
    made = prepare(
        [post(f"{i}日目は、煉瓦を{i}段積みました。雨が降る前に終えました。{footer}", f"{i}.md") for i in range(5)]
    )
    assert [p.post for p in made.passages if "窯の会" in p.text] == ["0.md"]
    assert sum(d.reason == "boilerplate" for d in made.dropped) == 4
