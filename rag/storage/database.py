"""SQLite files of a generation: written once, then only read. Knows nothing about what is in them."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexDamaged

_PAGE = 16_384  # bytes: a passage takes one to two thousand, which waste less of a large page


@contextmanager
def writing(path: Path, schema: str, old: Path | None = None) -> Iterator[sqlite3.Connection]:
    """A new file with this schema and everything that is inserted; the same rows in the same order give the same bytes.

    The tables of the file `old` can be read as old.NAME. Raises OSError, naming the file, when the disk refuses.
    """
    db = sqlite3.connect(path.absolute().as_uri(), isolation_level=None, uri=True)
    try:
        if old is not None:
            db.execute("ATTACH ? AS old", (_unchanging(old),))
        # The whole generation is synced when it is published, so the journal would only cost time.
        db.executescript(f"PRAGMA page_size={_PAGE}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {schema}; BEGIN")
        yield db
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        number = errno.ENOSPC if "full" in str(error) else errno.EIO
        raise OSError(number, str(error), str(path)) from error
    finally:
        db.close()


def connect(path: Path) -> sqlite3.Connection:
    """The file, read-only and unlocked, as it never changes; usable from any thread, by one at a time."""
    with reading(path):
        return sqlite3.connect(_unchanging(path), uri=True, check_same_thread=False)


def _unchanging(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what SQLite says about the file into IndexDamaged."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(
            f"{path} can't be read as SQLite ({error}); run `rag build` again, or `rag rollback`"
        ) from error
