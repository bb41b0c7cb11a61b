"""Rows of a table as lines that read alone, however the table was written."""

from __future__ import annotations

from collections.abc import Sequence


def rows_as_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as "name: cell / name: cell", cells without a name or text as they are or not at all.

    A table of a header alone is one line of its cells.
    """
    if not rows:
        return [line] if (line := " / ".join(cell for cell in header if cell)) else []
    names = [*header, *[""] * max(0, max(map(len, rows)) - len(header))]
    written = (
        " / ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)
        for row in rows
    )
    return [line for line in written if line]
