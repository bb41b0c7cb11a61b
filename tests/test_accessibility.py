"""axe-core on every view of the page: nothing that it calls serious or critical."""

import pytest

from tests.browsing import PHONE, ask, browser, needs_chromium, visit  # noqa: F401

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
pytestmark = needs_chromium

GRAVE = {"serious", "critical"}


def findings(page):
    """(rule, the first element it is about) of what axe-core calls serious or critical."""
    found = axe.Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in GRAVE]


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=["light", "dark", "phone"])
def test_no_view_has_a_serious_finding(visit, look):
    page = visit(**look)
    assert findings(page) == [], "the first visit"
    ask(page, "こむぎ堂の食パンは一斤いくら？")
    assert findings(page) == [], "an answer"
    page.get_by_role("tab").nth(1).click()
    page.locator("#rag-tab-explore").wait_for()
    page.locator("#rag-tab-explore svg").first.wait_for()
    assert findings(page) == [], "exploring"
    page.get_by_role("tab").nth(2).click()
    page.locator("#rag-facts .rag-index").wait_for()
    assert findings(page) == [], "the index"
