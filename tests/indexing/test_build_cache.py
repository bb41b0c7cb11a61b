"""What a generation keeps of a post for the next build comes back as it was."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from rag.cleaning.split import split_post
from rag.cleaning.stages import CleanPost, Decided, Signs, SplitPost, Traits
from rag.indexing.build_cache import FILE, read_cache, read_cleaned, write_cache
from rag.storage.packed_rows import LeftOut
from rag.types import Block, Dropped, Post, Problem

POST = Post("a.md", "窯の話", "2026-01-01", "/a/", ("窯",), (), "窯は北を向く。", 4, "d1")
BLOCKS = (
    Block("heading", "窯", 4, 4, 2),
    Block("text", "窯は北を向く\ud800。", 6, 6),
    Block("text", "…", 7, 7, suspect="promotion"),
)
DROPPED = (Dropped("a.md", 9, 9, "promotion", "窯の本はこちら"), Dropped("a.md", 10, 10, "marker", "---END---"))
TRAITS = Traits(Signs(3, 2, 1, 1, 0, 0, 1), ("k1", "", "~k2"), ("k3",))
DECIDED = Decided(frozenset({"restarts", "cut sentences"}), frozenset({"k1", "!k3"}))
LATER = (Dropped("a.md", 7, 7, "cut_sentence", "そして翌朝には"),)
LEFT_OUT = {"a.md": [LeftOut.of("a.md", DROPPED), LeftOut.of("a.md", LATER)]}


def split() -> SplitPost:
    return SplitPost(DECIDED, tuple(split_post(POST, BLOCKS)[0]), LATER)


CLEAN = CleanPost(BLOCKS, DROPPED, TRAITS, split())


def test_a_post_comes_back_as_it_was_cleaned_and_split(tmp_path: Path) -> None:
    write_cache(
        tmp_path, [POST], [Problem("a.md", "a byte order mark was removed", skipped=False)], {"a.md": CLEAN}, []
    )
    kept = read_cache(tmp_path)["a.md"]
    assert (kept.post, kept.problems[0].reason) == (replace(POST, body=""), "a byte order mark was removed")
    back = read_cleaned(tmp_path, [POST], LEFT_OUT, {})["a.md"]
    assert (tuple(back.blocks), tuple(back.dropped)) == (BLOCKS, DROPPED)
    assert back.traits == TRAITS
    assert back.split
    assert (back.split.decided, back.split.passages, tuple(back.split.dropped)) == (DECIDED, split().passages, LATER)


def test_passages_that_are_indexed_as_they_were_split_are_kept_once(tmp_path: Path) -> None:
    (passage,) = split().passages
    rows = {"a.md": [(passage.id, passage.text, passage.heading, passage.start_line, passage.end_line)]}
    for home, indexed in (("once", [passage]), ("twice", [replace(passage, id="0" * 16)])):
        (tmp_path / home).mkdir()
        write_cache(tmp_path / home, [POST], [], {"a.md": CLEAN}, indexed)
        (stored,) = sqlite3.connect(tmp_path / home / FILE).execute("SELECT passages IS NULL FROM kept")
        assert stored == (home == "once",)
        back = read_cleaned(tmp_path / home, [POST], LEFT_OUT, rows)["a.md"].split
        assert back
        assert back.passages == (passage,)


def test_a_renamed_post_is_cleaned_already_but_not_split(tmp_path: Path) -> None:
    """Its passages have other ids and another address."""
    write_cache(tmp_path, [POST], [], {"a.md": CLEAN}, [])
    back = read_cleaned(tmp_path, [replace(POST, path="b.md")], LEFT_OUT, {})["b.md"]
    assert (tuple(back.blocks), back.traits, back.split) == (BLOCKS, TRAITS, None)
    assert tuple(back.dropped) == tuple(replace(d, post="b.md") for d in DROPPED)


def test_what_was_read_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    write_cache(tmp_path, [POST], [], {"a.md": CLEAN}, [])
    back = read_cleaned(tmp_path, [POST], LEFT_OUT, {})
    (tmp_path / "next").mkdir()
    write_cache(tmp_path / "next", [POST], [], back, [])
    assert (tmp_path / "next" / FILE).read_bytes() == (tmp_path / FILE).read_bytes()


def test_a_post_of_another_title_or_content_is_not_taken_for_the_kept_one(tmp_path: Path) -> None:
    write_cache(tmp_path, [POST], [], {"a.md": CLEAN}, [])
    assert read_cleaned(tmp_path, [replace(POST, title="粉の話"), replace(POST, digest="d2")], LEFT_OUT, {}) == {}
