"""Markdown as blogs write it: what becomes a heading, a list, a table, code, and on which lines."""

import pytest

from rag.cleaning.markdown import read_markdown
from rag.cleaning.pieces import LOOKALIKE_LEVEL, Piece, runs, sections


def pieces(body: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in read_markdown(body)]


def texts(body: str) -> list[str]:
    return [piece.text for piece in read_markdown(body)]


@pytest.mark.parametrize(
    ("line", "level"),
    [("## 火入れ", 2), ("##火入れ", LOOKALIKE_LEVEL), ("**火入れ**", LOOKALIKE_LEVEL), ("■ 火入れ", LOOKALIKE_LEVEL),
     ("◆火入れ", LOOKALIKE_LEVEL), ("<h3>火入れ</h3>", 3), ("火入れ\n===", 1), ("## 火入れ {#fire .big}", 2)],
)  # fmt: skip
def test_headings_however_they_are_written(line: str, level: int) -> None:
    found = read_markdown(f"{line}\n\n弱火です。")
    assert [(p.kind, p.text, p.level) for p in found] == [("heading", "火入れ", level), ("text", "弱火です。", 0)]


def test_a_bold_line_above_its_paragraph_is_a_heading() -> None:
    found = read_markdown("**1. 火入れ:**\n弱火で一時間です。")
    assert [(p.kind, p.text, p.start_line) for p in found] == [
        ("heading", "1. 火入れ:", 1),
        ("text", "弱火で一時間です。", 2),
    ]


def test_a_bold_line_with_a_question_in_it_is_a_heading_and_an_underlined_sentence_is_none() -> None:
    assert read_markdown("**窯はなぜ熱いのか？その仕組み**\n\n炭だから。")[0].kind == "heading"
    assert [p.kind for p in read_markdown("窯の作り方を一緒に考えていきましょう。\n---\n")] == ["text", "rule"]


@pytest.mark.parametrize(
    "line", ["**窯は熱い。触らないこと。**", "**" + "とても長い強調" * 12 + "**", "**窯**は熱い", "#窯"]
)
def test_what_is_no_heading(line: str) -> None:
    assert read_markdown(line)[0].kind == "text"


def test_emphasis_that_commonmark_leaves_open_goes() -> None:
    """A bold sentence that ends in 。 and is followed by a letter has no closing mark by the rules."""
    assert texts("まず**火を入れる。**そして待つ。") == ["まず火を入れる。そして待つ。"]


def test_japanese_lines_are_joined_without_a_space_and_others_with_one() -> None:
    assert texts("文の途中で\n改行します。\nここは次の文です。") == ["文の途中で改行します。\nここは次の文です。"]
    assert texts("A line that is\nwrapped. And\nmore.") == ["A line that is wrapped. And more."]


def test_lists_keep_marks_depth_and_paragraphs() -> None:
    body = "- 粉\n  - 強力粉\n- 水\n\n3. 量る\n4. こねる\n\n   十分ほど。\n"
    assert pieces(body) == [
        ("list", "- 粉"), ("list", "  - 強力粉"), ("list", "- 水"),
        ("list", "3. 量る"), ("list", "4. こねる"), ("list", "十分ほど。"),
    ]  # fmt: skip
    assert [p.level for p in read_markdown(body)] == [1, 2, 1, 1, 1, 1]


@pytest.mark.parametrize("mark", ["・", "• ", "○ "])
def test_bullets_that_markdown_does_not_know(mark: str) -> None:
    assert pieces(f"材料：\n{mark}粉 500g\n{mark}水 350g") == [
        ("text", "材料："), ("list", "- 粉 500g"), ("list", "- 水 350g"),
    ]  # fmt: skip


def test_a_table_reads_row_by_row() -> None:
    body = "| 項目 | 費用 |\n|---|--:|\n| 煉瓦 | [1万円](/x) |\n| 砂 |  |\n"
    found = read_markdown(body)
    assert [(p.kind, p.text) for p in found] == [("table", "項目: 煉瓦 / 費用: 1万円\n項目: 砂")]
    assert (found[0].start_line, found[0].end_line, found[0].links) == (1, 4, ("/x",))


def test_code_stays_as_written() -> None:
    body = "```python\n# 窯\ndef f():\n    return '{{ x }} **a**'\n```\n"
    assert pieces(body) == [("code", "# 窯\ndef f():\n    return '{{ x }} **a**'")]
    assert pieces("    x = 1\n    y = 2\n") == [("code", "x = 1\ny = 2")]


def test_inline_code_stays_as_written() -> None:
    assert texts("値は `{{ a }}` と `[x](y)` と `**z**` です。") == ["値は {{ a }} と [x](y) と **z** です。"]


def test_prose_indented_by_four_is_prose() -> None:
    body = "    窯は三日かけて乾かします。\n    *   弱火で一時間、様子を見ます。\n"
    assert pieces(body) == [("text", "窯は三日かけて乾かします。"), ("list", "- 弱火で一時間、様子を見ます。")]


def test_footnotes_stand_where_they_are_written() -> None:
    body = "窯は熱い[^1]。\n\n[^1]: 二百八十度です。\n\n## 次\n\n終わりです。"
    assert pieces(body) == [
        ("text", "窯は熱い。"), ("text", "二百八十度です。"), ("heading", "次"), ("text", "終わりです。"),
    ]  # fmt: skip


def test_math_stays_as_written() -> None:
    assert texts("比は $a_i * b_i$ です。") == ["比は $a_i * b_i$ です。"]
    assert texts("$$\nx_1 = y_2\n$$") == ["x_1 = y_2"]


def test_prices_are_no_math() -> None:
    assert texts("It rose from $10 to $20 a bag.") == ["It rose from $10 to $20 a bag."]


def test_containers_of_zenn_lose_their_marks_and_keep_their_title() -> None:
    assert texts(":::message\n窯は熱い。\n:::") == ["窯は熱い。"]
    assert texts(":::details 材料\n粉です。\n:::") == ["材料：", "粉です。"]


def test_alerts_and_quotes() -> None:
    assert pieces("> [!NOTE]\n> 窯は熱い。") == [("quote", "窯は熱い。")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("窯です。{: .lead}", "窯です。"),
        ("窯です。{:.lead #top}", "窯です。"),
        ("{% include x %}窯です。", "窯です。"),
        ("窯は{{ site.name }}です。", "窯はです。"),
        ("窯{{< ruby かま >}}です。", "窯です。"),
        ("[窯](/a)と[粉](/b)です。", "窯と粉です。"),
        ("[窯の話](/2026/01/", "窯の話"),
        ("[窯の話](/2026/01 02/)です。", "窯の話です。"),
        ("窯&amp;粉 \\*です", "窯&粉 *です"),
        ("[古い窯][] と [粉][kona] です。", "古い窯 と 粉 です。"),
        ("snake_case と **init** の話", "snake_case と init の話"),
    ],
)
def test_markup_inside_a_line(line: str, text: str) -> None:
    assert texts(line) == [text]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("<p>窯です。<br>熱い。</p>", [("text", "窯です。\n熱い。")]),
        ("<table><tr><td>煉瓦</td><td>1万円</td></tr></table>", [("table", "煉瓦 / 1万円")]),
        ("<div>\n<h2>火入れ</h2>\n弱火です。\n</div>", [("heading", "火入れ"), ("text", "弱火です。")]),
        ("<details><summary>なぜ</summary>\n\n遅いから。\n\n</details>",
         [("text", "なぜ"), ("text", "遅いから。"), ("hidden", "</details>")]),
        ("<!-- more --> 窯です。", [("hidden", "<!-- more -->"), ("text", "窯です。")]),
        ("<script>\nalert(1)\n</script>", [("hidden", "<script>\nalert(1)\n</script>")]),
        ("<div style='x'></div>", [("hidden", "<div style='x'></div>")]),
        ("<p>&lt;b&gt; は太字です</p>", [("text", "<b> は太字です")]),
    ],
)  # fmt: skip
def test_raw_html(block: str, expected: list[tuple[str, str]]) -> None:
    assert pieces(block) == expected


def test_a_text_that_lost_its_line_breaks_gets_them_back() -> None:
    body = "窯は三日かけて乾かします。" * 25 + " ## 火入れ 弱火です。 --- ## 関連記事 - [粉](/k) - [塩](/s)"
    found = read_markdown(body, first_line=7)
    assert [p.kind for p in found] == ["text", "heading", "rule", "heading", "list", "list"]
    assert {(p.start_line, p.end_line) for p in found} == {(7, 7)}


def test_dashes_of_an_english_text_are_no_rules() -> None:
    body = "The oven --- built in May --- took three days to dry. " * 10
    assert [p.kind for p in read_markdown(body)] == ["text"]


def test_sections_and_runs() -> None:
    found = [Piece(kind, "", 1, 1) for kind in ("text", "heading", "list", "list", "heading", "text", "list")]
    assert list(sections(found)) == [(0, 1), (1, 4), (4, 7)]
    assert list(runs(found, "list")) == [(2, 4), (6, 7)]
    assert list(sections([])) == []
    assert list(runs([], "list")) == []


@pytest.mark.parametrize(
    "body",
    ["[" * 50_000, "*a_" * 20_000, "<" * 50_000, "^[" * 20_000, "`" * 50_000, "$a " * 20_000, "- " * 2_000, ">" * 5_000,
     "a " + "# " * 50_000],
)  # fmt: skip
def test_hostile_markup_is_read(body: str) -> None:
    """Each took minutes, or the stack, with a parser that tries every way out."""
    assert len(read_markdown(body)) <= 2_000
