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


class VectorLog:
    """The vectors of one model that were computed so far, by the key of what each was computed from."""

    def __init__(self, root: Path, model: str, dim: int) -> None:
        """Read what is there of this model, of which `dim` is the length of a vector. Writes nothing yet."""
        self._root, self._path = root, root / FILE
        self._header = json.dumps({"model": model, "dim": dim}).encode() + b"\n"
        self._record = np.dtype([("key", "<u8", 2), ("vector", "<f2", dim), ("checksum", "<u4")])
        self._clean = False  # whether the file ends with a whole record, so that one may follow
        self._parts = [self._read()]

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def keys(self) -> NDArray[np.uint64]:
        """(n, 2), in the order in which they were added."""
        return np.concatenate([part["key"] for part in self._parts])

    @property
    def vectors(self) -> NDArray[np.float16]:
        """(n, dim)."""
        return np.concatenate([part["vector"] for part in self._parts])

    def append(self, keys: NDArray[np.uint64], vectors: NDArray[np.float16]) -> None:
        """Add rows: keys (m, 2) and vectors (m, dim). They are on the disk when this returns. Raises StorageError."""
        new = np.zeros(len(keys), self._record)
        new["key"], new["vector"] = keys, vectors
        new["checksum"] = self._checksums(new)
        with writing(self._root):
            if self._clean:
                disk.append(self._path, new.tobytes())
            else:  # begun anew: without what can't be used, and with a name that is on the disk too
                disk.remove_file(self._root / _NEXT)
                whole = b"".join([self._header, *(part.tobytes() for part in self._parts), new.tobytes()])
                disk.replace(self._path, whole, via=self._root / _NEXT)
                disk.sync_folder(self._root)
                self._clean = True
        self._parts.append(new)

    def remove(self) -> None:
        """Forget all of it, once a generation holds it. Raises StorageError."""
        with writing(self._root):
            disk.remove_file(self._path)
        self._parts, self._clean = [self._parts[0][:0]], False

    def _read(self) -> NDArray[np.void]:
        try:
            data = disk.read(self._path, _LIMIT)
        except OSError:  # none yet, or one that can't be read: all is computed anew
            data = b""
        if not data.startswith(self._header):
            return np.zeros(0, self._record)
        count, rest = divmod(len(data) - len(self._header), self._record.itemsize)
        records = np.frombuffer(data, self._record, count, len(self._header))
        sound = records["checksum"] == self._checksums(records)
        self._clean = rest == 0 and bool(sound.all())
        whole: NDArray[np.void] = records[sound]
        return whole

    def _checksums(self, records: NDArray[np.void]) -> NDArray[np.uint32]:
        size = self._record.itemsize
        raw, end = memoryview(records.tobytes()), size - 4
        sums = (zlib.crc32(raw[at : at + end]) for at in range(0, len(raw), size))
        return np.fromiter(sums, np.uint32, count=len(records))
