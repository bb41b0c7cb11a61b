"""Publishing, reading, returning: what a builder and a reader may rely on while nothing breaks."""

from __future__ import annotations

import mmap
import os
import sqlite3

import numpy as np
import pytest

from rag.errors import BusyError, IndexDamaged, IndexMissing, StorageError
from rag.storage import generation
from tests.faults import stub


@pytest.fixture
def root(tmp_path):
    return tmp_path / "indexes" / "blog"


def flip(path, at=0):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def attempt(root, *steps, **options):
    with generation.writer(root, **options) as writer:
        for step in steps:
            step(writer)


def half(writer):
    stub.write(writer.path / "half", b"x")


def fail_with(error):
    def step(_writer):
        raise error

    return step


# --- publish ----------------------------------------------------------------------------------------------------


def test_what_is_published_is_read_back(root):
    published = stub.build(root, 1)
    opened = generation.open_verified(root)
    assert opened == published == generation.current(root)
    assert (opened.seq, opened.meta, opened.path) == (1, {"n": 1}, root / opened.id)
    assert opened.size == sum(map(len, stub.expected(1).values()))


def test_meta_is_given_back_as_json_holds_it(root):
    with generation.writer(root) as writer:
        published = writer.publish({"件数": 3, 10: (1, 2), 9: None})
    assert published.meta == generation.current(root).meta == {"件数": 3, "10": [1, 2], "9": None}


@pytest.mark.parametrize("meta", [{"score": float("nan")}, {"path": object()}])
def test_meta_that_json_can_not_hold_is_refused(root, meta):
    with pytest.raises((ValueError, TypeError), match="JSON"):
        attempt(root, lambda writer: writer.publish(meta))
    assert stub.folders(root) == []


def test_the_one_in_use_and_the_one_before_are_kept(root):
    published = [stub.build(root, n) for n in (1, 2, 3, 4)]
    assert [g.seq for g in published] == [1, 2, 3, 4]
    assert generation.generations(root) == [published[3], published[2]]
    assert sorted(path.name for path in root.iterdir()) == sorted(["CURRENT", "LOCK", published[2].id, published[3].id])


def test_generations_are_ordered_by_number_not_by_clock(root, monkeypatch):
    first, second = stub.build(root, 1), stub.build(root, 2)
    os.utime(first.path, (4e9, 4e9))
    os.utime(second.path, (0, 0))
    assert [g.id for g in generation.generations(root)] == [second.id, first.id]


def test_what_is_not_published_is_removed(root):
    stub.build(root, 1)
    attempt(root, half)
    assert (stub.read(root), len(stub.folders(root))) == (1, 1)


@pytest.mark.parametrize("error", [ValueError("bad vectors"), MemoryError(), KeyboardInterrupt(), SystemExit(143)])
def test_an_error_of_the_builder_passes_and_leaves_nothing(root, error):
    stub.build(root, 1)
    with pytest.raises(type(error)):
        attempt(root, half, fail_with(error))
    assert (stub.read(root), len(stub.folders(root))) == (1, 1)
    assert stub.read(stub.build(root, 2).path.parent) == 2


def test_a_generation_that_does_not_load_is_not_published(root):
    stub.build(root, 1)

    def check(path):
        raise IndexDamaged(f"{(path / 'half').read_text()} does not load")

    with pytest.raises(IndexDamaged, match="x does not load"):
        attempt(root, half, lambda writer: writer.publish({}, check=check))
    assert (stub.read(root), len(stub.folders(root))) == (1, 1)


def test_bytes_that_change_on_the_way_to_the_disk_are_found_before_publishing(root, monkeypatch):
    def sync_badly(path, sync=generation.disk.sync):
        sync(path)
        if path.name == "a.bin":
            flip(path, 7)

    stub.build(root, 1)
    monkeypatch.setattr(generation.disk, "sync", sync_badly)
    with pytest.raises(StorageError, match=r"other bytes than were written.*a\.bin is altered"):
        stub.build(root, 2)
    assert stub.read(root) == 1


def test_publish_itself_says_what_the_disk_refused(root, monkeypatch):
    """Not only once it has left the writer: a builder may want to know."""

    def publish(writer):
        with pytest.raises(StorageError, match=r"CURRENT can't be written: No space left.*Free some space"):
            writer.publish({})

    def refuse(path, _data, via):
        raise OSError(28, "No space left on device", str(path))

    stub.build(root, 1)
    monkeypatch.setattr(generation.disk, "replace", refuse)
    attempt(root, half, publish)
    assert (stub.read(root), len(stub.folders(root))) == (1, 1)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("/etc/hostname")])
def test_only_plain_files_are_published(root, make):
    with pytest.raises(StorageError, match="odd can't be written"):
        attempt(root, lambda writer: make(writer.path / "odd"), lambda writer: writer.publish({}))
    assert stub.folders(root) == []


def test_space_is_asked_for_twice_before_anything_is_written(root):
    stub.build(root, 1)
    told = r"2,000,000,000,000,000,000 bytes are needed, [\d,]+ are free.*Free some"
    with pytest.raises(StorageError, match=told):
        attempt(root, fail_with(AssertionError("was begun")), need_bytes=10**18)
    assert (stub.read(root), len(stub.folders(root))) == (1, 1)


def test_a_disk_error_without_a_file_name_is_about_the_index(root):
    """numpy says `OSError: 400 requested and 120 written` when the disk is full."""
    with pytest.raises(StorageError, match="blog can't be written: 400 requested and 120 written"):
        attempt(root, fail_with(OSError("400 requested and 120 written")))


def test_errors_about_other_files_pass_unchanged(root):
    with pytest.raises(FileNotFoundError, match=r"gone\.md"):
        attempt(root, lambda _writer: (root.parent / "gone.md").read_text())


def test_a_second_builder_is_told_who_holds_the_index(root):
    told = rf"Process {os.getpid()} is building .*blog\. Wait for it"
    with generation.writer(root), pytest.raises(BusyError, match=told):
        stub.build(root, 1)
    stub.build(root, 2)


def test_nothing_but_generations_is_ever_removed(root):
    stub.build(root, 1)
    for name in ("README.md", "g-notes", "g-0123456789ABCDEF"):
        (root / name).mkdir() if name != "README.md" else (root / name).write_text("kept")
    stub.build(root, 2)
    stub.build(root, 3)
    assert {"README.md", "g-notes", "g-0123456789ABCDEF"} <= {path.name for path in root.iterdir()}


# --- read -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prepare", [lambda root: None, lambda root: root.mkdir(), lambda root: root.write_text("x")])
def test_where_nothing_was_built_the_command_is_named(tmp_path, prepare):
    root = tmp_path / "index"
    prepare(root)
    for call in (generation.current, generation.open_verified, generation.rollback):
        with pytest.raises(IndexMissing, match=rf"holds no index\. Build one with `rag build POSTS --index {root}`"):
            call(root)


def test_current_checks_sizes_and_open_verified_checks_bytes(root):
    published = stub.build(root, 1)
    flip(published.path / "a.bin")
    assert generation.current(root) == published
    with pytest.raises(IndexDamaged, match=r"a\.bin is altered.*rag rollback"):
        generation.open_verified(root)


def test_open_files_stay_readable_when_their_folder_is_removed(root):
    """What a server does: it maps arrays, holds a database, and serves on while builds are published."""
    with generation.writer(root) as writer:
        np.save(writer.path / "vectors.npy", np.arange(5000, dtype=np.float32))
        with sqlite3.connect(writer.path / "passages.sqlite") as db:
            db.execute("CREATE TABLE passages (row INTEGER PRIMARY KEY, text TEXT)")
            db.executemany("INSERT INTO passages (text) VALUES (?)", [(f"文{i}",) for i in range(5000)])
        db.close()
        writer.publish({})

    def load(opened):
        db = sqlite3.connect(f"{(opened.path / 'passages.sqlite').as_uri()}?mode=ro&immutable=1", uri=True)
        with (opened.path / "vectors.npy").open("rb") as file:
            return opened, np.load(opened.path / "vectors.npy", mmap_mode="r"), db, mmap.mmap(file.fileno(), 0, prot=1)

    opened, vectors, db, raw = generation.open_current(root, load)
    for n in range(3):
        stub.build(root, n)
    assert not opened.path.exists()
    assert float(vectors.sum()) == 5000 * 4999 / 2
    assert db.execute("SELECT count(*), max(text) FROM passages").fetchone() == (5000, "文999")
    assert raw[-4:] == np.float32(4999).tobytes()
    db.close()


def test_a_reader_that_was_overtaken_gets_the_newer_generation(root):
    stub.build(root, 0)
    asked = []

    def load(opened):
        asked.append(opened.seq)
        if len(asked) == 1:  # between reading CURRENT and opening the files, two builds are published
            stub.build(root, 1)
            stub.build(root, 2)
        return stub.load(opened)

    assert generation.open_current(root, load) == 2
    assert asked == [1, 3]


def test_a_reader_does_not_try_again_what_is_damaged(root):
    stub.build(root, 1)
    asked = []

    def load(opened):
        asked.append(opened.seq)
        raise FileNotFoundError(2, "No such file or directory", str(opened.path / "a.bin"))

    with pytest.raises(IndexDamaged, match=r"a\.bin is missing"):
        generation.open_current(root, load)
    assert asked == [1]
