"""Opening an index, and every way in which it can't be opened."""

import os
import shutil
import weakref
from copy import copy
from pathlib import Path

import pytest

import rag
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.indexing import index as index_module
from rag.models.embed import StaticEncoder, save_table
from tests.conftest import write_post


def test_passages_open_at_the_right_place_in_the_post(index, blog):
    for p in index.passages():
        lines = (blog / p.post).read_text(encoding="utf-8").splitlines()[p.start_line - 1 : p.end_line]
        assert p.text[:12] in "".join(lines)


def test_passages_of_a_post_come_in_order(index):
    texts = [p.text for p in index.post_passages("2025-05-10-railway.md")]
    assert [t[:2] for t in texts] == ["全長", "一日", "開業"]


def test_headings_are_the_path_without_the_title(index):
    assert {p.heading for p in index.post_passages("2025-05-10-railway.md")} == {"", "運賃", "歴史"}


def test_nothing_built_yet_says_which_command_builds(tmp_path):
    with pytest.raises(IndexMissing, match=r"rag build"):
        rag.open_index(tmp_path / "none")


def test_an_index_of_another_built_in_model_is_refused_with_both_names(index_dir, tmp_path, monkeypatch):
    table = copy(StaticEncoder.load())
    table.name = "builtin:00000000"
    monkeypatch.setattr(index_module.StaticEncoder, "load", classmethod(lambda cls, *a, **k: table))
    with pytest.raises(IndexMismatch, match=r"built with the model builtin:\w{8}, this version ships builtin:00000000"):
        rag.open_index(index_dir)


@pytest.mark.parametrize(("layout", "whose"), [(1, "an older"), (99, "a newer")])
def test_an_index_laid_out_by_another_version_is_refused_and_built_anew(posts, tmp_path, monkeypatch, layout, whose):
    """A changed table showed as damage: "ambiguous column name"."""
    with monkeypatch.context() as other:
        other.setattr("rag.indexing.build.LAYOUT", layout)
        other.setattr("rag.indexing.index.LAYOUT", layout)
        other.setattr("rag.indexing.plan.PIPELINE", layout)
        rag.build_index(posts, tmp_path / "ix").close()
    with pytest.raises(IndexMismatch, match=rf"{whose} version of this program \(layout {layout}, .*`rag build`"):
        rag.open_index(tmp_path / "ix")
    built = rag.build_index(posts, tmp_path / "ix")
    assert built.report.anew == "it was built by another version of this program"
    built.close()


def test_a_flipped_bit_in_any_file_is_detected_before_an_answer(index_dir, tmp_path):
    copied = shutil.copytree(index_dir, tmp_path / "ix")
    for path in sorted(copied.glob("g-*/*")):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
        with pytest.raises(IndexDamaged, match=path.name):
            rag.open_index(copied)
        path.write_bytes(whole)
    rag.open_index(copied).close()


def test_a_lost_file_is_damage(index_dir, tmp_path):
    copied = shutil.copytree(index_dir, tmp_path / "ix")
    next(copied.glob("g-*/tokens.npy")).unlink()
    with pytest.raises(IndexDamaged, match=r"tokens\.npy"):
        rag.open_index(copied)


def test_threads_share_one_index(index):
    from concurrent.futures import ThreadPoolExecutor

    questions = ["石窯は何度まで？", "一日乗車券の値段は？", "How long does the battery last?"] * 20
    alone = [[h.passage.id for h in index.search(q, k=3)] for q in questions[:3]]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda q: [h.passage.id for h in index.search(q, k=3)], questions))
    assert together == alone * 20


def test_a_process_that_rebuilds_has_one_of_each_model_and_keeps_nothing_of_the_index_before(posts, tmp_path):
    first = rag.build_index(posts, tmp_path / "ix")
    write_post(posts, "2025-12-01-new.md", "新しい便り", "2025-12-01", [], [], "温室の苗に水をやるのは朝の六時である。")
    second = rag.build_index(posts, tmp_path / "ix")
    second.search("苗に水をやるのはいつ？")
    assert second.generation.id != first.generation.id
    # What is read anew for every generation leaves a long-lived process with its memory in pieces.
    assert second.parts.tokens is first.parts.tokens
    assert second.parts.words is first.parts.words
    gone = [weakref.ref(held) for held in (first, first.parts.store, first.parts.late, first.parts.dense)]
    before = first.generation.path
    first.close()
    del first  # at once, not when the garbage collector comes round: nothing refers to itself
    assert [ref() for ref in gone] == [None] * len(gone)
    mapped, held = Path("/proc/self/maps"), Path("/proc/self/fd")
    if mapped.exists():
        assert before.name not in mapped.read_text()
        assert not [fd for fd in held.iterdir() if before.name in os.path.realpath(fd)]


def test_models_in_use_are_shared_by_content_and_can_not_be_written_to(tmp_path):
    one = StaticEncoder.load()
    assert StaticEncoder.load() is one
    save_table(tmp_path / "table", one.table * 2, one.token_weights)
    other = StaticEncoder.load(table=tmp_path / "table")
    assert other is not one
    assert other.name != one.name
    with pytest.raises(ValueError, match="read-only"):
        other.table[0] = 0
