"""Every bit of every file: whatever is altered is found before anything is answered from it."""

from __future__ import annotations

import pytest

from rag.errors import IndexDamaged, IndexMissing
from rag.storage import generation
from tests.faults import stub


@pytest.fixture
def folder():
    with stub.empty_folder() as path:
        yield path


@pytest.fixture
def three(folder):
    return stub.three_builds(folder / "three")


def small_files(root):
    return [root / "CURRENT", *(generation.current(root).path / name for name in ("MANIFEST.json", "b.json"))]


def assert_found(root, names):
    with pytest.raises(IndexDamaged) as caught:
        generation.open_verified(root)
    assert any(name in str(caught.value) for name in names), str(caught.value)


def named(path):
    """CURRENT may have come to name a folder that is not there, so that its manifest is missed."""
    return ("CURRENT", "MANIFEST.json") if path.name == "CURRENT" else (path.name,)


def test_every_flipped_bit_is_found(three):
    """All bits of CURRENT, the manifest and a small file; one bit of every byte of a larger one."""
    bits = [(path, bit) for path in small_files(three) for bit in range(8 * path.stat().st_size)]
    large = generation.current(three).path / "a.bin"
    bits += [(large, 8 * byte + byte % 8) for byte in range(large.stat().st_size)]
    for path, bit in bits:
        data = path.read_bytes()
        path.write_bytes(data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :])
        assert_found(three, named(path))
        path.write_bytes(data)
    assert len(bits) > 6000
    assert stub.read(three) == 3


def test_every_cut_is_found(three):
    for path in small_files(three):
        data = path.read_bytes()
        for size in range(len(data)):
            path.write_bytes(data[:size])
            assert_found(three, named(path))
        path.write_bytes(data)
    assert stub.read(three) == 3


@pytest.mark.parametrize("change", [lambda data: bytes(len(data)), lambda data: data + b"\0", lambda data: data[::-1]])
def test_zeroed_lengthened_and_reversed_files_are_found(three, change):
    for path in (*small_files(three), generation.current(three).path / "a.bin"):
        data = path.read_bytes()
        path.write_bytes(change(data))
        assert_found(three, named(path))
        path.write_bytes(data)
    assert stub.read(three) == 3


def test_swapped_files_are_found(three):
    """Within a generation and between two; also whole folders, each sound in itself."""
    new, old = (g.path for g in generation.generations(three))
    for one, other in (
        (new / "a.bin", new / "b.json"),
        (new / "a.bin", old / "a.bin"),
        (new / "MANIFEST.json", old / "MANIFEST.json"),
        (new, old),
    ):
        swap(one, other, three / "aside")
        assert_found(three, (one.name, "MANIFEST.json"))
        swap(one, other, three / "aside")
    assert stub.read(three) == 3


def swap(one, other, aside):
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST.json", "a.bin", "c.txt", "folder"])
@pytest.mark.parametrize("instead", ["nothing", "link", "folder"])
def test_missing_and_replaced_files_are_found(three, name, instead):
    """A link is refused even when it leads to the right bytes."""
    path = generation.current(three).path
    path = three / name if name == "CURRENT" else path if name == "folder" else path / name
    path.rename(three / "aside")
    if instead == "link":
        path.symlink_to(three / "aside")
    elif instead == "folder":
        path.mkdir()
    with pytest.raises(IndexMissing if (name, instead) == ("CURRENT", "nothing") else IndexDamaged, match=str(three)):
        generation.open_verified(three)
