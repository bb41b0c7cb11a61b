"""Builds in a process of their own: one at a time, told how far they are, and harmless to end."""

import time

import rag
from rag.indexing.background import Builds
from rag.storage.generation import in_use
from rag.web.strings import EN
from tests.conftest import POSTS, write_post


def end_of(builds):
    """Wait for the end; gives it and every stage seen on the way."""
    stages, deadline = set(), time.monotonic() + 120
    while (state := builds.state).running:
        stages.add(state.stage)
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return state, stages


def test_a_build_in_the_background_is_the_same_build(posts, tmp_path):
    builds = Builds(tmp_path / "ix")
    assert builds.start(posts)
    assert not builds.start(posts), "one at a time"
    state, stages = end_of(builds)
    assert state.error == ""
    assert len(state.report.new) == len(POSTS)
    assert stages - {""}
    assert stages - {""} <= EN.stages.keys()
    rag.build_index(posts, tmp_path / "other").close()
    there, other = (rag.open_index(tmp_path / name) for name in ("ix", "other"))
    assert list(there.passages()) == list(other.passages())
    assert state.report.passages == len(there)
    there.close()
    other.close()
    assert builds.start(posts), "the next one may begin"
    assert end_of(builds)[0].report.unchanged == len(POSTS)


def test_an_error_is_one_line(posts, tmp_path):
    builds = Builds(tmp_path / "ix")
    assert builds.start(tmp_path / "nothing")
    state, _ = end_of(builds)
    assert "there is no folder" in state.error
    assert state.report is None


def test_a_cancelled_build_leaves_the_index_as_it_was(posts, tmp_path):
    rag.build_index(posts, tmp_path / "ix").close()
    before = in_use(tmp_path / "ix")
    write_post(posts, "2025-12-01-new.md", "新しい", "2025-12-01", [], [], "新しい記事は川の話である。水は澄んでいる。")
    builds = Builds(tmp_path / "ix")
    assert builds.start(posts, rebuild=True)
    builds.cancel()
    state, _ = end_of(builds)
    assert state.cancelled
    assert in_use(tmp_path / "ix") == before
    assert [p.name for p in (tmp_path / "ix").iterdir() if p.name.startswith("g-")] == [before]
    builds.cancel()  # nothing to end
    assert builds.start(posts)
    assert end_of(builds)[0].report.new == ("2025-12-01-new.md",)
