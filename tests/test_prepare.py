"""The way from posts to passages, over small posts with the usual flaws."""

from rag.prepare import prepare
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
