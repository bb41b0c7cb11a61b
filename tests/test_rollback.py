"""Returning to the generation before, and building on when the one in use is damaged."""

from __future__ import annotations

import pytest

from rag.errors import IndexDamaged, IndexMissing
from rag.storage import generation
from tests.faults import stub


@pytest.fixture
def root(tmp_path):
    return tmp_path / "indexes" / "blog"


def flip(path):
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


def test_rollback_returns_to_the_one_before_and_the_next_build_goes_on_from_there(root):
    first, second = stub.build(root, 1), stub.build(root, 2)
    assert generation.rollback(root) == first
    assert stub.read(root) == 1
    third = stub.build(root, 3)
    assert third.seq == 3  # numbers are never used twice, as a reader may have seen the one that was left
    assert generation.generations(root) == [third, first]
    assert not second.path.exists()
    assert generation.rollback(root) == first


def test_rollback_with_nothing_before_says_so_and_changes_nothing(root):
    stub.build(root, 1)
    stub.build(root, 2)
    generation.rollback(root)
    with pytest.raises(IndexMissing, match="no earlier generation"):
        generation.rollback(root)
    assert stub.read(root) == 1


def test_rollback_leaves_a_damaged_generation_behind(root):
    stub.build(root, 1)
    (stub.build(root, 2).path / "a.bin").unlink()
    with pytest.raises(IndexDamaged, match=r"a\.bin is missing"):
        stub.read(root)
    generation.rollback(root)
    assert stub.read(root) == 1


def test_rollback_never_returns_to_a_damaged_generation(root):
    flip(stub.build(root, 1).path / "a.bin")
    stub.build(root, 2)
    with pytest.raises(IndexMissing, match="no earlier generation"):
        generation.rollback(root)
    assert stub.read(root) == 2


def test_rollback_never_returns_to_a_manifest_that_was_altered(root):
    """CURRENT holds the hash of the manifest in use only; the others are held by their own seal."""
    first = stub.build(root, 1)
    second = stub.build(root, 2)
    path = first.path / "MANIFEST.json"
    path.write_bytes(path.read_bytes().replace(b'"n": 1', b'"n": 7'))
    assert generation.generations(root) == [second]
    with pytest.raises(IndexMissing, match="no earlier generation"):
        generation.rollback(root)


def test_rollback_after_one_that_was_killed(root):
    stub.build(root, 1)
    stub.build(root, 2)
    (root / "CURRENT.new").write_bytes(b"half")
    generation.rollback(root)
    assert stub.read(root) == 1


def test_rollback_repairs_a_damaged_pointer(root):
    stub.build(root, 1)
    stub.build(root, 2)
    flip(root / "CURRENT")
    assert generation.rollback(root).meta == {"n": 2}
    assert stub.read(root) == 2


@pytest.mark.parametrize(
    "harm", [lambda root: flip(root / "CURRENT"), lambda root: (root / "CURRENT").write_bytes(b"")]
)
def test_a_build_repairs_a_damaged_pointer_and_keeps_one_to_return_to(root, harm):
    stub.build(root, 1)
    stub.build(root, 2)
    harm(root)
    stub.build(root, 3)
    assert stub.read(root) == 3
    generation.rollback(root)
    assert stub.read(root) == 2


def test_a_build_after_damage_keeps_the_sound_one_to_return_to(root):
    stub.build(root, 1)
    (stub.build(root, 2).path / "MANIFEST.json").unlink()
    stub.build(root, 3)
    generation.rollback(root)
    assert stub.read(root) == 1
