"""Vectors on their way into an index: a file beside the generations that grows while they are computed.

    indexes/blog/VECTORS   one line of JSON that names the model, then records of one size: key, vector, checksum

Each batch is on the disk before the next one is computed, so a kill or a power loss costs the batch in hand. Nothing is
answered from here: a generation takes its vectors over, under its own checksums. A record that was cut short or altered
is left out, and computed again. Knows nothing about passages or models.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.storage import disk
from rag.storage.disk_errors import writing

FILE, _NEXT = "VECTORS", "VECTORS.new"
_LIMIT = 1 << 36  # bytes that are read at most
_LONGEST_HEADER, _MOST_DIM = 1_000, 100_000


class VectorLog:
    """The vectors of one model that were computed so far, by the key of what each was computed from."""

    def __init__(self, root: Path, model: str) -> None:
        """Read what is there of this model. Writes nothing yet."""
        self._root, self._path, self._model = root, root / FILE, model
        self._dim = 0  # not known before the first vector
        self._clean = False  # whether the file ends with a whole record, so that one may follow
        self._parts = self._read()

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def keys(self) -> NDArray[np.uint64]:
        """(n, 2), in the order in which they were added."""
        return np.concatenate([np.empty((0, 2), np.uint64), *(part["key"] for part in self._parts)])

    @property
    def vectors(self) -> NDArray[np.float16]:
        """(n, dim)."""
        return np.concatenate([np.empty((0, self._dim), np.float16), *(part["vector"] for part in self._parts)])

    def append(self, keys: NDArray[np.uint64], vectors: NDArray[np.float16]) -> None:
        """Add rows: keys (m, 2) and vectors (m, dim). They are on the disk when this returns. Raises StorageError."""
        self._dim = vectors.shape[1]
        new = np.zeros(len(keys), _record(self._dim))
        new["key"], new["vector"] = keys, vectors
        new["checksum"] = _checksums(new)
        with writing(self._root):
            if self._clean:
                disk.append(self._path, new.tobytes())
            else:  # begun anew: without what can't be used, and with a name that is on the disk too
                disk.remove_file(self._root / _NEXT)
                header = json.dumps({"model": self._model, "dim": self._dim}).encode() + b"\n"
                whole = b"".join([header, *(part.tobytes() for part in (*self._parts, new))])
                disk.replace(self._path, whole, via=self._root / _NEXT)
                disk.sync_folder(self._root)
                self._clean = True
        self._parts.append(new)

    def remove(self) -> None:
        """Forget all of it, once a generation holds it. Raises StorageError."""
        with writing(self._root):
            disk.remove_file(self._path)
        self._parts, self._clean = [], False

    def _read(self) -> list[NDArray[np.void]]:
        try:
            data = disk.read(self._path, _LIMIT)
        except OSError:  # none yet, or one that can't be read: all is computed anew
            return []
        header, end, _ = data[:_LONGEST_HEADER].partition(b"\n")
        try:
            said = json.loads(header)
            if not end or said["model"] != self._model or not 0 < said["dim"] <= _MOST_DIM:
                return []
            record = _record(said["dim"])
        except (ValueError, TypeError, KeyError):
            return []
        self._dim = said["dim"]
        count, rest = divmod(len(data) - len(header) - 1, record.itemsize)
        records = np.frombuffer(data, record, count, len(header) + 1)
        sound = records["checksum"] == _checksums(records)
        self._clean = rest == 0 and bool(sound.all())
        return [records[sound]]


def _record(dim: int) -> np.dtype[np.void]:
    return np.dtype([("key", "<u8", 2), ("vector", "<f2", dim), ("checksum", "<u4")])


def _checksums(records: NDArray[np.void]) -> NDArray[np.uint32]:
    size = records.dtype.itemsize
    raw = memoryview(records.tobytes())
    sums = (zlib.crc32(raw[at : at + size - 4]) for at in range(0, len(raw), size))
    return np.fromiter(sums, np.uint32, count=len(records))
