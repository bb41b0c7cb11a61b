"""What readers say of answers: kept beside the index, once, as cases that `rag eval` scores."""

import json

import pytest

import rag
from rag.errors import InputError, StorageError
from rag.evaluation.evaluate import evaluate
from rag.evaluation.feedback import FILE, append, case_of
from rag.storage.generation import generations
from rag.web.memory import Memory
from tests.browsing import ask, browser, needs_chromium, visit  # noqa: F401
from tests.cli.test_main import lines, run
from tests.serving import site

QUESTION = "こむぎ堂の石窯は何度まで上がる？"


@pytest.fixture
def answer(index):
    return rag.Chatbot(index).ask(QUESTION, [])


def test_a_good_answer_becomes_a_case_that_its_passage_meets(index, answer):
    line = case_of(answer, "good", "ja", "g-1")
    assert line["must"] == [[c.quote for c in answer.citations]]
    assert (line["question"], line["verdict"], line["generation"]) == (QUESTION, "good", "g-1")
    (score,) = [s for s in evaluate(index, [line]) if (s.leg, s.language) == ("all", "ja")]
    assert (score.questions, score.hit_1, score.complaints) == (1, 1.0, 0)


def test_a_wrong_passage_is_counted_while_it_comes_first(index, answer):
    first, second = answer.hits[0].passage, answer.hits[1].passage
    cases = [case_of(answer, "wrong", "ja", "g-1", p.id) for p in (first, second)]
    assert [case["wrong"] for case in cases] == [[first.text], [second.text]]
    (score,) = [s for s in evaluate(index, cases) if (s.leg, s.language) == ("all", "all")]
    assert (score.questions, score.complaints, score.wrong_1) == (0, 2, 0.5)
    with pytest.raises(InputError, match="no passage 'x'"):
        case_of(answer, "wrong", "ja", "g-1", "x")


def test_the_question_is_the_one_that_was_searched_and_the_same_has_the_same_id(index):
    answer = rag.Chatbot(index).ask("その一日乗車券はいくら？", ["川沿いを走るローカル鉄道は何駅ある？"])
    line = case_of(answer, "bad", "ja", "g-1")
    assert line["question"] == answer.searched != ""
    assert "must" not in line
    assert "wrong" not in line
    assert line["id"] == case_of(answer, "bad", "ja", "g-1")["id"] != case_of(answer, "bad", "ja", "g-2")["id"]


def test_lines_are_appended_and_read_by_the_command(index_dir, answer, tmp_path, monkeypatch):
    for verdict, passage in (("good", ""), ("bad", ""), ("wrong", answer.hits[0].passage.id)):
        path = append(tmp_path, case_of(answer, verdict, "ja", "g-1", passage))
    assert path == tmp_path / FILE
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    found = lines(run("eval", path, "--json", "--index", index_dir))[0]
    assert (found["questions"], found["hit_1"], found["complaints"], found["wrong_1"]) == (1, 1.0, 1, 1.0)
    monkeypatch.setattr("rag.evaluation.feedback.MAX_BYTES", path.stat().st_size)
    with pytest.raises(StorageError, match="full"):
        append(tmp_path, {"id": "x"})


def test_a_line_can_not_be_broken_by_what_is_in_it(tmp_path):
    append(tmp_path, {"id": "1", "question": "a\nb\u2028\ud800"})
    append(tmp_path, {"id": "2"})
    assert [json.loads(line)["id"] for line in (tmp_path / FILE).read_bytes().splitlines()] == ["1", "2"]


def test_conversations_are_kept_by_user_and_name_and_the_oldest_make_room():
    memory, a, b = Memory(2), "a" * 32, "b" * 32
    memory.put("", a, 1)
    memory.put("me", a, 2)
    assert (memory.get("", a), memory.get("me", a), memory.get("you", a)) == (1, 2, None)
    memory.put("", b, 3)
    assert (memory.get("", a), memory.get("me", a), memory.get("", b)) == (None, 2, 3)
    memory.put("", "short", 4)
    assert memory.get("", "short") is None


class TestInABrowser:
    pytestmark = needs_chromium

    def test_readers_say_what_an_answer_was_worth(self, visit):
        page, path = visit(), site().index / FILE
        path.unlink(missing_ok=True)
        turn = ask(page, QUESTION)
        good = turn.locator(".rag-actions .rag-vote").first
        good.click()
        page.locator(".rag-notice").wait_for()
        assert good.get_attribute("aria-pressed") == "true"
        good.click()  # once is enough
        turn.locator(".rag-card[open] .rag-wrong .rag-vote").first.click()
        page.wait_for_function("() => document.querySelectorAll('.rag-voted').length === 2")
        page.wait_for_timeout(500)
        kept = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert [line["verdict"] for line in kept] == ["good", "wrong"]
        assert {line["question"] for line in kept} == {QUESTION}
        assert len(generations(site().index)) == 1, "the file is no part of a generation"
        path.unlink()

    def test_a_suggested_question_is_asked_and_answered(self, visit):
        page = visit()
        suggested = ask(page, QUESTION).locator(".rag-next").first
        words = suggested.inner_text()
        suggested.click()
        page.locator("#rag-chat .rag-actions").nth(1).wait_for()
        assert page.locator(".rag-question").last.inner_text() == words
        assert page.locator(".rag-turn").last.locator(".rag-cite").count() >= 1
        assert page.locator(".rag-following:visible").count() == 1, "under the last answer only"

    def test_a_completed_question_can_be_searched_as_typed(self, visit):
        page = visit()
        ask(page, "川沿いを走るローカル鉄道は何駅ある？")
        turn = ask(page, "その一日乗車券はいくら？", 2)
        turn.locator(".rag-alone").click()
        page.wait_for_function("() => !document.querySelector('.rag-turn:last-child .rag-alone, .rag-pending')")
        page.locator("#rag-chat .rag-actions").nth(1).wait_for()
        assert page.locator(".rag-alone").count() == 0
        assert page.locator(".rag-question").count() == 2

    def test_a_conversation_outlives_a_reload_in_its_own_tab_only(self, visit):
        page = visit()
        ask(page, QUESTION)
        page.reload()
        page.locator(".rag-question").wait_for()
        assert page.locator(".rag-question").all_inner_texts() == [QUESTION]
        ask(page, "図書館は何冊借りられる？", 2)
        page.locator("#rag-chat .rag-cite").last.click()
        other = page.context.new_page()
        other.goto(page.url.partition("#")[0])
        other.locator("#rag-chat .example").first.wait_for()
        assert other.locator(".rag-question").count() == 0
        page.locator("#rag-new").click()
        page.locator("#rag-chat .example").first.wait_for()
        page.reload()
        page.locator("#rag-chat .example").first.wait_for()
        assert page.locator(".rag-question").count() == 0

    def test_a_question_quicker_than_the_pages_first_word_outlives_a_reload(self, visit):
        page = visit()
        ask(page, QUESTION)
        held = []
        # What the page asks by itself once it is loaded waits until the reader has asked.
        page.route("**/gradio_api/run/predict*", lambda r: r.continue_() if asked else held.append(r))
        asked = []
        page.reload()
        page.locator("#rag-box textarea").wait_for()
        ask(page, "図書館は何冊借りられる？", 2)
        assert held
        asked = [QUESTION, "図書館は何冊借りられる？"]
        for route in held:
            route.continue_()
        page.wait_for_timeout(500)
        assert page.locator(".rag-question").all_inner_texts() == asked
        page.reload()
        page.locator(".rag-question").nth(1).wait_for()
        assert page.locator(".rag-question").all_inner_texts() == asked
        assert page.locator(".rag-problem").count() == 0, "neither answer was taken for one that was stopped"

    def test_a_chip_shows_a_limit_and_takes_it_away(self, visit):
        page = visit()
        page.locator("#rag-filters > button").click()
        page.get_by_label("この月から").click()
        page.get_by_role("option", name="2025-11", exact=True).click()
        chip = page.locator("#rag-chips .rag-filter")
        chip.wait_for()
        assert chip.inner_text().startswith("2025年11月から")
        chip.click()
        page.get_by_text("絞り込み", exact=True).wait_for()
        assert page.locator("#rag-chips .rag-filter").count() == 0
        assert page.get_by_label("この月から").input_value() in ("", "–")
