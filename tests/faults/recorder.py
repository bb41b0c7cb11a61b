"""Notes what a run does to the disk, for the power-loss simulator."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.calls import Mortal

Event = tuple[Any, ...]  # what was done, then to what


class Recorder(Mortal):
    """Carries calls out, except syncs, and notes those that change what is under `base`. `omit` loses some syncs.

    `sites` holds, for every sync, the chain of lines in `rag` that led to it.
    """

    def __init__(self, base: Path, omit: str = "", nth: int | None = None) -> None:
        super().__init__(nth)
        self.base, self.omit = base, omit
        self.events: list[Event] = []
        self.sites: list[str] = []
        self._paths: dict[int, str] = {}  # by descriptor, as opened; no open file is renamed

    def call(self, name: str, real: Callable[..., Any], *args: Any) -> Any:
        if name == "fsync":
            site = _site()
            self.sites.append(site)
            if site != self.omit and self._paths[args[0]]:
                self.events.append(("fsync", self._paths[args[0]]))
            return None
        created = name == "open" and not os.path.lexists(args[0])
        result = self.perform(name, real, *args)
        if name == "open":
            self._paths[result] = self._inside(args[0])
        path = self._paths.get(args[0], "") if name in ("write", "ftruncate") else self._inside(args[0])
        if not path:
            return result
        if name == "open" and created:
            self.events.append(("create", path))
        elif name == "write":
            at = os.lseek(args[0], 0, os.SEEK_CUR) - result
            self.events.append(("write", path, at, bytes(args[1][:result])))
        elif name == "ftruncate":
            self.events.append(("truncate", path, args[1]))
        elif name == "replace":
            self.events.append(("rename", path, self._inside(args[1])))
        elif name in ("mkdir", "unlink", "rmdir"):
            self.events.append((name, path))
        return result

    def note(self, *event: Any) -> None:
        """Add the test's own mark, such as ("done", n)."""
        self.events.append(event)

    def _inside(self, path: Any) -> str:
        """Relative to `base`; "" for what is outside, "." for `base` itself."""
        if not isinstance(path, (str, Path)) or not Path(path).is_relative_to(self.base):
            return ""
        return str(Path(path).relative_to(self.base))


def _site() -> str:
    frame, lines = sys._getframe(1), []
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if "rag" in file.parts and frame.f_code.co_name != "__enter__":
            lines.append(f"{file.stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(lines)
