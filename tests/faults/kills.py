"""Builders killed at random moments, and before every system call."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.storage import generation
from tests.faults import stub
from tests.faults.calls import Unsynced
from tests.faults.processes import Result, fork, found, judge, wait


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
    stub.three_builds(base / "three")
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
