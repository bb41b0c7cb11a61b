"""What the system says when a disk refuses to be written to, as an error with its next step."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import StorageError
from rag.storage import manifest

_NEXT_STEPS = {
    errno.ENOSPC: "Free some space on its disk",
    errno.EDQUOT: "Free some of your disk quota",
    errno.EFBIG: "Raise the limit on file sizes (`ulimit -f`)",
    errno.EACCES: "Make it writable for this user",
    errno.EPERM: "Make it writable for this user",
    errno.EROFS: "Choose a folder on a disk that can be written to",
}


@contextmanager
def writing(folder: Path | str) -> Iterator[None]:
    """Turns OSError about something in `folder`, or about no known file, into StorageError with the next step."""
    try:
        yield
    except OSError as exc:
        if not manifest.concerns(exc, Path(folder)):
            raise
        path, why = exc.filename or folder, exc.strerror or str(exc)
        step = _NEXT_STEPS.get(exc.errno or 0, "Check the disk")
        raise StorageError(
            f"{path} can't be written: {why}. The index that was there is untouched. {step} and build again."
        ) from exc
