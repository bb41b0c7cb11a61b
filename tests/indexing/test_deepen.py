"""An index that is usable first and deep later: what is embedded when, and that nothing of it is lost or done twice."""

import os
import random
import threading

import numpy as np
import pytest

import rag
from rag.errors import BusyError
from rag.indexing import deepen as deepening
from rag.indexing import vectors
from rag.indexing.build import build
from rag.indexing.deepen import build_deep, deepen
from rag.indexing.settings import Settings
from rag.indexing.watch import watch
from rag.models.e5 import e5_name
from rag.storage import generation
from rag.storage.array_files import read_array
from rag.storage.vector_log import FILE, VectorLog
from rag.types import place_of
from tests.conftest import write_post
from tests.faults import stub
from tests.faults.deepening import deepening_kills

QUESTION = "石窯は何度まで温度が上がる？"
PASSAGES = 10  # of the blog of all tests


@pytest.fixture
def large(monkeypatch):
    """As if the blog of all tests were a large one: more than two vectors are not waited for."""
    monkeypatch.setattr(vectors, "AT_ONCE", 2)
    monkeypatch.setattr(deepening, "_BATCH", 3)


def model_of(root):
    return generation.current(root).meta["model"].split(":")[0]


def same_files(one, other):
    """The files of two indexes that differ, but for the manifest, which has times in it."""
    a, b = generation.current(one), generation.current(other)
    files = a.manifest["files"], b.manifest["files"]
    return sorted(name for name in files[0].keys() | files[1].keys() if files[0].get(name) != files[1].get(name))


def test_a_small_blog_is_deep_at_once(posts, tmp_path):
    report = build(posts, tmp_path / "ix", Settings())
    assert (report.shallow, report.embedded, model_of(tmp_path / "ix")) == (0, PASSAGES, "e5")


def test_a_large_blog_can_be_searched_first_and_is_deep_then(posts, tmp_path, large):
    first = build(posts, tmp_path / "ix", Settings())
    assert (first.shallow, model_of(tmp_path / "ix")) == (PASSAGES, "builtin")
    shallow = rag.open_index(tmp_path / "ix")
    assert shallow.status()["deep"] == {"passages": 0, "of": PASSAGES}
    assert "三百度" in shallow.search(QUESTION, k=1)[0].passage.text
    steps = []
    report = deepen(posts, tmp_path / "ix", Settings(), progress=lambda *step: steps.append(step))
    assert [step for step in steps if step[0] == "deepen"] == [("deepen", n, PASSAGES) for n in (3, 6, 9, 10)]
    assert (report.shallow, report.embedded, model_of(tmp_path / "ix")) == (0, 0, "e5")
    deep = rag.open_index(tmp_path / "ix", like=shallow)
    assert deep.status()["deep"] == {"passages": PASSAGES, "of": PASSAGES}
    assert "三百度" in deep.search(QUESTION, k=1)[0].passage.text
    assert not (tmp_path / "ix" / FILE).exists()


def test_deep_later_is_byte_for_byte_what_deep_at_once_is(posts, tmp_path, monkeypatch):
    build(posts, tmp_path / "at-once", Settings())
    monkeypatch.setattr(vectors, "AT_ONCE", 2)
    build_deep(posts, tmp_path / "later", Settings())
    assert same_files(tmp_path / "at-once", tmp_path / "later") == []


def test_stopped_at_any_batch_it_goes_on_where_it_was(posts, tmp_path, large):
    build(posts, tmp_path / "ix", Settings())
    totals = []
    for done in (3, 6, 9):
        stopped = deepen(posts, tmp_path / "ix", Settings(), stop=lambda: True, progress=lambda *s: totals.append(s))
        assert (stopped, model_of(tmp_path / "ix")) == (None, "builtin")
        assert rag.open_index(tmp_path / "ix").status()["deep"] == {"passages": done, "of": PASSAGES}
        report = build(posts, tmp_path / "ix", Settings())
        assert (report.anything_changed, report.shallow) == (False, PASSAGES - done)
    assert totals == [("deepen", 3, 10), ("deepen", 3, 7), ("deepen", 3, 4)]
    assert deepen(posts, tmp_path / "ix", Settings()).shallow == 0


def test_the_newest_posts_are_embedded_first(posts, tmp_path, large):
    build(posts, tmp_path / "ix", Settings())
    index = rag.open_index(tmp_path / "ix")
    dates = {key.tobytes(): p.date for key, p in zip(vectors.row_keys(index.generation), index.passages(), strict=True)}
    while deepen(posts, tmp_path / "ix", Settings(), stop=lambda: True) is None:
        log = VectorLog(tmp_path / "ix", e5_name())
        embedded = [dates[key.tobytes()] for key in log.keys]
        assert embedded == sorted(dates.values(), reverse=True)[: len(embedded)]
        if len(embedded) == PASSAGES:
            break


def test_quick_stops_when_it_can_be_searched_and_leaves_a_deep_index_deep(posts, tmp_path):
    quick = build(posts, tmp_path / "ix", Settings(), quick=True)
    assert (quick.shallow, model_of(tmp_path / "ix")) == (PASSAGES, "builtin")
    assert build(posts, tmp_path / "ix", Settings()).shallow == PASSAGES
    assert build_deep(posts, tmp_path / "ix", Settings()).shallow == 0
    write_post(posts, "2025-12-01-new.md", "蜂蜜", "2025-12-01", [], [], "蜂蜜は裏山の巣箱から年に二度とれる。")
    more = build(posts, tmp_path / "ix", Settings(), quick=True)
    assert (more.shallow, more.embedded, model_of(tmp_path / "ix")) == (0, 1, "e5")


def test_many_new_posts_of_a_deep_index_do_not_keep_it_from_being_published(posts, tmp_path, monkeypatch):
    rag.build_index(posts, tmp_path / "ix").close()
    monkeypatch.setattr(vectors, "AT_ONCE", 2)
    for n in range(3):
        body = f"{n + 3}番目の巣箱からは蜂蜜が{n + 11}キロとれた。"
        write_post(posts, f"2025-12-0{n + 1}-new.md", f"蜂蜜 {n}", f"2025-12-0{n + 1}", [], [], body)
    report = build(posts, tmp_path / "ix", Settings())
    assert (report.shallow, model_of(tmp_path / "ix")) == (3, "builtin")
    steps = []
    assert deepen(posts, tmp_path / "ix", Settings(), progress=lambda *step: steps.append(step)).shallow == 0
    assert ("deepen", 3, 3) in steps  # those of before are not embedded again


def test_posts_that_come_meanwhile_are_taken_in(posts, tmp_path, large):
    build(posts, tmp_path / "ix", Settings())

    def write() -> bool:
        write_post(posts, "2025-12-01-new.md", "蜂蜜", "2025-12-01", [], [], "蜂蜜は裏山の巣箱から年に二度とれる。")
        return False

    report = deepen(posts, tmp_path / "ix", Settings(), stop=write)
    assert (report.new, report.passages, report.embedded) == (("2025-12-01-new.md",), PASSAGES + 1, 1)
    assert model_of(tmp_path / "ix") == "e5"


def test_builds_of_others_do_not_wait_and_only_one_embeds(posts, tmp_path, large):
    build(posts, tmp_path / "ix", Settings())
    (posts / "2025-05-10-railway.md").unlink()
    done = []

    def other() -> bool:
        if not done:
            done.append(build(posts, tmp_path / "ix", Settings()))
            with pytest.raises(BusyError, match=f"process {os.getpid()} is embedding the passages of .*ix already"):
                deepen(posts, tmp_path / "ix", Settings())
        return False

    report = deepen(posts, tmp_path / "ix", Settings(), stop=other)
    assert done[0].removed == ("2025-05-10-railway.md",)
    assert (report.anything_changed, report.passages) == (False, done[0].passages)
    assert model_of(tmp_path / "ix") == "e5"


def test_another_model_is_not_deepened(posts, tmp_path):
    report = build_deep(posts, tmp_path / "ix", Settings(model="static"))
    assert (report.shallow, model_of(tmp_path / "ix")) == (0, "builtin")
    assert rag.open_index(tmp_path / "ix").status()["deep"] is None


def test_watch_deepens_while_nothing_changes(posts, tmp_path, large):
    stop, reports = threading.Event(), []

    def built(report):
        reports.append((report.shallow, model_of(tmp_path / "ix")))
        if not report.shallow:
            stop.set()

    watch(posts, tmp_path / "ix", Settings(), built=built, failed=lambda error: stop.set(), stop=stop, every=0.01)
    assert reports == [(PASSAGES, "builtin"), (0, "e5")]


def test_watch_that_is_quick_does_not(posts, tmp_path, large):
    stop, reports = threading.Event(), []
    threading.Timer(0.5, stop.set).start()
    watch(
        posts, tmp_path / "ix", Settings(), built=reports.append, failed=reports.append, stop=stop, quick=True,
        every=0.01,
    )  # fmt: skip
    assert [report.shallow for report in reports] == [PASSAGES]
    assert model_of(tmp_path / "ix") == "builtin"


def test_any_edits_and_a_deepening_equal_a_full_build(posts, tmp_path, monkeypatch):
    rng = random.Random(5)
    rag.build_index(posts, tmp_path / "ix", adapt=False).close()
    monkeypatch.setattr(deepening, "_BATCH", 3)
    for n in range(6):
        monkeypatch.setattr(vectors, "AT_ONCE", rng.choice([0, 1, 100]))
        path = rng.choice(sorted(posts.glob("*.md")))
        match rng.randrange(3):
            case 0:
                path.rename(path.with_name(f"2024-01-0{n + 1}-renamed.md"))
            case 1:
                path.unlink()
            case 2:
                path.write_text(path.read_text("utf-8") + f"\n蜂蜜は{n}月にとれ、瓶は{n + 40}本になった。\n", "utf-8")
        build_deep(posts, tmp_path / "ix", Settings(), allow_removals=True)
        monkeypatch.setattr(vectors, "AT_ONCE", 100)
        build(posts, tmp_path / f"full-{n}", Settings(adapt=False))
        ours, full = (rag.open_index(tmp_path / name) for name in ("ix", f"full-{n}"))
        assert list(ours.passages()) == list(full.passages())
        assert sorted(ours.dropped(), key=place_of) == sorted(full.dropped(), key=place_of)
        a, b = (read_array(index.generation.path / "vectors.npy") for index in (ours, full))
        assert np.array_equal(a.view(np.uint16), b.view(np.uint16))


def test_kills_while_it_deepens_cost_the_batch_in_hand_and_leave_no_half_generation(posts):
    with stub.empty_folder() as base:
        assert deepening_kills(base, posts, 10)["bad"] == []
