"""Make the pictures of the README from the demo blog: `python docs/screenshots.py` (needs an installed Chromium)."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import rag  # noqa: E402
from tests.serving import start  # noqa: E402

IMAGES = Path(__file__).parent / "images"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def ask(page: Page, question: str, nth: int = 1) -> None:
    """Ask and wait for the answer."""
    page.locator("#rag-box textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("#rag-chat .rag-actions").nth(nth - 1).wait_for()
    page.wait_for_timeout(400)


def answer(page: Page) -> None:
    """An answer with the source of its first sentence open."""
    ask(page, "霧浜電鉄が廃線になりかけたとき、枕木はいくらで売られた？")
    page.locator(".rag-cite").first.click()
    page.evaluate("scrollTo(0, 0)")


def refusal(page: Page) -> None:
    """A question that no post answers."""
    ask(page, "Is there a sauna at the bath house?")


def narrowed(page: Page) -> None:
    """A question put to the posts from one month on."""
    page.locator("#rag-filters > button").click()
    page.get_by_label("この月から").click()
    page.get_by_role("option", name="2025-05", exact=True).click()
    ask(page, "霧浜電鉄の乗客は一日何人？")


SHOTS = (
    ("answer", answer, {"viewport": DESK, "locale": "ja-JP"}),
    ("answer-phone", answer, {"viewport": PHONE, "locale": "ja-JP", "device_scale_factor": 2}),
    ("not-said", refusal, {"viewport": DESK, "locale": "en-GB", "color_scheme": "dark"}),
    ("narrowed", narrowed, {"viewport": DESK, "locale": "ja-JP"}),
)


def main() -> None:
    """Build the demo blog's index, serve it, and take every picture anew."""
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        rag.build_index(ROOT / "examples/posts", Path(folder) / "index").close()
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
