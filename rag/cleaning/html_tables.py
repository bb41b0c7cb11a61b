"""A table of HTML while it is read: cells, cells that stretch, tables in cells. Knows nothing about tags."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.cleaning.tables import rows_as_lines
from rag.text.sentences import ends_sentence

#: Columns or rows over which a cell may stretch; no table for readers has more.
MAX_STRETCH = 50


@dataclass(slots=True)
class OpenTable:
    """The rows read so far, and the one that is open."""

    start: int  # line on which it begins
    title: str = ""  # of a first row that is one stretched cell
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    row: list[str] = field(default_factory=list)  # of the open row
    names: list[bool] = field(default_factory=list)  # whether each cell of it is one that names
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)  # by column: rows below that a cell reaches into
    cell: list[str] | None = None  # texts of the open cell
    stretch: tuple[int, int] = (1, 1)  # its columns and rows
    link_chars: int = 0
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)

    def open_cell(self, names: bool, columns: str, rows: str) -> None:
        """Begin a cell; one that was left open ends."""
        self.end_cell()
        self.cell, self.stretch = [], (_stretch(columns), _stretch(rows))
        self._take_hanging()
        self.names += [names] * (len(self.row) + 1 - len(self.names))

    def end_cell(self) -> None:
        """End the open cell, if one is."""
        if self.cell is None:
            return
        text = ""
        for part in self.cell:
            text += (" " if ends_sentence(text) else "; ") + part if text else part
        columns, rows = self.stretch
        for i in range(columns):
            shown = text if i == 0 or self.names[-1] else ""
            if rows > 1:
                self.hanging[len(self.row)] = rows - 1, shown
            self.row.append(shown)
        self.names += [self.names[-1]] * (columns - 1)
        self.cell = None

    def end_row(self, head: bool) -> None:
        """End the open row, which is the header if all its cells name, or it stands in the table's `head`."""
        self.end_cell()
        self._take_hanging()
        first = not self.rows and not self.header
        if first and head is False and len(self.row) > 1 and self.names[0] and len(set(self.row)) == 1:
            self.title = self.row[0]
        elif self.row and first and (head or all(self.names) or (self.title and _only_names(self.row))):
            self.header = self.row
        elif self.row:
            if len(self.names) > 1 and self.names[0] and not self.names[1] and not self.header and self.row[0]:
                self.row[:2] = [f"{self.row[0]}: {self.row[1]}"]
            self.rows.append(self.row)
        self.row, self.names = [], []

    def lines(self) -> list[str]:
        """The rows as lines that read alone."""
        self.end_row(head=False)
        return rows_as_lines(self.header, self.rows)

    def _take_hanging(self) -> None:
        """Put in the cells of rows above that reach down to this place."""
        while len(self.row) in self.hanging:
            rows, text = self.hanging.pop(len(self.row))
            if rows > 1:
                self.hanging[len(self.row)] = rows - 1, text
            self.row.append(text)
            self.names.append(False)


def _only_names(row: list[str]) -> bool:
    """Whether the row under a title may name the columns: no cell is empty or holds a figure."""
    return all(cell and not any(char.isdigit() for char in cell) for cell in row)


def _stretch(written: str) -> int:
    return min(MAX_STRETCH, int(written)) if written.isdecimal() and 0 < len(written) < 4 and int(written) else 1
