"""Generations: an index folder holds complete, checksummed copies, and readers see one of them, never a mix.

    indexes/blog/LOCK      held by the one build that is running
    indexes/blog/CURRENT   names the generation in use
    indexes/blog/g-<id>/   the files of one generation, and MANIFEST.json with their sizes and SHA-256

A build writes a new folder beside the others, puts it on the disk, reads it back, and only then replaces CURRENT. A
crash, a kill, a full disk or an error before that loses nothing but the build, and the next one clears up after it.
Knows folders, locks, checksums and the pointer; knows nothing about passages, vectors or what else a file may hold.
"""

from __future__ import annotations

import errno
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import BusyError, IndexDamaged, IndexMismatch, IndexMissing, StorageError, UnusableIndex
from rag.storage import disk, manifest
from rag.storage.disk_errors import writing
from rag.storage.manifest import Generation, verify

__all__ = [
    "Generation", "Writer", "current", "earlier", "generations", "in_use", "open_current", "open_verified", "rollback",
    "verify", "writer",
]  # fmt: skip

T = TypeVar("T")

_LOCK, _NEXT_CURRENT = "LOCK", "CURRENT.new"
_KEPT = 2  # generations: the one in use, and the one that `rollback` returns to
_SPACE_FACTOR = 2  # free bytes asked for per expected byte: estimates are rough, and file systems need room as well


def current(root: Path) -> Generation:
    """The generation in use, its manifest and the presence and size of its files checked, not their bytes.

    Raises IndexMissing, IndexMismatch, IndexDamaged (naming the file), or UnusableIndex when it may not be read.
    """
    return open_current(root, lambda generation: generation, hashed=False)


def open_verified(root: Path) -> Generation:
    """As `current`, with every byte of every file checked, so that nothing altered is ever answered from."""
    return open_current(root, lambda generation: generation)


def open_current(root: Path, load: Callable[[Generation], T], *, hashed: bool = True) -> T:
    """What `load` makes of the generation in use. Files that it opens stay readable, whatever is published later.

    Takes no lock and writes nothing. Builds may remove the folder before `load` has opened the last file: it raises
    OSError or UnusableIndex for a file that is gone, and is then called again with the newer generation.
    """
    pointer = manifest.read_pointer(root)
    while True:
        try:
            generation = manifest.load(root / pointer[0], pointer[1])
            if hashed:
                verify(generation)
            with manifest.reading(generation.path):
                return load(generation)
        except UnusableIndex:
            newer = manifest.read_pointer(root)
            if newer == pointer:
                raise
            pointer = newer


def generations(root: Path) -> list[Generation]:
    """All complete generations, newest first; damaged and unfinished ones are left out. Hashes no file."""
    with manifest.reading(root):
        names = disk.names(root)
    found = []
    for name in filter(manifest.FOLDER.fullmatch, names):
        with suppress(IndexDamaged, IndexMismatch):
            found.append(manifest.load(root / name))
    return sorted(found, key=lambda generation: generation.seq, reverse=True)


# --- write ------------------------------------------------------------------------------------------------------


class Writer:
    """A generation in the making: write files, no folders, into `path`; close them; then `publish`."""

    def __init__(self, root: Path, seq: int) -> None:
        self.path = root / f"g-{secrets.token_hex(8)}"
        self._root, self._seq = root, seq

    def publish(self, meta: dict[str, Any], check: Callable[[Path], object] | None = None) -> Generation:
        """Put all files on the disk, read them back, and make this the generation in use, for good.

        `meta` is any JSON object. `check` gets the folder and raises when it can't be loaded, which ends the build.
        Raises StorageError when the disk refuses a step, or returns other bytes than were written.
        """
        with writing(self._root), ThreadPoolExecutor(manifest.HASHERS) as pool:
            files = [self.path / name for name in disk.names(self.path)]
            body = {
                "format": manifest.FORMAT,
                "id": self.path.name,
                "seq": self._seq,
                "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "meta": json.loads(json.dumps(meta)),  # as a reader will get it: text for keys, lists for tuples
                "files": {path.name: entry for path, entry in zip(files, pool.map(_put_on_disk, files), strict=True)},
            }
            disk.write(self.path / manifest.MANIFEST, manifest.seal(body))
            disk.sync_folder(self.path)
            disk.sync_folder(self._root)
        try:
            generation = manifest.load(self.path)
            verify(generation)
        except IndexDamaged as exc:
            raise StorageError(f"The disk returned other bytes than were written. Check it. {exc}") from exc
        if check is not None:
            check(self.path)
        with writing(self._root):
            _point(self._root, generation)
        with suppress(OSError, UnusableIndex):  # it is published; what can't be removed now, the next build removes
            _collect(self._root)
        return generation


@contextmanager
def writer(root: Path, *, need_bytes: int = 0, wait: bool = False) -> Iterator[Writer]:
    """Hold the index for one build, which writes about `need_bytes`. What is not published is removed at the end.

    Raises BusyError when another build holds it, or waits for that one with `wait`; StorageError when the disk is too
    full, read-only or broken. The generation in use stays so until `publish`, and readers never wait.
    """
    with writing(root.absolute().anchor):
        disk.make_folders(root)
    with _exclusive(root, wait):
        with writing(root):
            seq = 1 + max((generation.seq for generation in generations(root)), default=0)
            _collect(root)
            free, needed = disk.free_bytes(root), need_bytes * _SPACE_FACTOR
            if free < needed:
                raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed, {free:,} are free", str(root))
            new = Writer(root, seq)
            disk.make_folder(new.path)
        try:
            with writing(root):
                yield new
        finally:
            with suppress(OSError, UnusableIndex):
                # CURRENT is asked, as an interrupt may have come just after it was replaced.
                if in_use(root) != new.path.name:
                    disk.remove_folder(new.path)
                    disk.remove_file(root / _NEXT_CURRENT)


def rollback(root: Path) -> Generation:
    """Return to the newest complete generation before the one in use, hashed first; the next build removes the latter.

    Works when the one in use is damaged. Raises IndexMissing when there is none to return to, BusyError, StorageError.
    """
    with suppress(IndexDamaged):
        manifest.read_pointer(root)
    with _exclusive(root, wait=False), writing(root):
        for generation in _earlier(root):
            with suppress(IndexDamaged):
                verify(generation)
                _point(root, generation)
                return generation
    raise _nothing_earlier(root)


def earlier(root: Path) -> Generation:
    """What `rollback` would return to, if its files are sound: none is hashed. Raises IndexMissing."""
    for generation in _earlier(root):
        return generation
    raise _nothing_earlier(root)


def _earlier(root: Path) -> list[Generation]:
    now = in_use(root)
    return [generation for generation in _up_to(now, generations(root)) if generation.id != now]


def _nothing_earlier(root: Path) -> IndexMissing:
    return IndexMissing(f"{root} holds no earlier generation to return to. Build it anew with `rag build --rebuild`.")


def in_use(root: Path) -> str | None:
    """Id of the generation in use; none when CURRENT is missing or damaged."""
    with suppress(IndexMissing, IndexDamaged):
        return manifest.read_pointer(root)[0]
    return None


def _up_to(now: str | None, newest_first: list[Generation]) -> list[Generation]:
    """Without those after the one in use: they were rolled back, or lost their build just before it was published."""
    ids = [generation.id for generation in newest_first]
    return newest_first[ids.index(now) :] if now in ids else newest_first


def _collect(root: Path) -> None:
    """Remove what nobody will ask for: all but the generation in use and the one before it."""
    names, keep = disk.names(root), set[str | None]()
    if manifest.CURRENT in names:  # else nothing was ever published
        now = in_use(root)
        keep = {now, *(generation.id for generation in _up_to(now, generations(root))[:_KEPT])}
    for name in filter(manifest.FOLDER.fullmatch, names):
        if name not in keep:
            disk.remove_folder(root / name)  # without any one of its files it is not complete any more
    disk.remove_file(root / _NEXT_CURRENT)


def _put_on_disk(path: Path) -> dict[str, Any]:
    entry = {"size": disk.size(path), "sha256": disk.sha256(path)}  # of what the builder wrote, not of what arrived
    disk.sync(path)
    return entry


def _point(root: Path, generation: Generation) -> None:
    disk.remove_file(root / _NEXT_CURRENT)
    try:
        disk.replace(root / manifest.CURRENT, manifest.pointer_to(generation), via=root / _NEXT_CURRENT)
        disk.sync_folder(root)
    except OSError as exc:
        if in_use(root) != generation.id:
            raise
        how = f"{root} now serves {generation.id}, but a power loss may undo that ({exc.strerror})"
        raise StorageError(f"{how}. Check the disk and build again.") from exc


@contextmanager
def _exclusive(root: Path, wait: bool) -> Iterator[None]:
    with ExitStack() as stack:
        with writing(root):
            try:
                stack.enter_context(disk.locked(root / _LOCK, wait=wait))
            except BlockingIOError as exc:
                holder = f"Process {exc.strerror}" if exc.strerror else "Another process"
                raise BusyError(f"{holder} is building {root}. Wait for it, or end it, and build again.") from None
        yield
