"""A power-loss simulator: what may be on the disk when the power goes at any moment of a recorded run.

It trusts nothing but a sync. Bytes of a file that were not synced are there, cut, zeroed, mixed with older ones or
missing; names in a folder that was not synced are there or not, each for itself. A rename happens or does not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import IndexMissing, RagError
from rag.storage import generation
from tests.faults import stub
from tests.faults.calls import Unsynced
from tests.faults.recorder import Event, Recorder

_BLOCK = 512  # bytes that a disk writes as one


Change = tuple[str, str, Any]  # old name, new name, what is under it


@dataclass(eq=False)
class File:
    now: bytes = b""
    synced: bytes = b""


@dataclass(eq=False)
class Folder:
    now: dict[str, File | Folder] = field(default_factory=dict)
    synced: dict[str, File | Folder] = field(default_factory=dict)
    pending: list[Change] = field(default_factory=list)

    def change(self, old: str, new: str, node: File | Folder | None) -> None:
        """Take away the name `old` and add `new`, in one step; either may be empty."""
        _apply(self.now, old, new, node)
        self.pending.append((old, new, node))


def _apply(entries: dict[str, File | Folder], old: str, new: str, node: File | Folder | None) -> None:
    entries.pop(old, None)
    if new and node is not None:
        entries[new] = node


class Disk:
    """The state of `base` after some events: what processes see, and what is on the disk."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.top = Folder()
        for event in events:
            getattr(self, f"_{event[0]}", lambda *args: None)(*event[1:])

    def _node(self, path: str) -> Any:
        node: Any = self.top
        for name in Path(path).parts:
            node = node.now[name]
        return node

    def _folder(self, path: str) -> tuple[Folder, str]:
        return self._node(str(Path(path).parent)), Path(path).name

    def _create(self, path: str) -> None:
        folder, name = self._folder(path)
        folder.change("", name, File())

    def _mkdir(self, path: str) -> None:
        folder, name = self._folder(path)
        folder.change("", name, Folder())

    def _unlink(self, path: str) -> None:
        folder, name = self._folder(path)
        folder.change(name, "", None)

    _rmdir = _unlink

    def _rename(self, old: str, new: str) -> None:
        folder, name = self._folder(old)
        folder.change(name, Path(new).name, folder.now[name])

    def _write(self, path: str, at: int, data: bytes) -> None:
        file = self._node(path)
        file.now = file.now[:at].ljust(at, b"\0") + data + file.now[at + len(data) :]

    def _truncate(self, path: str, size: int) -> None:
        file = self._node(path)
        file.now = file.now[:size].ljust(size, b"\0")

    def _fsync(self, path: str) -> None:
        node = self._node(path)
        node.synced = node.now if isinstance(node, File) else dict(node.now)
        if isinstance(node, Folder):
            node.pending = []

    def lose_power(self, rng: random.Random, target: Path) -> None:
        """Write into the empty folder `target` one state that the disk may be in."""
        _store(self.top, rng, target)


def _store(folder: Folder, rng: random.Random, target: Path) -> None:
    entries = dict(folder.synced)
    for change in _surviving_changes(folder.pending, rng):
        _apply(entries, *change)
    for name, node in entries.items():
        if isinstance(node, Folder):
            (target / name).mkdir()
            _store(node, rng, target / name)
        else:
            (target / name).write_bytes(_surviving(node, rng))


def _surviving_changes(pending: list[Change], rng: random.Random) -> list[Change]:
    """In order, as a journal keeps them, or any of them: all but one, one alone, some."""
    if not pending:
        return []
    one, odds = rng.randrange(len(pending)), rng.random()
    return rng.choice(
        (
            pending[: rng.randint(0, len(pending))],
            pending[:one] + pending[one + 1 :],
            [pending[one]],
            [change for change in pending if rng.random() < odds],
        )
    )


def _surviving(file: File, rng: random.Random) -> bytes:
    now, synced = file.now, file.synced
    if now == synced:
        return now
    cut = rng.randint(0, len(now))
    blocks = [(now[i : i + _BLOCK], synced[i : i + _BLOCK]) for i in range(0, len(now), _BLOCK)]
    mixed = b"".join(rng.choice((new, old.ljust(len(new), b"\0")[: len(new)])) for new, old in blocks)
    return rng.choice((now, synced, now[:cut], now[:cut].ljust(len(now), b"\0"), mixed))


def life(base: Path, omit: str = "") -> Recorder:
    """From no folder at all: four builds, a rollback, one more build."""
    recorder = Recorder(base, omit)
    root = base / "blogs" / "index"
    with recorder.installed():
        for n in (1, 2, 3, 4):
            _build(recorder, root, n)
        recorder.note("start", 3)
        generation.rollback(root)
        recorder.note("done", 3)
        recorder.note("keeps", 1)  # the one that was left is removed as the next build begins
        _build(recorder, root, 5)
    return recorder


def second_life(base: Path, killed_at: int, omit: str = "") -> Recorder:
    """The first build is killed before the n-th call, and another one follows."""
    recorder = Recorder(base, omit, nth=killed_at)
    root = base / "blogs" / "index"
    with recorder.installed():
        with recorder.life():
            _build(recorder, root, 1)
        _build(recorder, root, 2)
    return recorder


def _build(recorder: Recorder, root: Path, n: int) -> None:
    recorder.note("start", n)
    stub.build(root, n)
    recorder.note("done", n)
    recorder.note("keeps", min(2, sum(event[0] == "done" for event in recorder.events)))


def judge(events: Sequence[Event], at: int, rng: random.Random, target: Path, *, rebuild: bool) -> str:
    """Lose power after `at` events, into the empty folder `target`; what is wrong with what is left, or ""."""
    past = events[:at]
    done = max((i for i, event in enumerate(past) if event[0] == "done"), default=-1)
    allowed: set[int | None] = {past[done][1] if done >= 0 else None}
    allowed |= {event[1] for event in past[done + 1 :] if event[0] == "start"}
    kept = next((event[1] for event in reversed(past) if event[0] == "keeps"), 0)
    Disk(past).lose_power(rng, target)
    root = target / "blogs" / "index"
    try:
        found: int | None = stub.read(root)
    except IndexMissing:
        found = None
    except (RagError, AssertionError) as exc:
        return f"unusable: {exc}"
    if found not in allowed:
        return f"serves {found}, not one of {allowed}"
    if kept and len(generation.generations(root)) < kept:
        return "the generation before is lost"
    return _rebuild(root, found) if rebuild else ""


def _rebuild(root: Path, found: int | None) -> str:
    with Unsynced().installed():
        stub.build(root, 9)
        if (stub.read(root), len(stub.folders(root))) != (9, 1 if found is None else 2):
            return f"the next build left {stub.folders(root)}"
        if found is not None and (generation.rollback(root), stub.read(root))[1] != found:
            return "the next build lost the one before"
    return ""
