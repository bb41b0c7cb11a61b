"""Builders and readers side by side, a builder that was killed, and one that got a signal."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from rag.errors import BusyError
from rag.storage import generation
from tests.faults import stub
from tests.faults.calls import Unsynced
from tests.faults.processes import Result, fork, judge, wait


def builders(base: Path, processes: int, each: int, waiting: int) -> Result:
    """Several builders at once, which wait for each other or give up; what is served at the end, by whom."""
    root, bad = base / "index", list[str]()
    reports, report = os.pipe()

    def build_some(builder: int) -> None:
        for i in range(each):
            try:
                stub.build(root, builder * 1000 + i, wait=bool(waiting))
                os.write(report, b"built\n")
            except BusyError as exc:
                os.write(report, f"{exc}\n".encode())

    children = [fork(lambda builder=builder: build_some(builder)) for builder in range(1, processes + 1)]
    os.close(report)
    with os.fdopen(reports) as lines:
        told = [line.rstrip() for line in lines]
    bad += [f"builder {pid} failed" for pid in children if wait(pid) != 0]
    built = told.count("built")
    known = ("Another process is", *(f"Process {pid} is" for pid in children))
    bad += [line for line in told if line != "built" and not line.startswith(known)]
    if generation.open_verified(root).seq != built:
        bad.append(f"{built} builds, but number {generation.open_verified(root).seq}")
    stub.read(root)
    return {"built": built, "busy": len(told) - built, "folders": len(stub.folders(root)), "bad": bad}


def readers(base: Path, processes: int, publishes: int) -> Result:
    """Readers that read on and on while builds are published; none may see an error, a mix, or an older one again."""
    root, bad = base / "index", list[str]()
    stub.build(root, 0)
    stop, stopper = os.pipe()
    reports, report = os.pipe()

    def read_on() -> None:
        os.set_blocking(stop, False)
        seen, count, distinct = -1, 0, 0
        os.write(report, b"ready\n")
        while True:
            n = stub.read(root)
            assert n >= seen, f"{n} after {seen}"
            distinct += n > seen
            seen, count = n, count + 1
            with suppress(BlockingIOError):
                os.read(stop, 1)
                break
        os.write(report, b"%d %d\n" % (count, distinct))

    children = []
    for _ in range(processes):
        children.append(fork(lambda: (os.close(stopper), read_on())))
    os.close(report)
    with os.fdopen(reports) as lines:
        for _ in children:
            lines.readline()
        with Unsynced().installed():
            for n in range(1, publishes + 1):
                stub.build(root, n)
        os.close(stopper)
        told = [tuple(map(int, line.split())) for line in lines]
    bad += [f"reader {pid} failed" for pid in children if wait(pid) != 0]
    return {"publishes": publishes, "reads": sum(t[0] for t in told), "distinct": [t[1] for t in told], "bad": bad}


def stale_lock(base: Path) -> Result:
    """A builder that holds the lock is named; once it is killed, the next one gets it."""
    root, bad = base / "index", list[str]()
    pid = _stuck_builder(root)
    try:
        stub.build(root, 1)
        bad.append("two builders at once")
    except BusyError as exc:
        if not str(exc).startswith(f"Process {pid} is building"):
            bad.append(str(exc))
    os.kill(pid, signal.SIGKILL)
    wait(pid)
    judge(root, {None}, bad, "after the kill")
    return {"bad": bad}


def _stuck_builder(root: Path) -> int:
    """A child that has written half a build, and stops there."""
    ready, tell = os.pipe()

    def build_half() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with generation.writer(root) as writer:
            stub.write(writer.path / "half.bin", bytes(5000))
            os.write(tell, b".")
            signal.pause()

    pid = fork(build_half)
    os.read(ready, 1)
    os.close(ready)
    os.close(tell)
    return pid


def signals(base: Path) -> Result:
    """SIGINT and SIGTERM in the middle of a build: how it ends, and how many folders it leaves."""
    bad, result = list[str](), Result()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        root = base / sign.name
        stub.build(root, 1)
        pid = _stuck_builder(root)
        os.kill(pid, sign)
        result[sign.name] = [wait(pid), len(stub.folders(root))]
        judge(root, {1}, bad, sign.name)
    return {**result, "bad": bad}
