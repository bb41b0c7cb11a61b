"""What a generation keeps of a post for the next build comes back as it was."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from rag.cleaning.boilerplate import keys_of, learn_boilerplate
from rag.cleaning.split import split_post
from rag.indexing.build_cache import FILE, read_cache, read_cleaned, write_cache
from rag.storage.packed_rows import LeftOut
from rag.types import Block, CleanPost, Dropped, Post, Problem, SplitPost

POST = Post("a.md", "窯の話", "2026-01-01", "/a/", ("窯",), (), "窯は北を向く。", 4, "d1")
BLOCKS = (Block("heading", "窯", 4, 4, 2), Block("text", "窯は北を向く\ud800。", 6, 6), Block("text", "…", 7, 7))
DROPPED = (Dropped("a.md", 9, 9, "promotion", "窯の本はこちら"), Dropped("a.md", 10, 10, "marker", "---END---"))
CLEAN = CleanPost(BLOCKS, DROPPED)
LEFT_OUT = {"a.md": LeftOut.of("a.md", DROPPED)}


def split(boilerplate: frozenset[str] = frozenset()) -> SplitPost:
    passages, dropped = split_post(POST, BLOCKS, boilerplate)
    return SplitPost(boilerplate, tuple(passages), tuple(dropped))


def test_a_post_comes_back_as_it_was_cleaned_and_split(tmp_path: Path) -> None:
    clean = replace(CLEAN, keys=keys_of(CLEAN), split=split(frozenset(keys_of(CLEAN)[:1])))
    write_cache(
        tmp_path, [POST], [Problem("a.md", "a byte order mark was removed", skipped=False)], {"a.md": clean}, []
    )
    kept = read_cache(tmp_path)["a.md"]
    assert (kept.post, kept.problems[0].reason) == (replace(POST, body=""), "a byte order mark was removed")
    back = read_cleaned(tmp_path, [POST], LEFT_OUT, {})["a.md"]
    assert (tuple(back.blocks), tuple(back.dropped)) == (BLOCKS, DROPPED)
    assert (back.keys, back.split) == (clean.keys, clean.split)


def test_passages_that_are_indexed_as_they_were_split_are_kept_once(tmp_path: Path) -> None:
    clean = replace(CLEAN, keys=keys_of(CLEAN), split=split())
    (passage,) = split().passages
    rows = {"a.md": [(passage.id, passage.text, passage.heading, passage.date, passage.start_line, passage.end_line)]}
    for home, indexed in (("once", [passage]), ("twice", [replace(passage, id="0" * 16)])):
        (tmp_path / home).mkdir()
        write_cache(tmp_path / home, [POST], [], {"a.md": clean}, indexed)
        (stored,) = sqlite3.connect(tmp_path / home / FILE).execute("SELECT passages IS NULL FROM kept")
        assert stored == (home == "once",)
        assert read_cleaned(tmp_path / home, [POST], LEFT_OUT, rows)["a.md"].split == clean.split


def test_a_renamed_post_is_cleaned_already_but_not_split(tmp_path: Path) -> None:
    """Its passages have other ids and another address."""
    write_cache(tmp_path, [POST], [], {"a.md": replace(CLEAN, keys=keys_of(CLEAN), split=split())}, [])
    back = read_cleaned(tmp_path, [replace(POST, path="b.md")], LEFT_OUT, {})["b.md"]
    assert (tuple(back.blocks), back.keys, back.split) == (BLOCKS, keys_of(CLEAN), None)
    assert tuple(back.dropped) == tuple(replace(d, post="b.md") for d in DROPPED)


def test_what_was_read_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    write_cache(tmp_path, [POST], [], {"a.md": replace(CLEAN, keys=keys_of(CLEAN), split=split())}, [])
    back = read_cleaned(tmp_path, [POST], LEFT_OUT, {})
    (tmp_path / "next").mkdir()
    write_cache(tmp_path / "next", [POST], [], back, [])
    assert (tmp_path / "next" / FILE).read_bytes() == (tmp_path / FILE).read_bytes()


def test_a_post_of_another_title_or_content_is_not_taken_for_the_kept_one(tmp_path: Path) -> None:
    write_cache(tmp_path, [POST], [], {"a.md": CLEAN}, [])
    assert read_cleaned(tmp_path, [replace(POST, title="粉の話"), replace(POST, digest="d2")], LEFT_OUT, {}) == {}


def test_keys_are_of_text_and_promotions_and_nothing_else() -> None:
    """A heading, a line of signs and a marker recur in any blog and are no boilerplate."""
    assert len(keys_of(CLEAN)) == 2


def test_boilerplate_is_learned_alike_from_keys_and_from_blocks() -> None:
    posts = [CleanPost((*BLOCKS, Block("text", f"{n}段目を積む。", 8, 8)), ()) for n in range(6)]
    learned = learn_boilerplate(posts)
    assert len(learned) == 1
    assert learn_boilerplate([replace(post, keys=keys_of(post)) for post in posts]) == learned
