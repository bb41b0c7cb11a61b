"""The page in a real browser: what readers see, press and hear, and what hostile text can't do."""

from functools import partial

import pytest

from rag.web.strings import EN, JA
from tests.browsing import CONTRAST, DESK, PHONE, answer, ask, browser, needs_chromium, visit  # noqa: F401
from tests.serving import PAYLOADS, site

pytestmark = needs_chromium
QUESTION = "こむぎ堂の食パンは一斤いくら？"

# --- asking and checking ----------------------------------------------------------------------------------------


def test_a_number_opens_its_source_with_the_sentence_marked(visit):
    page = visit()
    turn = ask(page, QUESTION)
    for card in turn.locator(".rag-card[open] > summary").all():
        card.click()
    assert turn.locator(".rag-card[open]").count() == 0
    number = turn.locator(".rag-cite").last
    number.click()
    mark = page.locator(number.get_attribute("href"))
    assert mark.is_visible()
    assert "rag-lit" in mark.get_attribute("class")
    assert page.evaluate("document.activeElement.id") == mark.get_attribute("id")
    assert mark.inner_text() in mark.locator("xpath=..").inner_text()
    box = mark.bounding_box()
    assert 0 <= box["y"] < page.locator("#rag-dock").bounding_box()["y"], "in view, not below the question box"


def test_a_card_tells_where_it_is_from_and_why_it_was_found(visit):
    turn = ask(visit(), QUESTION)
    card = turn.locator(".rag-card").first.inner_text()
    assert "こむぎ堂" in card
    assert "2025年" in card
    assert ".md" in card
    assert JA.why_found in card
    assert turn.locator(".rag-card").first.locator("meter").count() == 3


def test_what_the_posts_do_not_say_is_said(visit):
    turn = ask(visit(), "ニューヨーク市長選挙の投票率は？")
    assert JA.not_said in turn.inner_text()
    assert turn.locator(".rag-cite").count() == 0


def test_examples_from_the_index_are_answered(visit):
    page = visit()
    examples = page.locator("#rag-chat .example")
    assert examples.count() == 4
    asked = examples.first.inner_text()
    examples.first.click()
    turn = answer(page, 1)
    assert page.locator(".rag-question").inner_text() == asked
    assert turn.locator(".rag-cite").count() >= 1


def test_filters_narrow_the_answer_and_are_shown(visit):
    page = visit()
    page.locator("#rag-filters > button").click()
    page.get_by_label(JA.since).click()
    page.get_by_role("option", name="2025-11", exact=True).click()
    page.get_by_text(JA.filters_on.format(count=1)).wait_for()
    turn = ask(page, QUESTION)
    assert "2025年11月1日" in turn.locator(".rag-chip").inner_text()
    assert {t.inner_text() for t in turn.locator(".rag-title").all()} == {"冬のこむぎ堂"}
    page.locator("#rag-clear").click()
    page.get_by_text(JA.filters, exact=True).wait_for()


def test_again_replaces_the_last_answer_and_a_new_conversation_clears_it(visit):
    page = visit()
    ask(page, QUESTION)
    ask(page, "図書館は何冊借りられる？", 2)
    assert page.locator(".rag-retry:visible").count() == 1
    page.locator(".rag-retry:visible").click()
    page.wait_for_timeout(500)
    answer(page, 2)
    assert page.locator(".rag-question").all_inner_texts() == [QUESTION, "図書館は何冊借りられる？"]
    page.locator("#rag-new").click()
    page.locator("#rag-chat .example").first.wait_for()
    assert page.locator(".rag-question").count() == 0
    ask(page, QUESTION)
    assert page.locator(".rag-question").count() == 1


def test_a_question_can_be_edited_and_the_answer_copied_with_its_sources(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, QUESTION)
    page.locator(".rag-edit").click()
    assert page.locator("#rag-box textarea").input_value() == QUESTION
    turn.locator(".rag-copy").click()
    turn.get_by_text(JA.copied).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    assert "/2025/" in copied


def test_a_long_question_leaves_room_for_its_answer(visit):
    page = visit(viewport=PHONE)
    turn = ask(page, QUESTION + "番地食パンの値段と焼き上がりの時刻、" * 20)
    assert page.locator(".rag-question").bounding_box()["height"] < PHONE["height"] / 2
    assert turn.bounding_box()["y"] < page.locator("#rag-dock").bounding_box()["y"]


def test_a_question_that_waits_for_the_server_is_told(visit):
    page, held = visit(), []
    page.route("**/queue/join*", lambda route: held.append(route))
    page.locator("#rag-box textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".rag-waits", has_text=JA.waiting).wait_for()
    held.pop().fallback()
    answer(page, 1)
    assert page.locator(".rag-waits").count() == 0


def refuse(code, route):
    route.fulfill(status=code, json={"detail": "no"})


@pytest.mark.parametrize(("locale", "words"), [("ja-JP", JA), ("en-GB", EN)])
def test_what_the_server_refuses_is_told_in_the_reader_s_language(browser, locale, words):
    page = browser.new_page(locale=locale)
    page.goto(site().url)
    page.locator("#rag-box textarea").wait_for()
    for meant, code in ((words.full, 503), (words.page_failed, 500)):
        page.route("**/queue/join*", partial(refuse, code))
        page.locator("#rag-box textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator(".toast-body", has_text=meant).wait_for()
        assert "Error" not in page.locator(".toast-body").first.inner_text()
        assert page.locator("#rag-box textarea").input_value() == QUESTION, "nothing typed is lost"
        page.unroute("**/queue/join*")
    page.close()


def test_an_empty_question_asks_nothing_and_an_unsearchable_one_is_told(visit):
    page = visit()
    page.locator("#rag-box textarea").fill("   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)
    assert JA.empty_question in ask(page, "？？").inner_text()
    assert page.locator(".rag-question").count() == 1


# --- hostile text -----------------------------------------------------------------------------------------------


def test_payloads_in_posts_and_questions_are_text(visit):
    """Every payload is asked for and comes back from a post; nothing runs, loads, moves or covers anything."""
    page = visit()
    before = page.evaluate("[location.href, document.title, document.querySelectorAll('body > *').length]")
    for i, payload in enumerate(PAYLOADS):
        turn = ask(page, f"実験{i} {payload}", i + 1)
        assert page.locator(".rag-question").nth(i).inner_text() == f"実験{i} {payload}"
        for card in turn.locator(".rag-card:not([open]) > summary:visible").all():
            card.click()
        assert payload in turn.inner_text(), "the passage shows it as it was written"
        assert page.locator("#rag-box textarea").is_visible()
    after = page.evaluate("[location.href, document.title, document.querySelectorAll('body > *').length]")
    assert after == before
    assert page.evaluate("typeof window.pwned") == "undefined"
    foreign = "script, iframe, img, svg, form, style, meta, base, object, embed, input, h1, h2, [style], [onclick]"
    assert page.locator(f"#rag-chat :is(.rag-turn, .rag-asked) :is({foreign})").count() == 0
    assert page.locator("#rag-chat .katex, #rag-chat .mermaid").count() == 0


def test_payloads_in_tags_and_titles_are_text_in_the_controls(visit):
    page = visit()
    page.locator("#rag-filters > button").click()
    page.get_by_label(JA.tags).click()
    page.get_by_role("option", name=f"{PAYLOADS[0]} (1)").wait_for()
    page.get_by_role("option", name=f"{PAYLOADS[1]} (1)").click()
    assert PAYLOADS[1] in page.locator("#rag-filters").inner_text()
    assert page.evaluate("typeof window.pwned") == "undefined"


# --- language, screens, access ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "words"), [("ja-JP", JA), ("en-GB", EN), ("fr-FR", EN)])
def test_the_page_speaks_the_browser_s_language(visit, locale, words):
    page = visit(locale=locale)
    assert page.locator("#rag-box textarea").get_attribute("placeholder") == words.placeholder
    assert page.locator("h1").inner_text() == words.title
    assert words.stop not in page.locator("#rag-header").inner_text()
    assert page.evaluate("document.documentElement.lang") == words.lang
    assert words.filters in page.locator("#rag-filters").inner_text()
    assert words.not_said in ask(page, "ニューヨーク市長選挙の投票率は？").inner_text()


def test_the_language_can_be_switched_and_stays(visit):
    page = visit()
    page.locator(".rag-lang").click()
    page.get_by_placeholder(EN.placeholder).wait_for()
    assert EN.copy in ask(page, QUESTION).inner_text()
    page.reload()
    page.get_by_placeholder(EN.placeholder).wait_for()


def test_the_theme_follows_the_system_until_it_is_switched(visit):
    page = visit(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 23, 28)"
    page.locator(".rag-theme").click()
    assert page.evaluate(ground) == "rgb(250, 249, 246)"
    page.reload()
    page.locator("#rag-box textarea").wait_for()
    assert page.evaluate(ground) == "rgb(250, 249, 246)"


@pytest.mark.parametrize("viewport", [DESK, PHONE, {"width": 320, "height": 640}], ids=["desk", "phone", "small"])
def test_nothing_is_wider_than_the_screen(visit, viewport):
    page = visit(viewport=viewport)
    turn = ask(page, PAYLOADS[0] + " 実験0 " + "パ" * 200)
    for card in turn.locator(".rag-card:not([open]) > summary:visible").all():
        card.click()
    page.locator("#rag-filters > button").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    dock = page.locator("#rag-dock").bounding_box()
    assert dock["y"] + dock["height"] <= viewport["height"] + 1, "the question box stays in view"


def test_on_a_desk_the_sources_stand_beside_the_answer_and_on_a_phone_below(visit):
    for viewport, beside in ((DESK, True), (PHONE, False)):
        turn = ask(visit(viewport=viewport), QUESTION)
        main, side = turn.locator(".rag-main").bounding_box(), turn.locator(".rag-side").bounding_box()
        assert (side["x"] >= main["x"] + main["width"]) is beside
        assert (side["y"] >= main["y"] + main["height"]) is not beside


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(visit, scheme):
    page = visit(color_scheme=scheme)
    turn = ask(page, QUESTION)
    ask(page, "ニューヨーク市長選挙の投票率は？", 2)
    turn.locator(".rag-cite").first.click()
    page.locator("#rag-filters > button").click()
    selectors = (
        ".rag-head h1", ".rag-tagline", ".rag-facts", ".rag-lang", ".rag-question", ".rag-text p", ".rag-cite",
        ".rag-edit", ".rag-copy", ".rag-side-head", ".rag-n", ".rag-title", ".rag-sub", ".rag-peek", ".rag-passage",
        "mark.rag-lit", "mark", ".rag-tag", ".rag-place", ".rag-card code", ".rag-why p", ".rag-why dt", ".rag-none p",
        ".rag-none-head", "#rag-filters > button", "#rag-filters [data-testid='block-info']", "#rag-clear",
        "footer button",
    )  # fmt: skip
    for selector in selectors:
        found = page.locator(selector).first
        found.wait_for(state="attached")
        assert found.evaluate(CONTRAST) >= 4.5, selector


def test_the_keyboard_is_enough(visit):
    """Ask, reach a number, open its source, come back, and find the box again, without a mouse."""
    page = visit()
    page.locator("body").press("/")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    number = answer(page, 1).locator(".rag-cite").first
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if "rag-cite" in page.evaluate("document.activeElement.className"):
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Escape")
    assert "rag-cite" in page.evaluate("document.activeElement.className")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert number.is_visible()


def test_everything_that_can_be_pressed_has_a_name(visit):
    page = visit()
    turn = ask(page, QUESTION)
    page.locator("#rag-filters > button").click()
    nameless = page.evaluate("""() => [...document.querySelectorAll('a, button, input, textarea, summary')]
      .filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.getAttribute('aria-label') || e.title
        || e.labels?.[0]?.textContent.trim()))
      .map((e) => e.outerHTML.slice(0, 200))""")
    assert nameless == []
    assert JA.source_marker in turn.locator(".rag-cite").first.text_content()
    assert page.locator("#rag-chat [aria-label*='<']").count() == 0, "no markup is read aloud"
    assert page.locator("#rag-chat [role=log]").count() == 1


def test_the_page_is_usable_within_two_seconds(visit):
    page = visit()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert paint > 0
    assert page.locator("#rag-box textarea").is_editable()


def test_on_paper_it_is_black_on_white_without_controls(visit):
    page = visit(color_scheme="dark")
    turn = ask(page, QUESTION)
    page.emulate_media(media="print")
    assert page.locator(".rag-question").evaluate("(e) => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert turn.locator("mark").first.is_visible()
    for control in ("#rag-dock", ".rag-actions", ".rag-following", "#rag-tabs [role=tablist]", ".rag-lang"):
        assert not page.locator(control).first.is_visible(), control
