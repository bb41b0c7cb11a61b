"""What the system refuses: large files, a full disk, the rights of another user."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import StorageError, UnusableIndex
from rag.storage import generation
from tests.faults import stub
from tests.faults.processes import Result, fork, found, judge, wait

_NOBODY = 65534


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
