"""Stand-ins for the system calls of `rag.storage.disk`: counted, failing at the n-th, or ending the process there."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rag.storage import disk, manifest

WATCHED = {
    "open",
    "read",
    "write",
    "fsync",
    "close",
    "replace",
    "mkdir",
    "unlink",
    "rmdir",
    "listdir",
    "lstat",
    "fstat",
}
WATCHED |= {"ftruncate", "lseek", "posix_fadvise", "flock", "disk_usage"}


class Calls:
    """Passes every call on, and counts. Subclasses override `call`."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.open: set[int] = set()

    def call(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        return self.perform(name, real, *args)

    def perform(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        result = real(*args)
        if name == "open":
            self.open.add(result)
        elif name == "close":
            self.open.discard(args[0])
        return result

    def watched(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        self.names.append(name)
        return self.call(name, real, *args)

    @contextmanager
    def installed(self) -> Iterator[Calls]:
        """In force inside. One thread hashes, so that the n-th call is always the same one."""
        before = disk.os, disk.fcntl, disk.shutil, manifest.HASHERS
        disk.os, disk.fcntl, disk.shutil = (_Stand(module, self) for module in (os, fcntl, shutil))
        manifest.HASHERS = 1
        try:
            yield self
        finally:
            disk.os, disk.fcntl, disk.shutil, manifest.HASHERS = before


class _Stand:
    def __init__(self, module: Any, calls: Calls) -> None:
        self._module, self._calls = module, calls

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._module, name)
        if name not in WATCHED:
            return real
        return lambda *args: self._calls.watched(name, real, *args)


class Unsynced(Calls):
    """Leaves the syncs out, which only a power loss would show, and which cost most of the time."""

    def perform(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        return None if name == "fsync" else super().perform(name, real, *args)


class Failing(Unsynced):
    """The n-th call (from 0) fails with an error number or an exception, before it is carried out or after.

    Without an error it does half its work, which only a write can.
    """

    def __init__(self, nth: int, error: int | type[BaseException] | None, *, after: bool = False) -> None:
        super().__init__()
        self.nth, self.error, self.after = nth, error, after

    def call(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if len(self.names) - 1 != self.nth:
            return self.perform(name, real, *args)
        if self.error is None:
            half = (args[0], args[1][: (len(args[1]) + 1) // 2]) if name == "write" else args
            return self.perform(name, real, *half)
        # A close that reports an error has still closed; an open that does has not opened.
        if name == "close" or (self.after and name != "open"):
            self.perform(name, real, *args)
        raise OSError(self.error, os.strerror(self.error)) if isinstance(self.error, int) else self.error


class Dead(BaseException):
    """The process was killed; nothing it would do after that is carried out."""


class Mortal(Calls):
    """One life ends before the n-th call (from 0); what comes after it is another process."""

    def __init__(self, nth: int | None = None) -> None:
        super().__init__()
        self.nth = nth

    def watched(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if self.nth is not None and len(self.names) >= self.nth:
            raise Dead
        return super().watched(name, real, *args)

    @contextmanager
    def life(self) -> Iterator[None]:
        """Outlive the death inside, and close what was open, as a kernel does."""
        with suppress(Dead):
            yield
        for fd in self.open:
            os.close(fd)
        self.open.clear()
        self.nth = None
