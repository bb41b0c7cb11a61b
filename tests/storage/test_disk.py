"""The system calls that generations stand on."""

from __future__ import annotations

import errno
import hashlib
import os

import pytest

from rag.storage import disk


def test_read_and_sha256_give_the_bytes_and_their_hash(tmp_path):
    data = os.urandom(600_000)  # more than two reads
    disk.write(tmp_path / "file", data)
    assert disk.read(tmp_path / "file", 600_000) == data
    assert disk.sha256(tmp_path / "file") == hashlib.sha256(data).hexdigest()
    assert disk.size(tmp_path / "file") == 600_000


def test_read_refuses_more_than_the_limit_before_reading_it(tmp_path):
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="huge") as caught:
        disk.read(tmp_path / "huge", 4096)
    assert caught.value.errno == errno.EFBIG


@pytest.mark.parametrize("call", [lambda path: disk.read(path, 10), disk.sha256, disk.size, disk.sync])
@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_only_regular_files_are_opened(tmp_path, kind, call):
    """A link could lead out of the index, and a pipe would be waited for."""
    (tmp_path / "target").write_text("secret")
    path = tmp_path / kind
    {"folder": path.mkdir, "link": lambda: path.symlink_to("target"), "pipe": lambda: os.mkfifo(path)}[kind]()
    with pytest.raises(OSError, match=kind) as caught:
        call(path)
    assert caught.value.errno in (errno.EINVAL, errno.ELOOP)


def test_write_refuses_to_replace_a_file(tmp_path):
    disk.write(tmp_path / "file", b"first")
    with pytest.raises(FileExistsError):
        disk.write(tmp_path / "file", b"second")
    assert (tmp_path / "file").read_bytes() == b"first"


def test_replace_leaves_only_the_new_file(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    disk.replace(tmp_path / "file", b"new", via=tmp_path / "next")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"new"}


def test_a_read_only_file_can_be_synced(tmp_path):
    """Model files are copied with their rights, which may not include writing."""
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "file").chmod(0o444)
    disk.sync(tmp_path / "file")


def test_make_folders_makes_all_and_may_be_repeated(tmp_path):
    for _ in range(2):
        disk.make_folders(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_remove_folder_takes_all_and_follows_no_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("stays")
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "deep").write_text("goes")
    (folder / "link").symlink_to(kept)
    disk.remove_folder(folder)
    assert not folder.exists()
    assert (kept / "file").read_text() == "stays"
    disk.remove_folder(folder)  # gone already is fine


def test_lock_names_its_holder_and_is_free_afterwards(tmp_path):
    with disk.locked(tmp_path / "LOCK", wait=False):
        with pytest.raises(BlockingIOError) as caught, disk.locked(tmp_path / "LOCK", wait=False):
            pass
        assert caught.value.strerror == str(os.getpid())
    with disk.locked(tmp_path / "LOCK", wait=True):
        pass
    assert (tmp_path / "LOCK").read_bytes() == b""


def test_a_lock_is_had_on_a_full_disk(tmp_path, monkeypatch):
    """Else no build could start there, and none could remove what fills it."""

    def refuse(_fd, _data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk.os, "write", refuse)
    with disk.locked(tmp_path / "LOCK", wait=False), pytest.raises(BlockingIOError) as caught:
        disk.locked(tmp_path / "LOCK", wait=False).__enter__()
    assert caught.value.strerror == ""


def test_errors_inside_a_lock_are_not_named_after_it(tmp_path):
    with pytest.raises(OSError, match="numpy gave no path") as caught, disk.locked(tmp_path / "LOCK", wait=False):
        raise OSError("numpy gave no path")
    assert caught.value.filename is None


@pytest.mark.parametrize(("error", "passes"), [(errno.EINVAL, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_sync_folder_is_lenient_only_where_there_is_no_such_thing(tmp_path, monkeypatch, error, passes):
    def refuse(_fd):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(disk, "_sync", refuse)
    if passes:
        disk.sync_folder(tmp_path)
    else:
        with pytest.raises(OSError, match=tmp_path.name):
            disk.sync_folder(tmp_path)
