"""The rules that decide what of a post is its text: what goes, under which name, and what must stay."""

import pytest

from rag.cleaning.clean import RULES, clean_post
from rag.cleaning.site_rules import SiteRules
from rag.cleaning.stages import CleanPost
from rag.types import Post


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


@pytest.mark.parametrize(
    "heading",
    [
        "## 関連記事",
        "### あわせて読みたい",
        "**関連記事**",
        "## Related posts",
        "関連記事\n---",
        "## Ähnliche Beiträge",
    ],
)
def test_links_to_the_blogs_own_posts_go_with_the_heading_that_announces_them(heading: str) -> None:
    body = f"本文です。\n\n{heading}\n\n- [粉の話](/kona)\n- [塩の話](/shio)\n"
    assert kept(body) == ["本文です。"]
    assert {reason for reason, _, _ in dropped(body)} == {"link_list"}


@pytest.mark.parametrize(
    "body",
    [
        "## 参考\n\n- [粉の話](/kona)\n- [塩の話](/shio)",
        "## See also\n\n- [CVE-2026-0001](https://example.org/cve-1)\n- [CVE-2026-0002](https://example.org/cve-2)",
        "## Stabilized APIs\n\n- [`Oven::ignite`](https://example.org/ignite)\n- [`Oven::try_cool`](https://example.org/cool)",
        "## 選ばれた人\n\n- [田中はな](https://example.org/hana)\n- [佐藤げん](https://example.org/gen)",
        "[窯の会の発表資料](https://example.org/slides.pdf)",
        "https://example.org/oven",
        "1. [煉瓦を選ぶ](#erabu)\n2. [砂を敷く](#suna)",
    ],
)
def test_links_that_say_something_stay(body: str) -> None:
    """Names, versions, sources, steps: nobody else says them."""
    words = [
        line.split("](")[0].strip("- [`12.").strip() for line in body.split("\n") if "http" in line or "](" in line
    ]
    assert dropped(body) == []
    assert all(any(word in text for text in kept(body)) for word in words)


def test_links_elsewhere_under_related_posts_wait_for_the_other_posts() -> None:
    """Their addresses don't tell whether they are the blog's: they go if another post has these words for its title."""
    blocks = clean("## 関連記事\n\n- [粉の話](https://example.org/kona/)\n").blocks
    assert [(b.text, b.suspect) for b in blocks] == [("関連記事", ""), ("- 粉の話", "link_list")]


def test_a_table_of_contents_goes_and_an_overview_of_the_steps_stays() -> None:
    links = "- [窯の床](#toko)\n- [火入れ](#hi)"
    assert kept(f"## 目次\n\n{links}\n\n## 窯の床\n\n砂です。") == ["窯の床", "砂です。"]
    assert kept(f"手順は次のとおり。\n\n{links}")[1:] == ["- 窯の床", "- 火入れ"]


def test_a_list_with_words_around_its_links_stays() -> None:
    assert kept("- [粉屋](/k)では国産の強力粉を一袋八百円で買えます。\n") == [
        "- 粉屋では国産の強力粉を一袋八百円で買えます。"
    ]


ADVERT = """\
## おすすめの本

### [窯の本](https://www.amazon.co.jp/dp/0000000000/?tag=example-22)

窯づくりの基本がわかる一冊です。

[Amazonで見る](https://www.amazon.co.jp/dp/0000000000/?tag=example-22)

*※ アフィリエイトリンクを含みます。*

## 乾燥

三日かけて乾かします。
"""


def test_an_advertisement_is_suspect_with_the_headings_above_it() -> None:
    """It goes when it recurs: one book that somebody names once is not the site's advertisement."""
    suspects = [block.text for block in clean(ADVERT).blocks if block.suspect == "promotion"]
    assert suspects == [
        "おすすめの本",
        "窯の本",
        "窯づくりの基本がわかる一冊です。",
        "Amazonで見る",
        "※ アフィリエイトリンクを含みます。",
    ]
    assert dropped(ADVERT) == []


def test_the_text_below_an_advertisement_is_not_suspect() -> None:
    long = "煉瓦は一つずつ水に浸してから積みます。" * 8
    blocks = clean("## 相談\n\nお気軽にどうぞ。\n\n[申し込む](/c?utm_medium=cta)\n\n" + long).blocks
    assert [block.text for block in blocks if not block.suspect] == [long]


def test_a_paragraph_that_holds_a_paid_link_stays() -> None:
    body = "この[温度計](https://amzn.to/abc)は三年使っていますが、狂ったことがありません。二千円ほどで買えます。"
    assert kept(body) == ["この温度計は三年使っていますが、狂ったことがありません。二千円ほどで買えます。"]


def test_a_text_about_affiliate_marketing_stays() -> None:
    body = "アフィリエイトリンクとは、紹介した商品が売れると報酬が入る仕組みです。" * 6
    assert kept(body) == [body]


@pytest.mark.parametrize("run", ["${}^{}" * 20, "─" * 80, "はい" * 100])
def test_a_run_that_says_nothing_goes_and_the_words_around_it_stay(run: str) -> None:
    body = f"窯は三日かけて乾かします。{run} 四日目に火を入れます。"
    (text,) = kept(body)
    assert len(text) < 40
    assert text.startswith("窯は三日かけて乾かします。")
    assert text.endswith("四日目に火を入れます。")
    assert [reason for reason, _, _ in dropped(body)] == ["degenerate"]


@pytest.mark.parametrize(
    "text",
    [
        "円周率の近似は1." + "3" * 70 + "です。",
        "やったーーーーーーーーーー！！！！！！！！！！！",
        "━━━━━ 火入れ ━━━━━",
        "合言葉は「" + "はい" * 20 + "」です。",
    ],
)
def test_figures_joy_and_short_runs_stay(text: str) -> None:
    assert kept(text) == [text]


def test_comments_scripts_and_template_code_go() -> None:
    body = "<!-- more -->\n\n<script>\nx()\n</script>\n\n{% include ad.html %}\n\n{{< figure src=x >}}\n\n本文です。"
    assert kept(body) == ["本文です。"]
    assert {reason for reason, _, _ in dropped(body)} == {"no_text"}


def test_an_image_is_found_by_the_words_about_it() -> None:
    assert kept("![満開の桜と城の石垣](sakura.jpg)") == ["[満開の桜と城の石垣]"]
    assert kept("![Chart: 80.9% Linux, 35.5% macOS](os.svg)") == ["[Chart: 80.9% Linux, 35.5% macOS]"]


@pytest.mark.parametrize("alt", ["", "Image", "summit_04.png", "wahlsalon-2", "DSC 0001", "写真"])
def test_an_image_of_which_only_the_file_is_named_goes(alt: str) -> None:
    body = f"![{alt}](a.jpg)\n\n本文です。"
    assert kept(body) == ["本文です。"]
    assert [(reason, text) for reason, _, text in dropped(body)] == [("image_only", alt)] or not alt
    assert kept(body, rules=SiteRules(off=("image_only",)))[0] == (f"[{alt}]" if alt else "本文です。")


def test_a_post_of_nothing_but_its_title_can_be_found_by_it() -> None:
    assert kept("# 窯を作る\n\n<iframe src='x'></iframe>") == ["窯を作る"]


def test_an_end_of_a_heading_that_a_person_wrote_stays() -> None:
    assert kept("## 作文（400字）\n\n窯の話です。")[0] == "作文（400字）"


def test_a_rule_that_is_off_drops_nothing() -> None:
    links = "## 関連記事\n\n- [粉の話](/kona)\n"
    assert kept(links, rules=SiteRules(off=("link_list",))) == ["関連記事", "- 粉の話"]
    assert kept("# 窯を作る\n\n砂です。", rules=SiteRules(off=("title_repeated",))) == ["窯を作る", "砂です。"]
    assert not any(b.suspect for b in clean(ADVERT, rules=SiteRules(off=("promotion",))).blocks)


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
