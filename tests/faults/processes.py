"""Faults that need real processes: kills, builders and readers side by side, signals, limits, other users.

Run as `python -m tests.faults.processes NAME FOLDER [NUMBER...]`; prints one JSON object, in which `bad` lists what
went wrong. It is a program of its own because it forks, which is safe only where no test run has started threads.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag import generation
from rag.errors import BusyError, IndexMissing, StorageError, UnusableIndex
from tests.faults import stub
from tests.faults.calls import Unsynced

_NOBODY = 65534
Result = dict[str, Any]


def fork(work: Callable[[], object]) -> int:
    """Start `work` in a child, which ends with code 0, 3 for StorageError, 1 for anything else."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    except StorageError:
        code = 3
    finally:
        os._exit(code)


def wait(pid: int) -> int:
    """The child's exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def found(root: Path) -> int | None:
    try:
        return stub.read(root)
    except IndexMissing:
        return None


def judge(root: Path, allowed: set[int | None], bad: list[str], what: str) -> int | None:
    """Note it in `bad` unless one of the allowed builds is served, and the next build works and clears up."""
    try:
        served = found(root)
        if served not in allowed:
            bad.append(f"{what}: serves {served}, not one of {allowed}")
        with Unsynced().installed():
            stub.build(root, 1 + max(n or 0 for n in allowed))
        if len(stub.folders(root)) != (1 if served is None else 2):
            bad.append(f"{what}: {stub.folders(root)} after the next build")
    except Exception as exc:  # whatever it is, it belongs into the table
        bad.append(f"{what}: {exc!r}")
        return None
    return served


# --- kills ------------------------------------------------------------------------------------------------------


def random_kills(base: Path, count: int) -> Result:
    """SIGKILL a builder that builds on and on, at a random moment; every 20th time in an empty folder."""
    rng, bad, tally = random.Random(count), list[str](), {"none": 0, "old": 0, "new": 0}
    began = time.perf_counter()
    for n in range(5):
        stub.build(base / "pace", n)
    one_build = (time.perf_counter() - began) / 5
    for trial in range(count):
        root = base / str(trial // 20)
        before = found(root)
        reports, report = os.pipe()

        def build_on(root: Path = root, first: int = (before or 0) + 1, report: int = report) -> None:
            for n in range(first, first + 1000):
                stub.build(root, n)
                os.write(report, b"%d\n" % n)

        pid = fork(build_on)
        os.close(report)
        time.sleep(rng.uniform(0, 2.5 * one_build))
        os.kill(pid, signal.SIGKILL)
        wait(pid)
        with os.fdopen(reports) as lines:
            done = [int(line) for line in lines]
        last = done[-1] if done else before
        served = judge(root, {last, (last or 0) + 1}, bad, f"kill {trial}")
        tally["none" if served is None else "old" if served == last else "new"] += 1
    return {"kills": count, **tally, "bad": bad}


class Suicidal(Unsynced):
    """SIGKILLs its own process before the n-th call (from 0)."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self.nth = nth

    def call(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if len(self.names) > self.nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.perform(name, real, *args)


def point_kills(base: Path) -> Result:
    """SIGKILL before every single system call of a first build, of one that collects an old one, and of a rollback."""
    bad, result = list[str](), Result()
    for n in (1, 2, 3):
        stub.build(base / "three", n)
    for what, template, act, allowed in (
        ("first build", None, lambda root: stub.build(root, 1), {None, 1}),
        ("later build", "three", lambda root: stub.build(root, 4), {3, 4}),
        ("rollback", "three", generation.rollback, {3, 2}),
    ):
        point, ended = 0, False
        while not ended:
            root = base / "trial"
            if template:
                shutil.copytree(base / template, root)

            def act_until(act: Callable[[Path], object] = act, root: Path = root, point: int = point) -> None:
                with Suicidal(point).installed():
                    act(root)

            ended = wait(fork(act_until)) != -signal.SIGKILL
            judge_rollback = what == "rollback"
            _judge_point(root, set(allowed), bad, f"{what}, call {point}", after_rollback=judge_rollback)
            shutil.rmtree(root, ignore_errors=True)
            point += 1
        result[what] = point - 1
    return {**result, "bad": bad}


def _judge_point(root: Path, allowed: set[int | None], bad: list[str], what: str, *, after_rollback: bool) -> None:
    served = found(root)
    if after_rollback and served == 2:  # the next build removes 3, which was left
        allowed = {2}
    judge(root, allowed, bad, what)


# --- side by side -----------------------------------------------------------------------------------------------


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


# --- limits and rights ------------------------------------------------------------------------------------------


def file_size_limit(base: Path) -> Result:
    """Files may not grow beyond 1,000 bytes, which is too little for a build, and then they may again."""
    root, bad, told = base / "index", list[str](), ""
    stub.build(root, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    try:
        stub.build(root, 2)
    except StorageError as exc:
        told = str(exc)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if len(stub.folders(root)) != 1:
        bad.append(f"the failed build left {stub.folders(root)}")
    judge(root, {1}, bad, "after the limit")
    return {"told": told, "bad": bad}


def full_disk(base: Path, attempts: int) -> Result:
    """A disk of 1 MB is filled up; builds fail without eating more of it, and work again once there is room."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(base)], capture_output=True, text=True)
    if mount.returncode != 0:
        return {"skipped": mount.stderr.strip()}
    try:
        return _fill(base, attempts)
    finally:
        subprocess.run(["umount", str(base)], check=True)


def _fill(base: Path, attempts: int) -> Result:
    root, bad, told = base / "index", list[str](), set[str]()
    for n in (1, 2):
        stub.build(root, n)
    filler = base / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(base).free - 8192))
    free = shutil.disk_usage(base).free
    for n in range(attempts):
        try:
            stub.build(root, n + 3)
            bad.append(f"build {n} fitted")
        except StorageError as exc:
            told.add(str(exc).split("untouched. ")[-1])
        if (found(root), shutil.disk_usage(base).free) != (2, free):
            bad.append(f"attempt {n}: {free} bytes were free, now {shutil.disk_usage(base).free}")
    filler.unlink()
    judge(root, {2}, bad, "with room again")
    return {"attempts": attempts, "told": sorted(told), "bad": bad}


def read_only(_: Path) -> Result:
    """Another user, who may only read: reading works, building and rolling back say what to do."""
    base = Path(tempfile.mkdtemp())  # the folder of a test run may not be entered by others
    root, result = base / "index", Result()
    try:
        base.chmod(0o755)
        for n in (1, 2):
            stub.build(root, n)
        opened = generation.current(root)
        root.chmod(0o555)
        result["read"] = _as_nobody(lambda: str(stub.read(root)))
        result["build"] = _as_nobody(lambda: stub.build(root, 3))
        result["rollback"] = _as_nobody(lambda: generation.rollback(root))
        (opened.path / "a.bin").chmod(0)
        result["unreadable"] = _as_nobody(lambda: stub.read(root))
        root.chmod(0o755)
        result["folders"] = len(stub.folders(root))
    finally:
        shutil.rmtree(base)
    return {**result, "bad": []}


def _as_nobody(work: Callable[[], object]) -> str:
    """What `work` returns or says, in a child that has given up the rights of root, if it had them."""
    reports, report = os.pipe()

    def tell() -> None:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        try:
            text = str(work())
        except (StorageError, UnusableIndex) as exc:
            text = f"{type(exc).__name__}: {exc}"
        os.write(report, text.encode())

    pid = fork(tell)
    os.close(report)
    with os.fdopen(reports) as lines:
        text = lines.read()
    wait(pid)
    return text


PROGRAMS = {
    program.__name__: program
    for program in (
        random_kills, point_kills, builders, readers, stale_lock, signals, file_size_limit, full_disk, read_only,
    )
}  # fmt: skip


def run(name: str, folder: Path, *numbers: int) -> Result:
    """The result of a program, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.processes", name, str(folder), *map(str, numbers)],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(PROGRAMS[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))))
