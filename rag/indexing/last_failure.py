"""That the last build failed, kept beside the index for a page that another process serves. Only `build` knows why.

A note is a help, no part of the index: where it can't be written or read, there is none.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from rag.errors import BusyError, RagError

_NAME = "failed.json"


@dataclass(frozen=True, slots=True)
class Failure:
    """A build that failed, and since when builds do."""

    when: str  # ISO 8601, UTC
    error: str  # one line


def note(root: Path, error: RagError) -> None:
    """Keep that a build of the index in `root` failed; another that runs there is no failure."""
    if isinstance(error, BusyError) or not root.is_dir():
        return
    failure = Failure(datetime.now(timezone.utc).isoformat(timespec="seconds"), " ".join(str(error).split()))
    with suppress(OSError):
        (root / _NAME).write_text(json.dumps(asdict(failure), ensure_ascii=False), encoding="utf-8", errors="replace")


def clear(root: Path) -> None:
    """The last build did not fail."""
    with suppress(OSError):
        (root / _NAME).unlink(missing_ok=True)


def last_failure(root: Path) -> Failure | None:
    """How the last build failed; None when it did not, or it is not known."""
    try:
        return Failure(**json.loads((root / _NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
