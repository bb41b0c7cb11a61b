"""Looking over many passages: counts by month and label, the map, and the way from a bar to a narrowed question."""

import gc
import re
import weakref
from collections import Counter
from types import SimpleNamespace

import pytest

import rag
from rag.indexing.overview import FILE
from rag.types import Filters
from rag.web.explore import Overview, explore_html, matching
from rag.web.explore_tab import Explorer
from rag.web.strings import EN, JA
from tests.browsing import CONTRAST, PHONE, ask, browser, needs_chromium, visit  # noqa: F401
from tests.conftest import write_post
from tests.serving import PAYLOADS
from tests.web.test_render import HOSTILE, Outline

BREAD = "パンの値段"


@pytest.fixture(scope="module")
def overview(index):
    return Overview.of(index)


def columns(found):
    return [(attrs["value"], attrs["title"].rpartition(": ")[2]) for attrs in found.all("button", "rag-column")]


def test_the_whole_index_is_counted_by_month_and_label(index, overview):
    found = Outline(explore_html(overview, "", [], JA))
    passages = list(index.passages())
    by_month = Counter(p.date[:7] for p in passages)
    assert columns(found) == [(f"month 2025-{m:02}", str(by_month[f"2025-{m:02}"])) for m in range(4, 12)]
    assert by_month["2025-09"] == 0 < by_month["2025-11"]
    below = re.search('<p class="rag-ends">(.*?)</p>', explore_html(overview, "", [], JA))[1]
    assert re.findall("left:([0-9.]+)%\">([^<]+)<", below) == [
        ("6.25", "2025年4月"), ("56.25", "2025年8月"), ("93.75", "2025年11月"),
    ]  # fmt: skip
    bars = {attrs["value"] for attrs in found.all("button", "rag-bar")}
    assert {"tags パン", "tags weather", "categories 店", "categories 暮らし"} <= bars
    text = "".join(found.text)
    assert f"暮らし{sum('暮らし' in p.categories for p in passages)}" in text
    assert f"パン{sum('パン' in p.tags for p in passages)}" in text
    assert len(found.all("circle", "rag-dot")) == 6
    assert not found.all("circle", "rag-lit-dot")


def test_what_matches_a_question_is_counted_and_lit(index, overview):
    hits = matching(index, BREAD, Filters())
    posts = {hit.passage.post for hit in hits}
    assert hits[0].passage.post in ("2025-04-02-bakery.md", "2025-11-30-bakery-winter.md")
    assert all(hit.score >= hits[0].score / 2 for hit in hits)
    html = explore_html(overview, BREAD, hits, EN)
    found = Outline(html)
    assert EN.matching.format(question=BREAD, passages=len(hits), posts=len(posts)) in "".join(found.text)
    assert len(found.all("circle", "rag-lit-dot")) == len(posts)
    assert len(found.all("circle", "rag-dot")) == 6
    assert found.all("button", "rag-read")[0]["value"] == f"0 {hits[0].passage.post}"
    assert sum(int(n) for _, n in columns(found)) == len(hits)


def test_an_old_generation_is_let_go_though_it_was_looked_at(tmp_path):
    body = "川の水位は朝に二センチ上がり、夕方に下がる。"
    write_post(tmp_path, "2025-01-01-river.md", "川の水位", "2025-01-01", [], [], body)
    index = rag.build_index(tmp_path, tmp_path / "index")
    bot, request = SimpleNamespace(index=index), SimpleNamespace(cookies={}, headers={})
    explorer = Explorer(bot)
    assert "川の水位" in explorer.look("", request)
    old, bot.index = weakref.ref(index), None
    del index
    gc.collect()
    assert old() is None


def test_nothing_that_matches_is_said(overview):
    assert JA.nothing_matches in explore_html(overview, "x", [], JA)


def test_many_years_are_shown_by_year_and_posts_without_a_date_are_left_out(tmp_path):
    (tmp_path / "posts").mkdir()
    for year in (2001, 2009, 2025):
        body = f"{year}年の記事であり、その年の川の水位を毎朝はかって書きとめている。"
        write_post(tmp_path / "posts", f"{year}-03-01-a.md", f"{year}", f"{year}-03-01", [], [], body)
    (tmp_path / "posts/undated.md").write_text(
        "日付のない記事にも川の水位のことが少しだけ書かれている。", encoding="utf-8"
    )
    index = rag.build_index(tmp_path / "posts", tmp_path / "ix")
    found = columns(Outline(explore_html(Overview.of(index), "", [], JA)))
    assert [when for when, n in found if n == "1"] == ["month 2001", "month 2009", "month 2025"]
    assert len(found) == 25
    (index.generation.path / FILE).unlink()
    assert JA.map_missing in explore_html(Overview.of(index), "", [], JA)
    index.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text(text, tmp_path):
    (tmp_path / "posts").mkdir()
    name = text.replace("\\", "").replace('"', "'").replace("\n", " ")
    body = "川の水位を毎朝はかって書きとめている記事である。"
    write_post(tmp_path / "posts", "2025-01-01-a.md", name, "2025-01-01", [f'"{name}"'], [f'"{name}"'], body)
    index = rag.build_index(tmp_path / "posts", tmp_path / "ix")
    found = Outline(explore_html(Overview.of(index), text, matching(index, "川の水位", Filters()), JA))
    index.close()
    assert {tag for tag, _ in found.tags} <= {
        "div", "h3", "h4", "h5", "section", "button", "i", "span", "p", "b", "svg", "title", "circle", "ul", "ol", "li",
    }  # fmt: skip
    assert not found.open
    for _, attrs in found.tags:
        assert not attrs.get("style") or attrs["style"].rstrip("%").replace(".", "").split(":")[1].isdecimal()


class TestInABrowser:
    pytestmark = needs_chromium

    def explore(self, page, question=""):
        page.get_by_role("tab", name=JA.tab_explore).click()
        page.locator(".rag-explore").wait_for()
        if question:
            page.locator("#rag-explore-box textarea, #rag-explore-box input").fill(question)
            page.keyboard.press("Enter")
            page.locator(".rag-explore h3", has_text=question).wait_for()
        return page.locator(".rag-explore")

    def test_it_opens_on_the_last_question_and_a_month_narrows_the_next(self, visit):
        page = visit()
        ask(page, "こむぎ堂の食パンは一斤いくら？")
        view = self.explore(page)
        assert "こむぎ堂の食パンは一斤いくら？" in view.locator("h3").inner_text()
        view.locator(".rag-column[value='month 2025-11']").click()
        chips = page.locator("#rag-chips .rag-filter")
        chips.nth(1).wait_for()
        assert [c.inner_text().split()[0] for c in chips.all()] == ["2025年11月から", "2025年11月まで"]
        turn = ask(page, "こむぎ堂の食パンは一斤いくら？", 2)
        assert {t.inner_text() for t in turn.locator(".rag-title").all()} == {"冬のこむぎ堂"}

    def test_a_dot_opens_its_post(self, visit):
        page = visit()
        view = self.explore(page, BREAD)
        dot = view.locator("circle.rag-lit-dot").last
        title = dot.locator("title").text_content()
        dot.dispatch_event("click", {"bubbles": True})
        page.locator(".rag-post h2").wait_for()
        assert page.locator(".rag-post h2").inner_text() == title

    def test_payloads_stay_text(self, visit):
        page = visit()
        view = self.explore(page, f"実験1 {PAYLOADS[1]}")
        assert PAYLOADS[1] in view.locator("h3").inner_text()
        assert view.locator("script, iframe, img, form, style, input, h1, h2").count() == 0
        assert page.evaluate("typeof window.pwned") == "undefined"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_has_the_contrast_of_wcag_aa_and_fits_a_phone(self, visit, scheme):
        page = visit(color_scheme=scheme, viewport=PHONE)
        view = self.explore(page, BREAD)
        for selector in ("h3", "h4", ".rag-bar span", ".rag-bar b", ".rag-ends span", ".rag-legend li", ".rag-read"):
            assert view.locator(selector).first.evaluate(CONTRAST) >= 4.5, selector
        assert page.locator("#rag-explore-ask button").evaluate(CONTRAST) >= 4.5
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
