"""A build in a process of its own, for a server: readers are answered meanwhile, and ending it loses only the build.

The child is `python -m rag.indexing.background`: one JSON line on stdin says what to build, JSON lines on stdout
how far it is. What it runs is `rag.indexing.build`, as `rag build` and `rag watch` do. Knows nothing about pages.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.indexing import last_failure
from rag.indexing.deepen import build_deep
from rag.indexing.plan import BuildReport
from rag.indexing.settings import Settings
from rag.types import Problem

#: The child gives way to the readers of the server that started it.
_NICENESS = 10
_END_SECONDS = 10.0  # from the request to end until the child is killed; it only has a folder to remove


@dataclass(frozen=True, slots=True)
class BuildState:
    """How far a build is, or how it ended."""

    running: bool = False
    stage: str = ""  # as `Progress` has it
    done: int = 0
    total: int = 0  # 0 while it is not known
    report: BuildReport | None = None  # of a build that was completed
    error: str = ""  # one line, of a build that failed
    cancelled: bool = False


class Builds:
    """The builds of one index, one at a time; safe to share between threads."""

    def __init__(self, root: Path) -> None:
        self.root, self.state = root, BuildState()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def start(self, posts: Path, *, rebuild: bool = False, allow_removals: bool = False) -> bool:
        """Start a build in the background; False when one is running already. Options as for `build`."""
        asked = {"posts": str(posts), "index": str(self.root), "rebuild": rebuild, "allow_removals": allow_removals}
        with self._lock:
            if self.state.running:
                return False
            command = [sys.executable, "-m", __name__]
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environ())
            self._child, self.state = child, BuildState(running=True)
            assert child.stdin
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.close()
        threading.Thread(target=self._follow, args=[child], name="rag-build", daemon=True).start()
        return True

    def cancel(self) -> None:
        """End the build that is running, if one is; the index stays as it was unless it was just published."""
        with self._lock:
            child, running = self._child, self.state.running
            if not child or not running:
                return
            self.state = replace(self.state, cancelled=True)
        child.terminate()
        try:
            child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    def _follow(self, child: subprocess.Popen[str]) -> None:
        last: dict[str, Any] = {}
        assert child.stdout
        with child.stdout:
            for line in child.stdout:
                last = json.loads(line)
                if "stage" in last:
                    self._set(stage=last["stage"], done=last["done"], total=last["total"])
        code = child.wait()
        if "report" in last:
            self._set(running=False, report=_report(last["report"]), cancelled=False)
        elif self.state.cancelled:
            self._set(running=False)
        else:
            self._set(running=False, error=last.get("error") or f"the build ended with code {code}; see the log")

    def _set(self, **changes: Any) -> None:  # noqa: ANN401  (fields of BuildState)
        with self._lock:
            self.state = replace(self.state, **changes)


def _environ() -> dict[str, str]:
    """The child finds this package wherever the parent did."""
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}


def _report(fields: dict[str, Any]) -> BuildReport:
    lists = {name: tuple(fields[name]) for name in ("new", "changed", "removed", "options")}
    return BuildReport(**{**fields, **lists, "problems": tuple(Problem(**p) for p in fields["problems"])})


def main() -> int:
    """The child: build what stdin asks for; the exit code."""
    asked = json.loads(sys.stdin.readline())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that an unfinished generation is removed
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        report = build_deep(
            Path(asked["posts"]), Path(asked["index"]), Settings(), rebuild=asked["rebuild"],
            allow_removals=asked["allow_removals"],
            progress=lambda stage, done, total: _tell(stage=stage, done=done, total=total),
        )  # fmt: skip
    except RagError as error:
        last_failure.note(Path(asked["index"]), error)
        _tell(error=" ".join(str(error).split()))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    last_failure.clear(Path(asked["index"]))
    _tell(report=asdict(report))
    return 0


def _tell(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
