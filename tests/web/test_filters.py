"""What chips and other tabs ask of the controls that narrow a search."""

import pytest

from rag.web import filters
from rag.web.filters import changed, chips_html
from rag.web.strings import EN, JA
from tests.web.test_render import HOSTILE, Outline

NOW = ("2025-05", "2025-06", ["パン", "朝"], None)


@pytest.mark.parametrize(
    ("wanted", "limits"),
    [
        ("drop since", ["", "2025-06", ["パン", "朝"], None]), ("drop until", ["2025-05", "", ["パン", "朝"], None]),
        ("drop tags パン", ["2025-05", "2025-06", ["朝"], None]),
        ("drop categories 店", ["2025-05", "2025-06", ["パン", "朝"], []]),
        ("month 2025-01", ["2025-01", "2025-01", ["パン", "朝"], None]),
        ("tags パン", ["2025-05", "2025-06", ["パン", "朝"], None]),
        ("categories 店", ["2025-05", "2025-06", ["パン", "朝"], ["店"]]),
        ("", list(NOW)), ("drop", list(NOW)), ("month ", list(NOW)), ("format c:", list(NOW)),
    ],
)  # fmt: skip
def test_what_is_asked_changes_that_limit_only(wanted, limits):
    assert changed(wanted, NOW) == limits


def test_a_chip_for_each_limit_in_use():
    found = Outline(chips_html(("2025-05", "", ["パン"], ["店"]), JA))
    assert [attrs["value"] for attrs in found.all("button", "rag-chip")] == [
        "drop since", "drop tags パン", "drop categories 店",
    ]  # fmt: skip
    assert "".join(found.text) == "2025年5月から ✕パン ✕店 ✕"
    assert chips_html(("", "", [], []), EN) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_text(text):
    found = Outline(chips_html(("", "", [text], []), EN))
    assert {tag for tag, _ in found.tags} == {"div", "button", "span"}


def test_a_control_offers_what_it_is_set_to_though_the_page_was_made_without_it(monkeypatch):
    offered = {"since": [("–", "")], "until": [("–", "")], "tags": [("パン (3)", "パン")], "categories": []}
    monkeypatch.setattr(filters, "choices", lambda index: offered)
    since, until, tags, categories = filters._set(None, ["2026-05", "", ["パン", "501番目"], None])
    assert (since.value, since.choices) == ("2026-05", [("–", ""), ("2026-05", "2026-05")])
    assert until.choices == [("–", "")]
    assert (tags.value, tags.choices) == (["パン", "501番目"], [("パン (3)", "パン"), ("501番目", "501番目")])
    assert categories.choices == []
