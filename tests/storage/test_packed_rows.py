"""Rows are packed to the same bytes each time, and read when they are asked for."""

from rag.storage.packed_rows import LeftOut, PackedRows, pack, unpack
from rag.types import Dropped

DROPPED = [Dropped("a.md", 3, 4, "marker", "---END---"), Dropped("a.md", 9, 9, "link_list", "粉の話\ud800")]


def test_any_json_comes_back() -> None:
    for value in ([], {}, ["窯", 1, None, "\ud800"], [["a", [1, 2]]]):
        assert unpack(pack(value)) == value


def test_packed_rows_are_a_sequence_of_values() -> None:
    rows = PackedRows(pack([[1, 2], [3, 4]]), complex)
    assert (len(rows), rows[1], rows[:1], list(rows)) == (2, 3 + 4j, (1 + 2j,), [1 + 2j, 3 + 4j])


def test_what_was_left_out_is_counted_without_being_read() -> None:
    left = LeftOut.of("a.md", DROPPED)
    assert LeftOut("a.md", b"never read", left.reasons).reasons == {"link_list": 1, "marker": 1}
    assert list(left) == DROPPED
    assert LeftOut.of("a.md", left) is left


def test_equal_drops_of_posts_of_other_names_are_equal_bytes() -> None:
    renamed = [Dropped("b.md", d.start_line, d.end_line, d.reason, d.text) for d in DROPPED]
    assert LeftOut.of("b.md", renamed).packed == LeftOut.of("a.md", DROPPED).packed
