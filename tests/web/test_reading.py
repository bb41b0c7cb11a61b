"""A post to read: its passages in order, the quotes of an answer marked, what was left out folded where it stood."""

import pytest

import rag
from rag.web.cards import View
from rag.web.reading import post_html
from rag.web.strings import EN, JA
from tests.browsing import CONTRAST, DESK, PHONE, ask, browser, needs_chromium, visit  # noqa: F401
from tests.conftest import write_post
from tests.serving import PAYLOADS
from tests.web.test_render import ATTRIBUTES, HOSTILE, TAGS, Outline

BAKERY = "2025-04-02-bakery.md"
QUESTION = "こむぎ堂の石窯は何度まで上がる？"
VIEW = View(JA, 0, "https://example.org")


def test_passages_stand_in_order_under_their_headings_with_the_quotes_marked(index):
    answer = rag.Chatbot(index).ask(QUESTION, [])
    quotes = [c.quote for c in answer.citations if c.passage.post == BAKERY]
    assert quotes
    found = Outline(post_html(index, BAKERY, answer.citations, VIEW))
    text = "".join(found.text)
    places = [text.index(p.text) for p in index.post_passages(BAKERY)]
    assert places == sorted(places)
    assert places[0] < text.index("窯の話") < places[1]
    assert "".join(found.mark_texts.values()) == "".join(quotes)
    assert text.startswith("✕駅前のパン屋「こむぎ堂」2025年4月2日")
    assert found.all("a", "rag-open")[0]["href"] == "https://example.org/2025/04/02/bakery/"


def test_what_was_left_out_is_folded_with_its_reason(index):
    html = post_html(index, "2025-11-30-bakery-winter.md", [], View(EN, 0))
    found = Outline(html)
    assert len(found.all("details", "rag-left")) == 1
    assert found.all("details", "rag-left")[0].get("open") is None
    assert f"{EN.reasons['marker']} ---END---" in "".join(found.text)
    assert "mark" not in [tag for tag, _ in found.tags]


def test_an_unknown_post_is_said_to_be_gone(index):
    for path in ("nothing.md", "../../etc/passwd", "", "<script>"):
        html = post_html(index, path, [], VIEW)
        assert JA.unknown_post in html
        assert "<script" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_posts_are_text(text, tmp_path):
    body = "\n\n".join(f"`{line}` という文字列を書いた段落である。" for line in text.splitlines() if line.strip())
    (tmp_path / "posts").mkdir()
    write_post(tmp_path / "posts", "2025-01-01-a.md", "題", "2025-01-01", [], [], f"## 節 `{text[:40]}`\n\n{body}")
    index = rag.build_index(tmp_path / "posts", tmp_path / "ix")
    found = Outline(post_html(index, "2025-01-01-a.md", [], VIEW))
    index.close()
    assert {tag for tag, _ in found.tags} <= TAGS | {"article", "h2", "h3"}
    assert {key for _, attrs in found.tags for key in attrs} <= ATTRIBUTES
    assert not found.open


class TestInABrowser:
    pytestmark = needs_chromium

    def test_a_post_opens_beside_the_chat_and_gives_the_focus_back(self, visit):
        page = visit()
        turn = ask(page, QUESTION)
        button = turn.locator(".rag-card[open] .rag-read").first
        button.click()
        post = page.locator("#rag-reading .rag-post")
        post.wait_for()
        assert post.locator("mark").count() >= 1
        assert page.evaluate("document.activeElement.tagName") == "MARK"
        panel, dock = page.locator("#rag-reading").bounding_box(), page.locator("#rag-dock").bounding_box()
        assert dock["x"] + dock["width"] <= panel["x"] + 1, "the chat stays beside it"
        page.mouse.move(dock["x"] + 50, 300)
        page.mouse.wheel(0, 200)
        page.wait_for_timeout(200)
        main, side = turn.locator(".rag-main").bounding_box(), turn.locator(".rag-side").bounding_box()
        assert main["y"] + main["height"] <= side["y"], "the sources are below the answer, never under it"
        assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
        assert ask(page, "図書館は何冊借りられる？", 2).is_visible()
        page.keyboard.press("Escape")
        assert not post.is_visible()
        button.click()
        post.wait_for()
        page.locator(".rag-close").click()
        assert not post.is_visible()
        assert "rag-read" in page.evaluate("document.activeElement.className")

    def test_on_a_phone_it_covers_the_page_and_what_is_below_is_out_of_reach(self, visit):
        page = visit(viewport=PHONE)
        ask(page, QUESTION).locator(".rag-card[open] .rag-read").first.click()
        page.locator(".rag-post").wait_for()
        box = page.locator("#rag-reading").bounding_box()
        assert (box["x"], box["width"]) == (0, PHONE["width"])
        assert page.evaluate("document.getElementById('rag-tabs').inert")
        assert page.locator("#rag-reading").evaluate("(e) => e.scrollWidth <= e.clientWidth")
        page.locator(".rag-close").click()
        assert not page.evaluate("document.getElementById('rag-tabs').inert")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_has_the_contrast_of_wcag_aa(self, visit, scheme):
        page = visit(color_scheme=scheme)
        ask(page, "冬のこむぎ堂の食パンはいくら？").locator(".rag-read:visible").first.click()
        page.locator(".rag-post").wait_for()
        for selector in ("h2", "p", "mark", ".rag-place", "code", ".rag-tag", ".rag-close"):
            assert page.locator(f".rag-post {selector}").first.evaluate(CONTRAST) >= 4.5, selector

    def test_payloads_stay_text(self, visit):
        page = visit()
        ask(page, f"実験1 {PAYLOADS[1]}").locator(".rag-read:visible").first.click()
        page.locator(".rag-post").wait_for()
        assert "<" in page.locator(".rag-post").inner_text()
        assert (
            page.locator(".rag-post :is(script, iframe, img, svg, form, style, input, [style], [onclick])").count() == 0
        )
        assert page.evaluate("typeof window.pwned") == "undefined"
