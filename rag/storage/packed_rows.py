"""Rows as compressed JSON, read when the first of them is asked for: what a build takes over it mostly only copies.

Equal rows give equal bytes. Knows nothing about the files they are kept in.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, overload

from rag.types import Dropped

T = TypeVar("T")

_LEVEL = 1  # of zlib: a third of the size already, and the rows are read at many builds


def pack(value: object) -> bytes:
    """Any JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack(packed: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """What was packed."""
    return json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))


class PackedRows(Sequence[T]):
    """Packed rows as the values that `make` makes of them."""

    def __init__(self, packed: bytes, make: Callable[..., T]) -> None:
        self.packed, self._make = packed, make
        self._values: tuple[T, ...] | None = None

    def _all(self) -> tuple[T, ...]:
        if self._values is None:
            self._values = tuple(self._make(*row) for row in unpack(self.packed))
        return self._values

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._all()[index]


class LeftOut(PackedRows[Dropped]):
    """What cleaning left out of one post; how often for which reason is known without reading it."""

    def __init__(self, path: str, packed: bytes, reasons: Mapping[str, int]) -> None:
        super().__init__(packed, lambda *row: Dropped(path, *row))
        self.path, self.reasons = path, reasons

    @classmethod
    def of(cls, path: str, dropped: Iterable[Dropped]) -> LeftOut:
        """The same, packed if they are not yet."""
        if isinstance(dropped, LeftOut):
            return dropped
        rows = [(d.start_line, d.end_line, d.reason, d.text) for d in dropped]
        counts = Counter(reason for _, _, reason, _ in rows)
        return cls(path, pack(rows), dict(sorted(counts.items())))
