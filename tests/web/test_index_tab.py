"""The index tab: what it shows to everybody, and what its owner can do from it, in a browser and over HTTP."""

import re

import httpx
import pytest

import rag
from rag.cleaning.report import REASONS
from rag.storage.generation import in_use
from rag.web.options import Options
from rag.web.server import MAX_UPLOAD
from rag.web.strings import EN, JA
from tests.browsing import CONTRAST, PHONE, ask, browser, needs_chromium, visit  # noqa: F401
from tests.conftest import POSTS, write_post
from tests.serving import PAYLOADS, site, start
from tests.web.test_over_http import accounts_file, options

NEW = "---\ntitle: 渡し船\ndate: 2025-10-10\n---\n\n霧の渡し船は強い風の日には休み、運賃は片道二百四十円である。\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A site of our own whose posts may change: (site, folder of the posts)."""
    folder = tmp_path_factory.mktemp("own")
    posts = folder / "posts"
    posts.mkdir()
    for name, fields in POSTS.items():
        write_post(posts, name, *fields)
    rag.build_index(posts, folder / "index").close()
    return start(folder / "index", folder), posts


def open_tab(page, name=JA.tab_index):
    page.get_by_role("tab", name=name).click()
    page.locator(".rag-stats").wait_for()
    return page.locator("#rag-told")


def press(page, button):
    """Press an owner's button and give what it tells."""
    from playwright.sync_api import expect

    told = page.locator("#rag-told span.prose")
    before = told.inner_text()
    page.locator(button).click()
    expect(told).not_to_have_text(before, timeout=60_000, use_inner_text=True)
    return told.inner_text()


# --- in the browser ---------------------------------------------------------------------------------------------


class TestInABrowser:
    pytestmark = needs_chromium

    def test_the_state_of_the_index_and_what_was_left_out_are_shown(self, visit):
        page = visit()
        open_tab(page)
        facts = page.locator("#rag-facts").inner_text()
        assert in_use(site().index) in facts
        assert re.search(rf"{JA.posts}\s+19\b", facts)
        page.locator(".rag-report > details").first.wait_for()
        assert JA.reasons["marker"] in page.locator("#rag-cleaning").inner_text()
        page.locator(".rag-report > details", has_text=JA.reasons["marker"]).locator("summary").click()
        assert "END" in page.locator(".rag-report").inner_text()

    def test_an_owner_adds_a_post_sees_the_plan_rebuilds_and_goes_back(self, own, visit, tmp_path):
        from playwright.sync_api import expect

        made, posts = own
        first = in_use(made.index)
        page = visit(made.url)
        open_tab(page)
        assert JA.nothing_to_do in press(page, "#rag-plan")
        assert first in press(page, "#rag-verify")
        page.locator("#rag-add > button").click()
        (tmp_path / "2025-10-10-<船>.md").write_text(NEW, encoding="utf-8")
        page.locator("#rag-add input[type=file]").set_input_files(tmp_path / "2025-10-10-<船>.md")
        page.locator("#rag-add .file-preview").wait_for()
        assert JA.added in press(page, "#rag-add-files")
        expect(page.locator("#rag-told")).to_be_in_viewport()  # it stands above, the button far below
        (added,) = [p for p in posts.iterdir() if "船" in p.name]
        assert added.read_text(encoding="utf-8") == NEW
        assert f"{JA.new} 1" in press(page, "#rag-plan")
        press(page, "#rag-rebuild")
        page.locator("#rag-told", has_text=JA.done).wait_for(timeout=90_000)
        assert in_use(made.index) != first
        page.locator(".rag-facts", has_text=f"{len(POSTS) + 1} 本").wait_for()
        page.get_by_role("tab", name=JA.tab_explore).click()
        page.locator(".rag-column[value='month 2025-10']").click()  # a month that the page did not know of
        page.locator("#rag-chips .rag-filter").nth(1).wait_for()
        assert "二百四十円" in ask(page, "渡し船の運賃は？").inner_text()
        page.locator("#rag-new").click()
        page.locator("#rag-filters > button").click()
        page.locator("#rag-clear").click()
        page.locator(".rag-question").wait_for(state="detached")
        assert "二百四十円" in ask(page, "霧の渡し船の運賃はいくら？").inner_text()
        page.reload()
        page.locator(".rag-facts", has_text=f"{len(POSTS) + 1} 本").wait_for()
        page.locator("#rag-filters > button").click()
        page.get_by_label(JA.since).click()
        page.get_by_role("option", name="2025-10", exact=True).wait_for()
        open_tab(page)
        now = in_use(made.index)
        assert "UTC に作った索引に戻します" in press(page, "#rag-back")
        page.locator("#rag-back-no").click()
        page.locator("#rag-back-yes").wait_for(state="hidden")
        assert in_use(made.index) == now
        press(page, "#rag-back")
        assert first in press(page, "#rag-back-yes")
        page.locator("#rag-back-yes").wait_for(state="hidden")
        assert in_use(made.index) == first

    def test_a_name_that_is_taken_is_told_and_a_folder_can_be_added(self, own, visit, tmp_path):
        made, posts = own
        name = next(iter(POSTS))
        before = (posts / name).read_bytes()
        (tmp_path / name).write_text(NEW, encoding="utf-8")
        page = visit(made.url)
        open_tab(page)
        page.locator("#rag-add > button").click()
        page.get_by_label(JA.add_folder).fill(str(tmp_path))
        assert JA.exists in press(page, "#rag-add-folder")
        assert (posts / name).read_bytes() == before
        page.get_by_label(JA.add_folder).fill(str(tmp_path / "nothing"))
        assert "no folder" in press(page, "#rag-add-folder")

    def test_a_build_can_be_cancelled(self, own, visit):
        made, _ = own
        page = visit(made.url)
        open_tab(page)
        page.locator("#rag-how > button").click()
        page.get_by_label(JA.from_scratch).check()
        before = in_use(made.index)
        page.locator("#rag-rebuild").click()
        page.locator("#rag-told progress").wait_for()
        page.locator("#rag-cancel").click()
        page.locator("#rag-told", has_text=JA.cancelled).wait_for(timeout=30_000)
        assert in_use(made.index) == before

    def test_hostile_names_in_the_report_are_text(self, visit):
        page = visit()
        open_tab(page)
        page.locator("#rag-cleaning .rag-report").wait_for()
        foreign = "script, iframe, img, form, style, object, input"
        assert page.locator(f"#rag-cleaning :is({foreign}), #rag-facts :is({foreign})").count() == 0
        assert page.evaluate("typeof window.pwned") == "undefined"

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_text_has_the_contrast_of_wcag_aa_and_fits_a_phone(self, visit, scheme):
        page = visit(color_scheme=scheme, viewport=PHONE, locale="en-GB")
        open_tab(page, EN.tab_index)
        assert EN.verified.split("{")[1].split(" ")[-1] in press(page, "#rag-verify")
        page.locator("#rag-add > button").click()
        selectors = (
            "[role=tab][aria-selected=true]", "[role=tab][aria-selected=false]", ".rag-stats dt", ".rag-stats dd",
            ".rag-told p", "#rag-rebuild", "#rag-plan", ".rag-report summary", ".rag-count", ".rag-read",
            "#rag-add label span",
        )  # fmt: skip
        for selector in selectors:
            found = page.locator(selector).first
            found.wait_for(state="attached")
            assert found.evaluate(CONTRAST) >= 4.5, selector
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


# --- who may ----------------------------------------------------------------------------------------------------


def test_only_this_machine_or_a_named_account_may_write():
    assert Options().writable
    assert Options(owner="o", host="0.0.0.0").writable
    assert not Options(host="0.0.0.0").writable
    assert not Options(read_only=True).writable
    assert not Options(owner="o", read_only=True).writable


def test_an_owner_needs_accounts(tmp_path):
    with pytest.raises(rag.errors.InputError, match="--auth"):
        options("--owner", "me")
    path = accounts_file(tmp_path, "me:x")
    assert options("--owner", "me", "--auth", str(path)).owner == "me"


def acts(http):
    """The page's own events that change something, by the id of the button that starts them."""
    config = http.get("/config").json()
    names = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
    return {
        names[target]: dependency["id"]
        for dependency in config["dependencies"]
        for target, _ in dependency["targets"]
        if str(names.get(target)).startswith("rag-")
    }


def run(http, event, data):
    """Start an event as the page does and give what it tells at the end."""
    body = {"data": data, "fn_index": event, "session_hash": "s", "event_data": None, "trigger_id": None}
    made = http.post("/gradio_api/queue/join", json=body)
    assert made.status_code == 200, made.text
    last = ""
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": "s"}) as lines:
        for line in lines.iter_lines():
            if "process_completed" in line:
                last = line
                break
    return last


def test_read_only_lays_out_no_controls_and_takes_no_uploads(tmp_path):
    shut = start(site().index, tmp_path, "--read-only")
    with httpx.Client(base_url=shut.url, timeout=60, trust_env=False) as http:
        for path in ("/gradio_api/upload", "/gradio_api/upload_progress?upload_id=x"):
            assert http.get(path).status_code == 404
            assert http.post(path, files={"files": ("a.md", b"x")}).status_code == 404
        assert "rag-rebuild" not in acts(http)


def test_a_reader_who_is_not_the_owner_changes_nothing(tmp_path):
    accounts = accounts_file(tmp_path, "me:x\nreader:y")
    shared = start(site().index, tmp_path, "--auth", str(accounts), "--owner", "me")
    with httpx.Client(base_url=shared.url, timeout=60, trust_env=False) as http:
        for name, password, may in (("reader", "y", False), ("me", "x", True)):
            http.post("/login", data={"username": name, "password": password})
            told = run(http, acts(http)["rag-verify"], [])
            assert (in_use(site().index) in told) is may
            assert ("rag-problem" in told) is not may


def test_who_comes_through_a_proxy_is_not_the_owner():
    with httpx.Client(base_url=site().url, timeout=60, trust_env=False) as http:
        event = acts(http)["rag-verify"]
        assert "rag-done" in run(http, event, [])
        http.headers["x-forwarded-for"] = "203.0.113.9"
        assert "rag-problem" in run(http, event, [])


def test_uploads_are_limited_and_other_sites_can_not_upload():
    with httpx.Client(base_url=site().url, timeout=60, trust_env=False) as http:
        files = {"files": ("a.md", b"x")}
        assert http.post("/gradio_api/upload", files=files, headers={"origin": "http://evil.test"}).status_code == 403
        assert http.post("/gradio_api/upload", files={"files": ("a.md", b"x" * 2_100_000)}).status_code == 413
        assert http.post("/gradio_api/upload", files={"files": ("a.md", b"x" * MAX_UPLOAD)}).status_code == 413
        (stored,) = http.post("/gradio_api/upload", files=files).json()
        assert http.get(f"/gradio_api/file={stored}").status_code == 404, "nothing uploaded is served back"


def test_every_reason_and_stage_has_words_in_both_languages():
    assert set(JA.reasons) == set(EN.reasons) == set(REASONS)
    assert list(JA.stages) == list(EN.stages)
    assert all(payload not in str(JA) for payload in PAYLOADS)
