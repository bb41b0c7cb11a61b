"""A real browser on the served page, shared by the tests that look at it. Import `browser` with `visit`."""

import shutil

import pytest

from tests.serving import site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed: apt-get install chromium"),
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--host-resolver-rules=MAP evil.test 127.0.0.1:9"]  # fmt: skip
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

#: WCAG's contrast of an element's text against the first ground below it that is not see-through.
CONTRAST = """(e) => {
  const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => { const [r, g, b] = rgb(c).slice(0, 3).map((v) => (v /= 255) <= .04045 ? v / 12.92
    : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  let ground = e;
  const clear = (c) => rgb(c).length > 3 && rgb(c)[3] < .5;
  while (ground.parentElement && clear(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  const [a, b] = [light(getComputedStyle(e).color), light(getComputedStyle(ground).backgroundColor)];
  return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
}"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser):
    """visit(url, **settings) opens the page in a fresh context; at the end nothing may have gone wrong or out."""
    pages, offenses = [], []

    def opened(url=None, **settings):
        url = url or site().url
        context = browser.new_context(**{"locale": "ja-JP", "viewport": DESK, "reduced_motion": "reduce", **settings})
        page = context.new_page()
        page.on("request", lambda r: r.url.startswith((url, "data:", "blob:")) or offenses.append(r.url))
        page.on("dialog", lambda d: (offenses.append(f"dialog {d.message}"), d.dismiss()))
        page.on("pageerror", lambda e: offenses.append(str(e)))
        page.on("console", lambda m: m.type == "error" and offenses.append(m.text))
        page.goto(url)
        page.locator("#rag-box textarea").wait_for()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert not offenses


def ask(page, question, nth=1):
    """Ask and wait for the answer; gives the answer's element."""
    page.locator("#rag-box textarea").fill(question)
    page.keyboard.press("Enter")
    return answer(page, nth)


def answer(page, nth):
    page.locator("#rag-chat .rag-actions").nth(nth - 1).wait_for(timeout=60_000)
    return page.locator("#rag-chat .rag-turn").nth(nth - 1)
