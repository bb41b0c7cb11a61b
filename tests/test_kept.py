"""What a generation keeps of a post for the next build comes back as it was."""

from dataclasses import replace
from pathlib import Path

from rag.boilerplate import keys_of, learn_boilerplate
from rag.kept import read_cleaned, read_kept, unpack, write_kept
from rag.types import Block, CleanPost, Dropped, Post, Problem

POST = Post("a.md", "窯の話", "2026-01-01", "/a/", ("窯",), (), "窯は北を向く。", 4, "d1")
BLOCKS = (Block("heading", "窯", 4, 4, 2), Block("text", "窯は北を向く\ud800。", 6, 6), Block("text", "…", 7, 7))
DROPPED = (Dropped("a.md", 9, 9, "promotion", "窯の本はこちら"), Dropped("a.md", 10, 10, "marker", "---END---"))
CLEAN = CleanPost(BLOCKS, DROPPED)


def test_a_cleaned_post_comes_back_under_any_path(tmp_path: Path) -> None:
    clean = replace(CLEAN, keys=keys_of(CLEAN))
    write_kept(tmp_path, [POST], [Problem("a.md", "a byte order mark was removed", skipped=False)], {"a.md": clean})
    kept = read_kept(tmp_path)["a.md"]
    assert (kept.post, kept.problems[0].reason) == (replace(POST, body=""), "a byte order mark was removed")
    renamed = replace(POST, path="b.md")
    back = unpack(read_cleaned(tmp_path, [renamed])["b.md"], "b.md")
    assert (back.blocks, back.keys) == (clean.blocks, clean.keys)
    assert back.dropped == tuple(replace(d, post="b.md") for d in DROPPED)


def test_what_is_packed_is_written_again_as_it_is(tmp_path: Path) -> None:
    write_kept(tmp_path, [POST], [], {"a.md": replace(CLEAN, keys=keys_of(CLEAN))})
    packed = read_cleaned(tmp_path, [POST])
    (tmp_path / "next").mkdir()
    write_kept(tmp_path / "next", [POST], [], packed)
    assert read_cleaned(tmp_path / "next", [POST]) == packed


def test_a_post_of_another_title_or_content_is_not_taken_for_the_kept_one(tmp_path: Path) -> None:
    write_kept(tmp_path, [POST], [], {"a.md": CLEAN})
    assert read_cleaned(tmp_path, [replace(POST, title="粉の話"), replace(POST, digest="d2")]) == {}


def test_keys_are_of_text_and_promotions_and_nothing_else() -> None:
    """A heading, a line of signs and a marker recur in any blog and are no boilerplate."""
    assert len(keys_of(CLEAN)) == 2


def test_boilerplate_is_learned_alike_from_keys_and_from_blocks() -> None:
    posts = [CleanPost((*BLOCKS, Block("text", f"{n}段目を積む。", 8, 8)), ()) for n in range(6)]
    learned = learn_boilerplate(posts)
    assert len(learned) == 1
    assert learn_boilerplate([replace(post, keys=keys_of(post)) for post in posts]) == learned
