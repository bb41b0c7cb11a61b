"""The few operating system calls whose order decides what survives a crash. Knows nothing about indexes.

Everything here raises OSError with the path in `filename`. `os` is called by name, rather than through pathlib, so that
the fault tests can stand in for each call. The branches for Windows follow its documentation and are not tested.
"""
# ruff: noqa: PTH102, PTH105, PTH106, PTH108, PTH208

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: A link could lead out of the index, and opening a pipe could wait for ever. Windows translates line ends if let.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_SYNC_FLAGS = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY  # a read-only file can be synced, but not there
_CHUNK = 1 << 18  # bytes per read: hashlib frees the GIL for each, and malloc still reuses the memory
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}  # how a file system says that it has no such thing
_WINDOWS_LOCK_AT = 1 << 30  # a locked byte can't be read there, so it lies far behind the holder's number


def read(path: Path, limit: int) -> bytes:
    """The bytes of a file; EFBIG when it holds more than `limit`, EINVAL when it is no regular file."""
    with _opened(path, os.O_RDONLY) as fd:
        if os.fstat(fd).st_size > limit:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return b"".join(_chunks(fd))


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file; EINVAL when it is no regular file."""
    digest = hashlib.sha256()
    with _opened(path, os.O_RDONLY) as fd:
        for chunk in _chunks(fd):
            digest.update(chunk)
    return digest.hexdigest()


def size(path: Path) -> int:
    """Bytes of a file; EINVAL when it is no regular file."""
    info = os.lstat(path)
    if not stat.S_ISREG(info.st_mode):
        raise _not_regular(path)
    return info.st_size


def names(folder: Path) -> list[str]:
    """Names in a folder, sorted; ENOTDIR for a link to one."""
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return sorted(os.listdir(folder))


def free_bytes(folder: Path) -> int:
    """What may still be written to the file system that holds `folder`."""
    return shutil.disk_usage(folder).free


def write(path: Path, data: bytes) -> None:
    """Create a file and put its bytes on the disk. Its name is there for good once the folder is synced."""
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as fd:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        _sync(fd)


def append(path: Path, data: bytes) -> None:
    """Put bytes at the end of a file, made if need be, and on the disk."""
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND) as fd:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        _sync(fd)


def sync(path: Path) -> None:
    """Put a file's bytes on the disk and forget the cached ones, so that the next read comes from the disk."""
    with _opened(path, _SYNC_FLAGS) as fd:
        _sync(fd)
        if sys.platform == "linux":
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def sync_folder(path: Path) -> None:
    """Put a folder's names on the disk: all that was created, renamed or removed in it."""
    if sys.platform == "win32":  # has no call for it
        return
    with _naming(path):
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _sync(fd)
        except OSError as exc:
            if exc.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(fd)


def replace(path: Path, data: bytes, via: Path) -> None:
    """Give `path` new bytes in one step, through the file `via` beside it: a reader sees the old ones or the new."""
    write(via, data)
    os.replace(via, path)


def make_folder(path: Path) -> None:
    """Create a folder, whose name is there for good once the one above is synced."""
    os.mkdir(path)


def make_folders(path: Path) -> None:
    """Create a folder and those above it, each on the disk before the next one is begun."""
    path = path.absolute()
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    there = missing[-1].parent if missing else path
    # A process that was killed may have made the deepest one and not synced it. One that can't be synced isn't ours.
    with suppress(PermissionError):
        sync_folder(there.parent)
    for folder in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(folder)
        sync_folder(folder.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder and all in it. What is gone already is fine."""
    with suppress(FileNotFoundError):
        for name in names(path):
            if stat.S_ISDIR(os.lstat(path / name).st_mode):
                remove_folder(path / name)
            else:
                remove_file(path / name)
        os.rmdir(path)


def remove_file(path: Path) -> None:
    """Remove a file. That it is gone already is fine."""
    with suppress(FileNotFoundError):
        os.unlink(path)


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[None]:
    """Hold a lock file that names this process. BlockingIOError, its text the other's number, when another has it.

    The kernel frees the lock when the process ends, however it ends, so there is no stale one. A child that was forked
    while it was held keeps it, as the lock belongs to the open file.
    """
    with _naming(path):
        fd = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o666)
    try:
        with _naming(path):
            _lock(fd, wait)
        with suppress(OSError):  # only a help for whoever waits: a full disk must not stop a build here
            os.ftruncate(fd, 0)
            os.write(fd, f"{os.getpid()}\n".encode())
        yield
    finally:
        try:
            with suppress(OSError):
                os.ftruncate(fd, 0)
                _unlock(fd)
        finally:
            with suppress(OSError):  # nothing that counts was written here
                os.close(fd)


def _lock(fd: int, wait: bool) -> None:
    try:
        if sys.platform == "win32":
            os.lseek(fd, _WINDOWS_LOCK_AT, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            os.lseek(fd, 0, os.SEEK_SET)
        else:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except (BlockingIOError, PermissionError):
        os.lseek(fd, 0, os.SEEK_SET)
        holder = os.read(fd, 20).decode("ascii", "replace").strip()
        raise BlockingIOError(errno.EWOULDBLOCK, holder if holder.isdigit() else "") from None


def _unlock(fd: int) -> None:
    if sys.platform != "win32":  # where closing is enough
        fcntl.flock(fd, fcntl.LOCK_UN)


def _sync(fd: int) -> None:
    os.fsync(fd)
    if sys.platform == "darwin":  # where fsync stops at the drive's own cache
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)


def _chunks(fd: int) -> Iterator[bytes]:
    while chunk := os.read(fd, _CHUNK):
        yield chunk


def _not_regular(path: Path) -> OSError:
    return OSError(errno.EINVAL, "not a regular file", str(path))


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """The descriptor of a regular file, closed afterwards."""
    with _naming(path):
        fd = os.open(path, flags | _FLAGS, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise _not_regular(path)
            yield fd
        finally:
            os.close(fd)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add the path to errors of calls that know only a descriptor."""
    try:
        yield
    except OSError as exc:
        exc.filename = exc.filename or str(path)
        raise
