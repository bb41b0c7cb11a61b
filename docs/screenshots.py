"""Make the pictures of the documents from the demo blog: `python docs/screenshots.py` (needs an installed Chromium).

First one picture of each part of the page, then the five things that a new user does, each done as a user does it.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import rag  # noqa: E402
from rag.web.strings import JA  # noqa: E402
from tests.serving import start  # noqa: E402

IMAGES = Path(__file__).parent / "images"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUESTION = "霧浜電鉄が廃線になりかけたとき、枕木はいくらで売られた？"
NEW_POST = """---
title: 渡し船の新しい時刻
date: 2025-11-20
tags: [霧浜]
---

霧浜の渡し船は十一月から朝の便が一本増え、始発は六時二十分になった。
"""


def ask(page: Page, question: str) -> None:
    """Ask and wait for the answer."""
    page.locator("#rag-box textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".rag-vote").first.wait_for()
    page.locator("#rag-chat .rag-pending").wait_for(state="detached")
    page.wait_for_timeout(400)


def tab(page: Page, name: str, ready: str) -> None:
    """Go to a tab and wait for what is in it."""
    page.locator(f"#rag-tabs [role=tab][data-tab-id={name}]").click()
    page.locator(ready).first.wait_for()
    page.wait_for_timeout(500)


# --- a picture of each part -------------------------------------------------------------------------------------


def answer(page: Page) -> None:
    """An answer with the source of its first sentence open."""
    ask(page, QUESTION)
    page.locator(".rag-cite").first.click()
    page.evaluate("scrollTo(0, 0)")


def refusal(page: Page) -> None:
    """A question that no post answers."""
    ask(page, "Who won the mayoral election in New York?")


def reading(page: Page) -> None:
    """The cited post beside the answer."""
    ask(page, QUESTION)
    page.locator(".rag-card[open] .rag-read").first.click()
    page.locator(".rag-post").wait_for()
    page.wait_for_timeout(300)


def exploring(page: Page) -> None:
    """When and where the posts speak of something."""
    ask(page, "霧浜電鉄の乗客は一日何人？")
    tab(page, "explore", ".rag-map")


def index(page: Page) -> None:
    """The state of the index."""
    tab(page, "index", ".rag-report")


# --- the five things that a new user does -----------------------------------------------------------------------


def task_ask(page: Page) -> None:
    """Ask a question."""
    ask(page, "番地食パンは一日に何本焼かれるの？")


def task_check(page: Page) -> None:
    """Check the source of a sentence: press its number, then open the post."""
    task_ask(page)
    page.locator(".rag-cite").first.click()
    assert page.locator("mark.rag-lit").first.is_visible()
    reading(page)


def task_narrow(page: Page) -> None:
    """Narrow the question to a month, from the picture of when the posts speak of it."""
    exploring(page)
    page.locator(".rag-column[value='month 2025-05']").click()
    page.locator("#rag-chips .rag-filter").nth(1).wait_for()
    page.wait_for_timeout(400)
    assert page.locator("#rag-chips .rag-filter").count() == 2
    page.locator("#rag-new").click()
    page.wait_for_timeout(500)
    ask(page, "霧浜電鉄の乗客は一日何人？")
    assert all("2025年5月" in date for date in page.locator(".rag-card .rag-sub").all_text_contents())


def task_add(page: Page) -> None:
    """Add a post, rebuild, and ask about it."""
    index(page)
    page.locator("#rag-add > button").click()
    page.locator("#rag-add input[type=file]").set_input_files(
        {"name": "2025-11-20-ferry.md", "mimeType": "text/markdown", "buffer": NEW_POST.encode()}
    )
    page.locator("#rag-add .file-preview").wait_for()
    page.locator("#rag-add-files").click()
    page.locator("#rag-told", has_text=JA.added).wait_for()
    page.locator("#rag-rebuild").click()
    page.locator("#rag-told", has_text=JA.done).wait_for(timeout=120_000)
    page.locator("#rag-add > button").click()
    page.wait_for_timeout(500)


def task_dropped(page: Page) -> None:
    """Find what was left out and why."""
    index(page)
    promotion = page.locator(".rag-report > details", has_text=JA.reasons["promotion"])
    promotion.locator("summary").click()
    promotion.scroll_into_view_if_needed()
    page.wait_for_timeout(300)


JAPANESE = {"viewport": DESK, "locale": "ja-JP"}
ENGLISH = {"viewport": DESK, "locale": "en-GB", "color_scheme": "dark"}
ON_PHONE = {"viewport": PHONE, "locale": "ja-JP", "device_scale_factor": 2}
SHOTS: tuple[tuple[str, Callable[[Page], None], dict], ...] = (
    ("answer", answer, JAPANESE), ("answer-phone", answer, ON_PHONE), ("not-said", refusal, ENGLISH),
    ("reading", reading, JAPANESE), ("reading-phone", reading, {**ON_PHONE, "color_scheme": "dark"}),
    ("explore", exploring, JAPANESE), ("index", index, ENGLISH),
    ("task-1-ask", task_ask, JAPANESE), ("task-2-check", task_check, JAPANESE),
    ("task-3-narrow", task_narrow, JAPANESE), ("task-4-add", task_add, JAPANESE),
    ("task-5-dropped", task_dropped, JAPANESE),
)  # fmt: skip


def main() -> None:
    """Build the demo blog's index, serve it, and take every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        posts = shutil.copytree(ROOT / "examples/posts", Path(folder) / "posts")
        rag.build_index(posts, Path(folder) / "index").close()
        site = start(Path(folder) / "index", Path(folder), "--site-url", "https://example.org")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, scene, settings in SHOTS:
            page = browser.new_page(reduced_motion="reduce", **settings)
            page.goto(site.url)
            page.locator("#rag-box textarea").wait_for()
            page.wait_for_timeout(500)
            scene(page)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
