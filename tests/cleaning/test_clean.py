"""The rules that decide what of a post is its text: what goes, under which name, and what must stay."""

import pytest

from rag.cleaning.clean import RULES, clean_post
from rag.cleaning.site_rules import SiteRules
from rag.types import CleanPost, Post


def clean(body: str, title: str = "窯を作る", rules: SiteRules | None = None, line: int = 1) -> CleanPost:
    return clean_post(Post("a.md", title, "2026-01-01", "/a/", (), (), body, line, "0"), rules)


def kept(body: str, **options) -> list[str]:
    return [block.text for block in clean(body, **options).blocks]


def dropped(body: str, **options) -> list[tuple[str, int, str]]:
    return [(d.reason, d.start_line, d.text) for d in clean(body, **options).dropped]


def test_rules_have_names_and_words() -> None:
    names = [rule.__name__ for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.__doc__ for rule in RULES)


@pytest.mark.parametrize(
    "piece",
    ["# 庭に石窯を作る、その費用と日数", "**庭に石窯を作る、その費用と日数**", "庭に石窯を作る、その費用と日数とは"],
)
def test_most_of_the_title_is_the_title_again(piece: str) -> None:
    title = "2026年版・庭に石窯を作る、その費用と日数（写真つき）"
    assert kept(f"{piece}\n\n窯は三日かけて乾かします。", title=title) == ["窯は三日かけて乾かします。"]


@pytest.mark.parametrize(
    "piece", ["## 庭に石窯を作る", "## 庭に石窯を作る前に、地面と水はけを調べる", "庭に石窯を作る、その費用と日数は？"]
)
def test_a_few_words_of_the_title_another_wording_and_a_sentence_of_it_stay(piece: str) -> None:
    title = "2026年版・庭に石窯を作る、その費用と日数は？（写真つき）"
    assert kept(f"{piece}\n\n窯は三日かけて乾かします。", title=title)[0] == piece.lstrip("# ")


def test_text_after_related_links_belongs_to_the_section_before() -> None:
    links = "## あわせて読みたい\n\n- [煉瓦の話](/renga/)\n- [粉の話](/kona/)"
    body = f"## 火入れ\n\n弱火で焚きます。\n\n{links}\n\n次の日に灰を出します。\n"
    assert kept(body) == ["火入れ", "弱火で焚きます。", "次の日に灰を出します。"]
    assert kept("## 関連記事\n\nこの話には続きがあります。\n\n[続き](/2/)\n")[0] == "関連記事"


def test_a_plain_post_loses_nothing() -> None:
    body = "窯は三日かけて乾かします。\n\n## 火入れ\n\n- 弱火で一時間\n- 強火で二時間\n"
    assert kept(body) == ["窯は三日かけて乾かします。", "火入れ", "- 弱火で一時間", "- 強火で二時間"]
    assert dropped(body) == []


def test_lines_are_those_of_the_file() -> None:
    blocks = clean("一行目です。\n\n二つ目の段落は\n二行あります。\n", line=9).blocks
    assert [(b.start_line, b.end_line) for b in blocks] == [(9, 9), (11, 12)]


@pytest.mark.parametrize(
    "mark",
    [
        "---",
        "***",
        "---END---",
        "--- END ---",
        "=== END ===",
        "END",
        "<<<<<<< HEAD",
        ">>>>>>> Stashed changes",
        "・・・",
    ],
)
def test_marks_go(mark: str) -> None:
    body = f"前の段落です。\n\n{mark}\n\n後の段落です。"
    assert kept(body) == ["前の段落です。", "後の段落です。"]
    assert [(reason, line) for reason, line, _ in dropped(body)] == [("marker", 3)]


def test_a_conflict_keeps_both_sides() -> None:
    body = "<<<<<<< HEAD\nこちらの版です。\n=======\nあちらの版です。\n>>>>>>> other\n"
    assert kept(body) == ["こちらの版です。", "あちらの版です。"]
    assert [reason for reason, _, _ in dropped(body)] == ["marker"] * 3


def test_a_mark_inside_code_stays() -> None:
    assert kept("```\nEND\n=======\n```") == ["END\n======="]


def test_a_paragraph_above_a_rule_is_no_heading() -> None:
    body = "これは長い段落です。線がすぐ下にありますが、見出しではありません。\n---\n\n続きです。"
    assert [b.kind for b in clean(body).blocks] == ["text", "text"]


def test_an_underlined_line_is_a_heading() -> None:
    assert [(b.kind, b.level) for b in clean("材料\n====\n\n粉です。").blocks] == [("heading", 1), ("text", 0)]


@pytest.mark.parametrize(
    "line", ["# 窯を作る", "**窯を作る**", "「窯を作る」", "窯を作る", "## 窯を作る (47文字)", "『窯を作る』。"]
)
def test_the_title_once_more_goes(line: str) -> None:
    assert kept(f"{line}\n\n煉瓦を四十個使います。") == ["煉瓦を四十個使います。"]


def test_another_wording_of_the_title_stays() -> None:
    assert kept("窯を作る前に読む話\n\n煉瓦です。") == ["窯を作る前に読む話", "煉瓦です。"]


def test_a_note_of_length_goes_from_a_heading() -> None:
    assert kept("## 火入れの手順（1200文字）\n\n弱火です。")[0] == "火入れの手順"


@pytest.mark.parametrize(
    "heading", ["## 関連記事", "### あわせて読みたい", "**関連記事**", "## Related posts", "See also\n---", "## 参考"]
)
def test_a_list_of_links_goes_with_its_heading(heading: str) -> None:
    body = f"本文です。\n\n{heading}\n\n- [粉の話](/kona)\n- [塩の話](/shio)\n"
    assert kept(body) == ["本文です。"]
    assert {reason for reason, _, _ in dropped(body)} == {"link_list"}


def test_a_list_with_words_around_its_links_stays() -> None:
    assert kept("- [粉屋](/k)では国産の強力粉を一袋八百円で買えます。\n") == [
        "- 粉屋では国産の強力粉を一袋八百円で買えます。"
    ]


def test_a_bare_address_goes() -> None:
    assert dropped("https://example.com/oven\n") == [("link_list", 1, "https://example.com/oven")]


ADVERT = """\
## おすすめの本

### [窯の本](https://www.amazon.co.jp/dp/0000000000/?tag=example-22)

窯づくりの基本がわかる一冊です。

[Amazonで見る](https://www.amazon.co.jp/dp/0000000000/?tag=example-22)

*※ アフィリエイトリンクを含みます。*

## 乾燥

三日かけて乾かします。
"""


def test_an_advertisement_goes_with_the_headings_above_it() -> None:
    assert kept(ADVERT) == ["乾燥", "三日かけて乾かします。"]
    assert {reason for reason, _, _ in dropped(ADVERT)} == {"promotion"}


def test_the_text_below_an_advertisement_stays() -> None:
    body = (
        "## 相談\n\nお気軽にどうぞ。\n\n[申し込む](/c?utm_medium=cta)\n\n"
        + "煉瓦は一つずつ水に浸してから積みます。" * 8
    )
    assert kept(body) == ["煉瓦は一つずつ水に浸してから積みます。" * 8]


def test_a_paragraph_that_holds_a_paid_link_stays() -> None:
    body = "この[温度計](https://amzn.to/abc)は三年使っていますが、狂ったことがありません。二千円ほどで買えます。"
    assert kept(body) == ["この温度計は三年使っていますが、狂ったことがありません。二千円ほどで買えます。"]


def test_a_text_about_affiliate_marketing_stays() -> None:
    body = "アフィリエイトリンクとは、紹介した商品が売れると報酬が入る仕組みです。" * 6
    assert kept(body) == [body]


@pytest.mark.parametrize(
    "note",
    [
        "The article has 3600 characters. This is within the requested range of 3000-4000 characters.",
        "(文字数確認: 約3900文字)",
        "はい、承知いたしました。記事の続きを書いて完成させます。",
        "【既存の記事の最後の部分】",
        "I am unable to perform the web search because the quota is used up.",
        "As an AI language model, I cannot taste bread.",
        "Please let me know if you'd like me to try again.",
    ],
)
def test_machine_chatter_goes(note: str) -> None:
    assert dropped(f"{note}\n\n窯の話です。") == [("machine_chatter", 1, note)]


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to say that the bakery closed last week.",
        "I have written a book about rye bread.",
        "Please let me know if you like the recipe.",
        "以下の記事を読んでから窯を作り直しました。",
        "承知しました、と職人は短く答えた。",
        "The article I read says that flour has protein.",
    ],
)
def test_what_only_begins_like_chatter_stays(text: str) -> None:
    assert kept(text) == [text]


def test_chatter_does_not_take_the_text_below_it() -> None:
    assert kept("続きを書いてください：\n窯は三日で乾きました。") == ["窯は三日で乾きました。"]


def test_a_brief_to_the_writer_goes_with_its_list_and_heading() -> None:
    body = "本文です。\n\n【注意】\n- フロントマターは追加しない\n- 既存の内容を繰り返さない\n- 自然な文体で書く\n"
    assert kept(body) == ["本文です。"]
    assert {reason for reason, _, _ in dropped(body)} == {"writing_brief"}


def test_advice_on_writing_stays_when_nothing_gives_it_away_as_a_brief() -> None:
    body = "## 文章のこつ\n\n- 短い文章で書く\n- 同じ表現を避ける\n"
    assert kept(body) == ["文章のこつ", "- 短い文章で書く", "- 同じ表現を避ける"]


def test_noise_goes() -> None:
    assert [reason for reason, _, _ in dropped("窯${}^{}" * 100)] == ["degenerate"]
    assert [reason for reason, _, _ in dropped("あい" * 3000)] == ["degenerate"]


def test_comments_scripts_and_template_code_go() -> None:
    body = "<!-- more -->\n\n<script>\nx()\n</script>\n\n{% include ad.html %}\n\n{{< figure src=x >}}\n\n本文です。"
    assert kept(body) == ["本文です。"]
    assert {reason for reason, _, _ in dropped(body)} == {"no_text"}


def test_images_go_and_say_what_they_showed() -> None:
    assert dropped("![煉瓦の窯](kama.jpg)") == [("image_only", 1, "煉瓦の窯")]


def test_a_second_front_matter_goes() -> None:
    body = "本文です。\n\n---\nlayout: post\ntitle: 窯\ndate: 2026-01-01\n---\n\n続きです。"
    assert kept(body) == ["本文です。", "続きです。"]
    assert ("front_matter_in_body", 4, "layout: post title: 窯date: 2026-01-01") in dropped(body)


def test_replacement_characters_go_from_the_text() -> None:
    assert kept("窯の温度は高\ufffdい。") == ["窯の温度は高い。"]


def test_site_rules_drop_patterns_sections_and_code() -> None:
    body = (
        "広告: 煉瓦の店\n\n## 私について\n\n窯が好きです。\n\n### 連絡先\n\n駅前です。\n\n"
        "## 本文\n\n三日です。\n\n```\nx\n```"
    )
    rules = SiteRules(drop_patterns=("^広告: ",), drop_sections=("私について",), keep_code=False)
    assert kept(body, rules=rules) == ["本文", "三日です。"]
    assert [reason for reason, _, _ in dropped(body, rules=rules)] == [
        "site_pattern", "site_section", "site_section", "site_section", "site_section", "site_code",
    ]  # fmt: skip


def test_a_site_may_keep_a_heading_that_looks_like_a_list_of_links() -> None:
    body = "## 関連記事\n\n窯の記事の探し方を書きます。"
    assert kept(body, rules=SiteRules(keep_sections=("関連記事",))) == ["関連記事", "窯の記事の探し方を書きます。"]


@pytest.mark.parametrize("body", ["", "\n\n", "![](x.png)\n", "<!-- -->", "---"])
def test_posts_without_text_give_nothing(body: str) -> None:
    assert kept(body) == []


def test_the_same_post_gives_the_same_result() -> None:
    assert clean(ADVERT) == clean(ADVERT)
