"""Processes to be killed, and the check of what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.errors import IndexMissing, StorageError
from tests.faults import stub
from tests.faults.calls import Unsynced

Result = dict[str, Any]


def run(name: str, folder: Path, *numbers: int) -> Result:
    """The result of a program of `tests.faults`, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", name, str(folder), *map(str, numbers)],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


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
