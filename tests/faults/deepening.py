"""Processes that compute the transformer's vectors, killed at random moments."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import rag
from rag.indexing.build import build
from rag.indexing.deepen import deepen
from rag.indexing.settings import Settings
from rag.storage.vector_log import VectorLog
from tests.faults.calls import Unsynced
from tests.faults.processes import Result, fork, wait

DIM = 4
_BATCH = 3
_LONGEST = 0.6  # seconds from the first batch to the kill: some are killed while they publish
_CHILD = """
import sys
from pathlib import Path
from rag.indexing import deepen, vectors
from rag.indexing.settings import Settings
vectors.AT_ONCE, deepen._BATCH = 0, 1
deepen.deepen(Path(sys.argv[1]), Path(sys.argv[2]), Settings(), progress=lambda *step: print(*step, flush=True))
"""


def rows(*numbers: int) -> tuple[NDArray[np.uint64], NDArray[np.float16]]:
    """(keys, vectors) that follow from the numbers."""
    keys = np.array([[n, n + 1] for n in numbers], np.uint64).reshape(-1, 2)
    return keys, (np.arange(DIM, dtype=np.float16) + np.array(numbers, np.float16)[:, None]).reshape(-1, DIM)


def numbers_in(log: VectorLog) -> list[int]:
    """The numbers of its rows, each of which must be whole."""
    numbers: list[int] = log.keys[:, 0].tolist()
    keys, vectors = rows(*numbers)
    assert np.array_equal(log.keys, keys)
    assert not numbers or np.array_equal(log.vectors, vectors)
    return numbers


def log_kills(base: Path, count: int) -> Result:
    """SIGKILL a process that adds batch after batch to a log; what it had told of must be there, in order."""
    rng, bad = random.Random(count), list[str]()
    for trial in range(count):
        root = base / str(trial // 50)
        root.mkdir(exist_ok=True)
        first = max(numbers_in(VectorLog(root, "m")), default=-1) + 1
        reports, report = os.pipe()

        def add_on(root: Path = root, first: int = first, report: int = report) -> None:
            log = VectorLog(root, "m")
            with Unsynced().installed():
                for n in range(first, first + 10_000, _BATCH):
                    log.append(*rows(*range(n, n + _BATCH)))
                    os.write(report, b"%d\n" % (n + _BATCH - 1))

        pid = fork(add_on)
        os.close(report)
        time.sleep(rng.uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
        wait(pid)
        with os.fdopen(reports) as lines:
            told = max(map(int, lines), default=first - 1)
        there = numbers_in(VectorLog(root, "m"))
        if there != list(range(len(there))) or not told < len(there) <= told + 1 + _BATCH:
            bad.append(f"kill {trial}: told of {told}, {len(there)} are there")
    return {"kills": count, "bad": bad}


def deepening_kills(base: Path, posts: Path, count: int) -> Result:
    """SIGKILL a process that deepens; the index answers with sound files, and what was embedded is not lost."""
    rng, bad, went_on, deep = random.Random(count), list[str](), 0, 0
    for trial in range(count):
        root = base / str(trial)
        passages = build(posts, root, Settings(adapt=False), quick=True).passages
        command = [sys.executable, "-c", _CHILD, str(posts), str(root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            told = [child.stdout.readline()]
            time.sleep(rng.uniform(0, _LONGEST))
            child.kill()
            told += child.stdout.readlines()
        done = max(int(line.split()[1]) for line in told if line.startswith("deepen"))
        with_whole_files = rag.open_index(root)
        depth = with_whole_files.status()["deep"] or {}
        with_whole_files.close()
        if not (done <= depth["passages"] <= done + 1 or depth["passages"] == passages):
            bad.append(f"kill {trial}: told of {done}, {depth} are there")
        seen: list[tuple[str, int, int]] = []
        deepen(posts, root, Settings(), progress=lambda *step, seen=seen: seen.append(step))  # type: ignore[misc]
        total = max((step[2] for step in seen if step[0] == "deepen"), default=0)
        if total != passages - depth["passages"] or not rag.open_index(root).generation.meta["model"].startswith("e5"):
            bad.append(f"kill {trial}: {total} of {passages} were embedded after {depth}")
        went_on, deep = went_on + (0 < total < passages), deep + (total == 0)
    return {"kills": count, "went on": went_on, "deep": deep, "bad": bad}
