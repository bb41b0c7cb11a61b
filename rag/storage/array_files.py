"""Arrays and lists in files of their own, read back without trusting them. Knows nothing about what they hold."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """One .npy file. Raises OSError, naming the file."""
    try:
        np.save(path, array, allow_pickle=False)
    except OSError as error:  # numpy says how many bytes it could write, but neither where nor why
        raise OSError(error.errno or errno.ENOSPC, error.strerror or str(error), str(path)) from error


def read_array(path: Path) -> NDArray[Any]:
    """One .npy file, memory-mapped, never unpickled."""
    try:
        # As a plain array: numpy's own class for mapped ones makes each slice and sum of it ten times as slow.
        array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); run `rag build` again, or `rag rollback`") from error
    return array


def write_json(path: Path, value: object) -> None:
    """One JSON file. Raises OSError."""
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> list[Any]:
    """What `write_json` wrote. Raises IndexDamaged."""
    try:
        found: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path} can't be read ({error}); run `rag build` again, or `rag rollback`") from error
    return found
