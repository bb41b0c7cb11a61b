"""`rag watch`: builds when posts change, goes on after errors, and ends cleanly."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import rag
from rag.errors import BusyError, PostsError
from rag.indexing.last_failure import last_failure, note
from rag.indexing.settings import Settings
from rag.indexing.watch import watch
from rag.storage import generation
from tests.conftest import POSTS, write_post


def until(holds):
    """Wait for something that another thread or process does."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Watching:
    """`watch` in a thread, with what it reported."""

    def __init__(self, posts, root):
        self.reports, self.errors, self.stop = [], [], threading.Event()
        options = {"built": self.reports.append, "failed": self.errors.append, "stop": self.stop, "every": 0.02}
        self.thread = threading.Thread(target=watch, args=(posts, root, Settings()), kwargs=options)

    def __enter__(self):
        self.thread.start()
        until(lambda: self.reports)
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def test_it_builds_at_once_and_after_every_change(posts, tmp_path):
    with Watching(posts, tmp_path / "ix") as watching:
        assert len(watching.reports[0].new) == len(POSTS)
        (posts / "2025-05-10-railway.md").unlink()
        until(lambda: len(watching.reports) == 2)
        assert watching.reports[1].removed == ("2025-05-10-railway.md",)
        write_post(
            posts, "2025-12-01-tea.md", "お茶", "2025-12-01", [], [], "煎茶は八十度の湯で一分ほど待つと甘く淹れられる。"
        )
        until(lambda: len(watching.reports) == 3)
        assert watching.reports[2].new == ("2025-12-01-tea.md",)
    assert watching.errors == []
    assert len(rag.open_index(tmp_path / "ix").posts()) == len(POSTS)


def test_an_edit_that_keeps_size_and_time_stamp_is_seen(posts, tmp_path):
    post = posts / "2025-04-02-bakery.md"
    with Watching(posts, tmp_path / "ix") as watching:
        before = post.stat()
        post.write_text(post.read_text(encoding="utf-8").replace("三百二十円", "三百三十円"), encoding="utf-8")
        os.utime(post, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert (post.stat().st_mtime_ns, post.stat().st_size) == (before.st_mtime_ns, before.st_size)
        until(lambda: len(watching.reports) == 2)
    assert watching.reports[1].changed == ("2025-04-02-bakery.md",)


def test_a_touched_file_publishes_nothing(posts, tmp_path):
    with Watching(posts, tmp_path / "ix") as watching:
        first = generation.in_use(tmp_path / "ix")
        os.utime(posts / "2025-04-02-bakery.md", (1, 1))
        (posts / "2025-05-10-railway.md").unlink()
        until(lambda: len(watching.reports) == 2)
    assert watching.reports[1].changed == ()
    assert len(generation.generations(tmp_path / "ix")) == 2
    assert first in {g.id for g in generation.generations(tmp_path / "ix")}


def test_errors_of_later_builds_are_told_and_it_goes_on(posts, tmp_path):
    with Watching(posts, tmp_path / "ix") as watching:
        with generation.writer(tmp_path / "ix"):
            (posts / "2025-05-10-railway.md").unlink()
            until(lambda: watching.errors)
        assert isinstance(watching.errors[0], BusyError)
        posts.rename(tmp_path / "away")
        until(lambda: len(watching.errors) >= 2)
        assert isinstance(watching.errors[1], PostsError)
        (tmp_path / "away").rename(posts)
        until(lambda: len(watching.reports) == 2)
    assert watching.reports[1].removed == ("2025-05-10-railway.md",)


def test_what_the_first_build_raises_is_raised(tmp_path):
    with pytest.raises(PostsError, match="nowhere"):
        watch(tmp_path / "nowhere", tmp_path / "ix", Settings(), built=print, failed=print, stop=threading.Event())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_command_cleanly(posts, tmp_path, number):
    command = [sys.executable, "-m", "rag.cli", "watch", str(posts), "--index", str(tmp_path / "ix")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not process.stdout.readline().startswith("watching"):
            assert process.poll() is None
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, "rag: stopped watching; the index is complete\n")
    assert len(rag.open_index(tmp_path / "ix").posts()) == len(POSTS)


def test_w1_a_file_that_is_skipped_is_named_when_it_appears(posts, tmp_path):
    with Watching(posts, tmp_path / "ix") as watching:
        text = "---\ntitle: 橋\n---\n橋の長さは三百メートルです。\n"
        (posts / "2025-06-02-hashi.md").write_bytes(text.encode("cp932"))
        until(lambda: len(watching.reports) == 2)
        (problem,) = watching.reports[1].problems
        assert (problem.path, problem.skipped) == ("2025-06-02-hashi.md", True)
        assert "UTF-8" in problem.reason
        (posts / "2025-06-03-draft.md").write_text(text.replace("title", "draft: true\ntitle"), encoding="utf-8")
        until(lambda: len(watching.reports) == 3)
        assert {p.path for p in watching.reports[2].problems} == {"2025-06-02-hashi.md", "2025-06-03-draft.md"}
    assert watching.errors == []


def test_w1_the_command_line_names_it_once(posts, tmp_path):
    command = [sys.executable, "-u", "-m", "rag.cli", "watch", posts, "--index", tmp_path / "ix"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        while "watching" not in child.stdout.readline():
            pass
        for number in (1, 2):
            (posts / f"2025-06-0{number}-hashi.md").write_bytes("橋の長さは三百メートルです。".encode("cp932"))
            line = child.stdout.readline()
            assert line.startswith(f"skipped  2025-06-0{number}-hashi.md: is not UTF-8"), line
            assert "watching" in child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


def test_a_build_that_fails_is_noted_for_the_page_until_one_succeeds(posts, tmp_path):
    root = tmp_path / "ix"
    away = posts.with_name("away")
    with Watching(posts, root) as watching:
        assert last_failure(root) is None
        posts.rename(away)
        until(lambda: watching.errors and last_failure(root))
        assert str(posts) in last_failure(root).error
    assert last_failure(tmp_path / "none") is None
    away.rename(posts)
    with Watching(posts, root):
        assert last_failure(root) is None
    (root / "failed.json").write_text("{")
    assert last_failure(root) is None
    note(root, BusyError("another build runs"))
    assert last_failure(root) is None
